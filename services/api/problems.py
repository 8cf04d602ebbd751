"""Every error of the API as one problem document (RFC 9457), with a sentence that says what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from captionflow.errors import BadMessage, CaptionflowError, Conflict, NotFound, TooLarge, Unavailable
from services.api import pages

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

log = structlog.get_logger(__name__)

_STATUS: tuple[tuple[type[CaptionflowError], int], ...] = (
    (TooLarge, 413),
    (BadMessage, 400),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
)
_TITLES = {
    "bad-message": "This can't be used",
    "too-large": "Too large",
    "not-found": "Not found",
    "conflict": "It contradicts what is there",
    "unavailable": "Not possible right now",
    "invalid": "Some of it is not valid",
}


class ProblemError(CaptionflowError):
    """An answer that only HTTP knows: a status, its code, and a sentence."""

    def __init__(self, status: int, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.problem_code = code
        self.extra = extra


def problem(status: int, code: str, title: str, detail: str, **extra: Any) -> Response:
    """A problem document. ``extra`` are further members; ``headers`` among them are the response's headers."""
    headers = extra.pop("headers", None)
    document = {"type": f"/problems/{code}", "title": title, "status": status, "code": code, "detail": detail, **extra}
    return Response(msgspec.json.encode(document), status, headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of ours, of the framework and of our bugs with a problem, or a page where a person looks."""
    app.add_exception_handler(CaptionflowError, _ours)
    app.add_exception_handler(msgspec.ValidationError, _invalid_body)
    app.add_exception_handler(msgspec.DecodeError, _unreadable_body)
    app.add_exception_handler(RequestValidationError, _invalid_parameter)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _bug)


def _answer(request: Request, status: int, code: str, detail: str, **extra: Any) -> Response:
    title = _TITLES.get(code) or HTTPStatus(status).phrase
    if _is_for_a_person(request):
        response = pages.error_page(request, status, title, detail)
        response.headers.update(extra.get("headers") or {})
        return response
    return problem(status, code, title, detail, **extra)


def _is_for_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")


async def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, ProblemError):
        return _answer(request, error.status, error.problem_code, str(error), **error.extra)
    assert isinstance(error, CaptionflowError)  # noqa: S101 - the handler is registered for it
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if isinstance(error, Unavailable):
        log.warning("unavailable", path=request.url.path, reason=str(error))
        return _answer(
            request, status, error.code, str(error), headers={"Retry-After": str(max(1, round(error.retry_after)))}
        )
    return _answer(request, status, error.code, str(error))


async def _invalid_body(request: Request, error: Exception) -> Response:
    return _answer(request, 422, "invalid", f"{error}.")


async def _unreadable_body(request: Request, error: Exception) -> Response:
    return _answer(request, 400, "bad-message", f"The body is not JSON in UTF-8: {error}.")


async def _invalid_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for it
    errors = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()]
    detail = "; ".join(f"{one['where']}: {one['what']}" for one in errors) + "."
    return _answer(request, 422, "invalid", detail, errors=errors)


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for it
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    detail = {404: "There is nothing under this address.", 405: "This address does not know this method."}.get(
        error.status_code, str(error.detail)
    )
    return _answer(request, error.status_code, code, detail, headers=dict(error.headers or {}))


async def _bug(request: Request, error: Exception) -> Response:
    log.error("request_failed", path=request.url.path, exc_info=error)
    return _answer(request, 500, "internal", "This is our mistake; it was logged. What was acknowledged is safe.")
