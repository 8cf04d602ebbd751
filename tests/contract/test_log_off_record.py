"""What every line log promises of passages off the record, and every feed of what is said in them."""

import asyncio

import msgspec
import pytest

from captionflow.messages import Draft, Line, OffRecordWords
from captionflow.off_record import SENDER
from captionflow.ports import LineLog
from tests.contract.worlds import World

WAIT_SECONDS = 60


async def turn(log: LineLog, number: int, *, on: bool, session: str = "talk") -> None:
    await log.append(session, "en", [Draft(SENDER, number, "", off_record=on)])


async def lines(log: LineLog, session: str = "talk") -> list[Line]:
    return [line async for record in log.read(session, "en") for line in record.lines]


async def test_what_is_said_off_the_record_has_its_place_and_no_words(line_log: LineLog) -> None:
    await line_log.append("talk", "en", [Draft("desk", 0, "before")])
    await turn(line_log, 0, on=True)
    receipts = await line_log.append(
        "talk", "en", [Draft("desk", 1, "secret", speaker="ANA"), Draft("desk", 2, "word")]
    )
    assert [(one.seq, one.withheld) for one in receipts] == [(3, True), (4, True)]
    await turn(line_log, 1, on=False)
    (receipt,) = await line_log.append("talk", "en", [Draft("desk", 3, "after")])
    assert not receipt.withheld
    found = await lines(line_log)
    assert [line.text for line in found] == ["before", "", "", "", "", "after"]
    assert [line.withheld for line in found] == [False, False, True, True, False, False]
    assert [line.off_record for line in found] == [None, True, None, None, False, None]
    assert b"secret" not in msgspec.json.encode(found)


async def test_a_stream_is_off_the_record_alone(line_log: LineLog) -> None:
    await turn(line_log, 0, on=True)
    (receipt,) = await line_log.append("talk", "es", [Draft("desk", 0, "hola")])
    (other,) = await line_log.append("other", "en", [Draft("desk", 0, "hello")])
    assert (receipt.withheld, other.withheld) == (False, False)


async def test_a_retry_gets_the_receipt_of_the_first_time_during_the_passage_and_after_it(line_log: LineLog) -> None:
    await turn(line_log, 0, on=True)
    draft = Draft("desk", 0, "secret", segment="u1")
    first = await line_log.append("talk", "en", [draft])
    assert await line_log.append("talk", "en", [draft]) == first
    await turn(line_log, 1, on=False)
    assert await line_log.append("talk", "en", [draft]) == first
    assert len(await lines(line_log)) == 3


async def test_what_is_withheld_is_known_after_a_restart(world: World) -> None:
    await turn(world.line_log, 0, on=True)
    (secret,) = await world.line_log.append("talk", "en", [Draft("desk", 0, "secret")])
    await world.line_log.append("talk", "en", [Draft("asr", 0, "a se", segment="u1", final=False)])
    await world.reopen()
    (receipt,) = await world.line_log.append("talk", "en", [Draft("desk", 1, "secret too")])
    assert receipt.withheld
    await turn(world.line_log, 1, on=False)
    await world.reopen()
    later = [Draft("desk", 2, "a secret", revises=secret.seq), Draft("asr", 1, "a secret", segment="u1")]
    receipts = await world.line_log.append("talk", "en", [*later, Draft("desk", 3, "after")])
    assert [one.withheld for one in receipts] == [True, True, False]


async def test_a_row_that_goes_on_behind_a_passage_has_what_was_added_and_a_retry_its_receipt(world: World) -> None:
    log = world.line_log
    (row,) = await log.append("talk", "en", [Draft("desk", 0, "before")])
    await log.append("talk", "en", [Draft("asr", 0, "early", segment="u1", final=False)])
    await turn(log, 0, on=True)
    await log.append("talk", "en", [Draft("desk", 1, "before secret", revises=row.seq)])
    await log.append("talk", "en", [Draft("asr", 1, "early secret", segment="u1", final=False)])
    await turn(log, 1, on=False)
    grown = Draft("desk", 2, "before secret after", revises=row.seq)
    (receipt,) = await log.append("talk", "en", [grown])
    assert not receipt.withheld
    assert await log.append("talk", "en", [grown]) == (receipt,)
    await log.append("talk", "en", [Draft("desk", 3, "before secret afterwards", revises=row.seq)])
    await log.append("talk", "en", [Draft("asr", 2, "early secret late", segment="u1")])
    behind = (await lines(log))[-3:]
    assert [(line.text, line.revises, line.shortened) for line in behind] == [
        (" after", None, True),
        (" afterwards", receipt.seq, True),
        ("early late", None, True),
    ]
    await world.reopen()
    assert await world.line_log.append("talk", "en", [grown]) == (receipt,)
    again = Draft("desk", 4, "before secret afterwards and more", revises=row.seq)
    (unknown,) = await world.line_log.append("talk", "en", [again])
    assert unknown.withheld
    assert b"secret" not in msgspec.json.encode(await lines(world.line_log))


async def test_an_utterance_over_two_passages_has_what_was_said_before_between_and_behind_them(
    line_log: LineLog,
) -> None:
    async def hear(number: int, text: str, *, final: bool = False) -> str:
        await line_log.append("talk", "en", [Draft("asr", number, text, segment="u1", final=final)])
        return (await lines(line_log))[-1].text

    assert await hear(0, "one") == "one"
    await turn(line_log, 0, on=True)
    assert await hear(1, "one secret") == ""
    await turn(line_log, 1, on=False)
    assert await hear(2, "one secret two") == "one two"
    await turn(line_log, 2, on=True)
    assert await hear(3, "one secret two secret") == ""
    await turn(line_log, 3, on=False)
    assert await hear(4, "One secret, two secret. Three.", final=True) == "One two Three."
    assert await hear(5, "four") == "four"
    await turn(line_log, 4, on=True)
    draft = Draft("asr", 6, "four secret.", segment="u1")
    (receipt,) = await line_log.append("talk", "en", [draft])
    assert (receipt.withheld, receipt.shortened) == (False, True)
    assert await line_log.append("talk", "en", [draft]) == (receipt,)
    assert (await lines(line_log))[-1].text == "four"


async def test_lines_at_the_same_moment_are_withheld_from_the_answer_on(line_log: LineLog) -> None:
    begun = asyncio.create_task(turn(line_log, 0, on=True))
    said = 0
    while not begun.done():
        await line_log.append("talk", "en", [Draft("desk", said, "word")])
        said += 1
        await asyncio.sleep(0)
    await begun
    receipts = await asyncio.gather(
        *(line_log.append("talk", "en", [Draft(f"desk-{n}", 0, "secret")]) for n in range(5))
    )
    assert all(receipt.withheld for (receipt,) in receipts)
    found = await lines(line_log)
    begin = next(line.seq for line in found if line.off_record)
    assert [bool(line.text) for line in found if line.seq != begin] == [
        line.seq < begin for line in found if line.seq != begin
    ]


@pytest.mark.parametrize("count", [1, 3])
async def test_what_is_said_comes_to_all_who_follow_and_in_its_order(world: World, count: int) -> None:
    following = [world.off_record.follow() for _ in range(count)]
    said = [OffRecordWords("talk", "en", seq, "desk", f"word {seq}") for seq in range(1, 4)]
    await world.off_record.publish(said)
    async with asyncio.timeout(WAIT_SECONDS):
        for one in following:
            assert [await anext(one) for _ in said] == said
