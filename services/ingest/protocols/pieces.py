"""Texts that are longer than a line, in pieces. Pure."""

from collections.abc import Iterator


def cut(text: str, chars: int, blanks: str = " \n") -> list[str]:
    """The text in pieces of so many characters at most, behind a blank where there is one; one piece at least."""
    return list(_pieces(text, chars, blanks)) or [""]


def _pieces(text: str, chars: int, blanks: str) -> Iterator[str]:
    begin = 0
    while begin < len(text):
        end = begin + chars
        if end < len(text):
            blank = max(text.rfind(one, begin, end) for one in blanks) + 1
            end = blank if blank > begin else end
        yield text[begin:end]
        begin = end
