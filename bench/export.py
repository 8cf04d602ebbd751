"""How exports of the real transcripts read: round trip, where cues end, how long lines are, how long it takes.

A round trip holds when the export, read in again, has the same turns, speakers, words and notes.

    python -m bench.export [--of "vtt srt"] [--show]
"""

import argparse
import re
import time
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from captionflow.messages import Facts, Session
from captionflow.transcript import document
from captionflow.turns import Turns
from services.api.transcripts import formats
from services.api.transcripts.formats.options import Options
from services.ingest.cutter import cut, parse_cut
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines

SHARED = Path(__file__).parents[2] / "shared" / "data"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PUNCTUATION = re.compile(r"[.,;:?!…。，、；：？！—–)\]\"”’]-?-?$|--$")  # noqa: RUF001 - as captioned
FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the of to in on at by for from with into onto about between through under over as and or but nor "
        "my your his her its our their this that these those",
    )
)


def real_files() -> list[Path]:
    return sorted([*SHARED.glob("igf/*.txt"), *SHARED.glob("srccon/20*/*")])


def segmented(data: bytes, name: str) -> tuple[Any, Facts]:
    reading = read(data, name)
    return segment_lines("session", "en", lines_of(cut(reading.passages, parse_cut("whole"))))


def content(parts: Any, facts: Facts) -> list[tuple[Any, ...]]:
    return [
        (
            turn["speaker"],
            " ".join(" ".join(turn["paragraphs"]).split()),
            tuple(note["text"] for note in turn["notes"]),
        )
        for turn in document(parts, facts)["turns"]
    ]


def shown(text: str) -> list[list[str]]:
    """The lines of each cue of a SubRip file."""
    return [block.split("\n")[2:] for block in text.strip().split("\n\n")]


def differs(name: str, form: str, wanted: list[tuple[Any, ...]], again: list[tuple[Any, ...]]) -> None:
    """Print where a round trip went wrong first."""
    place = next((n for n, (one, other) in enumerate(zip(wanted, again, strict=False)) if one != other), 0)
    print(f"{name} {form}: {len(wanted)} turns, {len(again)} again; turn {place}")
    for turns in (wanted, again):
        speaker, words, notes = turns[place]
        pairs = zip(wanted[place][1], again[place][1], strict=False)
        same = next((n for n, (one, other) in enumerate(pairs) if one != other), 0)
        print("   ", speaker, len(words), repr(words[max(0, same - 60) : same + 60]), notes[:4])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--of", default=" ".join(form.suffix for form in formats.ALL))
    options.add_argument("--show", action="store_true")
    chosen = options.parse_args()
    asked = [form for form in formats.ALL if form.suffix in chosen.of.split()]
    files = real_files()
    total: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    same: Counter[str] = Counter()
    for path in files:
        parts, facts = segmented(path.read_bytes(), path.name)
        wanted = content(parts, facts)
        session = Session("session", 1, NOW, NOW, title=facts.title or "", date=facts.date)
        for form in asked:
            begin = time.process_time()
            written = b"".join(form.write(session, "en", Turns(parts, 1), Options()))
            seconds[form.suffix] += time.process_time() - begin
            again = content(*segmented(written, f"again.{form.suffix}"))
            same[form.suffix] += again == wanted
            if again != wanted and chosen.show:
                differs(path.name, form.suffix, wanted, again)
            if form.suffix == "srt":
                measure(written.decode(), total)
    print(f"{len(files)} transcripts")
    for form in asked:
        print(f"  {form.suffix}: {same[form.suffix]} the same when read in; written in {seconds[form.suffix]:.2f} s")
    if total["cues"]:
        report(total)


def report(total: Counter[str]) -> None:
    for name in ("at punctuation", "behind a function word", "sentence begun in the last two words"):
        print(f"  {name}: {100 * total[name] / total['cues']:.1f} % of {total['cues']} cues")
    print(f"  widest line: {total['widest']} columns; most lines: {total['lines']}")
    print(f"  shorter line at least half: {100 * total['balanced'] / max(1, total['two']):.1f} % of {total['two']}")


def measure(text: str, total: Counter[str]) -> None:
    for lines in shown(text):
        words = " ".join(lines).split()
        total["cues"] += 1
        total["at punctuation"] += bool(PUNCTUATION.search(words[-1]))
        total["behind a function word"] += words[-1].casefold() in FUNCTION_WORDS
        begun = [n for n, word in enumerate(words[:-1]) if re.search(r"[.?!][\"”)]?$", word)]
        total["sentence begun in the last two words"] += bool(
            begun and len(words) - 1 - begun[-1] <= 2 and not re.search(r"[.,;:?!—)\]\"”]$|--$", words[-1])
        )
        widths = [sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line) for line in lines]
        total["widest"] = max(total["widest"], *widths)
        total["lines"] = max(total["lines"], len(lines))
        if len(lines) == 2:
            total["two"] += 1
            total["balanced"] += min(widths) * 2 >= max(widths)


if __name__ == "__main__":
    main()
