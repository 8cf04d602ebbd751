"""A line of a stranger costs what its length costs, whatever is written in it."""

import string

import pytest

from captionflow.messages import MAX_LINE_CHARS
from services.segment.segmenter import start, step
from tests.hostile.heartbeat import holds, processor_seconds
from tests.unit.segment_material import line

TIMES = 40
"""Signs cost up to four times what words cost, and figures twelve times; a search for addresses cost 700 times."""
SIGNS = [*string.punctuation, "♪", "語", "\u0301", "\u200f", "1 ", "a.", "a@", "@.", "(a ", "a:", ">> "]


def seconds(text: str) -> float:
    """Of processor, for three lines in a head that are full of this text."""
    full = (text * MAX_LINE_CHARS)[:MAX_LINE_CHARS]
    begun, _ = step(start("talk", "en"), [line(1, "Opening of the forum\nRoom: 3\n\n")])

    def steps() -> None:
        state = begun
        for seq in range(2, 5):
            state, _ = step(state, [line(seq, full)])

    return processor_seconds(steps)


@pytest.mark.parametrize("sign", SIGNS)
def test_lines_full_of_a_sign_cost_some_times_what_words_cost(sign: str) -> None:
    seconds("and so on ")  # patterns are compiled when they are first used

    holds(lambda: (seconds(sign), TIMES * seconds("and so on ")))
