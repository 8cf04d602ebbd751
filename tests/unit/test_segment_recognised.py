"""What a recogniser sends: interims, which are shown and never archived, and the ends of its utterances."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from captionflow.messages import Line
from captionflow.transcript import turns
from services.segment.interims import MAX_INTERIM_CHARS, MAX_INTERIMS
from services.segment.segmenter import step
from tests.unit.segment_material import NOW, line, run, shown


def test_an_interim_is_shown_and_gives_way_to_the_final_text_of_its_segment() -> None:
    sent = [
        line(1, "good", final=False, segment="a"),
        line(2, "good  morning", final=False, segment="a"),
        line(3, "Good morning, all.", segment="a"),
    ]
    seen = [turns(run(sent[:count])[0])[-1] for count in (1, 2, 3)]
    assert [(turn.text, turn.interim) for turn in seen] == [
        ("", "good"),
        ("", "good morning"),
        ("Good morning, all.", ""),
    ]


@pytest.mark.parametrize("segment", [None, "", "a" * 150, "語" * 1_000])
def test_an_interim_gives_way_whatever_its_segment_is_called(segment: str | None) -> None:
    parts, state, _ = run(
        [
            line(1, "good", final=False, segment=segment),
            line(2, "good morning", final=False, segment=segment),
            line(3, "Good morning.", segment=segment),
        ]
    )
    assert (turns(parts)[0].text, turns(parts)[0].interim, state.interims) == ("Good morning.", "", ())


def test_the_turn_that_an_interim_opened_is_the_turn_of_its_words_or_is_retracted() -> None:
    parts, _, records = run([line(1, "good", final=False), line(2, ">> ANNA: Good morning.\n")])
    assert shown(parts) == [("ANNA", "Good morning.")]
    ids = {part.turn_id for record in records for part in record.parts if not part.retracted}
    left = {part.turn_id for part in parts}
    retracted = {part.turn_id for record in records for part in record.parts if part.retracted}
    assert ids == left | retracted


def test_interims_of_several_senders_are_shown_together_and_only_so_many() -> None:
    sent = [line(1, ">> ANNA: One.\n")]
    sent += [line(n + 2, f"word{n}", final=False, sender=f"asr-{n}") for n in range(MAX_INTERIMS + 1)]
    parts, state, _ = run(sent)
    assert turns(parts)[0].interim == " ".join(f"word{n}" for n in range(1, MAX_INTERIMS + 1))
    assert len(state.interims) == MAX_INTERIMS


def test_an_interim_shows_its_end_if_it_is_long_and_nothing_if_it_is_empty() -> None:
    parts, state, _ = run([line(1, ">> ANNA: One.\n"), line(2, "x" * 1000 + " end", final=False, segment="a")])
    interim = turns(parts)[0].interim
    assert interim.endswith("x end")
    assert len(interim) == MAX_INTERIM_CHARS
    _, records = step(state, [line(3, "", final=False, segment="a")])
    assert records[-1].parts[-1].interim == ""


def test_an_interim_that_lasts_to_the_end_is_no_text_of_the_archive() -> None:
    parts, _, _ = run([line(1, ">> ANNA: One.\n"), line(2, "two", final=False, segment="a"), line(3, ends=True)])
    assert shown(parts) == [("ANNA", "One.")]


def test_a_final_line_of_another_segment_leaves_an_interim() -> None:
    parts, _, _ = run([line(1, "later", final=False, segment="b"), line(2, ">> ANNA: One.\n", segment="a")])
    assert turns(parts)[0].interim == "later"


def test_interims_of_two_sources_keep_their_places_while_they_are_renewed() -> None:
    sent = [line(1, ">> ANNA: One.\n")]
    sent += [line(n, f"{'ab'[n % 2]}{n}", final=False, sender=f"asr-{n % 2}") for n in range(2, 8)]
    seen = [turns(run(sent[:count])[0])[0].interim for count in range(3, 8)]
    assert seen == ["a2 b3", "a4 b3", "a4 b5", "a6 b5", "a6 b7"]


def test_of_too_many_interims_the_one_renewed_longest_ago_gives_way() -> None:
    sent = [line(n, f"w{n}", final=False, sender=f"asr-{n % MAX_INTERIMS}") for n in range(1, MAX_INTERIMS + 2)]
    _, state, _ = run([*sent, line(len(sent) + 1, "new", final=False, sender="other")])
    assert [one.text for one in state.interims] == ["w5", "w3", "w4", "new"]


@pytest.mark.parametrize("other", [line(3, "Two.\n"), line(3, "two", final=False, sender="asr-2")])
@pytest.mark.parametrize(("later", "left"), [(timedelta(seconds=20), True), (timedelta(seconds=40), False)])
def test_an_interim_of_a_source_that_is_gone_does_not_stay(other: Line, later: timedelta, left: bool) -> None:
    sent = [line(1, ">> ANNA: One.\n"), line(2, "gone", final=False, sender="asr-1")]
    parts, _, _ = run([*sent, msgspec.structs.replace(other, received_at=NOW + later)])
    assert ("gone" in turns(parts)[0].interim) == left


def test_no_interim_outlives_its_session() -> None:
    sent = [line(1, ">> ANNA: One.\n"), line(2, "two", final=False, segment="a")]
    for last in (line(3, ends=True), line(3, ">> ANNA: 1.\n", revises=1, ends=True)):
        parts, state, _ = run([*sent, last])
        assert (turns(parts)[0].interim, state.interims) == ("", ())


def test_an_interim_that_names_a_line_replaces_none() -> None:
    parts, _, _ = run([line(1, ">> ANNA: One.\n"), line(2, "two", final=False, revises=1)])
    assert [(turn.text, turn.interim) for turn in turns(parts)] == [("One.", "two")]


def test_a_final_line_that_revises_an_interim_is_the_text_of_its_utterance() -> None:
    sent = [line(n, f"two {n}", final=False, segment="a") for n in (2, 3, 4)]
    for seq in (2, 4):
        final = line(5, "Two.\n", segment="a", revises=seq)
        parts, _, _ = run([line(1, ">> ANNA: One.\n"), *sent, final])
        assert [(turn.text, turn.interim, turn.apart) for turn in turns(parts)] == [("One. Two.", "", ())]


# --- utterances ---


def utterance(*pieces: str, begin: int, **more: Any) -> list[Line]:
    """Final results, the last of which ends their utterance."""
    last = len(pieces) - 1
    return [line(begin + n, text, ends_utterance=n == last, **more) for n, text in enumerate(pieces)]


@pytest.mark.parametrize("sizes", [1, 9])
@pytest.mark.parametrize(
    "first", [("so we went on",), ("so we ", "went on"), ("so w", "e went ", "on"), ("so we went on", "")]
)
def test_an_utterance_ends_a_paragraph_and_a_final_result_does_not_however_it_is_cut(
    first: tuple[str, ...], sizes: int
) -> None:
    sent = utterance(*first, begin=1)
    sent += utterance("and then", " we stopped. ", "Then", begin=len(sent) + 1)
    parts, state, _ = run([*sent, line(len(sent) + 1, "[Applause] we slept.")], sizes)
    assert shown(parts) == [(None, "so we went on | and then we stopped. Then | we slept.")]
    assert state.facts.title is None


@pytest.mark.parametrize("between", ["", " ", "\n", "\n\n"])
def test_what_stands_between_utterances_does_not_join_them(between: str) -> None:
    sent = [line(1, "We said", ends_utterance=True), line(2, f"{between}it again")]
    assert shown(run(sent)[0]) == [(None, "We said | it again")]


def test_what_was_heard_is_no_head() -> None:
    text = "Forum of the year 2026"
    assert shown(run([line(1, f"{text}\n"), line(2, "Room: 3\n"), line(3, ">> ANA: Yes.\n")])[0]) == [("ANA", "Yes.")]
    parts, _, _ = run([line(1, "Room: 3\n"), line(2, text, ends_utterance=True)])
    assert [text for _, text in shown(parts)][-1].endswith(text)
    parts, _, _ = run([line(1, "", ends_utterance=True), line(2, "Room: 3\n"), line(3, ">> ANA: Yes.\n")])
    assert shown(parts) == [("ANA", "Yes.")]


def test_an_utterance_and_its_session_may_end_with_one_line() -> None:
    parts, state, _ = run([*utterance("We said it.", begin=1, ends=True), line(2, "again\n", sender="asr")])
    assert (shown(parts), state.facts.status) == ([(None, "We said it."), (None, "again")], "live")


def test_a_revision_may_end_an_utterance_and_an_erased_line_ends_none() -> None:
    sent = [line(1, "we said "), line(2, "it "), line(3, "again")]
    parts, _, _ = run([*sent, line(4, "it", revises=2, ends_utterance=True)])
    assert shown(parts) == [(None, "we said it | again")]
    parts, _, _ = run([*sent, line(4, "it", revises=2, ends_utterance=True), line(5, "that ", revises=2)])
    assert shown(parts) == [(None, "we said that | again")]
    parts, _, _ = run([*sent, line(4, "it", revises=2, ends_utterance=True), line(5, revises=2)])
    assert shown(parts) == [(None, "we said again")]
    sent = [line(1, "we "), line(2, "said", ends_utterance=True), line(3, "it."), line(4, "went ", revises=1)]
    parts, _, _ = run(sent)
    assert shown(parts) == [(None, "went said | it.")]
