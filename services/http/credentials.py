"""What of a request says who asks: its key, and whether it was made by a page of another site. Pure.

Tools that caption can't set headers, so a key may be in the query: as ``key``, as Teams' ``token``, or as YouTube's
``cid``, which may be a session's id as well.
"""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from captionflow.keys import KEY

COOKIE: Final = "captionflow-key"
PARAMETERS: Final = ("key", "token", "cid")
_OWN: Final = frozenset({"", "same-origin", "none"})

Place = Literal["header", "query", "cookie"]


class Credentials(NamedTuple):
    """What was found; ``secret`` is empty if there was no key."""

    secret: str
    place: Place
    query: bytes
    """The query without the key, for everybody else."""
    host: str
    """As the client names this server, without the port; empty if it doesn't."""
    own: bool
    """No page of another site made the request, as far as a browser says. Of what only reads, one may have led here."""


def credentials(
    headers: Iterable[tuple[bytes, bytes]], query: bytes, *, safe: bool, public_host: str = ""
) -> Credentials:
    """Of a request with a method that is ``safe`` (RFC 9110, 9.2.1) or not; a socket is not.

    The header counts first, then the query, then the cookie.
    """
    authorization = host = origin = fetched = ""
    cookies: list[str] = []
    for name, value in headers:
        if name == b"authorization":
            authorization = value.decode("latin-1")
        elif name == b"host":
            host = value.decode("latin-1")
        elif name == b"origin":
            origin = value.decode("latin-1")
        elif name == b"sec-fetch-site":
            fetched = value.decode("latin-1")
        elif name == b"cookie":
            cookies.append(value.decode("latin-1"))
    from_query, rest = _in_query(query)
    found: tuple[str, Place] = ("", "header")
    if bearer := _bearer(authorization):
        found = bearer, "header"
    elif from_query:
        found = from_query, "query"
    elif cookie := _in_cookies(cookies):
        found = cookie, "cookie"
    own = _is_own(origin, {host.casefold(), public_host.casefold()}) and (safe or fetched in _OWN)
    return Credentials(*found, rest, _name(host), own)


def _bearer(authorization: str) -> str:
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.casefold() == "bearer" else ""


def _in_query(query: bytes) -> tuple[str, bytes]:
    """The key, and the query without it. Read without a look at what it does not have."""
    if not any(name.encode() + b"=" in query for name in PARAMETERS):
        return "", query
    secret, rest = "", []
    for field in query.split(b"&"):
        (name, value), *_ = parse_qsl(field.decode("latin-1"), keep_blank_values=True) or [("", "")]
        if name in {"key", "token"} or (name == "cid" and KEY.fullmatch(value)):
            secret = secret or value.strip()
            rest += [b"cid="] if name == "cid" else []  # it tells YouTube's tools from Zoom's
        else:
            rest.append(field)
    return secret, b"&".join(rest)


def _in_cookies(cookies: Iterable[str]) -> str:
    for field in "; ".join(cookies).split(";"):
        name, _, value = field.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _is_own(origin: str, hosts: set[str]) -> bool:
    """Whether the page is of this server; a browser says ``null`` where it does not tell."""
    if not origin:
        return True
    try:
        return bool(urlsplit(origin).netloc) and urlsplit(origin).netloc.casefold() in hosts
    except ValueError:
        return False


def _name(host: str) -> str:
    """The name or address in a ``Host``, without the port, in small letters."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return "?"
