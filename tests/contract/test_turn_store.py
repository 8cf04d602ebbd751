"""What every turn store promises (captionflow.ports.TurnStore)."""

import asyncio
from contextlib import aclosing

import pytest

from captionflow.messages import Part, StepRecord
from captionflow.transcript import turns as joined
from captionflow.turns import THE_END, THE_START, WINDOW, Place, Turns, place_of
from services.segment.segmenter import start
from services.segment.segmenter import step as segment
from tests.contract.worlds import World
from tests.revisions import STORIES, Story
from tests.steps import part, step
from tests.unit.segment_material import line


async def read(world: World, session: str = "talk") -> Turns:
    await world.settle()
    return await world.turn_store.turns(session, "en")


async def reached(world: World, session: str = "talk", language: str = "en") -> int:
    await world.settle()
    return await world.turn_store.last_seq(session, language)


async def texts(world: World) -> list[str]:
    return [part.text for part in (await read(world)).parts]


async def test_a_session_of_which_nothing_was_said_is_empty(world: World) -> None:
    turns = await read(world)
    assert (turns.parts, turns.last_seq) == ((), 0)
    assert await reached(world) == 0
    await world.turn_store.apply([])


async def test_a_part_comes_back_as_it_was_given(world: World) -> None:
    given = part(1, 4, "¡Hola‑qué! 😀", speaker="DR. N'DIAYE", role=True, continues=True, closed=True)
    await world.turn_store.apply([step(4, given)])
    turns = await read(world)
    assert (turns.parts, turns.last_seq) == ((given,), 4)


async def test_parts_are_in_the_order_of_turns_and_numbers_head_first(world: World) -> None:
    await world.turn_store.apply([step(1, part(10, 1, "d"), part(2, 1, "c", number=10), part(2, 1, "b", number=2))])
    await world.turn_store.apply([step(2, part(0, 2, "head"), part(1, 2, "a"))])
    assert await texts(world) == ["head", "a", "b", "c", "d"]


async def test_the_highest_version_of_a_part_wins(world: World) -> None:
    await world.turn_store.apply([step(5, part(1, 5, "new"))])
    await world.turn_store.apply([step(6, part(1, 4, "old"), part(2, 6, "next"))])
    assert await texts(world) == ["new", "next"]


async def test_the_highest_version_wins_within_one_call_too(world: World) -> None:
    await world.turn_store.apply([step(1, part(1, 1, "a")), step(3, part(1, 3, "a b c")), step(4, part(1, 2, "a b"))])
    assert await texts(world) == ["a b c"]
    assert await reached(world) == 4


async def test_a_step_that_came_before_changes_nothing(world: World) -> None:
    steps = [step(3, part(1, 3, "a")), step(5, part(1, 5, "a b"), part(2, 5, "c"))]
    for one in (*steps, steps[0], *steps):
        await world.turn_store.apply([one])
    assert await texts(world) == ["a b", "c"]
    assert await reached(world) == 5


