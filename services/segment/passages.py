"""What lines off the record are to the segmenter: a note with the length of the passage, and no words. Pure."""

from datetime import datetime
from typing import Final

import msgspec

from captionflow.gaps import OFF_THE_RECORD, clock
from captionflow.messages import Line
from captionflow.off_record import turned_at

GOES_ON: Final = f"{OFF_THE_RECORD}]"
"""The note while a passage goes on. Another one takes its place when it ends."""


class OffTheRecord(msgspec.Struct, frozen=True, array_like=True):
    """A stream that is off the record."""

    since: datetime
    ended: bool = False
    """The session has ended meanwhile. What comes then is off the record too."""


def noted(state: OffTheRecord | None, line: Line) -> tuple[OffTheRecord | None, Line]:
    """The state after a line, and the line as the tokenizer takes it; None is the state of a stream on the record.

    A line that begins or ends a passage, or ends the session during one, has the note as its text and ``off_record``
    (whether it goes on), and its times are those of the passage so far.
    """
    since = None if state is None or state.ended else state.since
    if line.off_record is not None:
        return _turned(state, line, since)
    if line.withheld:
        line = _wordless(line)
    if state is not None and line.ends and not line.text:
        line = line if since is None else _note(line, since, goes_on=False)
        return OffTheRecord(line.received_at, ended=True), line
    if state is not None and state.ended and line.withheld:
        return OffTheRecord(line.received_at), _note(line, line.received_at, goes_on=True)
    return state, line


def _turned(state: OffTheRecord | None, line: Line, since: datetime | None) -> tuple[OffTheRecord | None, Line]:
    """After a line that begins or ends a passage; ``since``: of the one that goes on."""
    at = turned_at(line)
    if line.off_record and since is None:
        return OffTheRecord(at), _note(line, at, goes_on=True)
    if line.off_record and since is not None and at < since:  # elsewhere it was said earlier
        return OffTheRecord(at), _wordless(line)
    if not line.off_record and since is not None:
        return None, _note(line, since, goes_on=False)
    return state if line.off_record else None, _wordless(line)


def _note(line: Line, since: datetime, *, goes_on: bool) -> Line:
    until = max(since, turned_at(line) if line.off_record is not None else line.received_at)
    text = GOES_ON if goes_on else f"{OFF_THE_RECORD} for {clock(until - since)}]"
    return msgspec.structs.replace(
        line, text=text, at=since, until=until, final=True, off_record=goes_on, withheld=False
    )


def _wordless(line: Line) -> Line:
    """The line without words, which changes no other one."""
    return msgspec.structs.replace(
        line, text="", at=None, until=None, speaker=None, revises=None, ends_utterance=False, off_record=None
    )
