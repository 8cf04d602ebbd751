"""Names without a colon, live: labels once their shape has proved itself (services.segment.rules.name_shapes)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captionflow.transcript import newest
from services.segment.rules.name_shapes import MAX_PROOF_ROWS
from services.segment.segmenter import start, step
from tests.unit.segment_material import apart_of, content, lines, notes_of, read_text, run, shown, turns_of

CUTS = ["32", "7", "words", "chars"]
LABELS = {
    "<ana> Hi all.\n<ben> Hello.\nHow are you?\n<ana> Fine.\n<cem> Late.\n": [
        ("ana", "Hi all."),
        ("ben", "Hello. How are you?"),
        ("ana", "Fine."),
        ("cem", "Late."),
    ],
    "CHAIR: We begin.\n[Ana Lupu] Thanks.\n[Ben Okoro] Yes.\n[Ana Lupu] So. [Laughter] On.\n[Applause] Good.\n": [
        ("CHAIR", "We begin."),
        ("Ana Lupu", "Thanks."),
        ("Ben Okoro", "Yes."),
        ("Ana Lupu", "So. On. Good."),
    ],
    "[Speaker 1] Hi.\n[Speaker 2] Hello.\n[Speaker 1] Good.\n": [
        ("Speaker 1", "Hi."),
        ("Speaker 2", "Hello."),
        ("Speaker 1", "Good."),
    ],
    "[00:18:02] <ana> Hi all.\n[00:18:09] <ben> Hello.\n": [("ana", "Hi all."), ("ben", "Hello.")],
    "00:18:02 [Ana Lupu] Hi all.\n": [("Ana Lupu", "Hi all.")],
    "[Ana Lupu] [00:00]\nHi all.\n[Ben Okoro] [00:05] Hello.\n": [("Ana Lupu", "Hi all."), ("Ben Okoro", "Hello.")],
    "ANA: One.\nBEN: Two.\n[Ana] Three.\n[Ben] Four.\n[Ana] Five.\n": [
        ("ANA", "One."),
        ("BEN", "Two."),
        ("Ana", "Three."),
        ("Ben", "Four."),
        ("Ana", "Five."),
    ],
}
LEFT_ALONE = {
    "sounds": "[Applause] One.\n[Laughter] Two.\n[Applause] Three.\n[Crowd Cheering] Four.\n[Applause] Five.\n",
    "sounds with a clock": "[00:10] [Applause] One.\n[00:20] [Speaking French] Two.\n[00:30] [Music] Three.\n",
    "sounds in capitals": "[DOOR SLAMS] One.\n[BELL TOLLS] Two.\n[DOOR SLAMS] Three.\n[BELL TOLLS] Four.\n",
    "sounds of a word": "[Thunder] One.\n[Explosion] Two.\n[Thunder] Three.\n[Explosion] Four.\n",
    "languages": "[Speaking French] One.\n[In German] Two.\n[Speaking French] Three.\n[In German] Four.\n",
    "what was not heard": "[inaudible] One.\n[indiscernible] Two.\n[inaudible] Three.\n",
    "tags": "<i>One.</i> Two.\n<b>Three.</b>\n<i>Four.</i>\n<br> Five.\n<br> Six.\n<span> Seven.\n<br> Eight.\n",
    "what recognisers write": "<noise> One.\n<unk> Two.\n<noise> Three.\n<laugh> Four.\n<pause> Five.\n<laugh> Six.\n",
    "one name": "[Ana Lupu] One.\n[Ana Lupu] Two.\n[Ana Lupu] Three.\n",
    "places that never come again": "[Paris France] One.\n[Main Hall] Two.\n[New York] Three.\n",
    "lists": "- One.\n- Two.\n- Three.\n- Four.\n",
    "in mid-sentence": "so\n<ana> one and\n<ben> two and\n<ana> three and\n<ben> four",
    "names by themselves": "[Ana Lupu]\n[Ben Okoro]\n[Ana Lupu]\n[Ben Okoro]\n",
}


@pytest.mark.parametrize("text", LABELS)
def test_a_name_without_a_colon_is_a_label_where_its_shape_is_proved_or_a_clock_stands_by(text: str) -> None:
    assert turns_of(text) == LABELS[text]
    whole = content(*read_text(text))
    for how in CUTS:
        assert content(*read_text(text, how)) == whole, how
        assert content(*read_text(text, how, repeat=True)) == whole, how


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_looks_like_a_name_without_a_colon_stays_what_it_is(name: str) -> None:
    text = f">> BEN OKORO: We begin.\n{LEFT_ALONE[name]}"
    assert [speaker for speaker, _ in turns_of(text)] == ["BEN OKORO"]
    for how in CUTS:
        assert content(*read_text(text, how)) == content(*read_text(text)), how


def test_turns_before_the_proof_are_corrected_when_it_comes() -> None:
    sent = lines([">> CHAIR: We begin.\n", "<ana> Hi all.\n", "<ben> Hello.\n", "<ana> Fine.\n", "<ben> Good.\n"])
    early, _, _ = run(sent[:3])
    late, _, _ = run(sent[:4])
    assert shown(early) == [("CHAIR", "We begin. <ana> Hi all. <ben> Hello.")]
    assert shown(late) == [("CHAIR", "We begin."), ("ana", "Hi all."), ("ben", "Hello."), ("ana", "Fine.")]
    for size in (1, 2, 5):
        assert shown(run(sent, size)[0]) == [*shown(late), ("ben", "Good.")]


def test_a_shape_that_does_not_prove_itself_within_reach_is_left_and_may_do_so_later() -> None:
    between = "So it was said again.\n" * (MAX_PROOF_ROWS + 1)
    text = f">> CHAIR: We begin.\n[Ana Lupu] One.\n{between}[Ben Okoro] Two.\n[Ana Lupu] Three.\n[Ben Okoro] Four.\n"
    assert [speaker for speaker, _ in turns_of(text)] == ["CHAIR", "Ben Okoro", "Ana Lupu", "Ben Okoro"]
    assert notes_of(text) == ["[Ana Lupu]"]
    for how in CUTS:
        assert content(*read_text(text, how)) == content(*read_text(text)), how


def test_a_clock_beside_a_name_without_a_colon_stands_apart() -> None:
    assert apart_of("[Ana Lupu] [00:05] Hi all.\n") == [("[00:05]", "mark")]


def test_what_waits_for_proof_is_bounded() -> None:
    state, records = step(start("s", "en"), lines(["<ana> Hi.\n" + "a b c.\n" * 200] * 40))
    assert len(state.tokenizer.buffer) < 4_000
    assert len(newest(records)) > 1


ROW = st.sampled_from(
    [
        "<ana> Hi all.\n",
        "<ben> Hello.\n",
        "[Ana Lupu] One.\n",
        "[Ben Okoro] Two\n",
        "[Applause] Yes.\n",
        "[00:18] [Ana Lupu] So.\n",
        ">> CHAIR: We begin.\n",
        "and it goes on.\n",
        "(Concluded at 1434).\n",
        "\n",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, min_size=1, max_size=14).map("".join), st.sampled_from(CUTS))
def test_every_cut_and_every_repetition_of_such_lines_gives_the_same_turns(text: str, how: str) -> None:
    whole = content(*read_text(text))
    assert content(*read_text(text, how)) == whole
    assert content(*read_text(text, how, repeat=True)) == whole
