"""When a captioner would have typed each piece of a text. Pure: seconds from the start, no clock."""

from collections.abc import Sequence
from itertools import accumulate

from captionflow.errors import BadMessage

CAPTIONERS_WPM = 160.0
"""Words a minute of free speech, which stenographers can follow."""


def due_times(texts: Sequence[str], *, wpm: float = CAPTIONERS_WPM, speed: float | None = 1.0) -> tuple[float, ...]:
    """Seconds after the start at which each piece is complete.

    The words of all pieces take their number / ``wpm`` minutes, divided by ``speed`` (None: all at once), spread evenly
    over the characters, so that it takes as long however the text was cut.
    """
    if wpm <= 0 or (speed is not None and speed <= 0):
        raise BadMessage("Words a minute and speed are above 0.")
    if speed is None:
        return (0.0,) * len(texts)
    whole = "".join(texts)
    seconds = len(whole.split()) * 60 / wpm / speed
    each = seconds / max(1, len(whole))
    return tuple(each * done for done in accumulate(map(len, texts)))


def ready(due: Sequence[float], first: int, now: float, *, most: int) -> int:
    """How many pieces from ``first`` on are due now, at most ``most``."""
    count = 0
    for time in due[first : first + most]:
        if time > now:
            break
        count += 1
    return count
