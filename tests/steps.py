"""Parts of turns and steps as tests write them; the session is ``talk``, in English, if nothing else is said."""

from typing import Any

from captionflow.messages import Part, StepRecord


def part(ordinal: int, version: int, text: str = "Hello.", *, session: str = "talk", **more: Any) -> Part:
    given: dict[str, Any] = {"turn_id": f"{session}.en.{ordinal}", "number": 0, "paragraphs": (text,)}
    return Part(session=session, language="en", ordinal=ordinal, version=version, **(given | more))


def step(last_seq: int, *parts: Part, session: str = "talk") -> StepRecord:
    """Of one line."""
    return StepRecord(session, "en", last_seq, last_seq, parts)
