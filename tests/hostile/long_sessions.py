"""Sessions that are far longer than any talk, put into a data folder before a server has it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from captionflow.messages import Facts, Part, Session, Stamp, StepRecord
from captionflow.settings import Settings
from captionflow.stamps import pack
from captionflow.wiring.embedded import open_embedded

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
WORDS = "and so the governance of the network is not a matter for engineers alone "
STEP = 500


async def make(folder: Path, session: str, parts: Iterator[Part]) -> None:
    """Store a session of these parts, as if it had been captioned."""
    async with open_embedded(Settings(data_folder=folder)) as ports:
        now = datetime.now(UTC)
        await ports.sessions.create(
            Session(id=session, version=1, created_at=now, updated_at=now, title="A long talk", status="finished")
        )
        seq = 0
        waiting: list[Part] = []
        for part in parts:
            waiting.append(part)
            if len(waiting) == STEP:
                seq = await _apply(ports.turn_store.apply, session, waiting, seq)
                waiting = []
        await _apply(ports.turn_store.apply, session, waiting, seq)


async def _apply(apply: object, session: str, parts: list[Part], seq: int) -> int:
    last = parts[-1].version if parts else seq
    assert callable(apply)
    await apply([StepRecord(session, "en", seq + 1, last, tuple(parts), Facts(status="finished"))])
    return last


def many_turns(session: str, count: int) -> Iterator[Part]:
    """Turns of some sixty characters, a few seconds each."""
    for number in range(1, count + 1):
        yield Part(
            f"{session}.en.{number}",
            0,
            session,
            "en",
            number,
            number,
            speaker=f"SPEAKER {number % 7}",
            paragraphs=(f"Turn {number}, {WORDS}",),
            times=pack([Stamp(0, NOW + timedelta(seconds=4 * number), None)]),
            closed=True,
        )


def one_turn(session: str, count: int) -> Iterator[Part]:
    """One turn without an end, in parts of 4 kB."""
    for number in range(count):
        yield Part(
            f"{session}.en.1",
            number,
            session,
            "en",
            1,
            number + 1,
            speaker="KEYNOTE",
            paragraphs=tuple(f"Paragraph {number}.{n}: {WORDS * 6}" for n in range(8)),
            times=pack([Stamp(450 * n, NOW + timedelta(seconds=240 * number + 30 * n), None) for n in range(8)]),
            continues=number > 0,
            closed=True,
        )
