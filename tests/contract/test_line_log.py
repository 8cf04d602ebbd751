"""What every line log promises (captionflow.ports.LineLog)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from captionflow.errors import BadMessage, Conflict, TooLarge, Unavailable
from captionflow.messages import MAX_LINE_CHARS, MAX_RECORD_BYTES, Draft, Line, LineRecord, OnAir, Posted
from captionflow.ports import THE_BEGINNING, LineLog, Position
from tests.contract.worlds import World

WAIT_SECONDS = 60
AT = datetime(2015, 11, 12, 9, 30, tzinfo=UTC)


def drafts(*numbers: int, sender: str = "desk-1", text: str = "Hello {}\n") -> list[Draft]:
    return [Draft(sender, number, text.format(number)) for number in numbers]


async def lines(log: LineLog, session: str = "talk", language: str = "en", after: int = 0) -> list[Line]:
    return [line async for record in log.read(session, language, after) for line in record.lines]


async def take(following: AsyncIterator[tuple[Position, LineRecord]], count: int) -> dict[str, list[int]]:
    """The seqs of the next so many lines, by session and language; how many records they come in is up to the log."""
    seen: dict[str, list[int]] = {}
    async with asyncio.timeout(WAIT_SECONDS):
        while sum(map(len, seen.values())) < count:
            _, record = await anext(following)
            seen.setdefault(f"{record.session}.{record.language}", []).extend(line.seq for line in record.lines)
    return seen


async def test_lines_are_numbered_from_1_without_holes_in_the_order_given(line_log: LineLog) -> None:
    first = await line_log.append("talk", "en", drafts(0, 1))
    second = await line_log.append("talk", "en", drafts(2))
    assert [(r.number, r.seq) for r in first + second] == [(0, 1), (1, 2), (2, 3)]
    assert [(line.seq, line.text) for line in await lines(line_log)] == [
        (1, "Hello 0\n"),
        (2, "Hello 1\n"),
        (3, "Hello 2\n"),
    ]


async def test_each_session_and_language_counts_for_itself(line_log: LineLog) -> None:
    for session, language in [("a", "en"), ("a", "es"), ("b", "en")]:
        (receipt,) = await line_log.append(session, language, drafts(0))
        assert receipt.seq == 1
    assert len(await lines(line_log, "a", "es")) == 1


async def test_the_last_line_of_a_stream_is_known(line_log: LineLog) -> None:
    assert await line_log.last_seq("talk", "en") == 0
    await line_log.append("talk", "en", drafts(0, 1))
    await line_log.append("talk", "es", drafts(0))
    await line_log.append("talk", "en", drafts(2, sender="desk-2"))
    assert (await line_log.last_seq("talk", "en"), await line_log.last_seq("talk", "es")) == (3, 1)


async def test_everything_a_sender_said_of_a_line_is_kept(line_log: LineLog) -> None:
    draft = Draft(
        "asr", 7, "¿Qué‑tal? 😀 مرحبا\n", at=AT, speaker="Ana", segment="u1", final=False, revises=3, ends=True
    )
    (receipt,) = await line_log.append("talk", "en", [draft])
    (line,) = await lines(line_log)
    assert {name: getattr(line, name) for name in Draft.__struct_fields__} == msgspec.structs.asdict(draft)
    assert (line.seq, line.received_at) == (receipt.seq, receipt.received_at)
    assert line.received_at.utcoffset() == timedelta(0)


async def test_a_retry_gets_its_first_receipt_and_adds_nothing(line_log: LineLog) -> None:
    first = await line_log.append("talk", "en", drafts(0, 1, 2))
    assert await line_log.append("talk", "en", drafts(0, 1, 2)) == first
    assert await line_log.append("talk", "en", drafts(1)) == first[1:2]
    assert len(await lines(line_log)) == 3


async def test_a_retry_keeps_the_time_at_which_it_was_said_first(line_log: LineLog) -> None:
    first = await line_log.append("talk", "en", drafts(0), said_at=AT)
    again = await line_log.append("talk", "en", drafts(0, 1), said_at=AT + timedelta(seconds=9))
    assert again[:1] == first
    assert [line.at for line in await lines(line_log)] == [AT, AT + timedelta(seconds=9)]


async def test_a_batch_of_repeats_and_new_lines_adds_the_new_ones(line_log: LineLog) -> None:
    first = await line_log.append("talk", "en", drafts(0, 1, 2))
    mixed = await line_log.append("talk", "en", drafts(2, 3, 1, 4))
    assert (mixed[0], mixed[2]) == (first[2], first[1])
    assert [r.seq for r in mixed] == [3, 4, 2, 5]
    assert [line.number for line in await lines(line_log)] == [0, 1, 2, 3, 4]


async def test_a_repeat_inside_one_batch_is_one_line(line_log: LineLog) -> None:
    receipts = await line_log.append("talk", "en", drafts(0, 0, 1, 0))
    assert [r.seq for r in receipts] == [1, 1, 2, 1]
    assert len(await lines(line_log)) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "Goodbye\n"},
        {"at": AT},
        {"speaker": "Ana"},
        {"segment": "u1"},
        {"final": False},
        {"revises": 1},
        {"ends": True},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_known_number_with_another_content_is_a_conflict_and_nothing_is_added(
    line_log: LineLog, changed: dict[str, object]
) -> None:
    (known,) = drafts(0)
    await line_log.append("talk", "en", [known])
    with pytest.raises(Conflict):
        await line_log.append("talk", "en", [*drafts(1), msgspec.structs.replace(known, **changed), *drafts(2)])
    assert [line.number for line in await lines(line_log)] == [0]
    (receipt,) = await line_log.append("talk", "en", drafts(1))
    assert receipt.seq == 2


async def test_two_contents_for_a_number_in_one_batch_are_a_conflict(line_log: LineLog) -> None:
    with pytest.raises(Conflict):
        await line_log.append("talk", "en", [Draft("desk-1", 0, "a"), Draft("desk-1", 0, "b")])
    assert await lines(line_log) == []


async def test_senders_number_for_themselves(line_log: LineLog) -> None:
    await line_log.append("talk", "en", drafts(0, sender="a", text="from a"))
    (receipt,) = await line_log.append("talk", "en", drafts(0, sender="b", text="from b"))
    assert receipt.seq == 2


async def test_a_gap_and_a_step_back_are_taken_in_order_of_arrival(line_log: LineLog) -> None:
    receipts = await line_log.append("talk", "en", drafts(5, 6, 9, 2, 3, 7))
    assert [r.seq for r in receipts] == [1, 2, 3, 4, 5, 6]
    again = [await line_log.append("talk", "en", drafts(number)) for number in (7, 3, 2, 9, 6, 5)]
    assert [r.seq for (r,) in again] == [6, 5, 4, 3, 2, 1]
    (new,) = await line_log.append("talk", "en", drafts(4))
    assert new.seq == 7


async def test_retries_are_known_after_a_restart(world: World) -> None:
    first = await world.line_log.append("talk", "en", drafts(0, 1))
    await world.reopen()
    assert await world.line_log.append("talk", "en", drafts(0, 1)) == first
    (receipt,) = await world.line_log.append("talk", "en", drafts(2))
    assert receipt.seq == 3


async def test_the_last_number_is_the_senders_highest(line_log: LineLog) -> None:
    assert await line_log.last_number("talk", "en", "desk-1") is None
    await line_log.append("talk", "en", drafts(0, 1, 8, 3))
    await line_log.append("talk", "en", drafts(50, sender="desk-2"))
    assert await line_log.last_number("talk", "en", "desk-1") == 8
    assert await line_log.last_number("talk", "es", "desk-1") is None


async def test_the_last_lines_of_a_sender_come_by_number_and_no_others(line_log: LineLog) -> None:
    await line_log.append("talk", "en", [*drafts(0, 1, 2), *drafts(0, sender="desk-2"), *drafts(3, 4, 9)])
    await line_log.append("talk", "en", [*drafts(1, sender="desk-2"), *drafts(7)])
    await line_log.append("talk", "es", drafts(10))

    async def numbers(limit: int, after: int = -1) -> list[int]:
        found = await line_log.last_lines("talk", "en", "desk-1", limit=limit, after=after)
        assert all(line.sender == "desk-1" and line.text == f"Hello {line.number}\n" for line in found)
        return [line.number for line in found]

    assert await numbers(100) == [0, 1, 2, 3, 4, 7, 9]
    assert await numbers(3) == [4, 7, 9]
    assert await numbers(6) == [1, 2, 3, 4, 7, 9]
    assert await numbers(100, 2) == [3, 4, 7, 9]
    assert await numbers(100, 3) == [4, 7, 9]
    assert await numbers(2, 3) == [7, 9]
    assert await numbers(100, 9) == []
    assert await line_log.last_lines("talk", "fr", "desk-1", limit=9) == ()
    assert await line_log.last_lines("talk", "en", "desk-3", limit=9) == ()


async def test_the_last_lines_are_known_when_the_log_was_opened_again(world: World) -> None:
    await world.line_log.append("talk", "en", drafts(0, 1))
    await world.reopen()
    assert [line.number for line in await world.line_log.last_lines("talk", "en", "desk-1", limit=9)] == [0, 1]


async def test_which_post_a_line_is_from_is_kept_and_belongs_to_its_content(line_log: LineLog) -> None:
    posted = Posted(5, "00ff", "17", "rolling")
    (draft,) = (msgspec.structs.replace(one, posted=posted) for one in drafts(0))
    await line_log.append("talk", "en", [draft])
    (line,) = await line_log.last_lines("talk", "en", "desk-1", limit=1)
    assert line.posted == posted
    with pytest.raises(Conflict):
        await line_log.append("talk", "en", [msgspec.structs.replace(draft, posted=Posted(5, "00ff", "18", "rolling"))])


async def test_the_last_number_is_known_as_it_was_when_a_line_came(line_log: LineLog) -> None:
    receipts = await line_log.append("talk", "en", drafts(4, 5, 9, 7, 10))
    await line_log.append("talk", "en", drafts(11, 8))
    told = [await line_log.last_number("talk", "en", "desk-1", before=receipt.seq) for receipt in receipts]
    assert told == [None, 4, 5, 9, 9]


async def test_no_drafts_give_no_receipts(line_log: LineLog) -> None:
    assert await line_log.append("talk", "en", []) == ()
    assert await lines(line_log) == []


async def test_two_senders_at_once_keep_their_order_and_leave_no_hole(line_log: LineLog) -> None:
    async def send(sender: str) -> None:
        for number in range(40):
            await line_log.append("talk", "en", drafts(number, sender=sender))

    await asyncio.gather(send("a"), send("b"))
    stored = await lines(line_log)
    assert [line.seq for line in stored] == list(range(1, 81))
    for sender in ("a", "b"):
        assert [line.number for line in stored if line.sender == sender] == list(range(40))
        again = await line_log.append("talk", "en", drafts(*range(40), sender=sender))
        assert [r.seq for r in again] == [line.seq for line in stored if line.sender == sender]


async def test_fifty_appends_at_once_each_get_a_seq_of_their_own(line_log: LineLog) -> None:
    answers = await asyncio.gather(*(line_log.append("talk", "en", drafts(n)) for n in range(50)))
    assert sorted(r.seq for (r,) in answers) == list(range(1, 51))
    assert {line.number: line.seq for line in await lines(line_log)} == {r.number: r.seq for (r,) in answers}


async def test_the_same_line_sent_ten_times_at_once_is_one_line(line_log: LineLog) -> None:
    answers = await asyncio.gather(*(line_log.append("talk", "en", drafts(0)) for _ in range(10)))
    assert len(set(answers)) == 1
    assert len(await lines(line_log)) == 1


async def test_one_refused_append_among_many_spoils_no_other(line_log: LineLog) -> None:
    await line_log.append("talk", "en", drafts(0))
    bad = [line_log.append("talk", "en", [Draft("desk-1", 0, "something else")]) for _ in range(5)]
    good = [line_log.append("talk", "en", drafts(n)) for n in range(1, 20)]
    answers = await asyncio.gather(*bad, *good, return_exceptions=True)
    assert all(isinstance(answer, Conflict) for answer in answers[:5])
    assert sorted(line.seq for line in await lines(line_log)) == list(range(1, 21))


async def test_an_append_whose_caller_gave_up_happened_or_not_and_can_be_repeated(line_log: LineLog) -> None:
    tasks = [asyncio.create_task(line_log.append("talk", "en", drafts(n, n + 1))) for n in range(0, 40, 2)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await line_log.append("talk", "en", drafts(*range(40)))
    stored = await lines(line_log)
    assert [line.seq for line in stored] == list(range(1, 41))
    assert sorted(line.number for line in stored) == list(range(40))


async def test_a_large_batch_that_fails_in_between_left_a_beginning_and_the_same_again_adds_the_rest(
    world: World,
) -> None:
    """Fifteen records, and the technology goes away when the first of them can be read."""
    batch = drafts(*range(450), text="{}" + "x" * (MAX_LINE_CHARS - 10))
    following = aiter(world.line_log.follow())
    appending = asyncio.create_task(world.line_log.append("talk", "en", batch))
    await anext(following)
    await world.cut_off()
    with contextlib.suppress(Unavailable):  # where all of it is one transaction, it had succeeded
        await appending
    await world.reopen()
    there = await lines(world.line_log)
    assert [line.number for line in there] == list(range(len(there)))
    receipts = await world.line_log.append("talk", "en", batch)
    assert [(one.number, one.seq) for one in receipts] == [(n, n + 1) for n in range(450)]
    assert [(line.number, line.seq) for line in await lines(world.line_log)] == [(n, n + 1) for n in range(450)]
    assert [line.received_at for line in there] == [one.received_at for one in receipts[: len(there)]]


async def test_what_fits_into_one_record_is_appended_all_or_none(world: World) -> None:
    batch = drafts(*range(100))
    appending = asyncio.create_task(world.line_log.append("talk", "en", batch))
    await asyncio.sleep(0)  # it has begun
    await world.cut_off()
    with contextlib.suppress(Unavailable):
        await appending
    await world.reopen()
    assert len(await lines(world.line_log)) in {0, 100}


async def test_reading_ends_where_the_log_ended_when_it_began(line_log: LineLog) -> None:
    for number in range(120):
        await line_log.append("talk", "en", drafts(number))
    reading = line_log.read("talk", "en")
    found = list((await anext(reading)).lines)
    await line_log.append("talk", "en", drafts(*range(120, 125)))
    found += [line async for record in reading for line in record.lines]
    assert [line.number for line in found] == list(range(120))


async def test_reading_starts_after_a_seq_also_within_a_batch(line_log: LineLog) -> None:
    await line_log.append("talk", "en", drafts(*range(10)))
    await line_log.append("talk", "en", drafts(10))
    assert [line.seq for line in await lines(line_log, after=7)] == [8, 9, 10, 11]
    assert await lines(line_log, after=11) == []
    assert await lines(line_log, session="nobody") == []


async def test_records_are_bounded_however_much_comes_at_once(line_log: LineLog) -> None:
    await line_log.append("talk", "en", drafts(*range(60), text="\U0001f600" * MAX_LINE_CHARS))
    records = [record async for record in line_log.read("talk", "en")]
    assert all(len(msgspec.json.encode(record)) <= MAX_RECORD_BYTES for record in records)
    assert [line.seq for record in records for line in record.lines] == list(range(1, 61))


async def test_a_line_that_fits_into_no_record_is_too_large(line_log: LineLog) -> None:
    with pytest.raises(TooLarge):
        await line_log.append("talk", "en", [Draft("desk-1", 0, "x" * MAX_RECORD_BYTES)])
    assert await lines(line_log) == []


@pytest.mark.parametrize("draft", [Draft("d", -1, "x"), Draft("d", 2**63, "x"), Draft("d", 0, "\ud800")])
async def test_a_number_or_a_text_that_cannot_be_is_refused(line_log: LineLog, draft: Draft) -> None:
    with pytest.raises(BadMessage):
        await line_log.append("talk", "en", [*drafts(1), draft])
    assert await lines(line_log) == []


async def test_text_that_looks_like_anything_else_is_only_text(line_log: LineLog) -> None:
    texts = ["'; DROP TABLE records; --", "<script>alert(1)</script>", "\x00\x01", "../../etc/passwd", "%00", ""]
    await line_log.append("talk", "en", [Draft("d", n, text) for n, text in enumerate(texts)])
    assert [line.text for line in await lines(line_log)] == texts


async def test_following_gives_what_is_there_and_then_what_comes(line_log: LineLog) -> None:
    await line_log.append("a", "en", drafts(0, 1))
    following = line_log.follow()
    assert await take(following, 2) == {"a.en": [1, 2]}
    waiting = asyncio.create_task(take(following, 1))
    await line_log.append("b", "es", drafts(0))
    assert await waiting == {"b.es": [1]}


async def test_the_log_knows_every_session_and_language_that_has_lines(line_log: LineLog) -> None:
    assert list(await line_log.streams()) == []
    for session, language in (("b", "en"), ("a", "pt"), ("a", "en"), ("b", "en")):
        await line_log.append(session, language, drafts(0))
    await line_log.append("c", "en", [])
    assert list(await line_log.streams()) == [("a", "en"), ("a", "pt"), ("b", "en")]


async def test_following_goes_on_after_any_position_with_all_that_was_not_given_before(line_log: LineLog) -> None:
    for number in range(30):
        await line_log.append(f"talk-{number % 3}", "en", drafts(number))
    everything = {f"talk-{n}.en": list(range(1, 11)) for n in range(3)}
    position, given = THE_BEGINNING, dict.fromkeys(everything, 0)
    positions = []
    async with asyncio.timeout(WAIT_SECONDS):
        async for position, record in line_log.follow():
            given[f"{record.session}.en"] = record.lines[-1].seq
            positions.append((position, dict(given)))
            if sum(given.values()) == 30:
                break
    assert len({position for position, _ in positions}) == len(positions)
    for position, before in (positions[0], positions[7], positions[-2]):
        rest = {name: seqs[before[name] :] for name, seqs in everything.items() if seqs[before[name] :]}
        assert await take(line_log.follow(position), sum(map(len, rest.values()))) == rest


async def test_positions_stay_after_a_restart(world: World) -> None:
    await world.line_log.append("a", "en", drafts(0))
    async with asyncio.timeout(WAIT_SECONDS):
        position, _ = await anext(world.line_log.follow())
    await world.reopen()
    await world.line_log.append("a", "en", drafts(1))
    assert await take(world.line_log.follow(position), 1) == {"a.en": [2]}


async def test_followers_see_every_line_of_many_senders_in_each_sessions_order(line_log: LineLog) -> None:
    async def send(session: str) -> None:
        for number in range(30):
            await line_log.append(session, "en", drafts(number))

    watchers = [asyncio.create_task(take(line_log.follow(), 90)) for _ in range(3)]
    await asyncio.gather(*(send(f"talk-{n}") for n in range(3)))
    for seen in await asyncio.gather(*watchers):
        assert seen == {f"talk-{n}.en": list(range(1, 31)) for n in range(3)}


async def test_who_is_put_on_air_is_in_the_log(line_log: LineLog) -> None:
    wanted = OnAir("desk-1", ("asr",), 15.0)
    await line_log.append("talk", "en", [Draft("on-air", 0, "", on_air=wanted)])
    await line_log.append("talk", "en", [Draft("on-air", 0, "", on_air=wanted)])
    with pytest.raises(Conflict):
        await line_log.append("talk", "en", [Draft("on-air", 0, "", on_air=OnAir("asr"))])
    found = [line async for record in line_log.read("talk", "en") for line in record.lines]
    assert [line.on_air for line in found] == [wanted]
