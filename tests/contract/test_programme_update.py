"""What importing a programme promises on every session store (services.sessions.programme_update)."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec

from captionflow.messages import Facts, Session
from captionflow.ports import SessionStore
from services.sessions.programme.planned import Planned, Programme
from services.sessions.programme_update import Imported, ProgrammeUpdate
from tests.contract.worlds import World

NINE = datetime(2015, 11, 12, 9, tzinfo=UTC)
OPENING = Planned(uid="1", title="Opening", starts_at=NINE, day="2015-11-12", room="Main hall", languages=("en", "es"))
NAMELESS = Planned(title="Closing", starts_at=NINE, day="2015-11-12", room="Main hall", event="IGF")


async def imported(sessions: SessionStore, *planned: Planned, try_only: bool = False) -> list[tuple[str, str]]:
    update = ProgrammeUpdate(sessions, event="IGF", try_only=try_only)
    found = await update.of(Programme(planned, (), "igf"))
    return [(one.outcome, one.session) for one in found]


async def test_sessions_are_announced_and_the_same_programme_again_changes_nothing(
    sessions: SessionStore, world: World
) -> None:
    assert await imported(sessions, OPENING, NAMELESS) == [
        ("announced", "igf-1"),
        ("announced", "2015-11-12-main-hall-closing"),
    ]
    first = await sessions.get("igf-1")
    assert (first.title, first.event, first.room, first.date) == ("Opening", "IGF", "Main hall", "2015-11-12")
    assert (first.languages, first.starts_at, first.status) == (("en", "es"), NINE, "scheduled")
    await world.settle()
    assert await imported(sessions, OPENING, NAMELESS) == [
        ("unchanged", "igf-1"),
        ("unchanged", "2015-11-12-main-hall-closing"),
    ]
    assert await sessions.get("igf-1") == first


async def test_what_the_programme_changes_is_changed_and_what_it_does_not_say_stays(sessions: SessionStore) -> None:
    await imported(sessions, OPENING)
    known = await sessions.get("igf-1")
    await sessions.replace(msgspec.structs.replace(known, about="Set at the desk."), expected_version=known.version)
    await sessions.learn("igf-1", Facts(status="live"), at=NINE)
    moved = msgspec.structs.replace(OPENING, title="The opening", room="", languages=())
    found = await ProgrammeUpdate(sessions, event="IGF").of(Programme((moved,), (), "igf"))
    assert found == (Imported("The opening", "changed", "igf-1", ("title",)),)
    after = await sessions.get("igf-1")
    assert (after.title, after.room, after.about, after.status) == (
        "The opening",
        "Main hall",
        "Set at the desk.",
        "live",
    )


async def test_a_session_without_a_name_is_known_by_its_title_or_by_its_place_and_time(
    sessions: SessionStore, world: World
) -> None:
    await imported(sessions, NAMELESS)
    await world.settle()
    later = msgspec.structs.replace(NAMELESS, starts_at=NINE + timedelta(hours=1), room="Room 2")
    assert await imported(sessions, later) == [("changed", "2015-11-12-main-hall-closing")]
    await world.settle()
    renamed = msgspec.structs.replace(later, title="Closing ceremony")
    assert await imported(sessions, renamed) == [("changed", "2015-11-12-main-hall-closing")]


async def test_two_of_one_title_are_known_by_their_time(sessions: SessionStore, world: World) -> None:
    other = msgspec.structs.replace(NAMELESS, starts_at=NINE + timedelta(hours=1), room="Room 2")
    lunch = [msgspec.structs.replace(one, title="Lunch talk") for one in (NAMELESS, other)]
    assert [outcome for outcome, _ in await imported(sessions, *lunch)] == ["announced", "announced"]
    await world.settle()
    assert [outcome for outcome, _ in await imported(sessions, *lunch)] == ["unchanged", "unchanged"]


async def test_a_trial_says_what_would_be_done_and_does_nothing(sessions: SessionStore, world: World) -> None:
    assert await imported(sessions, OPENING, try_only=True) == [("announced", "igf-1")]
    assert await imported(sessions, OPENING) == [("announced", "igf-1")]
    moved = msgspec.structs.replace(OPENING, room="Room 2")
    assert await imported(sessions, moved, try_only=True) == [("changed", "igf-1")]
    assert (await sessions.get("igf-1")).room == "Main hall"
    await world.settle()


async def test_what_comes_twice_or_can_not_be_is_refused_and_the_others_stay(sessions: SessionStore) -> None:
    backwards = msgspec.structs.replace(OPENING, uid="2", ends_at=NINE - timedelta(hours=1))
    assert await imported(sessions, OPENING, OPENING, backwards, msgspec.structs.replace(OPENING, uid="3")) == [
        ("announced", "igf-1"),
        ("refused", "igf-1"),
        ("refused", "igf-2"),
        ("announced", "igf-3"),
    ]


async def test_only_sessions_of_an_event_that_is_allowed_are_touched(sessions: SessionStore) -> None:
    told: list[Session] = []
    update = ProgrammeUpdate(sessions, event="IGF", allowed=lambda event: event == "IGF", on_change=told.append)
    other = msgspec.structs.replace(OPENING, uid="2", event="SRCCON")
    found = await update.of(Programme((OPENING, other), (), "igf"))
    assert [one.outcome for one in found] == ["announced", "refused"]
    assert [one.id for one in told] == ["igf-1"]


async def test_ten_imports_at_once_make_each_session_once(sessions: SessionStore, world: World) -> None:
    moves = [msgspec.structs.replace(OPENING, room=f"Room {number}") for number in range(4)]
    await asyncio.gather(*(imported(sessions, move) for move in moves))
    await world.settle()
    assert (await sessions.get("igf-1")).room in {move.room for move in moves}
