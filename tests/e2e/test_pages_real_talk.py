"""A real talk as it goes: typed by the real command, on the room screen, and on a phone that loses its network."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Program, someone, unplugged, until_same
from tests.real_program import run_command, spoken, start_command

pytestmark = pytest.mark.browser

TALK = "t-talk"
WPM = 20_000
"""3,300 words in 10 s."""


@pytest.fixture
def phone(browser: Browser, program: Program) -> Iterator[Page]:
    with someone(browser, base_url=program.url, viewport={"width": 320, "height": 640}, has_touch=True) as reader:
        yield reader.new_page()


def test_a_real_talk_is_on_the_screen_and_whole_on_a_phone_that_was_offline_in_the_middle(
    page: Page, phone: Page, program: Program, shared: Path
) -> None:
    file = shared / "igf" / "igf2015-ws245-mexico.txt"
    wanted = json.loads(run_command("segment", file, "--json").stdout)["turns"]
    last_words = " ".join(wanted[-1]["paragraphs"][-1].split()[-4:])
    program.announce(TALK)
    page.goto(f"/s/{TALK}/screen")
    phone.goto(f"/s/{TALK}/follow")
    expect(phone.locator("#status")).to_have_text("Live")

    sender = start_command("replay", file, "--url", program.url, "--session", TALK, "--wpm", WPM)
    program.wait_for_seq(TALK, 100)
    expect(phone.locator("#captions .said").first).to_contain_text("Hello, everyone")
    expect(page.locator("#lines")).to_have_text(re.compile(r"\w"))
    phone.context.set_offline(True)
    unplugged(phone)
    expect(phone.locator("#status")).to_have_text("You are offline. What is said is kept for you.")
    before = phone.locator("#captions").inner_text()
    program.wait_for_seq(TALK, 300)
    assert phone.locator("#captions").inner_text() == before
    phone.context.set_offline(False)
    expect(phone.locator("#status")).to_contain_text("Nothing was missed")
    _, errors = sender.communicate(timeout=60)
    assert sender.returncode == 0, errors.decode()

    expect(page.locator("#lines")).to_contain_text(last_words, use_inner_text=True)
    expect(page).to_have_title(re.compile("· Finished ·"))
    expect(phone.locator("#status")).to_have_text("This session has ended. This is all of it.")
    until_same(phone, program, TALK)
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0

    _, turns, _ = program.transcript(TALK)
    assert spoken(turns) == [(turn["speaker"], tuple(turn["paragraphs"])) for turn in wanted]
    found = program.get("/v1/search", q='"national digital strategy"', session=TALK)
    assert found["total"] >= 1
    assert {hit["session"] for hit in found["hits"]} == {TALK}
    phone.locator("summary", has_text="More").click()
    with phone.expect_download() as download:
        phone.locator("a[download$='.txt']").click()
    assert download.value.suggested_filename == f"{TALK}.en.txt"
    text = " ".join(Path(download.value.path()).read_text(encoding="utf-8").split())
    assert [one for one in program.paragraphs(TALK) if one not in text] == []
