"""Who speaks in a file of cues, by names of cues, voices and shapes (services.ingest.readers.cue_speakers)."""

import time

import pytest

from services.ingest.readers import read
from services.ingest.readers.cue_speakers import name_speakers
from services.ingest.readers.reading import Reading


def vtt(*cues: str) -> Reading:
    times = (f"00:{n:02}.000 --> 00:{n:02}.900\n" for n in range(len(cues)))
    blocks = (
        f"{name}\n{time}{text}\n"
        if (name := cue.partition("|")[0]) != (text := cue.partition("|")[2]) and text
        else f"{time}{cue}\n"
        for cue, time in zip(cues, times, strict=True)
    )
    return read("\n".join(["WEBVTT\n", *blocks]).encode(), "talk.vtt")


def said(reading: Reading) -> list[tuple[str | None, str]]:
    return [(passage.speaker, passage.text.removesuffix("\n")) for passage in reading.passages]


@pytest.mark.parametrize(
    "names",
    [
        ["Speaker 1", "Speaker 2"],
        ["SPEAKER_00", "SPEAKER_00", "SPEAKER_01"],
        ["Orla Finch", "Basel Umar", "Orla Finch", "Basel Umar"],
        ["Orla", "Basel", "Orla", "Orla"],
    ],
)
def test_names_of_cues_say_who_speaks(names: list[str]) -> None:
    assert name_speakers(names) == set(names)
    assert [speaker for speaker, _ in said(vtt(*(f"{name}|words" for name in names)))] == names


@pytest.mark.parametrize(
    "names",
    [
        ["1", "2", "3"],
        ["cue 1", "cue 2", "cue 3"],
        ["Introduction", "The old mill", "The end"],
        ["Orla", "Basel"],
        ["Orla", None, "Orla", "Basel"],
        ["Orla", "Orla", "Orla"],
        ["0b5d9c5e-7a41/12-0", "0b5d9c5e-7a41/12-1"],
        ["Speaker 1"],
    ],
)
def test_other_names_of_cues_name_nobody(names: list[str | None]) -> None:
    assert name_speakers(names) == frozenset()


def test_a_voice_that_is_a_sign_is_somebody_unknown_and_goes_on() -> None:
    reading = vtt("<v Orla>One.", "<v ->Two.", "<v ->Three.", "Four.", "<v Orla>Five.")
    assert said(reading) == [("Orla", "One."), ("", ">> Two."), ("", "Three."), (None, "Four."), ("Orla", "Five.")]


def test_a_dash_before_or_behind_a_voice_is_no_word() -> None:
    reading = vtt("- <v Tess>I have landed.", "<v Jo>- At last.\n<v Tess>- Indeed.")
    assert said(reading) == [("Tess", "I have landed."), ("Jo", "At last."), ("Tess", "Indeed.")]


def test_a_marker_behind_a_voice_or_inside_of_a_line_ends_it() -> None:
    reading = vtt("<v Orla>One. >> Two.", "<v Orla>Three.", ">> Four.")
    assert said(reading) == [("Orla", "One. "), ("", ">> Two."), ("Orla", "Three."), ("", ">> Four.")]


def test_a_label_with_its_words_below_it_and_one_alone() -> None:
    reading = vtt("Orla:\nOne.", "Basel:\nTwo.", "Orla:\nThree.", "Basel:")
    assert said(reading)[:3] == [("Orla", "One."), ("Basel", "Two."), ("Orla", "Three.")]
    assert said(reading)[3][1] == "Basel:"


def test_cues_that_grow_word_by_word_keep_their_label() -> None:
    reading = vtt("Orla: One", "Orla: One two", "Orla: One two three.", "Basel: Yes.", "Basel: Yes. Now", "Orla: Good.")
    assert said(reading) == [
        ("Orla", "One "),
        (None, "two "),
        (None, "three."),
        ("Basel", "Yes. "),
        (None, "Now"),
        ("Orla", "Good."),
    ]


@pytest.mark.parametrize(
    "hostile", [" " * 100_000, "- " * 50_000, "[" * 100_000, "a:" * 50_000, "> " * 50_000, "a " * 50_000 + ":"]
)
def test_a_hostile_line_takes_no_longer_than_it_is_long(hostile: str) -> None:
    begun = time.process_time()
    read(
        f"WEBVTT\n\n00:01.000 --> 00:02.000\nx{hostile}\n{hostile}x\n\n00:02.000 --> 00:03.000\n{hostile}.\n".encode(),
        "a.vtt",
    )
    assert time.process_time() - begun < 3


def test_labels_that_stand_only_where_the_speaker_changes_name_who_speaks_once_one_comes_again() -> None:
    cues = ["Orla Finch: One.", "Two.", "Basel Umar: Three.", "Four.", "Orla Finch: Five.", "Six."]
    named = [(speaker, text) for speaker, text in said(vtt(*cues)) if speaker]
    assert named[0] == ("Orla Finch", "One.")
    assert ("Basel Umar", "Three.") in named


@pytest.mark.parametrize("sound", ["door slams", "MUSIC PLAYING", "laughs"])
def test_a_sound_in_brackets_speaks_to_nobody(sound: str) -> None:
    reading = vtt(*(f"[{name}] Words." for name in ["Orla Finch", sound, "Basel Umar", sound, "Orla Finch", sound]))
    assert sound not in {speaker for speaker, _ in said(reading)}


@pytest.mark.parametrize("names", [["Orla Finch", "Basel Umar"], ["Finch, Orla", "Umar, Basel"]])
def test_a_name_alone_above_the_words_of_each_cue_says_who_speaks(names: list[str]) -> None:
    orla, basel = names
    reading = vtt(f"{orla}\nOne.", f"{basel}\nTwo.\nThree.", f"{orla}\nFour.")
    assert said(reading) == [(orla, "One."), (basel, "Two."), (None, "Three."), (orla, "Four.")]


@pytest.mark.parametrize(
    "cues",
    [
        ["Orla Finch\nhas come.", "Basel Umar\nleft.", "Orla Finch\nstays.", "One.\nTwo.", "Three.", "Four."],
        ["Orla Finch\nOne.", "Basel Umar\nTwo.", "Ivo Horvat\nThree."],
        ["Good Morning\nOne.", "Good Morning\nTwo.", "Good Morning\nThree."],
    ],
)
def test_names_above_words_in_some_cues_are_words(cues: list[str]) -> None:
    assert {speaker for speaker, _ in said(vtt(*cues))} == {None}
