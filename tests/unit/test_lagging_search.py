import asyncio

import pytest

from captionflow.adapters.composed.lagging_search import LaggingSearch
from captionflow.ports import SearchPage, SearchQuery


class Found:
    async def search(self, query: SearchQuery) -> SearchPage:
        assert query == SearchQuery("hello")
        return SearchPage(hits=(), total=7)


@pytest.mark.parametrize(("behind", "told"), [(12, 12), (0, 0), (None, 0)])
def test_a_search_tells_how_many_steps_its_index_is_behind(behind: int | None, told: int) -> None:
    page = asyncio.run(LaggingSearch(Found(), lambda: behind).search(SearchQuery("hello")))
    assert (page.total, page.behind) == (7, told)
