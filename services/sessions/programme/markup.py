"""Descriptions that were written for a web page, as plain text. Pure.

The work grows with the text, whatever is in it: the standard library's parser begins anew at each tag that never ends.
"""

import html
import re

_BLOCKS = frozenset({"p", "br", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})
"""They end a line."""
_SILENT = frozenset({"script", "style"})
_COMMENT = "<!--"
_COMMENT_END = "-->"

_TAG = re.compile(r"</?(?:p|br|div|span|a|b|i|strong|em|ul|ol|li|h\d|table)\b[^<>]*>", re.IGNORECASE)
_TOKEN = re.compile(
    r"<!--(?:-?>)?|-->|<[!?][^<>]*>"
    # A value in quotes may have a > in it; where a quote is only an apostrophe, the tag ends at the first one.
    r"|<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?=[\s/>])(?:(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>|[^<>]*>)",
    re.IGNORECASE,
)
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{9,}|x[0-9a-f]{9,});?", re.IGNORECASE)


def without_markup(text: str) -> str:
    """A text that has tags of HTML without them; any other as it is."""
    if not _TAG.search(text):
        return text
    words: list[str] = []
    hidden = ""  # what the text is in that nobody reads: a comment, a script, a style sheet
    at = 0
    for token in _TOKEN.finditer(text):
        if not hidden:
            words.append(_characters(text[at : token.start()]))
        at = token.end()
        name = (token["name"] or "").lower()
        if hidden:
            over = token[0] == _COMMENT_END if hidden == _COMMENT else bool(token["end"]) and name == hidden
            hidden = "" if over else hidden
        elif token[0] == _COMMENT:
            hidden = _COMMENT
        elif token[0] == _COMMENT_END:
            words.append(token[0])
        elif name in _SILENT and not token["end"]:
            hidden = name
        elif name in _BLOCKS:
            words.append("\n")
    return "".join([*words, "" if hidden else _characters(text[at:])])


def _characters(text: str) -> str:
    """``&amp;`` and its like as characters; a number that is none, as what stands for what can't be shown."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))
