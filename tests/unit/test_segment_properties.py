"""For generated transcripts: cutting, batching, repeating and stopping do not matter, and no word is lost."""

import random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captionflow.transcript import newest
from services.segment.file_session import lines_of, segment_lines
from services.segment.segmenter import State, start, step
from tests.unit.segment_material import (
    Piece,
    Typist,
    content,
    cut,
    letters,
    letters_of,
    line,
    lines,
    pieces_of,
    read_text,
    run,
    transcripts,
    whole_words,
    words_of,
)

calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SEEDS = st.integers(0, 2**32).map(random.Random)


@calm
@given(transcripts())
def test_the_words_of_labels_turns_notes_and_apart_are_the_words_of_the_text_in_order(text: str) -> None:
    assert letters_of(read_text(text)[0]) == letters(text)


@calm
@given(transcripts())
def test_no_word_is_cut_or_joined_to_another(text: str) -> None:
    parts, _ = read_text(text)
    assert [word for stretch in words_of(parts) for word in whole_words(stretch)] == whole_words(text)


@calm
@given(transcripts(), st.one_of(st.sampled_from(["words", "chars"]), st.integers(1, 80).map(str)))
def test_every_cut_gives_the_same_turns(text: str, how: str) -> None:
    assert content(*read_text(text, how)) == content(*read_text(text))


@calm
@given(transcripts(), st.data())
def test_a_text_cut_anywhere_gives_the_same_turns(text: str, data: st.DataObject) -> None:
    pieces = data.draw(pieces_of(text))
    parts, facts = segment_lines("s", "en", lines_of(map(Piece, pieces)))
    assert content(parts, facts) == content(*read_text(text))


@calm
@given(transcripts(), st.sampled_from(["words", "chars", "32", "whole"]))
def test_repeated_and_late_lines_change_nothing(text: str, how: str) -> None:
    assert read_text(text, how, repeat=True) == read_text(text, how)


@calm
@given(transcripts(), SEEDS)
def test_the_same_lines_in_any_batches_give_the_same_ids_ordinals_and_versions(text: str, sizes: random.Random) -> None:
    sent = lines(cut(text, "32"), ends=True)
    assert run(sent, sizes)[0] == run(sent)[0]


@calm
@given(transcripts(), st.data())
def test_stopped_and_started_again_anywhere_it_goes_on_the_same_way(text: str, data: st.DataObject) -> None:
    sent = lines(data.draw(pieces_of(text)), ends=True)
    _, _, records = run(sent)
    state, again = start("s", "en"), []
    for one in sent:
        state, more = step(msgspec.json.decode(msgspec.json.encode(state), type=State), [one])
        again += more
    assert again == records


@calm
@given(transcripts(), st.data())
def test_a_reader_has_every_word_at_every_moment(text: str, data: st.DataObject) -> None:
    state, records, seen = start("s", "en"), [], ""
    for one in lines(data.draw(pieces_of(text))):
        state, more = step(state, [one])
        records += more
        seen += one.text
        assert letters_of(newest(records)) == letters(seen)


@pytest.mark.parametrize("row", ["LEE:  >> ANNA LEE: ", "and so >> ANNA LEE: Yes.", "Room 3 >> ANNA LEE: Yes."])
def test_a_row_with_a_marker_inside_that_comes_behind_the_head_is_read_the_same_in_any_batch(row: str) -> None:
    sent = lines([f"Forum of the year 2026\n> ANNA\n{row[:2]}", f"{row[2:]}\n"], ends=True)
    assert run(sent)[0] == run(sent, 500)[0]


def test_a_marker_of_a_mail_program_is_known_as_one_in_the_next_step() -> None:
    sent = lines(["> > LEE: and two pages that are agreed and the agenda > >", "\n", ' "[speaking', "\n\n"])
    assert run(sent)[0] == run(sent, 500)[0]


def test_what_was_shown_as_head_until_its_utterance_ended_is_speech() -> None:
    sent = [line(1, "www.example.com\n\nA few"), line(2, " ANNA LEE:\n\n[4. APPROVAL"), line(3, " OF AGENDA]")]
    sent.append(line(4, " so", ends_utterance=True))
    assert run(sent)[0] == run(sent, 500)[0]


@settings(calm, max_examples=20)  # each takes a second
@given(transcripts(), st.sampled_from(["words", "chars", "7", "32"]), st.booleans(), SEEDS)
def test_typing_erasing_and_revising_in_any_order_gives_the_turns_of_the_final_text(
    text: str, how: str, timed: bool, random: random.Random
) -> None:
    typist = Typist(random, timed=timed)
    for piece in cut(text[-1_500:] if how == "chars" else text, how):
        typist.err()
        typist.type(piece)
    parts, state, _ = run(typist.sent, random)
    right, after, _ = run(typist.final(), 500)
    assert content(parts, state.facts) == content(right, after.facts)
    assert run(typist.sent)[0] == parts
