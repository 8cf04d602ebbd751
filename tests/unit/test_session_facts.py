"""What a session learns from its text never takes away what its organiser gave."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from captionflow.errors import Conflict
from captionflow.messages import Facts, Session
from captionflow.session_facts import created, learnt, replaced

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
NOTHING: frozenset[str] = frozenset()


def session(name: str = "talk", **fields: object) -> Session:
    return msgspec.structs.replace(Session(name, version=1, created_at=AT, updated_at=AT), **fields)


def test_creating_it_again_gives_the_one_that_is_there() -> None:
    assert created(None, session()) == (session(), NOTHING)
    stored = session(title="Opening", version=4, status="live"), NOTHING
    assert created(stored, session(title="Opening")) == stored


def test_what_the_text_filled_makes_it_no_other_session() -> None:
    known = learnt((session(), NOTHING), "talk", Facts(title="Opening"), LATER)
    assert created(known, session()) == known


def test_creating_another_one_of_the_same_id_is_refused() -> None:
    with pytest.raises(Conflict, match="another content"):
        created((session(title="Opening"), NOTHING), session(title="Closing"))


def test_a_change_of_what_was_read_is_made_and_one_of_what_was_not_is_refused() -> None:
    known = session(version=3), NOTHING
    new, _ = replaced(known, session(title="Opening", created_at=LATER), 3)
    assert (new.version, new.title, new.created_at) == (4, "Opening", AT)
    with pytest.raises(Conflict, match="at version 3, not 2"):
        replaced(known, session(title="Opening"), 2)


def test_a_field_that_the_organiser_changes_is_no_longer_filled_from_the_text() -> None:
    known = learnt((session(), NOTHING), "talk", Facts(title="Openning", room="3"), LATER)
    known = replaced(known, msgspec.structs.replace(known[0], title="Opening"), 2)
    new, learned = learnt(known, "talk", Facts(title="OPENING", room="4"), LATER)
    assert (new.title, new.room, learned) == ("Opening", "4", frozenset({"room"}))


def test_the_text_fills_what_is_open_and_betters_only_what_it_filled_itself() -> None:
    known = learnt((session(title="Given"), NOTHING), "talk", Facts(title="Said", date="2026-09-13"), LATER)
    assert (known[0].title, known[0].date, known[0].version, known[0].status) == ("Given", "2026-09-13", 2, "live")
    assert learnt(known, "talk", Facts(date="2026-09-14"), LATER)[0].date == "2026-09-14"


def test_what_says_nothing_new_changes_nothing() -> None:
    known = learnt((session(), NOTHING), "talk", Facts(title="Opening"), LATER)
    assert learnt(known, "talk", Facts(title="Opening"), LATER + timedelta(1)) is known
    assert learnt(known, "talk", Facts(), LATER + timedelta(1)) is known


def test_a_session_that_nobody_announced_begins_with_its_text() -> None:
    new, learned = learnt(None, "talk", Facts(room="3"), LATER)
    assert (new.id, new.version, new.room, new.created_at, learned) == ("talk", 1, "3", LATER, {"room"})
