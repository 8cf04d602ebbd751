"""What a page's first frame needs comes with the page: its style sheet, and the scripts that say how it looks.

The policy names them by their hashes, so nothing else that stands in a page is run, or dresses it.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from markupsafe import Markup

from services.api.pages.static_files import StaticFiles

SHEET: Final = "style.css"
READERS_SCRIPTS: Final = ("js/floor.js", "js/look.js", "js/display.js", "js/early.js", "js/to_end.js")
SCRIPTS: Final = (*READERS_SCRIPTS, "js/shape.js")
"""Classic ones, which run where they stand; the last one in screens, which nobody keeps."""

_COMMENT = re.compile(r"\s*/\*.*?\*/", re.DOTALL)
_ADDRESS = re.compile(r'url\("([^"]+)"\)')
_ENDS = re.compile(r"</(?:script|style)|<!--", re.IGNORECASE)
"""What would end the element that it stands in, or make a comment of it."""


class Inlined(NamedTuple):
    """Files as elements of a page."""

    elements: Mapping[str, Markup]
    """By the file's name, which the element has in ``data-file``: a page that is kept has the file instead."""
    policy: str
    """What a page's Content-Security-Policy says of them."""


def inlined(files: StaticFiles) -> Inlined:
    """The sheet and the scripts of these files.

    Raises:
        ValueError: one has what can't stand in its element.
    """
    sheet = _COMMENT.sub("", _text(files, SHEET))
    sheet = _ADDRESS.sub(lambda found: f'url("{files.url(found[1])}")', sheet)  # it has no address of its own any more
    scripts = {name: _text(files, name) for name in SCRIPTS}
    elements = {name: _element("script", name, text) for name, text in scripts.items()}
    hashes = " ".join(map(_hash, scripts.values()))
    policy = f"script-src 'self' {hashes}; style-src 'self' {_hash(sheet)}"
    return Inlined({SHEET: _element("style", SHEET, sheet), **elements}, policy)


def _text(files: StaticFiles, name: str) -> str:
    return files.files[name].content.decode()


def _element(kind: str, name: str, text: str) -> Markup:
    if _ENDS.search(text):
        raise ValueError(f"{name} can't stand in a page: it has {_ENDS.pattern}.")
    return Markup(f'<{kind} data-file="{name}">{text}</{kind}>')  # noqa: S704 - files of the program, not text of anybody


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
