"""What lets pages be opened without a network: a service worker, and the page that says what this browser has kept."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.api.context import Context
from services.api.pages.inlining import READERS_SCRIPTS, SHEET
from services.api.pages.rendering import STATIC, page
from services.http.access import open_to
from services.http.provided import provided
from services.http.rooms import Room

routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROOM = Room(routes)

_WORKER: Final = "js/worker/keep.js"
_REMOVAL: Final = "js/worker/remove.js"
_KEPT: Final = (SHEET, "icon.svg", "app.webmanifest", *READERS_SCRIPTS)
_SCRIPTS: Final = ("js/follow.js", "js/reread.js", "js/kept_pages.js")
"""Of the pages that open without a network; with what they import."""
_FONTS: Final = tuple(
    name for name in STATIC.files if name.endswith(".woff2") and "-next-latin-" in name and "-latin-ext-" not in name
)
"""What the pages are set in, for most of what is read: a browser has another one for the rest."""
_FILES: Final = sorted({*_KEPT, *_FONTS, *STATIC.imported(*_SCRIPTS)})
_GIVEN: Final = msgspec.json.encode({"version": STATIC.version, "files": [STATIC.url(name) for name in _FILES]})


@routes.get("/sw.js")
@open_to("anyone")
async def worker(request: Request) -> Response:
    """The service worker of this version; or, where it is not wanted, one that removes what was kept and itself."""
    wanted = provided(request, Context).settings.offline
    source = STATIC.files[_WORKER if wanted else _REMOVAL].content
    content = b"self.given = " + _GIVEN + b";\n" + source
    return Response(content, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@routes.get("/offline")
@open_to("anyone")
async def offline() -> Response:
    """What is shown in place of a page that is not kept, while there is no network."""
    return page("offline.html")
