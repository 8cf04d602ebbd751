"""Pages of a list, the same for all lists: so many entries, and a link to the next while there are more (RFC 8288)."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Query, Request

from captionflow.cursors import write_cursor

PAGE: Final = 100
"""Entries a page, if the client does not say."""
MAX_PAGE: Final = 1_000

Cursor = Annotated[
    str,
    Query(max_length=500, description="Of the `Link` of the page before.", examples=["W2ZhbHNlLCIyMDE1LTExLTEyIl0"]),
]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Entries a page.", examples=[100])]
NEXT: Final = 'While there are more, `Link: <…>; rel="next"` leads to the next page.'


def link_next(request: Request, place: Any) -> dict[str, str]:
    """The header that leads to what comes behind a place; none if that is None."""
    if place is None:
        return {}
    query = {**request.query_params, "cursor": write_cursor(place)}
    return {"Link": f'<{request.url.path}?{urlencode(query)}>; rel="next"'}
