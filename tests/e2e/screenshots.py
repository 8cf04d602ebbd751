"""Draws docs/screenshots/follow.png: the room screen and the follow page of the demo's transcript.

Run it after a change of how the pages look: ``.venv/bin/python -m tests.e2e.screenshots``.
"""

from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.conftest import FLAGS, Program, chromium

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "screenshots" / "follow.png"
FROM, TO = ">> MODERATOR", "Who?  To whom?"
SESSION = {"title": "Every Word, Everyone: Who Is Live Captioning For?", "room": "Room 2", "event": "Open Rooms"}
SHEET = """<body style="margin:0;background:#d9d3c5"><div style="display:flex;gap:40px;padding:40px;width:max-content;
align-items:end"><img width="880" src="data:image/png;base64,{screen}"><img width="330"
src="data:image/png;base64,{phone}"></div>"""


def shot(browser: Browser, url: str, width: int, height: int, theme: str) -> str:
    """A page as PNG in base64, once it shows the last words."""
    page = browser.new_page(viewport={"width": width, "height": height}, has_touch=width < 500)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    page.goto(url)
    expect(page.locator("main")).to_contain_text("To whom?", use_inner_text=True)
    page.evaluate("document.fonts.ready")
    taken = page.screenshot()
    page.close()
    return b64encode(taken).decode()


def main() -> None:
    """Start the program, let it hear some of the demo, and take both pages onto one sheet."""
    text = (ROOT / "services" / "demo" / "transcript.txt").read_text("utf-8")
    spoken = text[text.index(FROM) : text.index(TO)] + TO
    with TemporaryDirectory() as folder, Program(Path(folder)) as program, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            program.announce("demo", **SESSION)
            program.say("demo", 0, spoken)
            screen = shot(browser, f"{program.url}/s/demo/screen?colour=dark", 1280, 720, "dark")
            phone = shot(browser, f"{program.url}/s/demo/follow", 390, 780, "light")
            sheet = browser.new_page()
            sheet.set_content(SHEET.format(screen=screen, phone=phone))
            TARGET.parent.mkdir(parents=True, exist_ok=True)
            sheet.locator("div").screenshot(path=TARGET)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
