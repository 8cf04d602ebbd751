"""Plays the demo transcript through the door that every sender uses, at speaking rate, again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Protocol

from captionflow.errors import Unavailable
from captionflow.messages import Draft, Session
from captionflow.ports import SessionFilter, SessionStore

WORDS_PER_MINUTE = 160
PAUSE_SECONDS = 60.0
EVENT = "Demo"
ROOM = "Demo room"
SENDER = "demo"


class Door(Protocol):
    """Where lines are accepted."""

    async def accept(self, session: str, language: str | None, drafts: Sequence[Draft]) -> object:
        """Return when they are durable; the same (sender, number) again changes nothing."""


async def play(
    door: Door, sessions: SessionStore, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Play until cancelled. A demo that was cut short by a restart ends, and a new one begins."""
    while True:
        try:
            number = await _end_old(door, sessions) + 1
            now = datetime.now(UTC)
            session = f"demo-{number}"
            await sessions.create(
                Session(session, 1, now, now, event=EVENT, room=ROOM, demo=True)  # the title is in the text
            )
            await _play_once(door, session, sleep)
            await sleep(PAUSE_SECONDS)
        except Unavailable as error:
            await sleep(error.retry_after)


def pieces() -> tuple[str, ...]:
    """The transcript word by word, white space kept; the head in one piece, since nobody types that live."""
    text = files(__package__).joinpath("transcript.txt").read_text(encoding="utf-8")
    head, mark, speech = text.partition(">>")
    words = (mark + speech).split(" ")
    return (head, *(f"{word} " for word in words[:-1]), words[-1])


async def _play_once(door: Door, session: str, sleep: Callable[[float], Awaitable[None]]) -> None:
    parts = pieces()
    for number, text in enumerate(parts):
        last = number == len(parts) - 1
        await door.accept(session, None, [Draft(SENDER, number, text, ends=last)])
        if number:
            await sleep(60 / WORDS_PER_MINUTE)


async def _end_old(door: Door, sessions: SessionStore) -> int:
    """End demo sessions that a stop left open; returns the highest number among all."""
    highest = 0
    for session in await sessions.list(SessionFilter(event=EVENT)):
        name, _, number = session.id.rpartition("-")
        if not session.demo or name != "demo" or not number.isdecimal():
            continue
        highest = max(highest, int(number))
        if session.status != "finished":
            await door.accept(session.id, None, [Draft("demo-end", 0, "", ends=True)])
    return highest
