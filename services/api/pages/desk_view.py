"""What the desk shows: each room with its sessions of the day, and what is wrong with the services in words. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from captionflow.messages import Part, Session, SourceReport
from captionflow.session_order import room_slug
from services.api.pages.programme import by_number, day_of, programme, start

_WRONG = {
    "line_log": "Lines cannot be taken now. Whoever types keeps the words and sends them again: nothing is lost yet. "
    "Look at the disk, or at Kafka.",
    "sessions": "Sessions cannot be read or changed. Look at the disk, or at Kafka.",
    "hub": "Open pages get no new words. Restart the api; readers come back by themselves.",
    "segment": "Lines are taken, but make no text for readers yet. They are all shown later. If it lasts, "
    "start the segment service, or captionflow, again.",
    "index": "Search and transcripts are behind; readers are not. It catches up by itself; if it does not, start the "
    "index service again, and look at Elasticsearch.",
    "sources": "Who sends can't be seen; captions go on. If the topic is missing, run `captionflow topics create`.",
    "dead_letters": "Records could not be used, so words may be missing. `captionflow dead-letters list` says which "
    "and why; when the reason is gone, `captionflow dead-letters retry` puts them back.",
    "turn_store": "Transcripts of the past cannot be read; what is live can. Look at the disk, or at Elasticsearch.",
    "search": "Search does not answer; what is live goes on. Look at the disk, or at Elasticsearch.",
}
CORRECTABLE_CHARS = 1_500
"""So many characters may be behind a part that is corrected: that far a revision surely reaches (docs/segmenter.md)."""
SHOWN_SOURCES: Final = 8
"""As in static/js/desk_sources.js."""
_NUMBERED = re.compile(r"\D*\d+|\w")
_OTHER = "A part of the service waits."


class DeskRoom(msgspec.Struct, frozen=True):
    """A room and its sessions of the day: what is live, then what comes, then what was."""

    name: str
    """Empty: of the sessions that name none."""
    slug: str
    sessions: tuple[Session, ...]


class Awaited(NamedTuple):
    """Of what a card will say of who sends: enough for the room that it takes."""

    sources: tuple[SourceReport, ...]
    """The newest report of each, of as many as are shown."""
    several: tuple[str, ...]
    """The languages in which one can take over from another."""


class Trouble(msgspec.Struct, frozen=True):
    """A part that does not work, what that means and what to do, and what the part itself says."""

    part: str
    means: str
    says: str


def desk_rooms(sessions: Sequence[Session], now: datetime) -> tuple[DeskRoom, ...]:
    """The rooms of the day in order of their names and numbers; sessions without a room come last.

    Of the day is what is live, what belongs to the day, what may begin at any time, and what changed today.
    """
    found = programme(sessions, now)
    whenever = [one for one in found.coming if day_of(one) is None]
    changed = [one for one in found.earlier if _local_day(one, now) and one.id not in found.missed]
    rooms: dict[str, list[Session]] = {}
    for one in (*found.now, *found.today, *whenever, *changed):
        rooms.setdefault(room_slug(one.room), []).append(one)
    made = (DeskRoom(_name(here), slug, tuple(sorted(here, key=_place))) for slug, here in rooms.items())
    return tuple(sorted(made, key=lambda room: (not room.slug, by_number(room.name))))


def awaited(sessions: Iterable[Session], reports: Iterable[SourceReport], now: datetime) -> dict[str, Awaited]:
    """By session, what will be said of its sources; the newest of ``reports`` come last.

    Of a live session of which nothing is told yet, as there is a second after its first word, it will be one source.
    """
    found: dict[str, dict[tuple[str, str], SourceReport]] = {}
    spoke: dict[str, set[tuple[str, str]]] = {}
    for one in reports:
        source = one.language, one.source
        found.setdefault(one.session, {})[source] = one
        if one.last_word_at is not None:
            spoke.setdefault(one.session, set()).add(source)
    for live in sessions:
        if live.status == "live" and live.id not in found:
            one = SourceReport(live.id, live.languages[0], "desk", "json", "", now, now, delay_seconds=0)
            found[live.id] = {(one.language, one.source): one}
    return {
        session: Awaited(tuple(sources.values())[-SHOWN_SOURCES:], _several(spoke.get(session, ())))
        for session, sources in found.items()
    }


def _several(spoke: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(language for language, count in sorted(Counter(one for one, _ in spoke).items()) if count > 1)


def unnamed(parts: Iterable[Part], names: Mapping[str, str]) -> tuple[str, ...]:
    """The speakers of a recogniser that have a name or need one, those with a name first.

    A recogniser numbers them (``speaker 0``), or calls them by a letter; who has another name was named already.
    """
    heard = (part.speaker for part in parts if part.given and part.speaker and _NUMBERED.fullmatch(part.speaker))
    return tuple(dict.fromkeys((*names, *heard)))


def correctable(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The last parts with words that can be corrected; ``parts`` are in order."""
    found: list[Part] = []
    behind = 0
    for part in reversed(parts):
        if behind > CORRECTABLE_CHARS:
            break
        if part.ordinal and part.paragraphs:
            found.append(part)
        behind += len(part.text)
    return tuple(found[::-1])


def troubles(missing: Mapping[str, str]) -> tuple[Trouble, ...]:
    """What the parts of a process that can't work mean for the event; ``missing``: the reason of each, by its name."""
    return tuple(Trouble(part, _WRONG.get(part, _OTHER), says) for part, says in missing.items())


def _local_day(session: Session, now: datetime) -> bool:
    return session.updated_at.astimezone(now.tzinfo).date() == now.date()


def _name(here: Sequence[Session]) -> str:
    return next((one.room for one in here if room_slug(one.room)), "")


def _place(session: Session) -> tuple[int, float, str]:
    at = start(session)[0].timestamp()
    rank = ("live", "scheduled", "finished").index(session.status)
    return rank, -at if session.status == "finished" else at, session.id
