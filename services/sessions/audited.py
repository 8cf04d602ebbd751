"""What a change of a session is called in the audit trail. Pure."""

from collections.abc import Iterator
from typing import Final

from captionflow.messages import Session

MAX_DETAIL_CHARS: Final = 300
_UNTOLD: Final = frozenset({"version", "updated_at"})


def told(before: Session, after: Session) -> Iterator[tuple[str, str]]:
    """Action and detail of all that is different; of fields the names, never what they say."""
    changed = [
        name
        for name in Session.__struct_fields__
        if name not in _UNTOLD and getattr(before, name) != getattr(after, name)
    ]
    if "status" in changed:
        changed.remove("status")
        started = "session_reopened" if before.status == "finished" else "session_started"
        yield ("session_finished" if after.status == "finished" else started), ""
    if "closed" in changed:
        changed.remove("closed")
        yield ("session_closed" if after.closed else "session_opened"), ""
    if "speakers" in changed:
        changed.remove("speakers")
        labels = sorted(before.speakers.keys() | after.speakers.keys())
        renamed = (label for label in labels if before.speakers.get(label) != after.speakers.get(label))
        yield "speakers_named", ", ".join(renamed)[:MAX_DETAIL_CHARS]
    if changed:
        yield "session_changed", ", ".join(changed)
