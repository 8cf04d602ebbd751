"""What one physical line says: markers, labels, text, notes and marks, in order. Pure; no memory of its own.

The table of rules is in docs/segmenter.md.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from services.segment.rules.label_rules import (
    Label,
    ends_in_title,
    find_label,
    find_question,
    is_role,
    may_go_on,
    must_go_on,
    nobody,
    shape,
)
from services.segment.rules.lexicon import Lexicon
from services.segment.rules.lexicon.words import either
from services.segment.rules.name_shapes import find_named
from services.segment.rules.note_rules import (
    CLOCK_INSIDE,
    MAX_NOTE,
    apart_line,
    bare_sound,
    bracket,
    clock_behind,
    leading_time,
    lone_note,
    open_sounds,
    opens_note,
)
from services.segment.rules.rows import Row

Kind = Literal["marker", "label", "interjection", "text", "note", "mark", "furniture", "end"]


class Token(NamedTuple):
    """A stretch of a line."""

    kind: Kind
    text: str
    """Verbatim for text and notes (white space not yet collapsed); the speaker for a label."""
    offset: int
    """Where it begins in the line."""
    role: bool = False


_ARROW = r"(?:\\?>|&gt;)"
MARKER = re.compile(rf"\s*(?:\*\*|__)?{_ARROW}(?:[ \t]*{_ARROW})*")
"""At the beginning of a line: also escaped, as markdown and HTML do, and behind the mark that makes it bold."""
_ARROWS_INSIDE = (
    r"(?:>|&gt;)[ \t]?(?:>|&gt;)(?:>|&gt;|[ \t])*|(?<=\s)>[ \t]*$|"
    r"(?:(?<=[.?!]\s)|(?<=[.?!]\s\s))>[ \t]?(?=[^\W\d_a-z])|"
)
_SENTENCE_LABEL = r"(?:(?<=[.?!…”\")\]—]\s)|(?<=[.?!…”\")\]—]\s\s))(?=[^\W\d_a-z][^:\n?!]{0,60}:(?:\s|$))"
"""Where a label may begin inside a line: behind the end of a sentence."""
MARKER_INSIDE = re.compile(r"(?:>|&gt;)[ \t]?(?:>|&gt;)")
"""In a line, wherever it stands."""
_STOPS = frozenset(".?!…:")
_SENTENCE_ENDS = frozenset(".?!…—")
_OPENING_BRACKETS = frozenset("[(（［{<")  # noqa: RUF001 - brackets of Chinese
_CLOSING_BRACKETS = frozenset("])）］}>")  # noqa: RUF001 - as above
_BRACKETS = re.compile(r"[\[(（［&{<]")  # noqa: RUF001 - as above
_SIGNS = re.compile(r"[:：\[(（［>&{]")  # noqa: RUF001 - as above
_NO_NOTE = re.compile(r"[\[(>]|:(?!\d)")
"""Not in what a note goes on with; a colon before a digit is one of a clock."""
_CUT_TAIL = 100
_MAX_JOINED = 3
"""Most rows that one label or note is looked for in, after the one that it begins in."""
_QUOTES = {'"': '"', "“": "”", "‘": "’", "'": "'"}  # noqa: RUF001 - curly quotes as typed


@cache
def _inline_patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is looked for inside a line: markers and brackets, and the same with the labels of roles."""
    bracketed = (
        rf"{_ARROWS_INSIDE}\[(?:[^\[\]]{{0,{MAX_NOTE}}}\](?!\()|(?i:{open_sounds(lexicon)}))|"
        rf"\(\([^()]{{1,{MAX_NOTE}}}\)\)|\([^()]{{1,{MAX_NOTE}}}\)|"
        rf"（[^（）]{{1,{MAX_NOTE}}}）|［[^［］]{{1,{MAX_NOTE}}}］|{CLOCK_INSIDE}"  # noqa: RUF001 - brackets of Chinese
    )
    labels = rf"(?<![A-Z\"“'‘])(?<![A-Z] )(?:{either(lexicon.inline_roles)}):(?=\s)"  # noqa: RUF001 - a quote as typed
    return re.compile(bracketed), re.compile(f"{bracketed}|{labels}|{_SENTENCE_LABEL}")


