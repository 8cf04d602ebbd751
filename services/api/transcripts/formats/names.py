"""Who speaks, as it is seen in a cue: players show no voices. Pure."""

from collections.abc import Sequence

from captionflow.characters import MARKER


def openings(speakers: Sequence[str | None], *, typed: bool) -> list[str]:
    """What stands before the words of each turn, given their speakers in order.

    A turn of the same speaker as the one before it is marked as well: without a marker its label would go on.
    ``typed``: the names are read again by their letters alone. Where some are marked, one that is not in capitals is
    taken for a name only behind a marker, so it has one, too.
    """
    found = [
        _opening(speaker, place > 0, again=place > 0 and speaker == speakers[place - 1])
        for place, speaker in enumerate(speakers)
    ]
    if typed and any(one.startswith(MARKER) for one in found):
        return [one if one.startswith(MARKER) or not one or one.isupper() else f"{MARKER} {one}" for one in found]
    return found


def _opening(speaker: str | None, follows: bool, *, again: bool) -> str:
    if speaker is None:
        return MARKER if follows else ""
    name = " ".join(speaker.split())
    return f"{MARKER} {name}:" if again else f"{name}:"
