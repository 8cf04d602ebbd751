"""When a captioner would have typed each piece of a text. Pure: seconds from the start, no clock."""

from collections.abc import Sequence
from itertools import accumulate, groupby

from captionflow.errors import BadMessage
from services.ingest.readers import Passage

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


def clock_times(
    pieces: Sequence[Passage], *, wpm: float = CAPTIONERS_WPM, speed: float | None = 1.0
) -> tuple[float, ...]:
    """Seconds after the start at which each piece is sent, where the file has times: those of the file.

    The first one that has a time comes at once. The pieces of a passage come one after the other from its start to its
    end. Those without a time come with the one before. A file without any time comes as ``due_times`` says.
    """
    begin = next((piece.at for piece in pieces if piece.at is not None), None)
    if begin is None or speed is None:
        return due_times([piece.text for piece in pieces], wpm=wpm, speed=speed)
    if speed <= 0:
        raise BadMessage("Words a minute and speed are above 0.")
    times: list[float] = []
    for (at, until), same in groupby(pieces, key=lambda piece: (piece.at, piece.until)):
        sizes = [len(piece.text) for piece in same]
        last = times[-1] if times else 0.0
        start = last if at is None else max(last, (at - begin).total_seconds() / speed)
        length = 0.0 if at is None or until is None else max((until - at).total_seconds(), 0.0) / speed
        whole = max(sum(sizes), 1)
        times += [start + length * done / whole for done in accumulate(sizes[:-1], initial=0)]
    return tuple(times)


def ready(due: Sequence[float], first: int, now: float, *, most: int) -> int:
    """How many pieces from ``first`` on are due now, at most ``most``."""
    count = 0
    for time in due[first : first + most]:
        if time > now:
            break
        count += 1
    return count