def is_plain(line: str) -> bool:
    """Whether a line can only be text: long, and without any character that the rules look for."""
    return len(line) > MAX_NOTE and _SIGNS.search(line) is None


def read_line(  # noqa: PLR0913 - what a line depends on
    line: str,
    *,
    starts: bool,
    marked: bool,
    trusted: bool,
    known: Callable[[str], bool],
    lexicon: Lexicon,
    arrows: bool = False,
    announced: Callable[[str], bool] = nobody,
    shapes: str = "",
) -> Iterator[Token]:
    """The tokens of a line (without its line break), in order, all its words accounted for.

    ``starts``: it is the beginning of a physical line, and not a later piece of a long one. ``marked``: a marker stood
    alone before it. ``trusted``, ``known``, ``arrows`` and ``announced``: see ``label_rules.find_label``. ``shapes``:
    in which shapes a name without a colon is a label (``name_shapes``).
    """
    colon = ":" in line or "：" in line  # noqa: RUF001 - the Chinese colon
    pos = 0
    found: Label | None = None
    if starts:
        whole = _whole(line, lexicon, known=known, trusted=trusted, marked=marked)
        if whole:
            yield from whole
            return
        clocked = False
        for token, end in _opening(line, known=known, lexicon=lexicon):
            yield token
            clocked = clocked or token.kind == "mark"
            pos, trusted = end, trusted or clocked
            marked = marked or token.kind == "marker"
        bracketed = trusted and not marked and ("[" in line or "<" in line)
        named = find_named(line, pos, known=known, lexicon=lexicon) if bracketed else None
        if named and (named.shape in shapes or clocked or named.label.time):
            found = named.label
    if found is None and colon and (starts or marked):
        found = find_label(
            line, pos, marked=marked, trusted=trusted, known=known, lexicon=lexicon, arrows=arrows, announced=announced
        )
    elif found is None and starts:
        found = find_question(line, pos, known=known)
    elif found is None and colon and trusted:
        found = _inner_label(line, pos, known, lexicon)
    if found:
        yield from _labelled(line, pos, found)
        pos, trusted = found.end, True
        if clock_behind(line[pos:], shared=found.role):
            yield Token("mark", line[pos:].strip(), _first(line, pos))
            return
    yield from _inline(line, pos, known, lexicon, trusted=trusted)


def _whole(
    line: str, lexicon: Lexicon, *, known: Callable[[str], bool], trusted: bool, marked: bool
) -> tuple[Token, ...]:
    """The tokens of a line that is one thing: nobody spoke it, or it is a bracket that says who did; else none.

    A sound without brackets follows a sentence.
    """
    words = line.strip()
    if not words or len(words) > 2 * MAX_NOTE:
        return ()
    if words[0] in "[(" and ":" in words and (spoken := _spoken_bracket(line, words, known, lexicon)):
        return spoken
    kind: Kind | None = apart_line(words, lexicon, trusted=trusted)
    if kind is None and trusted and not marked and bare_sound(words, lexicon):
        kind = "note"
    return (Token(kind, words, 0),) if kind else ()


def _labelled(line: str, pos: int, found: Label) -> Iterator[Token]:
    """A label that was looked for from ``pos`` on, and the clock time that it holds."""
    yield Token("label", found.speaker, _first(line, pos), found.role)
    if found.time:
        yield Token("mark", found.time, line.find(found.time, pos))


def _first(line: str, pos: int) -> int:
    """The offset of the first character from ``pos`` on that is no space."""
    return len(line) - len(line[pos:].lstrip())


def _spoken_bracket(line: str, words: str, known: Callable[[str], bool], lexicon: Lexicon) -> tuple[Token, ...]:
    """The label and the words of a bracket that is all of a line and says who spoke: ``[A member: Hear.]``."""
    inner = words[1:-1].rstrip()
    if words[-1] not in "])" or _BRACKETS.search(inner) or inner[-1:] not in _SENTENCE_ENDS:
        return ()
    found = find_label(inner, 0, marked=True, trusted=True, known=known, lexicon=lexicon)
    if found is None or not inner[found.end :].lstrip()[:1].isupper() or bracket(f"({found.speaker})", lexicon):
        return ()
    if not (found.role or " " in found.speaker or known(found.speaker.casefold())):
        return ()
    begin = line.index(words) + 1
    said = Token("text", inner[found.end :], begin + found.end)
    return (Token("interjection", found.speaker, _first(line, begin), found.role), said)


