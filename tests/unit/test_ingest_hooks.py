"""What each recogniser posts, as its public format says, becomes lines."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from services.ingest.protocols.hooks import ADAPTERS, report_of
from services.ingest.protocols.recognised import Recognised
from tests.unit.recogniser_log import NOW, Log


def test_webcaptioner() -> None:
    log = Log()
    log.post("webcaptioner", {"transcript": "good morning", "sequence": 0}, {"transcript": "all", "sequence": "1"})
    assert log.text == "good morning all "
    log.post("webcaptioner", {"transcript": "all of", "sequence": 1}, {"transcript": "you", "sequence": 2})
    assert (log.text, log.guesses) == ("good morning all of you ", [])
    log.post("webcaptioner", {"transcript": "you all", "sequence": 0}, {"transcript": "all of", "sequence": 1})
    assert (log.text, log.guesses) == ("good morning all of you you all all of ", ["restarted"])


def test_jigasi() -> None:
    speech: dict[str, Any] = {
        "event": "SPEECH",
        "type": "transcription-result",
        "timestamp": 1764000000250,
        "participant": {"name": "Ana Lupu", "id": "a1b2"},
        "transcript": [{"text": "Good morning.", "confidence": 0.9}],
        "language": "en-US",
        "is_interim": False,
        "message_id": "8a2d0f3e-0000-4000-8000-000000000001",
        "stability": 0,
        "room_name": "plenary@conference.example.org",
    }
    other = speech | {"message_id": "2", "timestamp": 1764000003250, "participant": {"id": "c"}}
    log = Log()
    log.post(
        "jigasi",
        {"room_name": "plenary", "event": "START", "timestamp": "1764000000000"},
        {"event": "JOIN", "timestamp": 1764000000100, "participant": {"name": "Ana Lupu", "id": "a1b2"}},
        speech,
        speech,
        other | {"transcript": [{"text": "Hello."}]},
        speech | {"type": "translation-result", "text": "Buenos días."},
        {"event": "SPEECH", "transcript": []},
        {"room_name": "plenary", "event": "END"},
    )
    assert [(line.text, line.speaker) for line in log.lines] == [("Good morning.\n", "Ana Lupu"), ("Hello.\n", "")]


def deepgram(start: float, text: str, *, final: bool = True, speech: bool = False, **fields: Any) -> dict[str, Any]:
    words = [
        {"word": word.strip(".,").lower(), "punctuated_word": word, "start": start + index, "end": start + index + 1}
        for index, word in enumerate(text.split())
    ]
    return {
        "type": "Results",
        "channel_index": [0, 1],
        "duration": 1.0,
        "start": start,
        "is_final": final,
        "speech_final": speech,
        "channel": {"alternatives": [{"transcript": text, "confidence": 0.9, "words": words}]},
        "metadata": {"request_id": "r1"},
        "from_finalize": False,
    } | fields


def test_deepgram() -> None:
    log = Log()
    log.post("deepgram", deepgram(0, "another", final=False), deepgram(0, "Another big"))
    assert (log.text, log.shown) == ("Another big ", [])
    log.post("deepgram", deepgram(2, "problem.", speech=True), deepgram(3, "Next.", speech=True))
    assert log.text == "Another big problem.\nNext.\n"
    log.post("deepgram", deepgram(9, "And"), deepgram(10, "", speech=True), deepgram(11, "Also"))
    assert log.text.endswith("And\nAlso ")
    log.post("deepgram", {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 12.1}, {"type": "Metadata"})
    log.post("deepgram", {"channel": {"alternatives": []}})
    assert log.text.endswith("Also\n")
    log.post("deepgram", deepgram(0, "Another big", metadata={"request_id": "r2"}))
    assert log.text.endswith("Also\nAnother big ")
    third = {"request_id": "r3"}
    log.post("deepgram", deepgram(0, "Left", channel_index=[0, 2], metadata=third))
    log.post("deepgram", deepgram(0, "Right", channel_index=[1, 2], metadata=third))
    assert log.text.endswith("Left Right ")


def test_deepgram_tells_speakers_by_their_words() -> None:
    message = deepgram(0, "Good morning. Hello.", speech=True)
    for word, speaker in zip(message["channel"]["alternatives"][0]["words"], (0, 0, 1), strict=True):
        word["speaker"] = speaker
    log = Log()
    log.post("deepgram", message, message)
    assert [(line.text, line.speaker) for line in log.lines] == [
        ("Good morning. ", "speaker 0"),
        ("Hello.\n", "speaker 1"),
    ]


def test_assemblyai() -> None:
    def turn(order: int, text: str, *, end: bool = False, rest: str = "", formatted: bool = False) -> dict[str, Any]:
        words = [{"text": word, "word_is_final": True} for word in text.split()]
        words += [{"text": word, "word_is_final": False} for word in rest.split()]
        return {
            "type": "Turn",
            "turn_order": order,
            "turn_is_formatted": formatted,
            "end_of_turn": end,
            "transcript": text,
            "end_of_turn_confidence": 0.5,
            "words": words,
            "utterance": "",
        }

    log = Log()
    log.post("assemblyai", {"type": "Begin", "id": "s1", "expires_at": 1759796682}, turn(0, "hi", rest="my"))
    assert log.shown == ["hi my"]
    log.post("assemblyai", turn(0, "hi my name is sonny", end=True), turn(1, "i am", rest="a"))
    log.post("assemblyai", turn(0, "Hi, my name is Sonny.", end=True, formatted=True))
    assert (log.text, log.shown) == ("Hi, my name is Sonny.\n", ["i am a"])
    log.post("assemblyai", turn(1, "I am a voice.", end=True), {"type": "Termination"}, {"type": "Begin", "id": "s2"})
    log.post("assemblyai", turn(0, "Hi, my name is Ana.", end=True))
    assert log.text == "Hi, my name is Sonny.\nI am a voice.\nHi, my name is Ana.\n"
    assert log.guesses == []


def test_aws() -> None:
    def result(start: float, text: str, *, partial: bool = False, id_: str = "a") -> dict[str, Any]:
        items = [
            {"Content": word, "StartTime": start, "EndTime": start + 1, "Type": "pronunciation", "Speaker": "0"}
            for word in text.rstrip(".").split()
        ]
        items += [{"Content": ".", "StartTime": start, "EndTime": start, "Type": "punctuation"}] * text.endswith(".")
        return {
            "ResultId": id_,
            "StartTime": start,
            "EndTime": start + 1,
            "IsPartial": partial,
            "Alternatives": [{"Transcript": text, "Items": items}],
        }

    log = Log()
    log.post("aws", {"TranscriptEvent": {"Transcript": {"Results": [result(0.5, "good", partial=True)]}}})
    assert log.shown == ["good"]
    log.post("aws", {"Transcript": {"Results": [result(0.5, "Good morning.", id_="b"), {"Alternatives": []}]}})
    log.post("aws", {"Results": [result(2.5, "Thank you.")]}, {"Transcript": {"Results": []}})
    assert (log.text, log.shown) == ("Good morning.\nThank you.\n", [])
    assert log.lines[-1].speaker == "speaker 0"


def test_speechmatics() -> None:
    def transcript(start: float, *words: str, partial: bool = False, speaker: str = "S1") -> dict[str, Any]:
        tokens = [
            {
                "type": "punctuation" if word in ".,?" else "word",
                "start_time": start + index,
                "end_time": start + index + 1,
                "alternatives": [{"content": word, "confidence": 1.0, "speaker": speaker}],
            }
            for index, word in enumerate(words)
        ]
        return {
            "message": "AddPartialTranscript" if partial else "AddTranscript",
            "metadata": {"start_time": start, "end_time": start + 2, "transcript": " ".join(words)},
            "results": tokens,
        }

    log = Log()
    log.post("speechmatics", {"message": "RecognitionStarted", "id": "x"}, transcript(0, "good", partial=True))
    assert log.shown == ["good"]
    log.post("speechmatics", transcript(0, "Good", "morning", "."), {"message": "EndOfUtterance"}, {"message": "Info"})
    log.post("speechmatics", transcript(4, "Yes", "?", speaker="S2"), {"message": "EndOfTranscript"})
    assert (log.text, log.shown) == ("Good morning.\nYes?\n", [])
    assert [line.speaker for line in log.lines if line.final and line.revises is None] == ["speaker 1", "speaker 2"]
    log.post("speechmatics", {"message": "AddTranscript", "results": [{"alternatives": []}]})
    log.post("speechmatics", {"message": "AddTranscript", "results": transcript(9, "Bye")["results"]})
    assert log.text.endswith("Bye ")


def test_whisperlive() -> None:
    def segments(*texts: str, uid: str = "u1", completed: bool | None = None) -> dict[str, Any]:
        rows: list[dict[str, Any]] = [
            {"start": f"{index * 2}.000", "end": f"{index * 2 + 2}.000", "text": f" {text}"}
            for index, text in enumerate(texts)
        ]
        if completed is not None:
            rows = [row | {"completed": completed or row is not rows[-1]} for row in rows]
        return {"uid": uid, "segments": rows}

    log = Log()
    log.post("whisperlive", {"uid": "u1", "message": "SERVER_READY", "backend": "faster_whisper"})
    log.post("whisperlive", segments("Good mor"), segments("Good morning."), segments("Good morning.", "Thank"))
    assert (log.text, log.shown) == ("Good morning. ", ["Thank"])
    log.post("whisperlive", segments("Good morning.", "Thank you.", completed=False))
    log.post("whisperlive", segments("Good morning.", "Thank you.", completed=True))
    assert (log.text, log.shown) == ("Good morning. Thank you. ", [])
    log.post("whisperlive", segments("Good morning.", uid="u2", completed=True))
    assert log.text == "Good morning. Thank you. Good morning. "


@pytest.mark.parametrize("tool", ADAPTERS)
@pytest.mark.parametrize("body", ["", "[]", "7", "{", '{"a": ', "[" * 5_000, "\ud800"])
def test_what_is_no_object_is_refused(tool: str, body: str) -> None:
    with pytest.raises(BadMessage):
        report_of(tool, body)


@pytest.mark.parametrize(
    ("tool", "body"),
    [
        ("webcaptioner", '{"transcript": 7}'),
        ("deepgram", '{"channel": {"alternatives": 7}}'),
        ("whisperlive", '{"segments": {}}'),
    ],
)
def test_what_has_another_shape_is_refused_without_its_words(tool: str, body: str) -> None:
    with pytest.raises(BadMessage) as refused:
        report_of(tool, body)
    assert "is not what this recogniser sends" in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
NAMES = st.sampled_from(
    ["type", "channel", "alternatives", "transcript", "words", "start", "turn_order", "Results", "Transcript"]
) | st.sampled_from(["Alternatives", "results", "message", "metadata", "segments", "text", "event", "sequence"])


@given(st.sampled_from(sorted(ADAPTERS)), st.dictionaries(NAMES, JSON, max_size=5))
def test_no_object_breaks_an_adapter(tool: str, document: dict[str, Any]) -> None:
    try:
        report = report_of(tool, msgspec.json.encode(document).decode())
    except BadMessage:
        return
    Recognised().read(report).drafts("hook:test", NOW)
