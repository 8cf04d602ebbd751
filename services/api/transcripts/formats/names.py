"""Who speaks, as it is seen in a cue: players show no voices. Pure."""

UNKNOWN = ">>"
"""The speaker changed, and nobody knows to whom (the convention of real-time captioning)."""


def opening(speaker: str | None, before: str | None, *, first: bool) -> str:
    """What stands before the words of a turn; ``before`` is the speaker of the turn before, ``first``: there is none.

    A turn of the same speaker as the one before it is marked as well: without a marker its label would go on.
    """
    if speaker is None:
        return "" if first else UNKNOWN
    name = " ".join(speaker.split())
    again = not first and speaker == before
    return f"{UNKNOWN} {name}:" if again else f"{name}:"
