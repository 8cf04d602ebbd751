"""What one physical line says: markers, labels, text, notes and marks, in order. Pure; no memory of its own.

The table of rules is in docs/segmenter.md.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from services.segment.label_rules import find_label, is_role, may_go_on, must_go_on
from services.segment.note_rules import MAX_NOTE, OPEN_NOTE, apart_line, bracket, opens_note

Kind = Literal["marker", "label", "text", "note", "mark", "furniture", "end"]


class Token(NamedTuple):
    """A stretch of a line."""

    kind: Kind
    text: str
    """Verbatim for text and notes (white space not yet collapsed); the speaker for a label."""
    offset: int
    """Where it begins in the line."""
    role: bool = False


MARKER = re.compile(r"\s*>(?:[ \t]*>)*")
_SHARED = (
    "PARTICIPANT|AUDIENCE MEMBER|AUDIENCE|MODERATOR|SPEAKER|CHAIRMAN|CHAIRPERSON|CHAIR|INTERPRETER|QUESTION FROM FLOOR|"
    "REMOTE PARTICIPANT|REMOTE MODERATOR|SESSION LEADER"
)
_INLINE = re.compile(
    rf">[ \t]?>[> \t]*|\[[^\[\]]{{0,{MAX_NOTE}}}\](?!\()|(?i:{OPEN_NOTE.pattern})|\([^()]{{1,{MAX_NOTE}}}\)"
    rf"|(?<![A-Z])(?<![A-Z] )(?:{_SHARED}):(?=\s)"
)
_PLAIN = re.compile(r"[>\[(:：*_\-–—=#]")  # noqa: RUF001 (punctuation as captioned)
_SHORT = 60
_QUOTES = {'"': '"', "“": "”", "‘": "’", "'": "'"}  # noqa: RUF001 (curly quotes as typed)


def read_line(line: str, *, starts: bool, marked: bool, trusted: bool, known: Callable[[str], bool]) -> Iterator[Token]:
    """The tokens of a line (without its line break), in order, all its words accounted for.

    ``starts``: it is the beginning of a physical line, and not a later piece of a long one. ``marked``: a marker stood
    alone before it. ``trusted`` and ``known``: see ``label_rules.find_label``.
    """
    if len(line) > _SHORT and not _PLAIN.search(line):
        yield Token("text", line, 0)
        return
    pos = 0
    if starts:
        stripped = line.strip()
        why = apart_line(stripped)
        if why:
            yield Token(why, stripped, 0)
            return
        marker = MARKER.match(line)
        if marker:
            yield Token("marker", marker.group().strip(), len(line) - len(line.lstrip()))
            pos, marked = marker.end(), True
    if starts or marked:
        found = find_label(line, pos, marked=marked, trusted=trusted, known=known)
        if found:
            yield Token("label", found.speaker, pos + len(line[pos:]) - len(line[pos:].lstrip()), found.role)
            pos = found.end
    yield from _inline(line, pos, known)


def _inline(line: str, pos: int, known: Callable[[str], bool]) -> Iterator[Token]:
    scan = pos
    while match := _INLINE.search(line, scan):
        begin, end = match.span()
        word = match.group()
        tokens: list[Token] = []
        if word[0] in "[(":
            kind: Kind | None = bracket(word) if word[-1] in "])" else "note"
            if kind is None:
                scan = begin + 1
                continue
            if pos < begin and end < len(line) and _QUOTES.get(line[begin - 1]) == line[end]:
                begin, end = begin - 1, end + 1
            tokens.append(Token(kind, line[begin:end], begin))
        elif word[0] == ">":
            tokens.append(Token("marker", word.strip(), begin))
            if found := find_label(line, end, marked=True, trusted=True, known=known):
                tokens.append(Token("label", found.speaker, end, found.role))
                end = found.end
        else:
            tokens.append(Token("label", word[:-1], begin, is_role(word[:-1])))
        if begin > pos:
            yield Token("text", line[pos:begin], pos)
        yield from tokens
        pos = scan = end
    if pos < len(line):
        yield Token("text", line[pos:], pos)


def cut_label(line: str) -> bool:
    """Whether the line may end inside a label, so that the next line must be seen before this one is decided."""
    if not line or len(line) > 4 * MAX_NOTE:
        return False
    mark = line.rfind(">")
    if mark >= 0:
        opened = mark == len(line) - len(line.lstrip(" \t>")) - 1 or line[mark - 1] in "> "
        return opened and ":" not in line[mark:] and may_go_on(line[mark + 1 :])
    return line.isupper() and must_go_on(line.strip())


def cut_note(line: str) -> bool:
    """Whether the line may end inside a note, so that the next line must be seen before this one is decided."""
    begin = max(line.rfind("["), line.rfind("("))
    if begin < 0 or len(line) - begin > MAX_NOTE // 2:
        return False
    tail = line[begin:]
    return (
        "]" not in tail and ")" not in tail and ">" not in tail and not OPEN_NOTE.fullmatch(tail) and opens_note(tail)
    )


def joins(line: str, following: str, known: Callable[[str], bool]) -> bool:
    """Whether a line that was cut inside a label or a note goes on in the following one."""
    if cut_note(line):
        begin = max(line.rfind("["), line.rfind("("))
        close = "]" if line[begin] == "[" else ")"
        end = following.find(close)
        rest = following[: end + 1]
        whole = f"{line[begin:]} {rest}"
        return 0 <= end < MAX_NOTE // 2 and not set(rest[:-1]) & set("[(>:") and bracket(whole) is not None
    colon = following.find(":")
    if not 0 <= colon < 50 or MARKER.match(following):  # noqa: PLR2004 (half of the longest label, generously)
        return False
    alone = " ".join(following[:colon].split()).casefold()
    if alone and known(alone):
        return False
    begin = line.rfind(">") + 1
    half = line[begin:].strip()
    label = find_label(f"{half} {following.strip()}", 0, marked=True, trusted=True, known=known)
    return label is not None and len(label.speaker) > len(half) and half.isupper() == label.speaker.isupper()
