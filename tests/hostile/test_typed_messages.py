"""What a writer sends costs what its characters cost, however it erases and corrects."""

import pytest

from services.ingest.protocols.typed_text import MAX_REACH_CHARS, MAX_TEXT, Message, Revise, Type, Typed
from tests.hostile.heartbeat import holds, processor_seconds

MESSAGES = 64
TIMES = 10
TYPED = Typed(lines=tuple((seq, "a") for seq in range(1, MAX_REACH_CHARS + 1)), number=0, next_number=MAX_REACH_CHARS)
"""As many lines as can be reached."""
OLD = "a" * MAX_TEXT
SENT: dict[str, list[Message]] = {
    "backspaces": [Type(number, "\b" * MAX_TEXT) for number in range(1, MESSAGES + 1)],
    "words and backspaces": [Type(number, "a\b\b" * (MAX_TEXT // 3)) for number in range(1, MESSAGES + 1)],
    "line breaks": [Type(number, "\r\x85\b" * (MAX_TEXT // 3)) for number in range(1, MESSAGES + 1)],
    "corrections": [Revise(number, MAX_REACH_CHARS, OLD, OLD[1:]) for number in range(1, MESSAGES + 1)],
    "insertions": [Revise(number, MAX_REACH_CHARS, "", OLD) for number in range(1, MESSAGES + 1)],
}


def seconds(messages: list[Message]) -> float:
    """Of processor, until all of them are read."""

    def read() -> None:
        left = messages
        while left:
            left = left[TYPED.read(left).taken :]

    return processor_seconds(read)


@pytest.mark.parametrize("messages", SENT.values(), ids=SENT)
def test_messages_cost_some_times_what_a_letter_and_its_backspace_cost(messages: list[Message]) -> None:
    usual: list[Message] = [Type(number, "a\b" * (MAX_TEXT // 2)) for number in range(1, MESSAGES + 1)]
    holds(lambda: (seconds(messages), TIMES * seconds(usual)))
