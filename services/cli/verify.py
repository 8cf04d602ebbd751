"""``captionflow verify``: whether the line log, the search index and the api have one and the same transcript."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from captionflow.errors import NotFound
from captionflow.messages import Facts, Line, StepRecord
from captionflow.ports import LineLog
from captionflow.settings import Settings, sent_key
from captionflow.transcript import digest, document, named, newest
from captionflow.turns import TurnStore
from captionflow.wiring.tools import open_line_log, open_turn_archive
from services.cli.remote import transcript
from services.segment.safe_steps import safe_steps
from services.segment.segmenter import start

EVERY_SECONDS = 0.5


class Said(NamedTuple):
    """A transcript, as far as it reflects the lines."""

    seq: int
    turns: int
    digest: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One language of a session in three places."""

    language: str
    log: Said
    index: Said
    api: Said
    wrong: tuple[str, ...]
    """Of index and api those that don't say what the lines say that they reflect."""
    behind: tuple[str, ...]
    """Of index and api those that don't reflect all lines yet."""


async def verify(
    settings: Settings, url: str, session: str, language: str | None, *, seconds: float
) -> tuple[Compared, ...]:
    """Compare until all are the same, for so many seconds at most: what was said a moment ago is on its way.

    Raises:
        NotFound: the log has no line of it.
        Unavailable: the log, the index or the api can't be reached.
    """
    give_up = time.monotonic() + seconds
    async with open_line_log(settings) as log, open_turn_archive(settings) as archive:
        while True:
            languages = [of for name, of in await log.streams() if name == session and language in {None, of}]
            if not languages:
                more = "" if language is None else f" in {language}"
                raise NotFound(f"The line log has no line of {session!r}{more}: see the id, and CAPTIONFLOW_TOPICS.")
            found = []
            for one in languages:
                served = await transcript(url, sent_key(settings), session, "json", one)
                found.append(await _compared(log, archive, msgspec.json.decode(served), session, one))
            if time.monotonic() > give_up or not any(one.wrong or one.behind for one in found):
                return tuple(found)
            await asyncio.sleep(EVERY_SECONDS)


def advice(compared: Sequence[Compared], url: str) -> str:
    """The result, and what to do."""
    wrong = {place for one in compared for place in one.wrong}
    behind = {place for one in compared for place in one.behind}
    told = []
    if "index" in wrong:
        told.append("The index differs from the log: run `captionflow reindex`, then verify again.")
    if "api" in wrong:
        told.append(f"The api at {url} differs from the log: restart it, so that it reads the turns anew.")
    if "index" in behind - wrong:
        told.append(
            "The index is behind the log: see that the index service runs, and that Elasticsearch takes writes. "
            "If it stays behind although its /readyz waits for nothing, run `captionflow reindex`."
        )
    if "api" in behind - wrong:
        told.append(f"The api at {url} is behind the log: see that the segment service runs.")
    return "\n".join(told or ["The log, the index and the api have one digest."])


async def _compared(log: LineLog, archive: TurnStore, served: Any, session: str, language: str) -> Compared:
    stored = await archive.turns(session, language)
    names = served["session"].get("speakers", {})
    index = _said(stored.last_seq, document(named(stored.parts, names), Facts()))
    api = _said(served["last_seq"], served)
    end, at = await _of_log(log, session, language, {index.seq, api.seq}, names)
    places = {"index": index, "api": api}
    return Compared(
        language,
        end,
        index,
        api,
        wrong=tuple(name for name, said in places.items() if said != at.get(said.seq)),
        behind=tuple(name for name, said in places.items() if said.seq < end.seq),
    )


async def _of_log(
    log: LineLog, session: str, language: str, marks: Collection[int], names: Mapping[str, str]
) -> tuple[Said, dict[int, Said]]:
    """What the segmenter makes of the lines now, under the speakers' names: of all, and of those up to each mark."""
    state = start(session, language)
    steps: list[StepRecord] = []
    found = {0: _said(0, document((), Facts()))}
    async for lines in _cut(log, session, language, marks):
        for after, step in safe_steps(state, lines):
            state = after
            steps.append(step)
        if state.last_seq in marks:
            found[state.last_seq] = _said(state.last_seq, document(named(newest(steps), names), Facts()))
    return _said(state.last_seq, document(named(newest(steps), names), Facts())), found


async def _cut(log: LineLog, session: str, language: str, marks: Collection[int]) -> AsyncIterator[Sequence[Line]]:
    async for record in log.read(session, language):
        for lines in _at_marks(record.lines, marks):
            yield lines
        await asyncio.sleep(0)


def _at_marks(lines: Sequence[Line], marks: Collection[int]) -> Iterator[Sequence[Line]]:
    begin = 0
    for end, line in enumerate(lines, 1):
        if line.seq in marks or end == len(lines):
            yield lines[begin:end]
            begin = end


def _said(seq: int, of: dict[str, object]) -> Said:
    turns = of["turns"]
    assert isinstance(turns, list)  # noqa: S101 - as ``document`` makes it
    return Said(seq, len(turns), digest(of))
