"""How drafts become lines, whatever the log."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from captionflow.errors import BadMessage, Conflict, TooLarge
from captionflow.identity import MAX_NUMBER
from captionflow.messages import MAX_RECORD_BYTES, Draft, Line, LineRecord
from captionflow.numbering import ENVELOPE_BYTES, Run, check, number, packed, runs

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


def draft(n: int, text: str = "Hello.\n", sender: str = "desk") -> Draft:
    return Draft(sender, n, text)


def line(seq: int, n: int, text: str = "Hello.\n", sender: str = "desk") -> Line:
    return Line(sender, n, text, seq=seq, received_at=AT)


def test_new_drafts_go_on_after_the_last_line_and_known_ones_keep_their_receipts() -> None:
    later = AT + timedelta(seconds=9)
    known = {("desk", 3): line(7, 3)}
    lines, receipts = number([draft(4), draft(3), draft(5)], known, 10, later)
    assert [(one.seq, one.number, one.received_at) for one in lines] == [(11, 4, later), (12, 5, later)]
    assert [(one.number, one.seq, one.received_at) for one in receipts] == [(4, 11, later), (3, 7, AT), (5, 12, later)]


def test_a_draft_that_is_twice_in_one_call_is_one_line() -> None:
    lines, receipts = number([draft(0), draft(0)], {}, 0, AT)
    assert [one.seq for one in lines] == [1]
    assert [one.seq for one in receipts] == [1, 1]


@pytest.mark.parametrize("again", [draft(3, "Bye.\n"), Draft("desk", 3, "Hello.\n", speaker="ANA")])
def test_a_number_that_comes_again_with_another_content_is_refused(again: Draft) -> None:
    with pytest.raises(Conflict, match="Number 3 of sender 'desk'"):
        number([again], {("desk", 3): line(7, 3)}, 10, AT)


def test_a_line_without_a_time_was_said_when_it_first_came() -> None:
    later = AT + timedelta(seconds=9)
    timed = msgspec.structs.replace(draft(5), at=AT - timedelta(seconds=1))
    lines, _ = number([draft(4), timed], {}, 10, later, AT)
    assert [one.at for one in lines] == [AT, timed.at]
    known = {("desk", one.number): one for one in lines}
    again, receipts = number([draft(4), timed], known, 12, later, later)
    assert (again, [one.seq for one in receipts]) == ([], [11, 12])
    with pytest.raises(Conflict):
        number([msgspec.structs.replace(timed, at=later)], known, 12, later, later)
    with pytest.raises(Conflict):
        number([draft(4)], known, 12, later)  # who gives no time says that nobody knows it


@pytest.mark.parametrize("wrong", [-1, MAX_NUMBER + 1])
def test_a_number_that_not_every_reader_of_json_has_exactly_is_refused(wrong: int) -> None:
    check(draft(MAX_NUMBER))
    with pytest.raises(BadMessage, match="count up from 0"):
        check(draft(wrong))


def test_half_a_character_and_what_fits_into_no_record_are_refused() -> None:
    with pytest.raises(BadMessage, match="send valid UTF-8"):
        check(draft(1, "half \ud83d"))
    with pytest.raises(TooLarge, match="cut it"):
        check(draft(1, "x" * MAX_RECORD_BYTES))


def test_lines_are_packed_into_few_records_of_which_none_is_too_large() -> None:
    lines = [line(1 + n, n, "x" * 20_000) for n in range(10)]
    found = list(packed(lines))
    assert [one for some, _ in found for one in some] == lines
    assert [len(some) for some, _ in found] == [3, 3, 3, 1]
    for some, encoded in found:
        assert msgspec.json.decode(encoded, type=tuple[Line, ...]) == tuple(some)
        assert len(msgspec.json.encode(LineRecord("s" * 80, "en", tuple(some)))) <= MAX_RECORD_BYTES
        assert len(encoded) <= MAX_RECORD_BYTES - ENVELOPE_BYTES
    assert list(packed([])) == []


def test_consecutive_numbers_of_one_sender_are_one_run() -> None:
    lines = [line(1, 5), line(2, 6), line(3, 0, sender="asr"), line(4, 7), line(5, 9)]
    found = list(runs(lines))
    assert found == [("desk", Run(5, 6, 1)), ("asr", Run(0, 0, 3)), ("desk", Run(7, 7, 4)), ("desk", Run(9, 9, 5))]
    assert found[0][1].seq(6) == 2
    assert list(runs([])) == []


def test_a_line_from_before_its_end_was_kept_may_come_again_with_it() -> None:
    begun, ended = AT, AT + timedelta(seconds=2)
    with_end = Draft("desk", 0, "a", at=begun, until=ended)
    (without,), _ = number([Draft("desk", 0, "a", at=begun)], {}, 0, AT)
    assert number([with_end], {("desk", 0): without}, 1, AT)[0] == []
    (kept,), _ = number([with_end], {}, 0, AT)
    assert kept.until == ended
    with pytest.raises(Conflict):
        number([Draft("desk", 0, "a", at=begun)], {("desk", 0): kept}, 1, AT)


def test_a_line_of_a_file_without_a_date_may_come_again_however_an_older_version_wrote_its_time() -> None:
    old = Line("file", 0, "a", at=datetime(1970, 1, 1, 0, 1, 30, tzinfo=UTC), seq=1, received_at=AT)
    assert number([Draft("file", 0, "a", at=90.0, until=92.0)], {("file", 0): old}, 1, AT)[0] == []
    both = msgspec.structs.replace(old, until=datetime(1970, 1, 1, 0, 1, 32, tzinfo=UTC))
    assert number([Draft("file", 0, "a", at=90.0, until=92.0)], {("file", 0): both}, 1, AT)[0] == []
    with pytest.raises(Conflict):
        number([Draft("file", 0, "a", at=91.0)], {("file", 0): old}, 1, AT)
    with pytest.raises(Conflict):
        number([Draft("file", 0, "a", at=90.0, until=93.0)], {("file", 0): both}, 1, AT)
