"""What changes of sessions are called in the audit trail (services.sessions.audited)."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from captionflow.messages import Session
from services.sessions.audited import MAX_DETAIL_CHARS, told

AT = datetime(2026, 11, 12, tzinfo=UTC)
BEFORE = Session("talk", 1, AT, AT, speakers={"speaker 0": "Ana", "speaker 1": "Ben"})


@pytest.mark.parametrize(
    ("was", "change", "says"),
    [
        ({}, {"status": "live"}, [("session_started", "")]),
        ({"status": "live"}, {"status": "finished"}, [("session_finished", "")]),
        ({"status": "finished"}, {"status": "live"}, [("session_reopened", "")]),
        ({}, {"closed": True}, [("session_closed", "")]),
        ({"closed": True}, {"closed": False}, [("session_opened", "")]),
        ({}, {"title": "A", "room": "B", "version": 2, "updated_at": AT}, [("session_changed", "title, room")]),
        (
            {},
            {"speakers": {"speaker 0": "Ana", "speaker 1": "Bert", "speaker 2": "Eve"}},
            [("speakers_named", "speaker 1, speaker 2")],
        ),
        ({}, {"speakers": {}}, [("speakers_named", "speaker 0, speaker 1")]),
        ({}, {"status": "live", "room": "B"}, [("session_started", ""), ("session_changed", "room")]),
        ({}, {"version": 2}, []),
    ],
)
def test_each_change_has_its_name_and_no_words(
    was: dict[str, Any], change: dict[str, Any], says: list[tuple[str, str]]
) -> None:
    before = msgspec.structs.replace(BEFORE, **was)
    assert list(told(before, msgspec.structs.replace(before, **change))) == says


def test_a_detail_has_a_bound() -> None:
    many = {f"speaker {n} {'x' * 190}": "Ana" for n in range(100)}
    ((_, detail),) = told(BEFORE, msgspec.structs.replace(BEFORE, speakers=BEFORE.speakers | many))
    assert len(detail) == MAX_DETAIL_CHARS
