"""What a webhook takes: what its own recogniser sends while it listens, in bounded pieces."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest

from captionflow.errors import BadMessage, TooLarge
from services.ingest.protocols.heard import MAX_HEARD
from services.ingest.protocols.hooks import ADAPTERS, check, report_of
from tests.recogniser_twins import SENTENCES, TWINS, Twin

twins = pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)


def written(document: object) -> str:
    return msgspec.json.encode(document).decode()


def heard(tool: str, body: str) -> str:
    with suppress(BadMessage):
        return " ".join(one.text for one in report_of(tool, body).heard).strip()
    return ""


@twins
def test_all_that_a_recogniser_posts_is_taken(twin: Twin) -> None:
    for post in twin.posts(SENTENCES, 0):
        check(twin.tool, written(post))


@twins
@pytest.mark.parametrize("tool", ADAPTERS)
def test_words_that_were_sent_to_any_webhook_are_heard_or_refused_and_not_passed_over(twin: Twin, tool: str) -> None:
    for body in (written(post) for post in twin.posts(SENTENCES, 0)):
        if heard(twin.tool, body) and not heard(tool, body):
            with pytest.raises(BadMessage):
                check(tool, body)


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        ("deepgram", {"type": "Metadata", "request_id": "a"}),
        ("deepgram", {"type": "SpeechStarted", "channel": [0, 1], "timestamp": 1.5}),
        ("assemblyai", {"type": "Termination", "audio_duration_seconds": 60}),
        ("aws", {"TranscriptEvent": {"Transcript": {"Results": []}}}),
        ("speechmatics", {"message": "AudioAdded", "seq_no": 1}),
        ("speechmatics", {"message": "AddTranslation", "results": [{"content": "Buenos días.", "start_time": 0}]}),
        ("jigasi", {"event": "SPEECH", "type": "translation-result", "transcript": [{"text": "Buenos días."}]}),
        ("whisperlive", {"uid": "a", "message": "SERVER_READY", "backend": "faster_whisper"}),
        ("webcaptioner", {"transcript": "", "sequence": 3}),
        ("webcaptioner", {}),
    ],
)
def test_messages_without_words_are_passed_over(tool: str, message: dict[str, Any]) -> None:
    check(tool, written(message))
    assert heard(tool, written(message)) == ""


@pytest.mark.parametrize(
    ("tool", "document"),
    [
        ("deepgram", {"metadata": {}, "results": {"channels": [{"alternatives": [{"transcript": "Good morning."}]}]}}),
        ("aws", {"jobName": "a", "results": {"transcripts": [{"transcript": "Good morning."}], "items": []}}),
        ("speechmatics", {"format": "2.9", "results": [{"type": "word", "alternatives": [{"content": "Good"}]}]}),
    ],
)
def test_what_is_made_of_a_recording_is_refused_and_not_passed_over(tool: str, document: dict[str, Any]) -> None:
    with pytest.raises(BadMessage, match="recording"):
        check(tool, written(document))


def test_a_report_has_a_bounded_number_of_stretches() -> None:
    segments = [{"start": place, "end": place + 1, "text": "word"} for place in range(MAX_HEARD)]
    check("whisperlive", written({"segments": segments}))
    with pytest.raises(TooLarge, match=f"{MAX_HEARD + 1} stretches"):
        check("whisperlive", written({"segments": [*segments, segments[0]]}))
