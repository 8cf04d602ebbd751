"""Scripted twins of recognisers: what each of them posts for the same talk, in its own form."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SENTENCES = (
    "Good morning, everybody.",
    "The first item is the budget.",
    "It was sent to you last week.",
    "Are there any comments?",
    "I see none, so it is adopted.",
    "We go on with the next item.",
)
AGAIN = ("Welcome back from lunch.", "Our guest will speak now.", "Please give her a warm welcome.")
"""What is said after the tool has been started anew."""

Post = dict[str, Any]


@dataclass(frozen=True)
class Twin:
    name: str
    tool: str
    posts: Callable[[Sequence[str], int], Iterator[Post]]
    """What it posts for these sentences, as the so-manieth run of the tool."""
    ordered: bool = False
    """Its posts wait for each other; else they can overtake each other."""
    tells_ends: bool = True
    """It says where an utterance ends."""
    kind: str = "application/json"
    method: str = "POST"


def _webcaptioner(sentences: Sequence[str], _run: int) -> Iterator[Post]:
    for sequence, sentence in enumerate(sentences):
        yield {"transcript": sentence, "sequence": sequence}


def _jigasi(sentences: Sequence[str], run: int) -> Iterator[Post]:
    yield {"event": "START", "room_name": "hall@conference.example.org", "timestamp": "1764000000000"}
    for index, sentence in enumerate(sentences):
        yield {
            "event": "SPEECH",
            "type": "transcription-result",
            "is_interim": False,
            "message_id": f"{run}-{index}",
            "timestamp": 1764000000000 + (1000 * run + index) * 5_000,
            "participant": {"name": "Ana Lupu", "id": "a"},
            "transcript": [{"text": sentence, "confidence": 0.9}],
        }
    yield {"event": "END", "room_name": "hall@conference.example.org", "timestamp": "1764000900000"}


def _whisperlive(sentences: Sequence[str], run: int) -> Iterator[Post]:
    for count in range(1, len(sentences) + 1):
        for completed in (False, True):
            rows = [
                {"start": f"{5 * index:.3f}", "end": f"{5 * index + 4:.3f}", "text": f" {sentence}", "completed": True}
                for index, sentence in enumerate(sentences[:count])
            ]
            if not completed:
                rows[-1] = rows[-1] | {"completed": False, "text": rows[-1]["text"][:9]}
            yield {"uid": f"run-{run}", "segments": rows[-4:]}


def _aws(sentences: Sequence[str], run: int) -> Iterator[Post]:
    for index, sentence in enumerate(sentences):
        for text, partial in ((sentence.split()[0], True), (sentence, False)):
            result = {
                "ResultId": f"{run}-{index}-{partial}",
                "StartTime": 5.0 * index + 0.25,
                "EndTime": 5.0 * index + (1 if partial else 4),
                "IsPartial": partial,
                "Alternatives": [{"Transcript": text, "Items": []}],
            }
            yield {"Transcript": {"Results": [result]}}


def _deepgram(sentences: Sequence[str], run: int) -> Iterator[Post]:
    for index, sentence in enumerate(sentences):
        words = sentence.split()
        pieces = [(0, words[:1], False, False), (0, words[:2], True, False), (2, words[2:], True, True)]
        for offset, some, final, ended in pieces:
            yield {
                "type": "Results",
                "channel_index": [0, 1],
                "start": 5.0 * index + offset,
                "is_final": final,
                "speech_final": ended,
                "from_finalize": False,
                "channel": {"alternatives": [{"transcript": " ".join(some), "words": []}]},
                "metadata": {"request_id": f"request-{run}"},
            }
        yield {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 5.0 * index + 4}


def _flux(sentences: Sequence[str], run: int) -> Iterator[Post]:
    for turn, sentence in enumerate(sentences):
        words = sentence.split()
        told = [("StartOfTurn", words[:1]), ("Update", words[:2]), ("EagerEndOfTurn", words), ("EndOfTurn", words)]
        for event, some in told:
            yield {
                "type": "TurnInfo",
                "request_id": f"request-{run}",
                "event": event,
                "turn_index": turn,
                "audio_window_start": 5.0 * turn,
                "transcript": " ".join(some),
                "words": [{"word": word, "confidence": 0.9} for word in some],
            }


def _assemblyai(sentences: Sequence[str], run: int) -> Iterator[Post]:
    yield {"type": "Begin", "id": f"session-{run}", "expires_at": 1764000000}
    for order, sentence in enumerate(sentences):
        plain = sentence.lower().strip(".?").replace(",", "")
        for text, end, formatted in ((plain[:9], False, False), (plain, True, False), (sentence, True, True)):
            yield {
                "type": "Turn",
                "turn_order": order,
                "transcript": text,
                "end_of_turn": end,
                "turn_is_formatted": formatted,
                "words": [],
            }


def _speechmatics(sentences: Sequence[str], run: int) -> Iterator[Post]:
    yield {"message": "RecognitionStarted", "id": f"id-{run}"}
    for index, sentence in enumerate(sentences):
        words = sentence.replace(".", " .").replace("?", " ?").replace(",", " ,").split()
        for name, some in (("AddPartialTranscript", words[:2]), ("AddTranscript", words)):
            yield {
                "message": name,
                "metadata": {"start_time": 5.0 * index, "end_time": 5.0 * index + 4, "transcript": " ".join(some)},
                "results": [
                    {
                        "type": "punctuation" if word in ".?," else "word",
                        "start_time": 5.0 * index + at / 10,
                        "end_time": 5.0 * index + at / 10,
                        "alternatives": [{"content": word, "confidence": 1.0}],
                    }
                    for at, word in enumerate(some)
                ],
            }
        yield {"message": "EndOfUtterance", "metadata": {"start_time": 5.0 * index + 4, "end_time": 5.0 * index + 4}}


TWINS = (
    Twin("W1", "webcaptioner", _webcaptioner, tells_ends=False, kind="text/plain;charset=UTF-8"),
    Twin("W1-put", "webcaptioner", _webcaptioner, tells_ends=False, kind="text/plain;charset=UTF-8", method="PUT"),
    Twin("R1", "jigasi", _jigasi),
    Twin("R2", "whisperlive", _whisperlive, ordered=True, tells_ends=False),
    Twin("R3", "aws", _aws, ordered=True),
    Twin("R4", "deepgram", _deepgram, ordered=True),
    Twin("R4-flux", "deepgram", _flux, ordered=True),
    Twin("R5", "assemblyai", _assemblyai, ordered=True),
    Twin("R6", "speechmatics", _speechmatics, ordered=True),
)


def late_and_repeated(posts: Sequence[Post], *, overtaking: bool) -> list[Post]:
    """Every post twice, and, where they can, every third one after the next."""
    order = list(posts)
    if overtaking:
        for index in range(1, len(order) - 1, 3):
            order[index], order[index + 1] = order[index + 1], order[index]
    return [post for one in order for post in (one, one)]