def _inner_label(line: str, pos: int, known: Callable[[str], bool], lexicon: Lexicon) -> Label | None:
    """The label that begins inside a line, behind the end of a sentence: known, a role, or a whole name in capitals."""
    if ends_in_title(line[:pos].rstrip(), lexicon):
        return None
    found = find_label(line, pos, marked=False, trusted=True, known=known, lexicon=lexicon)
    if found is None or len(found.speaker) == 1 or line[found.end :].lstrip()[:1].islower():
        return None
    whole = " " in found.speaker and shape(found.speaker, lexicon) == "capitals"
    return found if whole or found.role or known(found.speaker.casefold()) else None


def _opening(line: str, *, known: Callable[[str], bool], lexicon: Lexicon) -> Iterator[tuple[Token, int]]:
    """The clock time and the marker that a physical line begins with, and where each ends."""
    time = leading_time(line)
    marker = MARKER.match(line, time) if ">" in line or "&gt;" in line else None
    if time and not (marker or line.lstrip()[0] in "[({<"):
        # A bare time is only a mark before a label.
        label = find_label(line, time, marked=False, trusted=True, known=known, lexicon=lexicon)
        time *= (label or find_named(line, time, known=known, lexicon=lexicon)) is not None
    if time:
        yield Token("mark", line[:time].strip(), 0), time
    if marker:
        yield Token("marker", _arrows(marker.group()), _first(line, time)), marker.end()


def _arrows(marker: str) -> str:
    return marker.strip().replace("&gt;", ">").replace("\\", "")


def _inline(line: str, start: int, known: Callable[[str], bool], lexicon: Lexicon, *, trusted: bool) -> Iterator[Token]:
    """The tokens of what stands behind the beginning of a line."""
    pos = scan = start
    colon = line.find(":", pos) >= 0
    pattern = _inline_patterns(lexicon)[colon]
    signs = colon or line.find(">", pos) >= 0 or _BRACKETS.search(line)
    while signs and (match := pattern.search(line, scan)):
        begin, end = match.span()
        word = match.group()
        if word and word[0] in _OPENING_BRACKETS:
            tokens, begin, end = _bracketed(line, (start, pos, begin, end), lexicon, trusted=trusted)
        elif word and word[0] in ">&":
            found = find_label(line, end, marked=True, trusted=True, known=known, lexicon=lexicon)
            tokens = [Token("marker", _arrows(word), begin), *(_labelled(line, end, found) if found else ())]
            end = found.end if found else end
        elif word:
            tokens = [Token("label", word[:-1], begin, is_role(word[:-1], lexicon))]
        else:
            found = _inner_label(line, begin, known, lexicon)
            tokens = [*_labelled(line, begin, found)] if found else []
            end = found.end if found else end
        if not tokens:
            scan = match.start() + 1
            continue
        if begin > pos:
            yield Token("text", line[pos:begin], pos)
        yield from tokens
        pos = scan = end
    if pos < len(line):
        yield Token("text", line[pos:], pos)


def _bracketed(
    line: str, offsets: tuple[int, int, int, int], lexicon: Lexicon, *, trusted: bool
) -> tuple[list[Token], int, int]:
    """What a bracket in a line is, if nobody said it, and where it begins and ends with what belongs to it.

    That are quotes, a full stop of its own, and the backslashes of markdown, which are no part of the words.
    ``offsets``: where the words of the line begin, where those that are not read yet, and the bracket begins and ends;
    ``trusted``: a sentence ended before them.
    """
    start, pos, begin, end = offsets
    word = line[begin:end]
    if begin > pos and line[begin - 1] == "\\" == word[-2]:
        word = f"{word[:-2]}{word[-1]}"
        kind = bracket(word, lexicon)
        return [Token(kind, word, begin - 1)] if kind else [], begin - 1, end
    kind = bracket(word, lexicon) if word[-1] in _CLOSING_BRACKETS else "note"
    before, after = line[start:begin].rstrip(), line[end:]
    alone = before[-1] in _STOPS if before else trusted
    if kind == "end" and not alone:  # in the middle of a sentence nobody ends a session
        kind = "note"
    if kind is None and trusted and not line[:begin].strip() and not after.strip(" .") and lone_note(word, lexicon):
        kind = "note"
    if kind is None:
        return [], begin, end
    if begin > pos and after and _QUOTES.get(line[begin - 1]) == after[0]:
        begin, end = begin - 1, end + 1
    elif alone and after[:1] == "." and not after[1:2].strip():
        end += 1
    return [Token(kind, line[begin:end], begin)], begin, end


