"""How a page gets a key: an address with one sets a cookie, and leads to the address without it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse

from services.http.credentials import COOKIE

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope


def wants_page(scope: Scope) -> bool:
    """Whether a person opened the address in a browser."""
    return (
        scope["type"] == "http" and scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
    )


def welcome(scope: Scope, secret: str) -> Response:
    """The cookie, and the way to the address without the key; ``scope`` has its query without it by now.

    The cookie has the key itself, so that one that is revoked is so everywhere, at once and without a list of logins.
    No script can read it. ``Lax``, since ``Strict`` would leave it out where a link in a mail led here; what writes
    asks besides where a request comes from.
    """
    path = quote("/" + scope["path"].lstrip("/"), safe="/")  # two slashes would lead to another server
    query = scope["query_string"].decode("latin-1")
    response = RedirectResponse(f"{path}?{query}" if query else path, 303, {"Cache-Control": "no-store"})
    secure = scope["scheme"] == "https"
    response.set_cookie(COOKIE, secret, httponly=True, samesite="lax", secure=secure, path="/")
    return response
