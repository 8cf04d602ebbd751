"""What changed in a part between two steps: made once by the hub, applied by every viewer. Pure.

The text of a part grows at its end, so a change is a prefix to keep and what comes after it. Offsets count Unicode code
points, which Python's strings do by themselves; a browser must not count UTF-16 units.
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from captionflow.common_prefix import common_prefix
from captionflow.messages import Apart, Note, Part, Stamp

_ALWAYS_WHOLE = ("notes", "apart", "stamps", "interim", "closed", "retracted")
_FIXED = ("ordinal", "speaker", "role", "continues", "given")


class PartDelta(msgspec.Struct, frozen=True, kw_only=True):
    """One part's change. Fields that are left out have not changed (with ``base`` 0: have their default)."""

    turn_id: str
    number: int
    version: int
    base: int
    """Version of the part that this was made from; 0: made from nothing, so it holds all that there is."""
    keep: int
    """Code points of the old text that stay."""
    text: str
    """What follows them."""
    ordinal: int | UnsetType = UNSET
    speaker: str | UnsetType | None = UNSET
    role: bool | UnsetType = UNSET
    continues: bool | UnsetType = UNSET
    given: bool | UnsetType = UNSET
    notes: tuple[Note, ...] | UnsetType = UNSET
    apart: tuple[Apart, ...] | UnsetType = UNSET
    stamps: tuple[Stamp, ...] | UnsetType = UNSET
    times: tuple[int, ...] | UnsetType = UNSET
    """What follows the first ``times_keep`` of the numbers of the old part's ``times``."""
    times_keep: int | UnsetType = UNSET
    interim: str | UnsetType = UNSET
    closed: bool | UnsetType = UNSET
    retracted: bool | UnsetType = UNSET


def delta(old: Part | None, new: Part) -> PartDelta:
    """The change from ``old`` to ``new``; without ``old``, all of ``new``. Applying it to ``old`` gives ``new``."""
    if old is None:
        old = Part(new.turn_id, new.number, new.session, new.language, ordinal=-1, version=0)
    old_text, new_text = old.text, new.text
    keep = len(old_text) if new_text.startswith(old_text) else common_prefix(old_text, new_text)
    changed = {name: value for name in (*_FIXED, *_ALWAYS_WHOLE) if (value := getattr(new, name)) != getattr(old, name)}
    return PartDelta(
        turn_id=new.turn_id,
        number=new.number,
        version=new.version,
        base=old.version,
        keep=keep,
        text=new_text[keep:],
        **changed,
        **_times(old.times, new.times),
    )


def _times(old: tuple[int, ...], new: tuple[int, ...]) -> dict[str, Any]:
    if old == new:
        return {}
    keep = len(old) if new[: len(old)] == old else 0
    return {"times": new[keep:], "times_keep": keep or UNSET}


def apply(old: Part | None, change: PartDelta, *, session: str, language: str) -> Part | None:
    """Apply a delta: the part as it is now, or ``old`` if the delta has nothing new.

    A delta made from a version that the viewer does not have changes nothing: the viewer asked for the last turns
    only, and this part is before them.
    """
    if old is not None and change.version <= old.version:
        return old
    if change.base == 0:
        old = Part(change.turn_id, change.number, session, language, ordinal=-1, version=0)
    elif old is None or old.version != change.base:
        return old
    text = old.text[: change.keep] + change.text
    fields = {name: value for name in (*_FIXED, *_ALWAYS_WHOLE) if (value := getattr(change, name)) is not UNSET}
    if change.times is not UNSET:
        kept = 0 if change.times_keep is UNSET else change.times_keep
        fields["times"] = old.times[:kept] + change.times
    paragraphs = tuple(text.split("\n")) if text else ()
    return msgspec.structs.replace(old, version=change.version, paragraphs=paragraphs, **fields)
