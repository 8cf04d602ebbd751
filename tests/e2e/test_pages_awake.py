"""The screen of a phone stays on while its reader reads along, and no longer."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, follow
from tests.e2e.test_pages_lasting import HIDE

pytestmark = pytest.mark.browser

# A browser without a screen gives no lock, so these live as the standard says: they are gone when the page is hidden.
LOCKS = """
window.locks = new Set();
window.asked = 0;
class Lock extends EventTarget {
  released = false;
  async release() {
    if (this.released) return;
    this.released = true;
    locks.delete(this);
    this.dispatchEvent(new Event("release"));
  }
}
Object.defineProperty(navigator, "wakeLock", { configurable: true, value: { async request(kind) {
  window.asked += 1;
  if (kind !== "screen" || document.hidden || window.refuses) throw new DOMException("no", "NotAllowedError");
  const lock = new Lock();
  locks.add(lock);
  return lock;
} } });
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const one of locks) one.release();
}, true);
"""


def held(page: Page, count: int) -> None:
    page.wait_for_function("count => locks.size === count", arg=count)


def test_a_screen_stays_on_while_a_session_is_live_and_read(page: Page, program: Program) -> None:
    page.add_init_script(LOCKS)
    program.begin("w-live", ">> ANNA: Welcome.", title="Live")
    follow(page, "w-live")
    held(page, 1)
    page.evaluate(HIDE, arg=True)
    held(page, 0)
    page.evaluate(HIDE, arg=False)
    held(page, 1)
    page.locator("#pause").click()
    held(page, 0)
    page.evaluate(HIDE, arg=True)
    page.evaluate(HIDE, arg=False)
    page.locator("#pause").click()
    held(page, 1)
    program.say("w-live", 1, "That is all.", ends=True)
    expect(page.locator("#status")).to_contain_text("ended")
    held(page, 0)
    program.say("w-live", 2, "But one thing.")
    page.evaluate(HIDE, arg=False)
    expect(page.locator("#captions")).to_contain_text("But one thing.")
    held(page, 1)


def test_a_screen_may_go_out_before_a_session_and_after_it(page: Page, program: Program) -> None:
    page.add_init_script(LOCKS)
    program.announce("w-soon", title="Soon")
    follow(page, "w-soon")
    program.begin("w-done", ">> ANNA: Welcome.", title="Done")
    program.say("w-done", 1, "That is all.", ends=True)
    assert page.evaluate("asked") == 0
    program.say("w-soon", 0, ">> ANNA: Now.")
    held(page, 1)
    page.goto("/s/w-done/follow")
    expect(page.locator("#status")).to_contain_text("ended")
    assert page.evaluate("asked") == 0


def test_a_lock_that_is_refused_or_not_there_is_no_trouble(page: Page, program: Program) -> None:
    program.begin("w-none", ">> ANNA: Welcome.", title="None")
    page.add_init_script(LOCKS)
    page.add_init_script("window.refuses = true")
    follow(page, "w-none")
    page.wait_for_function("asked === 1")
    page.evaluate("window.refuses = false")
    page.evaluate(HIDE, arg=False)
    held(page, 1)
    page.add_init_script("delete Navigator.prototype.wakeLock; delete navigator.wakeLock")
    for path in ("/s/w-none/follow", "/s/w-none/screen"):
        page.goto(path)
        assert not page.evaluate("'wakeLock' in navigator")
        expect(page).to_have_title(re.compile("None · Live"))
        expect(page.locator("main")).to_contain_text("Welcome.")


def test_the_screen_of_a_room_stays_on_all_day(page: Page, program: Program) -> None:
    page.add_init_script(LOCKS)
    program.announce("w-wall", title="Wall")
    page.goto("/s/w-wall/screen")
    held(page, 1)
