"""Exports as a browser shows them, and texts of any script that pages cut."""

import io
import itertools
from typing import Any

import pytest
import webvtt
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, drawn, script
from tests.unit.test_api_cutting import CHINESE, FAMILY, FROM_WORD, THAI

pytestmark = pytest.mark.browser

TRACK = """async (src) => {
  const video = document.createElement("video");
  const track = Object.assign(document.createElement("track"), { kind: "captions", src, default: true });
  video.append(track);
  document.body.append(video);
  track.track.mode = "showing";
  await new Promise((done, failed) => { track.onload = done; track.onerror = () => failed(new Error("not loaded")); });
  return [...track.track.cues].map((cue) => (
    { id: cue.id, start: cue.startTime, end: cue.endTime, lines: cue.getCueAsHTML().textContent.split("\\n") }));
}"""
CUT = """async ([url, texts, room]) => {
  const { roll } = await import(url);
  const gauge = () => (from, to) => to - from <= room;
  return texts.map((text) => roll([], [{ id: "a", speaker: null, text }], gauge).map((line) => line.text));
}"""
LAID = """async ([url, text, widths]) => {
  const { roll } = await import(url);
  return widths.map((width) => {
    let asked = 0;
    const of = (sign) => ("il .".includes(sign) ? 1 : "mw".includes(sign) ? 3 : 2);
    const wide = (words) => [...words].reduce((sum, sign) => sum + of(sign), 0);
    const gauge = (words) => (from, to) => { asked += 1; return wide(words.slice(from, to)) <= width; };
    const all = roll([], [{ id: "a", speaker: null, text }], gauge).map((line) => line.text);
    const atOnce = asked;
    asked = 0;
    let lines = [];
    const words = text.split(/(?= )/);
    const flow = (count) => ({ id: "a", speaker: null, text: words.slice(0, count).join("") });
    words.forEach((_, at) => { lines = roll(lines, [flow(at + 1)], gauge); });
    const singly = asked;
    const wanted = [];
    for (const word of text.split(" ")) {
      const last = wanted[wanted.length - 1];
      if (last !== undefined && wide(`${last} ${word}`) <= width) wanted[wanted.length - 1] = `${last} ${word}`;
      else wanted.push(word);
    }
    const grown = lines.map((line) => line.text);
    return { all, wanted, grown, atOnce: atOnce / all.length, singly: singly / words.length };
  });
}"""
MOST_LAYOUTS = 80
"""Of some forty lines, twice: with the fonts that are there, and with the page's own."""
MOST_ASKED = 8
"""Widths that a line asks for: some words, and then halves of what is left."""
FILLED = """() => [...document.querySelectorAll("#lines .line")].map((line) => {
  const wide = line.getBoundingClientRect().width;
  const probe = document.querySelector(".ruler").appendChild(line.cloneNode(true));
  const own = probe.getBoundingClientRect().width;
  const next = line.nextElementSibling?.lastElementChild.textContent.trim().split(" ")[0];
  if (next) probe.lastElementChild.textContent += ` ${next}`;
  const more = probe.getBoundingClientRect().width;
  probe.remove();
  return { text: line.innerText, own: own - wide, more: next && more - wide };
})"""
FROM = """async ([url, rows]) => {
  const { fromWord } = await import(url);
  return rows.map(([text, at]) => fromWord(text, at));
}"""


