"""A turn that never ends costs as much a word as a short one, in all of its forms."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from captionflow.messages import Note, Part, Session
from captionflow.transcript import turns
from captionflow.turns import Transcript, Turns
from services.api.transcripts.formats import document, srt, text, vtt
from services.api.transcripts.formats.options import Options
from tests.hostile.heartbeat import holds, processor_seconds

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = Session("talk", 1, NOW, NOW)
WORDS = "and so on " * 40
TIMES = 4
Write = Callable[[Session, str, Transcript, Options], Iterator[bytes]]


def one_turn(parts: int) -> Turns:
    """One paragraph of so many parts, with a note at every second word."""
    notes = tuple(Note("(Applause)", at) for at in range(0, len(WORDS), 10))
    made = (
        Part("talk.en.1", n, "talk", "en", 1, n + 1, paragraphs=(WORDS.strip(),), continues=n > 0, notes=notes)
        for n in range(parts)
    )
    return Turns(tuple(made), parts)


@pytest.mark.parametrize(
    ("write", "parts"), [(document.write, 400), (srt.write, 60), (text.write, 400), (vtt.write, 60)]
)
def test_four_times_the_parts_of_a_turn_take_four_times_as_long(write: Write, parts: int) -> None:
    short, long = one_turn(parts), one_turn(TIMES * parts)

    def measured() -> tuple[float, float]:
        alone = processor_seconds(lambda: list(write(SESSION, "en", short, Options())))
        return processor_seconds(lambda: list(write(SESSION, "en", long, Options()))), 2 * TIMES * alone

    holds(measured)


def test_parts_are_joined_word_by_word_once() -> None:
    short, long = one_turn(1_000), one_turn(TIMES * 1_000)
    holds(
        lambda: (
            processor_seconds(lambda: turns(long.parts)),
            2 * TIMES * processor_seconds(lambda: turns(short.parts)),
        )
    )
