"""What every session store promises (captionflow.ports.SessionStore)."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from captionflow.errors import Conflict, NotFound
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter, SessionStore
from captionflow.session_order import place
from tests.contract.worlds import World

AT = datetime(2015, 11, 12, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def session(session_id: str = "talk", **given: Any) -> Session:
    return msgspec.structs.replace(Session(session_id, version=1, created_at=AT, updated_at=AT), **given)


async def ids(world: World, **wanted: Any) -> list[str]:
    await world.settle()
    return [one.id for one in await world.sessions.list(SessionFilter(**wanted))]


async def test_a_session_comes_back_as_it_was_created(sessions: SessionStore) -> None:
    given = session(title="Café ‑ 安全", event="IGF 2015", room="5", date="2015-11-12", starts_at=AT, demo=True)
    assert await sessions.create(given) == given
    assert await sessions.get("talk") == given


async def test_creating_it_again_gives_the_stored_one(sessions: SessionStore) -> None:
    first = await sessions.create(session(title="A"))
    again = msgspec.structs.replace(session(title="A"), created_at=LATER, updated_at=LATER)
    assert await sessions.create(again) == first


async def test_creating_it_again_after_the_text_taught_something_gives_the_stored_one(sessions: SessionStore) -> None:
    await sessions.create(session(event="IGF"))
    learned = await sessions.learn("talk", Facts(title="Learned", status="finished"), at=LATER)
    assert await sessions.create(session(event="IGF")) == learned


async def test_another_content_under_the_same_id_is_a_conflict(sessions: SessionStore) -> None:
    await sessions.create(session(title="A"))
    with pytest.raises(Conflict):
        await sessions.create(session(title="B"))
    assert (await sessions.get("talk")).title == "A"


async def test_an_unknown_session_is_not_found(sessions: SessionStore) -> None:
    with pytest.raises(NotFound):
        await sessions.get("nobody")
    with pytest.raises(NotFound):
        await sessions.replace(session("nobody"), expected_version=1)


async def test_replacing_raises_the_version(sessions: SessionStore) -> None:
    await sessions.create(session())
    stored = await sessions.replace(session(title="New", room="2"), expected_version=1)
    assert (stored.version, stored.title, stored.room) == (2, "New", "2")
    assert await sessions.get("talk") == stored


async def test_of_two_who_replace_the_same_version_one_wins(sessions: SessionStore) -> None:
    await sessions.create(session())
    answers = await asyncio.gather(
        *(sessions.replace(session(title=f"T{n}"), expected_version=1) for n in range(5)), return_exceptions=True
    )
    (winner,) = [answer for answer in answers if isinstance(answer, Session)]
    assert sum(isinstance(answer, Conflict) for answer in answers) == 4
    assert await sessions.get("talk") == winner


async def test_the_text_fills_what_the_organiser_left_open_and_nothing_else(sessions: SessionStore) -> None:
    await sessions.create(session(title="Given", event="IGF"))
    facts = Facts(title="Said", date="2015-11-12", room="7", edition="raw", about="A disclaimer")
    learned = await sessions.learn("talk", facts, at=LATER)
    assert (learned.title, learned.date, learned.room) == ("Given", "2015-11-12", "7")
    assert (learned.edition, learned.about, learned.status) == ("raw", "A disclaimer", "live")
    assert (learned.version, learned.updated_at, learned.created_at) == (2, LATER, AT)
    assert await sessions.get("talk") == learned


async def test_learning_the_same_again_changes_nothing(sessions: SessionStore) -> None:
    await sessions.create(session())
    learned = await sessions.learn("talk", Facts(title="Said"), at=AT)
    assert await sessions.learn("talk", Facts(title="Said"), at=LATER) == learned


async def test_a_later_reading_betters_an_earlier_one_and_silence_erases_nothing(sessions: SessionStore) -> None:
    await sessions.create(session())
    await sessions.learn("talk", Facts(title="Sai", room="7"), at=AT)
    learned = await sessions.learn("talk", Facts(title="Said"), at=LATER)
    assert (learned.title, learned.room) == ("Said", "7")


async def test_what_an_organiser_changes_is_theirs_and_what_they_leave_stays_learned(sessions: SessionStore) -> None:
    await sessions.create(session())
    learned = await sessions.learn("talk", Facts(title="Sai", room="7"), at=AT)
    edited = msgspec.structs.replace(learned, title="Edited")
    await sessions.replace(edited, expected_version=learned.version)
    again = await sessions.learn("talk", Facts(title="Said", room="8"), at=LATER)
    assert (again.title, again.room) == ("Edited", "8")


async def test_a_session_nobody_announced_is_made_of_what_its_text_says(sessions: SessionStore) -> None:
    learned = await sessions.learn("talk", Facts(title="Said", status="finished"), at=AT)
    assert (learned.id, learned.title, learned.status, learned.version) == ("talk", "Said", "finished", 1)
    assert await sessions.get("talk") == learned


async def test_the_status_follows_the_text(sessions: SessionStore) -> None:
    await sessions.create(session())
    for status in ("live", "finished", "live"):
        assert (await sessions.learn("talk", Facts(status=status), at=LATER)).status == status


async def test_live_sessions_are_listed_first_then_the_newest(world: World) -> None:
    await world.sessions.create(session("undated"))
    await world.sessions.create(session("old", date="2014-09-02"))
    await world.sessions.create(session("morning", date="2015-11-12", starts_at=AT))
    await world.sessions.create(session("evening", date="2015-11-12", starts_at=AT + timedelta(hours=9)))
    await world.sessions.create(session("now", date="2013-01-01", status="live"))
    assert await ids(world) == ["now", "evening", "morning", "old", "undated"]


async def test_a_list_is_read_in_pages_either_way(world: World) -> None:
    for day in range(1, 6):
        await world.sessions.create(session(f"s{day}", date=f"2015-11-0{day}", starts_at=AT, room="Hall"))
    await world.sessions.create(session("now", status="live"))
    await world.sessions.create(session("undated"))
    whole = await ids(world)
    assert whole == ["now", "s5", "s4", "s3", "s2", "s1", "undated"]
    for reverse in (False, True):
        paged: list[str] = []
        after = None
        while page := await world.sessions.list(SessionFilter(limit=2, after=after, reverse=reverse)):
            assert len(page) <= 2
            paged += [one.id for one in page]
            after = place(page[-1])
        assert paged == (whole[::-1] if reverse else whole)


async def test_a_list_has_the_days_that_are_wanted(world: World) -> None:
    await world.sessions.create(session("first", date="2015-11-10"))
    await world.sessions.create(session("second", starts_at=datetime(2015, 11, 11, 8, tzinfo=UTC)))
    await world.sessions.create(session("third", date="2015-11-12", status="live"))
    await world.sessions.create(session("undated"))
    assert await ids(world, since="2015-11-11", until="2015-11-11") == ["second"]
    assert await ids(world, since="2015-11-11") == ["third", "second"]
    assert await ids(world, until="2015-11-11", live=False) == ["second", "first", "undated"]
    assert await ids(world, until="2015-11-11", live=False, limit=1) == ["second"]
    assert await ids(world, since="2015-11-10", live=False, limit=1, reverse=True) == ["first"]
    assert await ids(world, until="") == ["undated"]
    assert await ids(world, live=True) == ["third"]


async def test_a_list_has_what_changed_since_a_moment(world: World) -> None:
    await world.sessions.create(session("old", date="2015-11-12"))
    await world.sessions.create(session("new", date="2015-11-10"))
    await world.sessions.create(session("live", status="live"))
    for name, later in (("new", LATER), ("live", LATER + timedelta(microseconds=1))):
        changed = msgspec.structs.replace(await world.sessions.get(name), title="Changed", updated_at=later)
        await world.sessions.replace(changed, expected_version=1)
    assert await ids(world, changed=AT) == ["live", "old", "new"]
    assert await ids(world, changed=LATER) == ["live", "new"]
    assert await ids(world, changed=LATER.astimezone(timezone(timedelta(hours=5)))) == ["live", "new"]
    assert await ids(world, changed=LATER, limit=1, reverse=True) == ["new"]
    assert await ids(world, changed=LATER, live=False, since="2015-11-01") == ["new"]
    assert await ids(world, changed=LATER + timedelta(seconds=1)) == []
    first = await world.sessions.list(SessionFilter(changed=AT, limit=1))
    assert await ids(world, changed=AT, after=place(first[0])) == ["old", "new"]


async def test_the_sessions_of_a_room_are_listed_by_its_slug(world: World) -> None:
    await world.sessions.create(session("old", room="Room 2", date="2015-11-12", status="finished"))
    await world.sessions.create(session("ended", room="ROOM‑2", status="finished", updated_at=LATER))
    await world.sessions.create(session("on", room="room_2", status="live"))
    await world.sessions.create(session("next", room="Room 2", starts_at=LATER, updated_at=LATER))
    await world.sessions.create(session("other", room="Room 22", status="live"))
    await world.sessions.create(session("nowhere", status="live"))
    assert await ids(world, slug="room-2") == ["on", "next", "old", "ended"]
    assert await ids(world, slug="room-2", status="live") == ["on"]
    assert await ids(world, slug="room-2", status="scheduled", since="2015-11-11", reverse=True, limit=1) == ["next"]
    assert await ids(world, slug="room-2", status="scheduled", changed=LATER) == ["next"]
    assert await ids(world, slug="room-2", status="finished", latest=True) == ["ended", "old"]
    assert await ids(world, slug="room-2", status="finished", until="", latest=True, limit=3) == ["ended"]
    assert await ids(world, status="finished", latest=True, limit=1) == ["ended"]
    assert await ids(world, slug="room-2", closed=True) == []
    moved = msgspec.structs.replace(await world.sessions.get("on"), room="Room 3")
    await world.sessions.replace(moved, expected_version=1)
    assert await ids(world, slug="room-2", live=True) == []
    assert await ids(world, slug="room-3") == ["on"]


async def test_filters_compare_folded_and_whole_and_all_must_match(world: World) -> None:
    await world.sessions.create(session("a", event="Forum São‑Paulo", room="Salão 1"))
    await world.sessions.create(session("b", event="Forum São‑Paulo", room="2", status="finished"))
    await world.sessions.create(session("c", event="Forum", room="Salão 1"))
    assert await ids(world, event="FORUM SAO-PAULO") == ["b", "a"]
    assert await ids(world, room="salao 1") == ["c", "a"]
    assert await ids(world, event="forum sao paulo", room="salao 1", status="scheduled") == ["a"]
    assert await ids(world, status="finished") == ["b"]
    assert await ids(world, event="nothing of ours") == []


async def test_sessions_and_what_was_learned_are_there_after_a_restart(world: World) -> None:
    await world.sessions.create(session(title="Given"))
    learned = await world.sessions.learn("talk", Facts(room="7"), at=LATER)
    await world.reopen()
    assert await world.sessions.get("talk") == learned
    again = await world.sessions.learn("talk", Facts(title="Said", room="8"), at=LATER)
    assert (again.title, again.room) == ("Given", "8")


async def test_closed_sessions_can_be_listed_alone(world: World, sessions: SessionStore) -> None:
    await sessions.create(session("open"))
    closed = await sessions.create(session("closed", closed=True))
    assert await ids(world, closed=True) == ["closed"]
    assert await ids(world, closed=False) == ["open"]
    await sessions.replace(msgspec.structs.replace(closed, closed=False), expected_version=1)
    assert await ids(world, closed=True) == []
