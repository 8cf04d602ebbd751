"""What many ask for in the same moment: they are answered together (``services.http.crowd``)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from fastapi.responses import Response

from services.api.context import Context
from services.http.access import granted
from services.http.provided import provided

if TYPE_CHECKING:
    from fastapi import Request

Answering = Callable[..., Coroutine[Any, Any, Response]]


def answered_together(answering: Answering) -> Answering:
    """Declares that all who ask the same in the same moment are answered together.

    Of what a request says, the answer may depend on the address, on who asks, and on ``Sec-Fetch-Dest``. It is whole in
    memory.
    """

    @wraps(answering)
    async def shared(**given: Any) -> Response:
        request: Request = given["request"]
        question = str(request.url), granted(request), request.headers.get("sec-fetch-dest")
        made = await provided(request, Context).crowd.answer(question, partial(answering, **given))
        return Response(made.body, made.status_code, dict(made.headers))  # who sends it may add to its headers

    return shared
