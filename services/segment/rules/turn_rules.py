"""What one physical line says: markers, labels, text, notes and marks, in order. Pure; no memory of its own.

The table of rules is in docs/segmenter.md.
"""

import re
from collections.abc import Callable, Iterator
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
)
from services.segment.rules.lexicon import Lexicon
from services.segment.rules.lexicon.words import either
from services.segment.rules.note_rules import (
    MAX_NOTE,
    apart_line,
    bare_sound,
    bracket,
    leading_time,
    lone_note,
    open_sounds,
    opens_note,
)

Kind = Literal["marker", "label", "text", "note", "mark", "furniture", "end"]


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
_STOPS = frozenset(".?!…:")
_CUT_TAIL = 100
_QUOTES = {'"': '"', "“": "”", "‘": "’", "'": "'"}  # noqa: RUF001 - curly quotes as typed


@cache
def _inline_patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is looked for inside a line: markers and brackets, and the same with the labels of roles."""
    bracketed = (
        rf"{_ARROWS_INSIDE}\[(?:[^\[\]]{{0,{MAX_NOTE}}}\](?!\()|(?i:{open_sounds(lexicon)}))|"
        rf"\(\([^()]{{1,{MAX_NOTE}}}\)\)|\([^()]{{1,{MAX_NOTE}}}\)"
    )
    labels = rf"(?<![A-Z\"“'‘])(?<![A-Z] )(?:{either(lexicon.inline_roles)}):(?=\s)"  # noqa: RUF001 - a quote as typed
    return re.compile(bracketed), re.compile(f"{bracketed}|{labels}")


def is_plain(line: str) -> bool:
    """Whether a line can only be text: long, and without any character that the rules look for."""
    return len(line) > MAX_NOTE and not (
        ":" in line or "[" in line or "(" in line or ">" in line or "&" in line or "：" in line  # noqa: RUF001 - the Chinese colon
    )


def read_line(  # noqa: PLR0913 - what a line depends on
    line: str,
    *,
    starts: bool,
    marked: bool,
    trusted: bool,
    known: Callable[[str], bool],
    lexicon: Lexicon,
    arrows: bool = False,
) -> Iterator[Token]:
    """The tokens of a line (without its line break), in order, all its words accounted for.

    ``starts``: it is the beginning of a physical line, and not a later piece of a long one. ``marked``: a marker stood
    alone before it. ``trusted``, ``known`` and ``arrows``: see ``label_rules.find_label``.
    """
    colon = ":" in line or "：" in line  # noqa: RUF001 - the Chinese colon
    pos = 0
    if starts:
        if len(line) <= 2 * MAX_NOTE and (whole := _whole(line.strip(), lexicon, trusted=trusted, marked=marked)):
            yield whole
            return
        for token, end in _opening(line, trusted=trusted, known=known, lexicon=lexicon):
            yield token
            pos = end
            marked = marked or token.kind == "marker"
    found = None
    if colon and (starts or marked):
        found = find_label(line, pos, marked=marked, trusted=trusted, known=known, lexicon=lexicon, arrows=arrows)
    elif starts:
        found = find_question(line, pos, known=known)
    if found:
        yield from _labelled(line, pos, found)
        pos, trusted = found.end, True
    if "[" in line or "(" in line or line.find(">", pos) >= 0 or "&" in line or (colon and line.find(":", pos) >= 0):
        yield from _inline(line, pos, known, lexicon, trusted=trusted)
    elif pos < len(line):
        yield Token("text", line[pos:], pos)


def _whole(line: str, lexicon: Lexicon, *, trusted: bool, marked: bool) -> Token | None:
    """The token that a whole line (stripped) is, if nobody spoke it. A sound without brackets follows a sentence."""
    kind: Kind | None = apart_line(line, lexicon, trusted=trusted)
    if kind is None and trusted and not marked and bare_sound(line, lexicon):
        kind = "note"
    return Token(kind, line, 0) if kind else None


def _labelled(line: str, pos: int, found: Label) -> Iterator[Token]:
    """A label that was looked for from ``pos`` on, and the clock time that it holds."""
    yield Token("label", found.speaker, _first(line, pos), found.role)
    if found.time:
        yield Token("mark", found.time, line.find(found.time, pos))


def _first(line: str, pos: int) -> int:
    """The offset of the first character from ``pos`` on that is no space."""
    return len(line) - len(line[pos:].lstrip())


def _opening(
    line: str, *, trusted: bool, known: Callable[[str], bool], lexicon: Lexicon
) -> Iterator[tuple[Token, int]]:
    """The clock time and the marker that a physical line begins with, and where each ends."""
    time = leading_time(line)
    marker = MARKER.match(line, time) if ">" in line or "&gt;" in line else None
    if time and not (marker or line.lstrip()[0] in "[("):
        # A bare time is only a mark before a label.
        time *= find_label(line, time, marked=False, trusted=trusted, known=known, lexicon=lexicon) is not None
    if time:
        yield Token("mark", line[:time].strip(), 0), time
    if marker:
        yield Token("marker", _arrows(marker.group()), _first(line, time)), marker.end()


def _arrows(marker: str) -> str:
    return marker.strip().replace("&gt;", ">").replace("\\", "")


def _inline(line: str, start: int, known: Callable[[str], bool], lexicon: Lexicon, *, trusted: bool) -> Iterator[Token]:
    pos = scan = start
    pattern = _inline_patterns(lexicon)[line.find(":", pos) >= 0]
    while match := pattern.search(line, scan):
        begin, end = match.span()
        word = match.group()
        tokens: list[Token] = []
        if word[0] in "[(":
            kind, begin, end = _bracketed(line, (start, begin, end), lexicon, trusted=trusted)
            if kind is None:
                scan = match.start() + 1
                continue
            if begin < pos:
                begin = match.start()
            tokens.append(Token(kind, line[begin:end], begin))
        elif word[0] in ">&":
            tokens.append(Token("marker", _arrows(word), begin))
            if found := find_label(line, end, marked=True, trusted=True, known=known, lexicon=lexicon):
                tokens += _labelled(line, end, found)
                end = found.end
        else:
            tokens.append(Token("label", word[:-1], begin, is_role(word[:-1], lexicon)))
        if begin > pos:
            yield Token("text", line[pos:begin], pos)
        yield from tokens
        pos = scan = end
    if pos < len(line):
        yield Token("text", line[pos:], pos)


def _bracketed(
    line: str, offsets: tuple[int, int, int], lexicon: Lexicon, *, trusted: bool
) -> tuple[Kind | None, int, int]:
    """What a bracket in a line is, and where it begins and ends with the quotes or the full stop that belong to it.

    ``offsets``: where the words of the line begin, and the bracket begins and ends; ``trusted``: a sentence ended
    before them.
    """
    start, begin, end = offsets
    word = line[begin:end]
    kind: Kind | None = bracket(word, lexicon) if word[-1] in "])" else "note"
    before, after = line[start:begin].rstrip(), line[end:]
    alone = before[-1] in _STOPS if before else trusted
    if kind == "end" and not alone:  # in the middle of a sentence nobody ends a session
        kind = "note"
    if kind is None and trusted and not line[:begin].strip() and not after.strip(" .") and lone_note(word, lexicon):
        kind = "note"
    if begin and after and _QUOTES.get(line[begin - 1]) == after[0]:
        return kind, begin - 1, end + 1
    if alone and after[:1] == "." and not after[1:2].strip():
        end += 1
    return kind, begin, end


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


def joins(line: str, following: str, known: Callable[[str], bool], lexicon: Lexicon) -> bool:
    """Whether a line that was cut inside a label or a note goes on in the following one."""
    if cut_note(line, lexicon):
        begin = max(line.rfind("["), line.rfind("("))
        close = "]" if line[begin] == "[" else ")"
        end = following.find(close)
        rest = following[: end + 1]
        whole = f"{line[begin:]} {rest}"
        return 0 <= end < MAX_NOTE // 2 and not set(rest[:-1]) & set("[(>:") and bracket(whole, lexicon) is not None
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
