"""JSON files of recognisers, as their public formats have them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.readers import Passage, Reading, read
from services.ingest.readers.recogniser_json import read_recogniser_json


def reading(document: object) -> Reading:
    return read(json.dumps(document).encode(), "talk.json")


def passage(text: str, at: float, until: float, speaker: str | None = None) -> Passage:
    return Passage(text, timedelta(seconds=at), speaker, timedelta(seconds=until))


def test_whisper_has_segments_and_whisperx_speakers() -> None:
    segments = [
        {"id": 0, "start": 0.0, "end": 2.5, "text": " Good morning.", "tokens": [1], "no_speech_prob": 0.1},
        {"id": 1, "start": 2.5, "end": 4.0, "text": " And"},
        {"id": 2, "start": 4.0, "end": 5.0, "text": " welcome."},
    ]
    found = reading({"text": " Good morning. And welcome.", "segments": segments, "language": "en"})
    assert found.passages == (passage("Good morning.\n", 0, 2.5), passage("And welcome.\n", 2.5, 5))
    assert (found.kind, found.language, found.oddities) == ("json", "en", ())
    for segment, speaker in zip(segments, ("SPEAKER_00", "SPEAKER_01", "SPEAKER_01"), strict=True):
        segment["speaker"] = speaker
    assert [one.speaker for one in reading({"segments": segments}).passages] == ["speaker 0", "speaker 1"]


def test_deepgram_has_words_of_channels() -> None:
    def word(text: str, start: float, speaker: int | None = None) -> dict[str, Any]:
        return {"word": text.lower().strip("."), "punctuated_word": text, "start": start, "end": start + 0.5} | (
            {} if speaker is None else {"speaker": speaker}
        )

    def document(*channels: list[dict[str, Any]], **fields: str) -> dict[str, Any]:
        return {
            "metadata": {"request_id": "r"},
            "results": {
                "channels": [{"alternatives": [{"transcript": "x", "words": one}], **fields} for one in channels]
            },
        }

    found = reading(
        document([word("Good", 0, 0), word("morning.", 0.5, 0), word("Hello.", 2, 1)], detected_language="en")
    )
    assert found.passages == (
        passage("Good morning.\n", 0, 1, "speaker 0"),
        passage("Hello.\n", 2, 2.5, "speaker 1"),
    )
    assert found.language == "en"
    two = reading(document([word("Hello.", 1)], [word("Yes.", 0)]))
    assert [(one.text, one.speaker) for one in two.passages] == [("Yes.\n", "speaker 1"), ("Hello.\n", "speaker 0")]
    assert reading(document()).kind == "text"


def test_assemblyai_counts_milliseconds() -> None:
    words = [
        {"text": "Good", "start": 250, "end": 650, "confidence": 0.9, "speaker": "A"},
        {"text": "morning.", "start": 730, "end": 1022, "confidence": 0.9, "speaker": "A"},
        {"text": "Hello", "start": 2000, "end": 2100, "confidence": 0.9, "speaker": "B"},
    ]
    found = reading({"id": "x", "status": "completed", "text": "…", "language_code": "en_us", "words": words})
    assert found.passages == (
        passage("Good morning.\n", 0.25, 1.022, "speaker A"),
        passage("Hello\n", 2, 2.1, "speaker B"),
    )
    assert found.language == "en-US"
    assert reading({"status": "completed", "words": words, "language_code": "?!"}).language is None


def test_amazon_has_items_with_times_as_strings_and_marks_without() -> None:
    items = [
        {"type": "pronunciation", "alternatives": [{"confidence": "1.0", "content": "Good"}], "speaker_label": "spk_0"},
        {
            "type": "pronunciation",
            "alternatives": [{"confidence": "1.0", "content": "morning"}],
            "speaker_label": "spk_0",
        },
        {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "."}], "speaker_label": "spk_0"},
        {"type": "pronunciation", "alternatives": [{"content": "Later"}], "speaker_label": "spk_0"},
    ]
    for index, item in enumerate(items):
        if item["type"] == "pronunciation":
            item |= {"start_time": f"{index * 4}.04", "end_time": f"{index * 4}.24"}
    found = reading({"jobName": "x", "results": {"transcripts": [{"transcript": "…"}], "items": items}})
    assert found.passages == (
        passage("Good\n", 0.04, 0.24, "speaker 0"),
        passage("morning.\n", 4.04, 4.24, "speaker 0"),
        passage("Later\n", 12.04, 12.24, "speaker 0"),
    )


def test_speechmatics_has_tokens_of_a_type() -> None:
    tokens = [
        {"type": kind, "start_time": at, "end_time": at + 0.5, "alternatives": [{"content": text, "speaker": "S1"}]}
        for kind, at, text in (
            ("word", 0, "Good"),
            ("word", 0.5, "morning"),
            ("punctuation", 1, "."),
            ("word", 1, "All"),
        )
    ]
    config = {"transcription_config": {"language": "en"}, "type": "transcription"}
    found = reading({"format": "2.9", "metadata": config, "results": tokens})
    assert found.passages == (
        passage("Good morning.\n", 0, 1.5, "speaker 1"),
        passage("All\n", 1, 1.5, "speaker 1"),
    )
    assert found.language == "en"
    assert reading({"format": "2.9", "results": []}).kind == "text"
    assert read_recogniser_json("[]").passages == ()


def test_a_text_without_ends_is_cut_and_odd_times_are_left_out() -> None:
    words = [{"text": "word", "start": -5, "end": 1e300}] * 500
    found = reading({"segments": words})
    assert "".join(one.text for one in found.passages).split() == ["word"] * 500
    assert max(len(one.text) for one in found.passages) <= 1_001
    assert {one.at for one in found.passages} == {None}


@pytest.mark.parametrize("document", [{"a": 1}, {"results": 7}, {"segments": "x"}, [1], {"results": {"items": [7]}}])
def test_other_json_is_read_as_text(document: object) -> None:
    assert reading(document).kind == "text"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "start", "end", "words", "alternatives", "content", "type"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["segments", "results", "words", "status", "format"]), JSON, max_size=3))
def test_no_json_breaks_the_reader(document: dict[str, Any]) -> None:
    reading(document)
