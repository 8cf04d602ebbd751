"""The real program on a free port, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAUNCH = (
    "import asyncio, os; from captionflow.settings import read_settings; from services.embedded import serve; "
    "asyncio.run(serve(read_settings(os.environ)))"
)
READY_SECONDS = 30


class Program:
    """captionflow in one process, over a data folder of its own; it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url)
        self.start()

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CAPTIONFLOW_")}
        settings = {"DATA": str(self.folder), "PORT": str(self.port), "DEMO": "false", "LOG_LEVEL": "warning"}
        environ = kept | {f"CAPTIONFLOW_{name}": value for name, value in settings.items()}
        self.process = subprocess.Popen([sys.executable, "-c", LAUNCH], env=environ)
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                if self.client.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None, "the program ended before it was ready"
            time.sleep(0.05)
        pytest.fail("the program was not ready in time")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self.client.close()

    def announce(self, session: str, **fields: Any) -> None:
        self.client.post("/v1/sessions", json={"id": session, **fields}).raise_for_status()

    def say(self, session: str, first: int, *texts: str, ends: bool = False, language: str | None = None) -> None:
        """Send lines, and wait until they are in the transcript: a page that is opened then has them."""
        query = {"lang": language} if language else {}
        lines: list[dict[str, Any]] = [{"number": first + n, "text": text} for n, text in enumerate(texts)]
        if ends:
            lines[-1]["ends"] = True
        body = {"sender": "desk", "lines": lines}
        answer = self.client.post(f"/v1/sessions/{session}/lines", params=query, json=body).raise_for_status()
        seq = answer.json()["receipts"][-1]["seq"]
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            found = self.client.get(f"/v1/sessions/{session}/transcript.json", params=query).json()
            if found["last_seq"] >= seq and (found["session"]["status"] == "finished") >= ends:
                return
            time.sleep(0.01)
        pytest.fail(f"line {seq} of {session} was not in the transcript in time")

    def paragraphs(self, session: str) -> list[str]:
        """The paragraphs of the transcript as the API gives it."""
        turns = self.client.get(f"/v1/sessions/{session}/transcript.json").raise_for_status().json()["turns"]
        return [paragraph for turn in turns for paragraph in turn["paragraphs"]]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    running = Program(tmp_path_factory.mktemp("data"))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Playwright's own browser if it is installed, else the system's; without one: skip, and fail when CI=true."""
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        path = str(own) if own.exists() else system
        reason = "no Chromium: run `playwright install chromium`, or install the system's chromium"
        if path is None:
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        try:
            started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            pytest.fail(f"{path} does not start: {error}")
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, program: Program) -> Iterator[Page]:
    """A fresh reader's page. A script that fails, or one that the policy forbids, fails the test."""
    context = browser.new_context(base_url=program.url, viewport={"width": 1280, "height": 720})
    context.set_default_timeout(10_000)
    failures: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: failures.append(str(error)))
    opened.on("console", lambda line: failures.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert failures == []