async def test_delivering_everything_twice_and_late_gives_the_same(world: World) -> None:
    steps = [step(n, part(1 + n // 4, n, f"{n}")) for n in range(1, 20)]
    for one in steps:
        await world.turn_store.apply([one])
    once = await read(world)
    await world.turn_store.apply(steps)
    await world.turn_store.apply(steps[3:9])
    assert await read(world) == once


async def test_one_call_or_many_give_the_same(world: World) -> None:
    def steps(session: str) -> list[StepRecord]:
        return [step(n, part(1 + n // 4, n, f"{n}", session=session), session=session) for n in range(1, 20)]

    await world.turn_store.apply(steps("a"))
    for one in steps("b"):
        await world.turn_store.apply([one])
    a, b = [await read(world, session) for session in ("a", "b")]
    assert [(p.ordinal, p.version, p.text) for p in a.parts] == [(p.ordinal, p.version, p.text) for p in b.parts]
    assert a.last_seq == b.last_seq == 19


async def test_what_is_only_believed_is_not_stored(world: World) -> None:
    await world.turn_store.apply([step(1, part(1, 1, "Sure.", interim="perhaps this"))])
    (stored,) = (await read(world)).parts
    assert (stored.text, stored.interim) == ("Sure.", "")


async def test_retracted_parts_are_left_out_and_may_come_back(world: World) -> None:
    await world.turn_store.apply([step(1, part(1, 1, "a"), part(2, 1, "b"))])
    await world.turn_store.apply([step(2, part(1, 2, "a", retracted=True))])
    assert await texts(world) == ["b"]
    await world.turn_store.apply([step(3, part(1, 3, "a again"))])
    assert await texts(world) == ["a again", "b"]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_turns_change_split_merge_and_vanish_with_a_revision(world: World, story: Story) -> None:
    state = start("talk", "en")
    for seq, (text, revises) in enumerate(story.sent, 1):
        state, steps = segment(state, [line(seq, text, revises=revises)])
        await world.turn_store.apply(steps)
    turns = await read(world)
    assert [(turn.speaker, turn.text) for turn in joined(turns.parts)] == list(story.left)
    assert turns.last_seq == len(story.sent)


async def test_a_turn_that_only_an_interim_opened_is_gone_when_its_source_is(world: World) -> None:
    state = start("talk", "en")
    for one in (line(1, "perhaps", final=False), line(2, "", ends=True)):
        state, steps = segment(state, [one])
        await world.turn_store.apply(steps)
    assert (await read(world)).parts == ()


SOME = (
    part(0, 1, "head"),
    part(1, 1, "a"),
    part(2, 2, "b"),
    part(3, 3, "c"),
    part(3, 4, "d", number=1),
    part(4, 5, "gone", retracted=True),
    part(5, 6, "e"),
)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, ["e"]),
        (2, ["e"]),
        (3, ["c", "d", "e"]),
        (4, ["b", "c", "d", "e"]),
        (5, list("abcde")),
        (9, ["head", *"abcde"]),
    ],
)
async def test_a_window_on_the_end_has_whole_turns(world: World, limit: int, expected: list[str]) -> None:
    await world.turn_store.apply([step(7, *SOME)])
    await world.settle()
    window = await world.turn_store.window("talk", "en", limit=limit)
    assert [one.text for one in window.parts] == expected
    assert (window.last_seq, window.more) == (7, limit < 6)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(1, ["head"]), (2, ["head", "a"]), (4, ["head", "a", "b"]), (5, ["head", *"abcd"]), (6, ["head", *"abcde"])],
)
async def test_a_window_on_the_beginning_has_whole_turns(world: World, limit: int, expected: list[str]) -> None:
    await world.turn_store.apply([step(7, *SOME)])
    await world.settle()
    window = await world.turn_store.window("talk", "en", after=THE_START, limit=limit)
    assert [one.text for one in window.parts] == expected
    assert (window.last_seq, window.more) == (7, limit < 6)


async def test_windows_one_after_the_other_give_everything_once_in_both_directions(world: World) -> None:
    parts = [part(1 + n // 7, 1, f"{n}", number=n % 7, retracted=n % 11 == 3) for n in range(50)]
    await world.turn_store.apply([step(1, *parts)])
    await world.settle()
    everything = [one for one in parts if not one.retracted]
    for limit in (1, 4, 9, 60):
        on: list[Part] = []
        after: Place = THE_START
        while (window := await world.turn_store.window("talk", "en", after=after, limit=limit)).more:
            assert 0 < len(window.parts) <= limit
            on += window.parts
            after = place_of(window.parts[-1])
        assert [*on, *window.parts] == everything
        back: list[Part] = []
        before: Place = THE_END
        while (window := await world.turn_store.window("talk", "en", before=before, limit=limit)).more:
            assert 0 < len(window.parts) <= limit
            back[:0] = window.parts
            before = place_of(window.parts[0])
        assert [*window.parts, *back] == everything


async def test_a_turn_without_end_is_read_in_pieces(world: World) -> None:
    await world.turn_store.apply([step(1, part(1, 1, "a"), *(part(2, 1, f"{n}", number=n) for n in range(9)))])
    await world.settle()
    window = await world.turn_store.window("talk", "en", limit=4)
    assert [one.number for one in window.parts] == [5, 6, 7, 8]
    assert window.more


async def test_pages_are_all_of_one_moment(world: World) -> None:
    await world.turn_store.apply([step(1, *(part(n, 1, f"{n}") for n in range(1, 2 * WINDOW + 100)))])
    await world.settle()
    found: list[Turns] = []
    async with aclosing(world.turn_store.pages("talk", "en")) as pages:
        async for page in pages:
            found.append(page)
            changed = part(2 * WINDOW, 2, "changed"), part(3 * WINDOW, 2, "more")
            await world.turn_store.apply([step(2, *changed)])
            await world.settle()
    assert [one.text for page in found for one in page.parts] == [f"{n}" for n in range(1, 2 * WINDOW + 100)]
    assert {page.last_seq for page in found} == {1}
    assert all(len(page.parts) <= 2 * WINDOW for page in found)
    assert (await texts(world))[-1] == "more"


async def test_pages_may_be_left(world: World) -> None:
    await world.turn_store.apply([step(1, *(part(n, 1, f"{n}") for n in range(1, 2 * WINDOW)))])
    await world.settle()
    async with aclosing(world.turn_store.pages("talk", "en")) as pages:
        assert (await anext(pages)).parts[0].text == "1"
    async with aclosing(world.turn_store.pages("none", "en")) as pages:
        assert [page.parts async for page in pages] == [()]


async def test_a_part_is_found_by_the_id_of_its_turn(world: World) -> None:
    await world.turn_store.apply([step(7, *SOME)])
    await world.settle()
    store = world.turn_store
    assert await store.place("talk", "en", "talk.en.3") == (3, 0)
    assert await store.place("talk", "en", "talk.en.3", 1) == (3, 1)
    for session, turn, number in (("talk", 4, 0), ("talk", 3, 2), ("talk", 9, 0), ("other", 3, 0)):
        assert await store.place(session, "en", f"talk.en.{turn}", number) is None


async def test_sessions_and_languages_do_not_mix(world: World) -> None:
    await world.turn_store.apply([step(3, part(1, 3)), step(1, part(1, 1, session="other"), session="other")])
    assert await reached(world) == 3
    assert await reached(world, "other") == 1
    assert await reached(world, language="es") == 0


async def test_what_is_read_while_it_is_written_has_every_line_that_it_claims(world: World) -> None:
    async def write() -> None:
        for n in range(1, 100):
            await world.turn_store.apply([step(n, part(1, n, f"{n}"), part(2, n, f"{n}"))])

    writing = asyncio.create_task(write())
    while not writing.done():
        turns = await world.turn_store.turns("talk", "en")
        assert all(int(one.text) >= turns.last_seq for one in turns.parts)
    await writing
    assert await texts(world) == ["99", "99"]


async def test_the_transcript_is_there_after_a_restart(world: World) -> None:
    await world.turn_store.apply([step(2, part(1, 2, "kept"))])
    await world.reopen()
    assert await texts(world) == ["kept"]
    assert await reached(world) == 2