def cues_of(page: Page, session: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(TRACK, f"/v1/sessions/{session}/transcript.vtt{query}")
    return found


def test_a_browser_shows_the_cues_of_an_export_with_who_speaks(page: Page, program: Program) -> None:
    program.announce("w-track", title="Track")
    program.say(
        "w-track",
        0,
        ">> ORLA: Is the harbour open & safe <now>?\n>> No.\n>> BASEL: It is closed, and so is the bridge.\n",
    )
    page.goto("/s/w-track")
    cues = cues_of(page, "w-track")
    assert [cue["id"] for cue in cues] == ["1.1.1", "2.1.1", "3.1.1"]
    assert [" ".join(cue["lines"]) for cue in cues] == [
        "ORLA: Is the harbour open & safe <now>?",
        ">> No.",
        "BASEL: It is closed, and so is the bridge.",
    ]
    assert all(one["end"] < two["start"] for one, two in itertools.pairwise(cues))
    read = webvtt.from_buffer(io.StringIO(program.client.get("/v1/sessions/w-track/transcript.vtt").text))
    assert [one.identifier for one in read.captions] == [cue["id"] for cue in cues]
    assert " ".join(cues_of(page, "w-track", "?names=no")[0]["lines"]).startswith("Is the")


def test_no_line_of_a_cue_is_wider_than_was_asked_for(page: Page, program: Program) -> None:
    program.announce("w-wide", title="Wide")
    program.say("w-wide", 0, f">> 主席: {CHINESE * 3}\n>> ANNA: {'We said it again and again. ' * 20}\n")
    page.goto("/s/w-wide")
    for cue in cues_of(page, "w-wide", "?columns=20&lines=1"):
        (line,) = cue["lines"]
        assert sum(2 if ord(sign) > 0x2E80 else 1 for sign in line) <= 20


def test_no_sign_and_no_word_is_cut_on_the_screen(page: Page, program: Program) -> None:
    program.announce("w-screen", title="Screen")
    page.goto("/s/w-screen/screen")
    texts = [FAMILY * 20, "e\u0301" * 40, THAI, CHINESE]
    families, accents, thai, chinese = page.evaluate(CUT, [script(page, "roll.js"), texts, 25])
    assert all(line.replace(FAMILY, "") == "" for line in families)
    assert all(line.replace("e\u0301", "") == "" for line in accents)
    assert all(any(word in line for line in thai) for word in ("จราจร", "ประธาน"))
    assert all(any(word in line for line in chinese) for word in ("我们", "主席", "网站"))
    assert "".join(thai) == THAI
    assert not any(line.startswith(("，", "。")) for line in chinese)


def test_the_end_of_a_text_begins_with_a_word_as_on_the_server(page: Page, program: Program) -> None:
    program.announce("w-home", title="Home")
    page.goto("/s/w-home/screen")
    rows = [[text, at] for text, at, _ in FROM_WORD]
    assert page.evaluate(FROM, [script(page, "words.js"), rows]) == [rest for _, _, rest in FROM_WORD]


def test_lines_hold_as_many_words_as_fit_and_few_widths_are_asked_for(page: Page, program: Program) -> None:
    program.announce("w-ruler", title="Ruler")
    page.goto("/s/w-ruler/screen")
    said = "Nobody will own a winding mill in time, all will be willing to swim in it, or to wait until it is low. "
    laid = page.evaluate(LAID, [script(page, "roll.js"), (said * 6).strip(), [40, 70, 170, 400]])
    for one in laid:
        assert one["all"] == one["wanted"][-40:]
        assert one["grown"] == one["wanted"][-40:]
        assert one["atOnce"] <= MOST_ASKED
        assert one["singly"] <= MOST_ASKED


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "We said that AVAILABILITY to all, “as a right”, was (and is) fi ffi AV To be f’y. "),
        ("ar", "قال السيد WhatsApp Business إن 1,430 كلمة (في الدقيقة) ليست كثيرة على IPv6 أبدا. "),
        ("en", "The word سلام عليكم يا صديقي العزيز means peace, שלום לכולם too, in 2026. "),
        ("hi", "सभी के लिए इंटरनेट एक अधिकार है और रहेगा क्योंकि ज्ञान सबका है। "),
    ],
    ids=["english", "arabic", "two directions", "hindi"],
)
@pytest.mark.parametrize("letters", ["0", "0.12"])
def test_a_line_holds_its_words_and_not_one_more(
    page: Page, program: Program, language: str, said: str, letters: str
) -> None:
    name = f"w-filled-{language}-{len(said)}-{letters[-1]}"
    program.announce(name, languages=[language])
    program.say(name, 0, f">> ANA MARIA: {said * 12}")
    page.goto(f"/s/{name}/screen?lines=8&letters={letters}")
    expect(page.locator("#lines .line").last).not_to_be_empty()
    page.evaluate("document.fonts.ready")
    drawn(page)
    lines = page.evaluate(FILLED)
    assert len(lines) == 8
    for line in lines:
        assert line["own"] <= 0.5, line
        assert line["more"] is None or line["more"] > -0.5, line


def test_a_screen_is_laid_out_a_few_times_however_much_is_said(page: Page, program: Program) -> None:
    program.begin("w-layouts", *(f">> SPEAKER {n}: {'We said it again and again. ' * 20}" for n in range(8)))
    watched = page.context.new_cdp_session(page)
    watched.send("Performance.enable")

    def layouts() -> int:
        counted = watched.send("Performance.getMetrics")["metrics"]
        return int(next(one["value"] for one in counted if one["name"] == "LayoutCount"))

    page.goto("/s/w-layouts/screen")
    expect(page.locator("#lines .line").last).not_to_be_empty()
    page.evaluate("document.fonts.ready")
    drawn(page)
    assert layouts() < MOST_LAYOUTS
