"""What recognisers report as lines of the log: interim, final, told again, corrected, late, and after a restart."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.protocols.heard import Heard, Report, Token, said, speaker_of, text_of
from services.ingest.protocols.recognised import MAX_ITEMS, MAX_SHOWN, MAX_SLOTS, Recognised
from tests.unit.recogniser_log import NOW, Log


@pytest.fixture(params=[False, True], ids=["known", "resumed"])
def log(request: pytest.FixtureRequest) -> Log:
    return Log(forgetful=request.param)


def test_what_is_not_final_is_shown_until_it_is_and_never_a_line(log: Log) -> None:
    log.hear(Heard(0, "hel", final=False), Heard(0, "hello", final=False), Heard(0, "hello", final=False))
    assert (log.text, log.shown, len(log.lines)) == ("", ["hello"], 2)
    log.hear(Heard(0, "Hello.", ended=True), Heard(3.2, "and", final=False))
    assert (log.text, log.shown) == ("Hello.\n", ["and"])
    log.hear(Heard(3.1, "and then", final=False))
    assert log.shown == ["and then"]
    log.hear(Heard(3.3, "And then.", ended=True))
    assert (log.text, log.shown) == ("Hello.\nAnd then.\n", [])
    log.hear(Heard(3.0, "late", final=False), Heard(9, "x", final=False), Heard(9, "", final=False), Heard(10, ""))
    assert (log.text, log.shown) == ("Hello.\nAnd then.\n", [])


def test_an_interim_without_words_when_it_is_final_is_no_longer_shown(log: Log) -> None:
    log.hear(Heard(0, "hum", final=False), Heard(0, ""))
    assert (log.text, log.shown) == ("", [])


def test_a_paragraph_ends_with_an_utterance_and_not_with_each_final(log: Log) -> None:
    log.hear(Heard(0, "another big"), Heard(1, "problem."))
    log.take(Report(ended=True), Report(ended=True))
    log.hear(Heard(3, "Next."))
    assert log.text == "another big problem.\nNext. "
    assert [line.ends_utterance for line in log.lines] == [False, False, True, False]
    assert Recognised().read(Report(ended=True)).drafts("hook:test", NOW) == ()


def test_the_same_again_changes_nothing_and_another_text_revises_the_line(log: Log) -> None:
    log.hear(Heard(0, "hello world", ended=True), Heard(0, "hello world"), Heard(1, "more"))
    assert log.text == "hello world\nmore "
    log.hear(Heard(0, "Hello, world.", ended=True))
    assert log.text == "Hello, world.\nmore "
    assert log.lines[-1].revises == 1
    assert log.guesses == []


def test_a_late_one_goes_where_it_belongs(log: Log) -> None:
    log.hear(*(Heard(place, word) for place, word in enumerate(("zero", "one"))))
    log.hear(Heard(4, "four"), Heard(3, "three"), Heard(2, "two"), Heard(3, "three"), Heard(2, "two,"))
    assert log.text == "zero one two, three four "
    assert set(log.guesses) == {"overtaken"}


def test_the_first_one_can_come_late_too(log: Log) -> None:
    log.hear(Heard(1, "one"), Heard(0, "zero"))
    assert log.text == "zero one "


def test_a_late_one_of_another_speaker_is_a_line_of_its_own(log: Log) -> None:
    log.hear(Heard(0, "zero", speaker="ANA"), Heard(2, "two", speaker="ANA"), Heard(1, "one", speaker="BEN"))
    assert [(line.text, line.speaker) for line in log.lines] == [("zero ", "ANA"), ("two ", "ANA"), ("one ", "BEN")]


@pytest.mark.parametrize("begins", ["", "another"])
def test_places_begin_again_with_a_run_that_is_told(log: Log, begins: str) -> None:
    log.hear(Heard(0, "one"), Heard(1, "tw", final=False))
    log.take(Report(begins=begins), Report(begins=begins or "x"), Report((Heard(0, "one"),)))
    assert log.shown == [] or log.forgetful
    assert log.text == ("one one " if not log.forgetful else "one ")


def test_places_begin_again_with_a_name_of_the_run(log: Log) -> None:
    log.hear(Heard(0, "one", run="a"), Heard(1, "two", run="a"), Heard(0, "one", run="b"), Heard(1, "two", run="a"))
    assert (log.text, log.guesses) == ("one two one ", [])


def test_a_restart_is_guessed_from_other_words_or_a_place_far_back(log: Log) -> None:
    log.hear(*(Heard(place, f"word{place}") for place in range(4)), Heard(0, "Completely different"))
    assert log.text.endswith("word3 Completely different ")
    log.hear(*(Heard(10 + place, f"then{place}") for place in range(6)), Heard(4, "again"))
    assert log.text.endswith("then5 again ")
    assert log.guesses == ["restarted", "restarted"]
    log.hear(Heard(5, "x"), Heard(4, "elsewhere", final=False))
    assert log.shown == ["elsewhere"]


def test_two_stretches_of_the_same_time_are_of_two_runs(log: Log) -> None:
    log.hear(Heard(2.0, "A first try.", until=4.0), Heard(1.9, "Something else.", until=3.9))
    if not log.forgetful:  # how long a stretch was is not in the log
        assert (log.text, log.guesses) == ("A first try. Something else. ", ["restarted"])


def test_a_long_stretch_is_cut_into_lines_and_revised_as_a_whole(log: Log) -> None:
    long = " ".join(f"word{index}" for index in range(400))
    log.hear(Heard(0, long, ended=True), Heard(0, long + " more", ended=True))
    assert log.text == long + " more\n"
    log.hear(Heard(0, "word0 word1", ended=True), Heard(1, "next"), Heard(2, "x" * 1_500))
    assert log.text == "word0 word1\nnext " + "x" * 1_000 + " " + "x" * 500 + " "


def test_channels_are_told_apart_and_places_are_numbers(log: Log) -> None:
    log.hear(Heard(0, "left", channel="a/b"), Heard(0, "right", channel="c"))
    log.hear(Heard(float("nan"), "left", channel="a/b"))
    log.hear(Heard(1, "l", final=False, channel="a/b"), Heard(1, "r", final=False, channel="c"))
    assert (log.text, log.shown) == ("left right ", ["l", "r"])
    log.hear(Heard(1e300, "end", channel="c"))
    assert log.text.endswith("end ")


def test_what_is_far_back_is_forgotten() -> None:
    log = Log()
    log.hear(*(Heard(place, "word") for place in range(2 * MAX_SLOTS)))
    assert len(log.known.slots) == MAX_SLOTS
    odd = [msgspec.structs.replace(log.lines[0], segment=None), msgspec.structs.replace(log.lines[0], revises=9_999)]
    assert Recognised.resumed([*log.lines, *odd]).slots == log.known.slots


def test_one_report_of_many_stretches_says_what_many_reports_of_one_say() -> None:
    stretches = [Heard(place, f"w{place}", ended=place % 7 == 0) for place in range(3 * MAX_SLOTS)]
    stretches[40], stretches[41] = stretches[41], stretches[40]
    stretches[100:100] = [Heard(90, "corrected"), Heard(91.5, "between")]
    stretches[150:150] = [Heard(3, "again")]
    together, apart = Log(), Log()
    together.take(Report(tuple(stretches)))
    apart.hear(*stretches)
    assert together.text == apart.text
    assert together.known.slots[-1].items == apart.known.slots[-1].items
    assert set(together.guesses) == set(apart.guesses) == {"overtaken", "restarted"}


def test_of_too_many_interims_the_one_renewed_longest_ago_gives_way(log: Log) -> None:
    words = [f"word{number}" for number in range(MAX_SHOWN)]
    log.hear(*(Heard(0, word, channel=word, final=False) for word in words))
    log.hear(Heard(0, "renewed", channel="word0", final=False), Heard(0, "one more", channel="more", final=False))
    assert set(log.shown) == {"renewed", *words[2:], "one more"}
    assert len(log.known.shown) == MAX_SHOWN


def test_a_line_takes_so_many_late_stretches_and_loses_none(log: Log) -> None:
    log.hear(Heard(0, "first"), *(Heard(100 + place, "last") for place in range(4)))
    words = [f"late{number}" for number in range(MAX_ITEMS + 4)]
    log.hear(*(Heard(1 + number, word) for number, word in enumerate(words)))
    assert [word for word in log.text.split() if word.startswith("late")] == words
    assert all(len(slot.items) <= MAX_ITEMS for slot in log.known.slots)


def test_of_a_stretch_that_is_too_long_to_be_told_anew_nothing_comes_twice() -> None:
    log = Log()
    long = " ".join(f"w{number}" for number in range(20_000))
    log.hear(Heard(0, long), Heard(0, long), Heard(0, long + " end"))
    assert log.text == long + " end "


def test_line_breaks_in_a_text_stay() -> None:
    log = Log()
    log.hear(Heard(0, " one \r\n\n two\x00"))
    assert log.text == "one\ntwo "


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
    st.booleans(),
)
def test_posts_that_overtake_and_repeat_themselves_give_the_text(
    delays: list[int], repeats: list[bool], forgetful: bool
) -> None:
    words = [f"w{chr(97 + index) * 3}" for index in range(len(delays))]
    order = sorted(range(len(words)), key=lambda index: index + delays[index])
    log = Log(forgetful=forgetful)
    for index in order:
        log.hear(Heard(index, words[index]))
        if repeats[index]:
            log.hear(Heard(index, words[index]))
    assert log.text.split() == words


def test_diarised_speakers_are_named_and_cut_what_is_final() -> None:
    tokens = [
        Token("Good", 0.1, 0.2, "speaker 0"),
        Token("morning", 0.2, 0.5, "speaker 0"),
        Token(".", 0.5, 0.5, "speaker 1", clings=True),
        Token("Hello", 0.6, 0.9, "speaker 1"),
    ]
    first, second = said(tokens, place=0.0, ended=True)
    assert (first.text, first.speaker, first.place, first.ended) == ("Good morning.", "speaker 0", 0.0, False)
    assert (second.text, second.speaker, second.place, second.ended) == ("Hello", "speaker 1", 0.6, True)
    (whole,) = said(tokens, place=0.0, final=False)
    assert (whole.text, whole.speaker) == ("Good morning. Hello", None)
    names = [speaker_of(label) for label in (0, "S2", "A", "UU", None)]
    assert names == ["speaker 0", "speaker 2", "speaker A", "", None]


def test_languages_without_spaces_get_none() -> None:
    assert text_of([Token("你好", 0, 1), Token("，", 1, 1, clings=True), Token("世界", 1, 2)]) == "你好，世界"
    log = Log()
    log.hear(Heard(0, "你好。"), Heard(1, "谢谢。"))
    assert log.text == "你好。谢谢。"


def test_other_words_at_the_latest_place_are_a_correction_however_different(log: Log) -> None:
    log.hear(Heard(0, "In"), Heard(1, "twenty twenty six"), Heard(1, "2026."))
    assert (log.text, log.guesses) == ("In 2026. ", [])
