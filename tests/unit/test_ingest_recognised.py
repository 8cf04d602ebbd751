"""What recognisers report as lines of the log: interim, final, told again, corrected, late, and after a restart."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from captionflow.messages import Draft, Line, Receipt
from services.ingest.protocols.heard import Heard, Report, Token, said, speaker_of, text_of
from services.ingest.protocols.hooks import ADAPTERS
from services.ingest.protocols.recognised import MAX_SLOTS, Recognised

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Log:
    """The lines of one recogniser, which is resumed from them before each report if ``forgetful``."""

    def __init__(self, *, forgetful: bool = False) -> None:
        self.forgetful = forgetful
        self.lines: list[Line] = []
        self.known = Recognised()
        self.guesses: list[str] = []

    def take(self, *reports: Report) -> None:
        for report in reports:
            if self.forgetful:
                self.known = Recognised.resumed(self.lines)
            reading = self.known.read(report)
            self.guesses += reading.guesses
            self.known = reading.after(self._append(reading.drafts("hook:test", NOW)))

    def hear(self, *heard: Heard) -> None:
        self.take(*(Report((one,)) for one in heard))

    def post(self, tool: str, *bodies: object) -> None:
        self.take(*(ADAPTERS[tool](msgspec.json.encode(body).decode()) for body in bodies))

    def _append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        receipts = []
        for draft in drafts:
            assert draft.number == len(self.lines)
            fields = {name: getattr(draft, name) for name in Draft.__struct_fields__}
            self.lines.append(Line(**fields, seq=len(self.lines) + 1, received_at=NOW))
            receipts.append(Receipt(draft.number, len(self.lines), NOW))
        return receipts

    @property
    def text(self) -> str:
        texts: dict[int, str] = {}
        for line in self.lines:
            if line.final:
                texts[line.seq if line.revises is None else line.revises] = line.text
        return "".join(texts.values())

    @property
    def shown(self) -> list[str]:
        """Interim texts, as the segmenter keeps them."""
        shown: dict[str | None, str] = {}
        for line in self.lines:
            if not line.final:
                shown[line.segment] = line.text
            elif line.revises is None:
                shown.pop(line.segment, None)
        return [text for text in shown.values() if text]


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
    log.hear(Heard(0, "left", channel="a/b"), Heard(0, "right", channel="c"), Heard(float("nan"), "left", channel="a/b"))
    log.hear(Heard(1, "l", final=False, channel="a/b"), Heard(1, "r", final=False, channel="c"))
    assert (log.text, log.shown) == ("left right ", ["l", "r"])
    log.hear(Heard(1e300, "end", channel="c"))
    assert log.text.endswith("end ")


def test_what_is_far_back_is_forgotten() -> None:
    log = Log()
    log.hear(*(Heard(place, "word") for place in range(2 * MAX_SLOTS)))
    assert len(log.known.slots) == MAX_SLOTS
    assert Recognised.resumed([*log.lines, msgspec.structs.replace(log.lines[0], segment=None)]).slots == log.known.slots


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
    assert [speaker_of(label) for label in (0, "S2", "A", "UU", None)] == ["speaker 0", "speaker 2", "speaker A", "", None]


def test_languages_without_spaces_get_none() -> None:
    assert text_of([Token("你好", 0, 1), Token("，", 1, 1, clings=True), Token("世界", 1, 2)]) == "你好，世界"
    log = Log()
    log.hear(Heard(0, "你好。"), Heard(1, "谢谢。"))
    assert log.text == "你好。谢谢。"


# --- what each of them sends ------------------------------------------------------------------------------------------


def test_webcaptioner() -> None:
    log = Log()
    log.post("webcaptioner", {"transcript": "good morning", "sequence": 0}, {"transcript": "all", "sequence": "1"})
    assert log.text == "good morning all "
    log.post("webcaptioner", {"transcript": "all of", "sequence": 1}, {"transcript": "you", "sequence": 2})
    assert (log.text, log.guesses) == ("good morning all of you ", [])
    log.post("webcaptioner", {"transcript": "you all", "sequence": 0}, {"transcript": "all of", "sequence": 1})
    assert (log.text, log.guesses) == ("good morning all of you you all all of ", ["restarted"])


def test_other_words_at_the_latest_place_are_a_correction_however_different(log: Log) -> None:
    log.hear(Heard(0, "In"), Heard(1, "twenty twenty six"), Heard(1, "2026."))
    assert (log.text, log.guesses) == ("In 2026. ", [])


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
        ADAPTERS[tool](body)


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
        ADAPTERS[tool](body)
    assert "is not what this recogniser sends" in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
NAMES = st.sampled_from(
    "type channel alternatives transcript words start is_final turn_order end_of_turn Results Transcript Alternatives "
    "results message metadata segments completed text event participant sequence".split()
)


@given(st.sampled_from(sorted(ADAPTERS)), st.dictionaries(NAMES, JSON, max_size=5))
def test_no_object_breaks_an_adapter(tool: str, document: dict[str, Any]) -> None:
    try:
        report = ADAPTERS[tool](msgspec.json.encode(document).decode())
    except BadMessage:
        return
    Recognised().read(report).drafts("hook:test", NOW)
