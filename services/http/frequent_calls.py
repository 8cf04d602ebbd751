"""Calls that come hundreds of times a second: looked for before all others, and handled without a framework's detours.

FastAPI solves the parameters and dependencies of each request anew, which costs more than a line does. A handler whose
parameters are plain texts that it checks itself gets them directly; the description of the API is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi.routing import APIRoute

from services.http.access import admit

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import Request, Response
    from fastapi.dependencies.models import Dependant

_TEXTS: Final = (str, str | None)


class FrequentCall(APIRoute):
    """The class of a router's routes (``APIRouter(route_class=FrequentCall)``).

    Who may make the call is asked as everywhere. A call that has any other parameter than the request, texts of its
    path and optional texts of its query, or a dependency of its own, is left to FastAPI.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See ``APIRoute``."""
        asked = self.dependant
        handler = self.endpoint
        if not _is_plain(asked):
            return super().get_route_handler()
        request_name = asked.request_param_name or ""
        path = [(field.name, field.alias) for field in asked.path_params]
        query = [(field.name, field.alias, field.default) for field in asked.query_params]

        async def handle(request: Request) -> Response:
            await admit(request)
            given = {name: request.path_params[alias] for name, alias in path}
            for name, alias, default in query:
                given[name] = request.query_params.get(alias, default)
            response: Response = await handler(**{request_name: request}, **given)
            return response

        return handle


def _is_plain(asked: Dependant) -> bool:
    """Whether FastAPI would do nothing for it but hand on what came."""
    more = (asked.dependencies, asked.header_params, asked.cookie_params, asked.body_params)
    names = (asked.http_connection_param_name, asked.response_param_name, asked.background_tasks_param_name)
    fields = [*asked.path_params, *asked.query_params]
    return (
        asked.request_param_name is not None
        and not any(more)
        and not any(names)
        and all(field.field_info.annotation in _TEXTS and not field.field_info.metadata for field in fields)
        and not any(field.field_info.is_required() for field in asked.query_params)
    )
