"""The operator's own style sheets: files of one folder, by their names alone, and what such sheets need."""

import re
from pathlib import Path
from typing import Final, NamedTuple

from captionflow.errors import NotFound

NAME: Final = "[A-Za-z0-9][A-Za-z0-9_-]{0,59}"
MOST_BYTES: Final = 2 * 1024**2
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "woff2": "font/woff2",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}
_FILE = re.compile(rf"({NAME})\.({'|'.join(_TYPES)})")


class OwnFile(NamedTuple):
    """One file as it is sent."""

    content: bytes
    media_type: str


def own_file(folder: Path, name: str) -> OwnFile:
    """The file of this name, read anew: an operator tries until it looks right.

    Raises:
        NotFound: there is none in the folder, it is larger than ``MOST_BYTES``, or it is of no kind that a sheet needs.
    """
    match = _FILE.fullmatch(name)
    content = _content(folder, name) if match else None
    if match is None or content is None:
        kinds = ", ".join(_TYPES)
        raise NotFound(f"There is no such file among the operator's own: {kinds}, at most {MOST_BYTES // 1024**2} MiB.")
    return OwnFile(content, _TYPES[match[2]])


def _content(folder: Path, name: str) -> bytes | None:
    try:
        path = (folder / name).resolve(strict=True)
        if not path.is_relative_to(folder.resolve()) or not path.is_file():  # a link may lead elsewhere
            return None
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        return None
    return content if len(content) <= MOST_BYTES else None
