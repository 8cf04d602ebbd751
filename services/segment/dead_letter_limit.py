"""How many records that can't be used are set aside before a worker stops: pure."""

from captionflow.errors import CaptionflowError

MAX_DEAD_LETTERS = 100
"""So many records that can't be used, with hardly a good one between, stop the worker;"""
GOOD_PER_DEAD_LETTER = 10
"""so many good ones make up for a bad one."""


class TooManyDeadLetters(CaptionflowError):
    """Hardly anything can be used: it is more likely the wrong topic, or us. Look before going on."""

    code = "too-many-dead-letters"


class Tolerance:
    """Weighs the bad records of a topic against its good ones."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._bad = 0.0

    def good(self) -> None:
        """A record could be used."""
        self._bad = max(0.0, self._bad - 1 / GOOD_PER_DEAD_LETTER)

    def bad(self, reason: str) -> None:
        """A record can't be used. Raises ``TooManyDeadLetters`` if that is one too many."""
        self._bad += 1
        if self._bad > MAX_DEAD_LETTERS:
            raise TooManyDeadLetters(
                f"Hardly a record of {self._topic} can be used ({reason}): the worker stops before it fills the "
                "dead letters. Look at them with `captionflow dead-letters list`."
            )
