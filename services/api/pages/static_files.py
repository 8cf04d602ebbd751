"""The stylesheet, scripts and fonts of the pages: read and packed once, served under a URL that names their content."""

import hashlib
import mimetypes
import re
from pathlib import Path, PurePosixPath

import msgspec
from fastapi import Request
from fastapi.responses import Response

from captionflow.errors import NotFound
from services.http.negotiation import has, takes_gzip
from services.http.packing import is_compressible, packed, tag

FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"
_IMPORT = re.compile(r'^import .*?"\./([^"]+)";$', re.MULTILINE)
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
SMALLEST = 9
"""zlib's level for what is packed once."""


class StaticFile(msgspec.Struct, frozen=True):
    """One file as it is sent."""

    content: bytes
    media_type: str
    etag: str
    packed: bytes | None
    """The content as gzip, where that is shorter."""


class StaticFiles(msgspec.Struct, frozen=True):
    """All static files and the version that they make together.

    Scripts import each other by relative path, so one version in the path of a page's first script covers all of
    them, and a page that was open during an upgrade never mixes two versions' caches.
    """

    files: dict[str, StaticFile]
    version: str

    def url(self, name: str) -> str:
        """Where a page finds the file. KeyError if there is none: a template's mistake."""
        self.files[name]
        return f"/static/{self.version}/{name}"

    def imported(self, *names: str) -> set[str]:
        """These scripts, and all that they import, directly or not."""
        found: set[str] = set()
        left = list(names)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                source = self.files[name].content.decode()
                left += (str(PurePosixPath(name).parent / other) for other in _IMPORT.findall(source))
        return found

    def respond(self, version: str, name: str, request: Request) -> Response:
        """The file, cached for good under its own version. Only names that were read at the start exist.

        Raises:
            NotFound: there is no such file.
        """
        file = self.files.get(name)
        if file is None:
            raise NotFound("There is no such file among the pages' files.")
        headers = {
            "Cache-Control": FOREVER if version == self.version else BRIEFLY,
            "ETag": file.etag,
            "Vary": "Accept-Encoding",
        }
        if has(request.headers.get("if-none-match"), file.etag.removeprefix("W/")):
            return Response(status_code=304, headers=headers)
        content = file.content
        if file.packed is not None and takes_gzip(request.headers.get("accept-encoding")):
            content, headers["Content-Encoding"] = file.packed, "gzip"
        return Response(content, media_type=file.media_type, headers=headers)


def read_static_files(folder: Path) -> StaticFiles:
    """All files under the folder, by their path in it."""
    files: dict[str, StaticFile] = {}
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(PurePosixPath(path.relative_to(folder)))
        content = path.read_bytes()
        whole.update(name.encode() + b"\0" + content)
        guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        smaller = packed(content, SMALLEST) if is_compressible(guessed) else content
        files[name] = StaticFile(content, guessed, tag(content), smaller if len(smaller) < len(content) else None)
    return StaticFiles(files, whole.hexdigest()[:12])
