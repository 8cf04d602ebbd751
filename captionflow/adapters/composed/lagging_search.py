"""Search that says how far its index is behind."""

from collections.abc import Callable

import msgspec

from captionflow.ports import Search, SearchPage, SearchQuery


class LaggingSearch:
    """``Search``. ``behind`` gives the steps that the index has not taken yet; None if that is not known."""

    def __init__(self, search: Search, behind: Callable[[], int | None]) -> None:
        self._search = search
        self._behind = behind

    async def search(self, query: SearchQuery) -> SearchPage:
        """See ``Search.search``."""
        page = await self._search.search(query)
        return msgspec.structs.replace(page, behind=self._behind() or 0)
