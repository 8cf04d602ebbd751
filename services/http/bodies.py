"""JSON bodies of requests, and what is wrong with those that can't be read. A message never repeats the body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from captionflow.errors import BadMessage, WrongKind
from services.http.problems import ProblemError

if TYPE_CHECKING:
    from starlette.requests import Request

_Wanted = TypeVar("_Wanted")

_WHERE = re.compile(r" - at `\$\.?([\w.\[\]]*)`$")
_PATTERNS = {
    "id": "an id is 1 to 80 of a-z, 0-9, _ and -, and begins with a letter or a digit",
    "languages": "a language is a BCP 47 tag such as en, pt-BR or zh-Hans",
}
"""What the regular expressions of fields mean, by the field's name."""


async def json_body(
    request: Request, wanted: type[_Wanted], *, kinds: tuple[str, ...] = ("application/json",)
) -> _Wanted:
    """The body as ``wanted``. Without a content type it counts as JSON.

    Raises ``WrongKind`` (415) for another content type than ``kinds``, ``BadMessage`` (400) for what is not JSON in
    UTF-8, ``ProblemError`` (422) for JSON that does not fit.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in kinds:
        raise WrongKind(f"The body comes as {' or '.join(kinds)}, not as {kind[:80]!r}: set Content-Type.")
    body = await request.body()
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise BadMessage(f"The body is not UTF-8: byte {error.start} can't be read.") from error
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=wanted)
    except msgspec.ValidationError as error:
        raise ProblemError("invalid", _told(str(error))) from error
    except msgspec.DecodeError as error:
        surrogate = " (a lone surrogate, perhaps)" if rb"\u" in body else ""
        raise BadMessage(f"The body is not JSON{surrogate}: {str(error).rstrip('.')}.") from error


def _told(what: str) -> str:
    """``Expected `str`… - at `$.title``` as a person would say it."""
    where = _WHERE.search(what)
    if where is None:
        return f"{what}."
    field = where[1]
    meaning = _PATTERNS.get(field.partition("[")[0]) if "matching regex" in what else None
    return f"{field}: {meaning or what[: where.start()]}."
