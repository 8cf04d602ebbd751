"""Keys at the desk: made for a captioner, handed out in an address, seen in the audit trail, revoked."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Program, someone

pytestmark = pytest.mark.browser

ADMIN = "an-admin-key-of-this-test-alone"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program whose settings have the key of an admin."""
    with Program(tmp_path_factory.mktemp("keyed"), LOG_LEVEL="warning", INGEST_TOKEN=ADMIN) as running:
        running.client.headers["Authorization"] = f"Bearer {ADMIN}"
        yield running


@pytest.fixture
def desk(browser: Browser, keyed: Program) -> Iterator[Page]:
    with someone(browser, base_url=keyed.url) as technician:
        yield technician.new_page()


@pytest.fixture
def stranger(browser: Browser, keyed: Program) -> Iterator[Page]:
    """Somebody without a key, in a browser of their own."""
    with someone(browser, base_url=keyed.url) as other:
        yield other.new_page()


def test_a_key_is_made_handed_out_used_seen_and_revoked(desk: Page, stranger: Page, keyed: Program) -> None:
    keyed.announce("k-talk", title="Talk", room="Room 1", event="Forum")
    desk.goto(f"/desk?key={ADMIN}")
    expect(desk).to_have_url(f"{keyed.url}/desk")
    desk.locator("#hand-k-talk").click()
    codes = desk.locator("#hand code")
    expect(codes.filter(has_text="closedcaption")).to_have_count(2)
    expect(codes.filter(has_text="closedcaption").first).to_be_hidden()
    desk.get_by_label("Whom is it for?").fill("booth-1")
    desk.get_by_role("button", name="Make the key").click()
    address = codes.filter(has_text="/caption/k-talk")
    expect(address).to_have_text(re.compile(r"/caption/k-talk\?key=cfk_\w+$"))
    expect(desk.locator("#hand .qr svg")).to_have_count(2)
    stranger.goto(address.inner_text())
    expect(stranger).to_have_url(f"{keyed.url}/caption/k-talk")
    stranger.keyboard.type("With a key. ")
    expect(stranger.locator("#seen")).to_contain_text("With a key.")
    desk.keyboard.press("Escape")
    expect(codes).to_have_count(0)
    desk.locator("#audit summary").click()
    expect(desk.locator("#audit li", has_text="made the key")).to_contain_text("booth-1")
    expect(desk.locator("#audit li", has_text="announced")).to_contain_text("k-talk")
    desk.locator("#keys summary").click()
    desk.get_by_role("button", name="Revoke the key booth-1").press("Enter")
    desk.get_by_role("button", name="Revoke now: who uses it is cut off, the key booth-1").press("Enter")
    expect(desk.locator("#keys li", has_text="booth-1")).to_contain_text("revoked")
    expect(desk.locator("#keys summary")).to_be_focused()
    stranger.keyboard.type("Without. ")
    expect(stranger.locator("#delivery")).to_contain_text("no key")


def test_the_working_pages_are_closed_to_who_has_no_key_and_the_readers_pages_are_open(
    stranger: Page, keyed: Program
) -> None:
    keyed.announce("k-open", title="Open")
    for path in ("/desk", "/caption/k-open"):
        answer = stranger.goto(path)
        assert answer is not None
        assert answer.status == 401
        expect(stranger.locator("h1")).to_be_visible()
    answer = stranger.goto("/s/k-open/follow")
    assert answer is not None
    assert answer.status == 200


def test_a_session_is_closed_to_who_has_no_key_and_opened_again(desk: Page, stranger: Page, keyed: Program) -> None:
    keyed.announce("k-closed", title="Closed")
    desk.goto(f"/desk?key={ADMIN}")
    card = desk.locator("[data-session=k-closed]")
    card.get_by_role("button", name="Close to who").press("Enter")
    expect(card.locator(".facts").first).to_contain_text("closed")
    answer = stranger.goto("/s/k-closed/follow")
    assert answer is not None
    assert answer.status == 401
    card.get_by_role("button", name="Open to everybody").press("Enter")
    expect(card.get_by_role("button", name="Close to who")).to_be_visible()
    answer = stranger.goto("/s/k-closed/follow")
    assert answer is not None
    assert answer.status == 200