def cut_label(line: str, lexicon: Lexicon) -> bool:
    """Whether the line may end inside a label, so that the next line must be seen before this one is decided."""
    mark = line.rfind(">", -_CUT_TAIL)
    if mark >= 0:
        if line[-1:] in _STOPS and not ends_in_title(line, lexicon):
            return False
        opened = mark == len(line) - len(line.lstrip(" \t>")) - 1 or line[mark - 1] in "> "
        return opened and ":" not in line[mark:] and may_go_on(line[mark + 1 :], lexicon)
    return len(line) <= _CUT_TAIL and line.isupper() and must_go_on(line.strip(), lexicon)


def cut_note(line: str, lexicon: Lexicon) -> bool:
    """Whether the line may end inside a note, so that the next line must be seen before this one is decided."""
    if line[-1:] in _STOPS:
        return False
    begin = max(line.rfind("[", -_CUT_TAIL), line.rfind("(", -_CUT_TAIL))
    if begin < 0:
        return False
    tail = line[begin:]
    return not set(tail) & set("]):>") and opens_note(tail, lexicon)


def joined(line: str, following: str, known: Callable[[str], bool], lexicon: Lexicon) -> str | None:
    """Both lines as one if the first was cut inside a label or a note that goes on in the following one; else None."""
    if cut_note(line, lexicon):
        following = _unquoted(following)
        goes_on = _note_goes_on(line, following, lexicon)
    else:
        goes_on = _label_goes_on(line, following, known, lexicon)
    return f"{line}\n{following}" if goes_on else None


def join_rows(
    rows: Sequence[Row], index: int, *, last: bool, known: Callable[[str], bool], lexicon: Lexicon
) -> tuple[Row, int, int] | None:
    """A row with those that a label or a note of it goes on in; None when more must be seen.

    With it, the offset of the character that decided it, and the index of the row behind it. ``last``: no more come.
    """
    row = rows[index]
    decided = row.decided
    following = index + 1
    while (
        row.ended and following <= index + _MAX_JOINED and (cut_label(row.text, lexicon) or cut_note(row.text, lexicon))
    ):
        if following == len(rows):
            return (row, decided, following) if last else None
        after = rows[following]
        decided = after.decided
        text = joined(row.text, after.text, known, lexicon)
        if text is None:
            break
        row = row._replace(text=text, ended=after.ended)
        following += 1
    return row, decided, following


def _unquoted(line: str) -> str:
    """A line in small letters without the ``> >`` that some conversions write before every line; as long as before."""
    marker = MARKER.match(line)
    if marker is None or ">>" in _arrows(marker.group()) or not line[marker.end() :].lstrip()[:1].islower():
        return line
    return " " * marker.end() + line[marker.end() :]


def _note_goes_on(line: str, following: str, lexicon: Lexicon) -> bool:
    begin = max(line.rfind("["), line.rfind("("))
    close = "]" if line[begin] == "[" else ")"
    end = following.find(close)
    rest = following[: end + 1]
    whole = f"{line[begin:]} {rest.strip()}"
    return 0 <= end < MAX_NOTE // 2 and _NO_NOTE.search(rest[:-1]) is None and bracket(whole, lexicon) is not None


def _label_goes_on(line: str, following: str, known: Callable[[str], bool], lexicon: Lexicon) -> bool:
    colon = following.find(":")
    if not 0 <= colon < 50 or MARKER.match(following):  # noqa: PLR2004 - half of the longest label, generously
        return False
    alone = " ".join(following[:colon].split()).casefold()
    if alone and known(alone):
        return False
    begin = line.rfind(">") + 1
    half = line[begin:].strip()
    label = find_label(f"{half} {following.strip()}", 0, marked=True, trusted=True, known=known, lexicon=lexicon)
    return label is not None and len(label.speaker) > len(half) and half.isupper() == label.speaker.isupper()
