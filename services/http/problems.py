"""Every error of the API as one problem document (RFC 9457), with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from captionflow.errors import CaptionflowError, Misconfigured, Unavailable

if TYPE_CHECKING:
    from fastapi import FastAPI

log = structlog.get_logger(__name__)


class Kind(NamedTuple):
    """What all problems of one code have in common."""

    status: int
    title: str
    remedy: str


KINDS: dict[str, Kind] = {
    "bad-message": Kind(400, "This can't be used", "Correct what the detail names; the same again fails again."),
    "unauthorized": Kind(401, "Unauthorized", "Send a key: Authorization: Bearer, or key= in the address of a tool."),
    "forbidden": Kind(403, "Not with this key", "Ask who runs this installation for a key that may do it."),
    "not-found": Kind(404, "Not found", "Check the address; announce a session before it is used."),
    "method-not-allowed": Kind(405, "Method not allowed", "Use a method of the header Allow."),
    "not-acceptable": Kind(406, "Not acceptable", "Ask for one of the media types in the member available."),
    "request-timeout": Kind(408, "Too slow", "Send the very same again: nothing was stored."),
    "conflict": Kind(409, "It contradicts what is there", "Read the current state, then decide."),
    "precondition-failed": Kind(412, "Somebody was faster", "Read it again, then change it."),
    "too-large": Kind(413, "Too large", "Send less at a time."),
    "unsupported-media-type": Kind(415, "Not in this form", "Send it with a content type that the detail names."),
    "invalid": Kind(422, "Some of it is not valid", "Correct the field or parameter that the detail names."),
    "too-many-requests": Kind(429, "Too much at once", "The same again after Retry-After seconds: nothing was done."),
    "internal": Kind(500, "Our mistake", "Try again later; what was acknowledged is safe."),
    "not-implemented": Kind(501, "Not in this format", "Ask for a format that the detail names."),
    "unavailable": Kind(503, "Not possible right now", "The same again after Retry-After seconds: nothing was done."),
}
"""By code. ``/problems/<code>`` shows them, and docs/api.md has them all."""

_CODES = {kind.status: code for code, kind in KINDS.items()}
_MISCONFIGURED = "Whoever runs captionflow has to change something first; what it is was logged."
_MENDING_SECONDS = 60
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class ProblemError(CaptionflowError):
    """An answer that only HTTP knows: a code, a sentence, and further members of the document."""

    def __init__(self, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.problem_code = code
        self.extra = extra


def problem(code: str, detail: str, *, status: int | None = None, **extra: Any) -> Response:
    """A problem document. ``extra`` are further members; ``headers`` among them are the response's headers."""
    headers = extra.pop("headers", None)
    kind = _kind(code, status)
    document = {"type": f"/problems/{code}", "title": kind.title, "status": kind.status, "code": code, "detail": detail}
    return Response(msgspec.json.encode(document | extra), kind.status, headers, "application/problem+json")


ErrorPage = Callable[[Request, int, str, str], Response]
"""(request, status, title, detail) to a page that a person can read."""


def install(app: FastAPI, error_page: ErrorPage | None = None) -> None:
    """Answer every error of ours, of the framework and of our bugs with a problem document.

    Where a process has pages, a person gets ``error_page``.
    """
    app.state.error_page = error_page
    app.add_exception_handler(CaptionflowError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid_parameter)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _bug)


def _kind(code: str, status: int | None) -> Kind:
    found = KINDS.get(code)
    if found is None:
        status = status or 500
        return Kind(status, HTTPStatus(status).phrase, "")
    return found


def _answer(request: Request, code: str, detail: str, *, status: int | None = None, **extra: Any) -> Response:
    error_page: ErrorPage | None = request.app.state.error_page
    if error_page is None or not _is_for_a_person(request):
        return problem(code, detail, status=status, **extra)
    kind = _kind(code, status)
    response = error_page(request, kind.status, kind.title, detail)
    response.headers.update(extra.get("headers") or {})
    return response


def _is_for_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")


async def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, ProblemError):
        return _answer(request, error.problem_code, str(error), **error.extra)
    if isinstance(error, Unavailable):
        log.warning("unavailable", path=request.url.path, reason=str(error))
        headers = {"Retry-After": str(max(1, round(error.retry_after)))}
        return _answer(request, error.code, str(error), headers=headers)
    if isinstance(error, Misconfigured):  # the reason is for the operator, not for the caller
        log.error("misconfigured", path=request.url.path, reason=str(error))
        return _answer(request, Unavailable.code, _MISCONFIGURED, headers={"Retry-After": str(_MENDING_SECONDS)})
    assert isinstance(error, CaptionflowError)  # noqa: S101 - the handler is registered for it
    return _answer(request, error.code, str(error))


async def _invalid_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for it
    errors = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()]
    detail = "; ".join(f"{one['where']}: {one['what']}" for one in errors) + "."
    return _answer(request, "invalid", detail, errors=errors)


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for it
    status, headers = error.status_code, dict(error.headers or {})
    code = _CODES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "-")
    detail = str(error.detail)
    if status == HTTPStatus.NOT_FOUND:
        detail = "There is nothing under this address."
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
        detail = f"This address knows {headers['Allow']} and no other method."
    return _answer(request, code, detail, status=status, headers=headers)


def _allowed(request: Request) -> list[str]:
    """All methods of an address; the framework names those of the first route alone, and GET gives HEAD."""
    routes = request.app.router.routes
    found = {
        method
        for method in _METHODS
        if any(one.matches({**request.scope, "method": method})[0] is Match.FULL for one in routes)
    }
    return [method for method in _METHODS if method in found or (method == "HEAD" and "GET" in found)]


async def _bug(request: Request, error: Exception) -> Response:
    log.error("request_failed", path=request.url.path, exc_info=error)
    return _answer(request, "internal", "This is our mistake; it was logged. What was acknowledged is safe.")
