"""How many records may go to the dead letters before a worker stops. Pure."""

from captionflow.errors import CaptionflowError

MAX_DEAD_LETTERS = 100
"""So many bad records, with hardly a good one between, are too many."""
GOOD_PER_DEAD_LETTER = 10
"""So many good records make up for a bad one."""


class TooManyDeadLetters(CaptionflowError):
    """Hardly any record can be used: the topic is probably the wrong one, or this program is. Look before going on."""

    code = "too-many-dead-letters"


class DeadLetterLimit:
    """Weighs the bad records of a topic against its good ones."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._bad = 0.0

    def good(self) -> None:
        """A record could be used."""
        self._bad = max(0.0, self._bad - 1 / GOOD_PER_DEAD_LETTER)

    def bad(self, reason: str) -> None:
        """A record can't be used.

        Raises:
            TooManyDeadLetters: it is one too many.
        """
        self._bad += 1
        if self._bad > MAX_DEAD_LETTERS:
            raise TooManyDeadLetters(
                f"Hardly a record of {self._topic} can be used ({reason}): the worker stops before it fills the "
                "dead letters. Look at them with `captionflow dead-letters list`."
            )
