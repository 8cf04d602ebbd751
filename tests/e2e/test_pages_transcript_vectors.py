"""The page's script says of the vectors what the read model says (tests/unit/test_transcript_vectors.py)."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Program, script
from tests.unit.test_transcript_vectors import VECTORS

pytestmark = pytest.mark.browser

RUN = """async ([url, vector]) => {
  const { applyDelta, applySnapshot, forget, rename, turns } = await import(url);
  const state = applySnapshot({ seq: 0, parts: vector.snapshot });
  const fits = vector.deltas.map((part, n) => applyDelta(state, { seq: n + 1, parts: [part] }));
  turns(state);
  rename(state, vector.names ?? {});
  if (vector.last) forget(state, vector.last);
  const written = ({ paragraphs, ...turn }) => (
    { ...turn, paragraphs: paragraphs.map(({ runs }) => runs.map((run) => `${run.kind}: ${run.text}`)) });
  return { fits: fits.every(Boolean), turns: turns(state).map(written) };
}"""


@pytest.fixture(scope="module")
def address(program: Program) -> str:
    program.announce("v-vectors", title="Vectors")
    return "/s/v-vectors/follow"


def test_the_script_says_what_the_vectors_say(page: Page, address: str) -> None:
    page.goto(address)
    url = script(page, "transcript.js")
    said: list[dict[str, Any]] = [page.evaluate(RUN, [url, vector]) for vector in VECTORS]
    assert said == [{"fits": vector.get("fits", True), "turns": vector["turns"]} for vector in VECTORS]
