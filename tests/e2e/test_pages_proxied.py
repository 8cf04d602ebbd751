"""Behind the proxy that is shipped, which speaks HTTP/2: words come at once to as many pages as somebody opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Response, expect

from tests.e2e.conftest import Program, follow, someone
from tests.stack.proxy import proxy

pytestmark = pytest.mark.browser

TABS = 9
"""More than the six connections that a browser opens to a server by HTTP/1.1."""


@pytest.fixture
def by_https(browser: Browser, program: Program, tmp_path: Path) -> Iterator[BrowserContext]:
    with (
        proxy(tmp_path, [program.port], [program.port], host="localhost") as base,
        someone(browser, base_url=base, ignore_https_errors=True) as reader,
    ):
        yield reader


def test_many_pages_each_have_a_stream_of_their_own_by_http_2_and_none_waits_for_another(
    by_https: BrowserContext, program: Program
) -> None:
    answers: list[Response] = []
    by_https.on("response", lambda one: answers.append(one))  # noqa: PLW0108 - Playwright takes no built-in method
    tabs = []
    for n in range(TABS):
        program.begin(f"h2-{n}", ">> ANNA: Before.", title=f"Tab {n}")
        tabs.append(by_https.new_page())
        follow(tabs[n], f"h2-{n}")
    for n, tab in enumerate(tabs):
        program.say(f"h2-{n}", 1, "After.")
        expect(tab.locator("#captions")).to_contain_text("After.")
        expect(tab.locator("#status")).to_have_text("Live")
        spoken = tab.evaluate(
            "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".map((one) => one.nextHopProtocol)"
        )
        assert set(spoken) == {"h2"}
    streams = [one.url for one in answers if "event-stream" in one.headers.get("content-type", "")]
    assert len({url.partition("?")[0] for url in streams}) == TABS
