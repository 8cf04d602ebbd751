"""What was read can be opened without a network, and says that it was kept."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.e2e.conftest import SECONDS, Program, follow, someone, unplugged
from tests.waiting import await_true

pytestmark = pytest.mark.browser

PAGES = "captionflow-pages-1"


@pytest.fixture
def context(browser: Browser, program: Program) -> Iterator[BrowserContext]:
    """A browser that may keep what was read."""
    if not program.runs:
        program.start()
        program.wait_until_ready()
    with someone(browser, base_url=program.url) as reader:
        yield reader


def kept(page: Page, *words: str) -> bool:
    """Whether this browser has kept a page with these words."""
    ask = f"""async () => {{
        const cache = await caches.open({PAGES!r});
        let all = "";
        for (const one of await cache.keys()) all += await (await cache.match(one, {{ignoreVary: true}})).text();
        return all.replace(/<[^>]*>/g, "");
    }}"""
    return all(one in page.evaluate(ask) for one in words)


def until_kept(page: Page) -> None:
    """What each of these sessions begins with is kept."""
    await_true(lambda: kept(page, "Good morning."), "the page was not kept", SECONDS)


def test_a_session_that_was_read_opens_without_a_network_and_goes_on_with_one(
    context: BrowserContext, program: Program
) -> None:
    program.begin("kept", ">> ANA: Good morning.")
    page = context.new_page()
    follow(page, "kept")
    until_kept(page)
    program.say("kept", 1, ">> BEN: This came while it was read.")
    expect(page.get_by_text("This came while it was read.")).to_be_visible()
    hide = "() => { Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
    page.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')); }")
    await_true(lambda: kept(page, "This came while it was read."), "what came was not kept", SECONDS)
    context.set_offline(True)
    unplugged(page)
    page.goto("/s/kept/follow")
    expect(page.locator("#kept")).to_contain_text("There is no connection. This is what this browser kept on")
    expect(page.locator("#captions")).to_contain_text("This came while it was read.")
    expect(page.locator("#state")).not_to_be_visible()
    expect(page).to_have_title(re.compile("Kept"))
    program.say("kept", 2, ">> ANA: This was said meanwhile.")
    context.set_offline(False)
    expect(page.get_by_text("This was said meanwhile.")).to_be_visible()
    expect(page.locator("#kept")).to_have_count(0)
    expect(page).to_have_title(re.compile("Live"))


def test_without_a_network_another_page_says_so_and_lists_what_was_kept(
    context: BrowserContext, program: Program
) -> None:
    program.begin("listed", ">> ANA: Good morning.", title="What is <kept>")
    page = context.new_page()
    page.goto("/s/listed")
    until_kept(page)
    context.set_offline(True)
    unplugged(page)
    page.goto("/")
    expect(page.locator("h1")).to_have_text("There is no connection")
    page.get_by_role("link", name="What is <kept>").click()
    expect(page).to_have_url(re.compile("/s/listed$"))
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator(".transcript")).to_contain_text("Good morning.")
    expect(page.locator(".live")).not_to_be_visible()


def test_what_may_be_read_no_more_is_kept_no_more(context: BrowserContext, program: Program) -> None:
    program.begin("withdrawn", ">> ANA: Good morning.")
    page = context.new_page()
    page.goto("/s/withdrawn")
    until_kept(page)
    page.evaluate(
        f"""async () => {{
        const cache = await caches.open({PAGES!r});
        await cache.put("/s/nobody", await cache.match("/s/withdrawn", {{ignoreVary: true}}));
        await cache.delete("/s/withdrawn", {{ignoreVary: true}});
    }}"""
    )
    page.goto("/s/nobody")
    expect(page.locator("h1")).to_have_text("Nothing has been said here yet")
    await_true(lambda: not kept(page, "Good morning."), "what is gone is kept", SECONDS)


def test_an_older_version_s_files_are_deleted_and_calls_of_the_api_are_not_kept(
    context: BrowserContext, program: Program
) -> None:
    program.begin("upgraded", ">> ANA: Good morning.")
    page = context.new_page()
    page.goto("/offline")
    page.evaluate(
        "() => caches.open('captionflow-files-old').then((old) => old.put('/static/old/x', new Response('')))"
    )
    follow(page, "upgraded")
    until_kept(page)
    names = page.evaluate("() => caches.keys()")
    assert (len(names), "captionflow-files-old" in names) == (2, False)
    ask = """async () => {
        const all = [];
        for (const name of await caches.keys()) all.push(...await (await caches.open(name)).keys());
        return all.map((one) => one.url);
    }"""
    paths = [re.sub(r"^https?://[^/]+", "", one) for one in page.evaluate(ask)]
    assert [one for one in paths if not one.startswith(("/static/", "/s/upgraded", "/offline"))] == []


def test_the_worker_answers_for_nothing_but_pages_that_are_read(context: BrowserContext, program: Program) -> None:
    program.begin("alone", ">> ANA: Good morning.")
    page = context.new_page()
    follow(page, "alone")
    until_kept(page)
    by_worker: list[str] = []
    page.on("response", lambda answer: by_worker.append(answer.url) if answer.from_service_worker else None)
    page.reload()
    expect(page.locator("#status")).to_have_text("Live")
    assert by_worker == [f"{program.url}/s/alone/follow"]
    context.set_offline(True)
    unplugged(page)
    for path in ("/s/alone/overlay", "/embed/alone", "/caption/alone", "/desk", "/rooms/main", "/livez"):
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(path)


def test_what_was_taken_away_meanwhile_is_not_kept_again(context: BrowserContext, program: Program) -> None:
    program.begin("away", ">> ANA: Good morning.")
    page = context.new_page()
    page.goto("/s/away")
    until_kept(page)
    page.evaluate(
        f"""async () => {{
        await (await caches.open({PAGES!r})).delete(location.href, {{ignoreVary: true}});
        const tell = (what) => navigator.serviceWorker.controller.postMessage(what);
        tell({{address: location.href, html: "Good morning."}});
        tell({{address: location.origin + "/s/nobody"}});
        tell({{address: location.origin + "/desk"}});
    }}"""
    )
    program.begin("after", ">> ANA: Good evening.")
    other = context.new_page()
    other.goto("/s/after")
    await_true(lambda: kept(other, "Good evening."), "the page was not kept", SECONDS)
    assert not kept(other, "Good morning.")
    assert other.evaluate(f"async () => (await (await caches.open({PAGES!r})).keys()).length") == 1


def test_what_was_read_with_a_key_and_what_is_closed_is_kept_nowhere(browser: Browser, tmp_path: Path) -> None:
    key = "an-admin-key-of-this-test-alone"
    with Program(tmp_path, LOG_LEVEL="warning", INGEST_TOKEN=key) as program:
        program.client.headers["Authorization"] = f"Bearer {key}"
        program.begin("open", ">> ANA: Good morning.")
        program.begin("shut", ">> BEN: Between us.", closed=True)
        with someone(browser, base_url=program.url) as with_key, someone(browser, base_url=program.url) as without:
            page = without.new_page()
            page.goto("/s/shut")
            follow(page, "open")
            until_kept(page)
            holder = with_key.new_page()
            holder.goto(f"/s/shut/follow?key={key}")
            expect(holder.locator("#captions")).to_contain_text("Between us.")
            holder.evaluate(
                "() => new Promise((done) => { const it = navigator.serviceWorker;"
                " if (it.controller) done(); else it.addEventListener('controllerchange', done); })"
            )
            holder.reload()
            expect(holder.locator("#captions")).to_contain_text("Between us.")
            program.client.patch("/v1/sessions/open", json={"closed": True}).raise_for_status()
            expect(page.locator("#status")).to_contain_text("This session is not here.")
            await_true(lambda: not kept(page, "Good morning."), "what is closed is kept", SECONDS)
            assert not kept(page, "Between us.")
            assert not kept(holder, "Between us.")


def test_an_installation_that_wants_nothing_kept_removes_what_was(browser: Browser, tmp_path: Path) -> None:
    with Program(tmp_path, LOG_LEVEL="warning") as program:
        program.begin("removed", ">> ANA: Good morning.")
        with someone(browser, base_url=program.url) as context:
            page = context.new_page()
            page.goto("/s/removed")
            until_kept(page)
            program.stop()
            program.settings["OFFLINE"] = "false"
            program.start()
            program.wait_until_ready()
            page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.update())")
            await_true(lambda: page.evaluate("() => caches.keys()") == [], "what was kept is there", SECONDS)
            page.reload()
            count = "() => navigator.serviceWorker.getRegistrations().then((all) => all.length)"
            await_true(lambda: page.evaluate(count) == 0, "the worker is there", SECONDS)


def test_what_was_said_so_far_is_saved_as_a_file(page: Page, program: Program) -> None:
    program.begin("saved", ">> ANA: Good morning.", ">> BEN: Good evening.")
    follow(page, "saved")
    page.get_by_text("More").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save what was said so far").click()
    assert download.value.suggested_filename == "saved.en.so-far.txt"
    assert "ANA: Good morning.\n\nBEN: Good evening.\n" in Path(download.value.path()).read_text()
