"""How long ago something was typed, as senders tell it whose clock may be wrong, but not its pace. Pure.

It may have been off the record then: see ``captionflow.off_record``. So it holds at every door that has the field.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from captionflow.errors import BadMessage
from captionflow.messages import Draft

MAX_AGO_SECONDS: Final = 30 * 86_400
"""So long ago at most something was typed that is sent now."""

_Ago = Annotated[float, msgspec.Meta(ge=0, le=MAX_AGO_SECONDS)]

TypedAgo = tuple[_Ago, _Ago]
"""How many seconds before it is sent its first and its last character were typed."""


def typed_for(ago: TypedAgo, what: str) -> float:
    """How many seconds it took to type it.

    Raises:
        BadMessage: it would have ended before it began; ``what`` names it.
    """
    first, last = ago
    if first < last:
        raise BadMessage(f"{what}, typed_ago: the first character was typed before the last one.")
    return first - last


def reckoned(draft: Draft, now: datetime) -> Draft:
    """A draft that has in ``at`` how many seconds ago that was, with the time of our clock; ``now``: it is sent."""
    if draft.typed_for is None or not isinstance(draft.at, float):
        return draft
    return msgspec.structs.replace(draft, at=now - timedelta(seconds=draft.at))
