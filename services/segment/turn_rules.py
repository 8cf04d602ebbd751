"""What one physical line says: markers, labels, text, notes and marks, in order. Pure; no memory of its own.

The table of rules is in docs/segmenter.md.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from services.segment.label_rules import find_label, is_role, may_go_on, must_go_on
from services.segment.note_rules import MAX_NOTE, OPEN_NOTE, OPEN_WORDS, apart_line, bracket, opens_note

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
_BRACKETED = rf">[ \t]?>[> \t]*|\[(?:[^\[\]]{{0,{MAX_NOTE}}}\](?!\()|(?i:{OPEN_WORDS}))|\([^()]{{1,{MAX_NOTE}}}\)"
_INLINE = re.compile(_BRACKETED)
_INLINE_LABELLED = re.compile(rf"{_BRACKETED}|(?<![A-Z])(?<![A-Z] )(?:{_SHARED}):(?=\s)")
_CUT_TAIL = 100
_QUOTES = {'"': '"', "“": "”", "‘": "’", "'": "'"}  # noqa: RUF001 (curly quotes as typed)


def is_plain(line: str) -> bool:
    """Whether a line can only be text: long, and without any character that the rules look for."""
    return len(line) > MAX_NOTE and not (
        ":" in line or "[" in line or "(" in line or ">" in line or "：" in line  # noqa: RUF001 (the Chinese colon)
    )


def read_line(line: str, *, starts: bool, marked: bool, trusted: bool, known: Callable[[str], bool]) -> Iterator[Token]:
    """The tokens of a line (without its line break), in order, all its words accounted for.

    ``starts``: it is the beginning of a physical line, and not a later piece of a long one. ``marked``: a marker stood
    alone before it. ``trusted`` and ``known``: see ``label_rules.find_label``.
    """
    colon = ":" in line or "：" in line  # noqa: RUF001 (the Chinese colon)
    pos = 0
    if starts:
        why = apart_line(line.strip()) if len(line) <= 2 * MAX_NOTE else None
        if why:
            yield Token(why, line.strip(), 0)
            return
        marker = MARKER.match(line) if ">" in line else None
        if marker:
            yield Token("marker", marker.group().strip(), len(line) - len(line.lstrip()))
            pos, marked = marker.end(), True
    if colon and (starts or marked):
        found = find_label(line, pos, marked=marked, trusted=trusted, known=known)
        if found:
            yield Token("label", found.speaker, pos + len(line[pos:]) - len(line[pos:].lstrip()), found.role)
            pos = found.end
    if ("[" in line or "(" in line or line.find(">", pos) >= 0) or (colon and line.find(":", pos) >= 0):
        yield from _inline(line, pos, known)
    elif pos < len(line):
        yield Token("text", line[pos:], pos)


def _inline(line: str, pos: int, known: Callable[[str], bool]) -> Iterator[Token]:
    scan = pos
    pattern = _INLINE_LABELLED if line.find(":", pos) >= 0 else _INLINE
    while match := pattern.search(line, scan):
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
    mark = line.rfind(">", -_CUT_TAIL)
    if mark >= 0:
        opened = mark == len(line) - len(line.lstrip(" \t>")) - 1 or line[mark - 1] in "> "
        return opened and ":" not in line[mark:] and may_go_on(line[mark + 1 :])
    return len(line) <= _CUT_TAIL and line.isupper() and must_go_on(line.strip())


def cut_note(line: str) -> bool:
    """Whether the line may end inside a note, so that the next line must be seen before this one is decided."""
    begin = max(line.rfind("[", -_CUT_TAIL), line.rfind("(", -_CUT_TAIL))
    if begin < 0:
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
