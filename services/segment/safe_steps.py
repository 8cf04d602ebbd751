"""The segmenter's steps, for any lines: one that it fails on is skipped, and does not stop its session. Pure."""

import traceback
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from captionflow.errors import CaptionflowError
from captionflow.messages import Line, StepRecord
from services.segment.segmenter import State, steps


class SkippedLine(StepRecord, frozen=True, kw_only=True):
    """A step that changes nothing, for a line that the segmenter fails on."""

    reason: str


def safe_steps(state: State, lines: Sequence[Line]) -> Iterator[tuple[State, StepRecord]]:
    """``segmenter.steps``, but a line that it fails on becomes a ``SkippedLine``.

    A step is pure: what fails once fails always, so trying again would stop all sessions for ever. The line stays in
    the log, and a later version of the segmenter can make turns of it.
    """
    try:
        done = list(steps(state, lines))
    except Exception as error:  # noqa: BLE001 - see above
        if len(lines) > 1:
            middle = len(lines) // 2
            for half in (lines[:middle], lines[middle:]):
                for after, record in safe_steps(state, half):
                    state = after
                    yield after, record
            return
        (line,) = lines
        missing = (state.last_seq + 1, line.seq - 1) if line.seq > state.last_seq + 1 else None
        state = msgspec.structs.replace(state, last_seq=line.seq)
        yield (
            state,
            SkippedLine(
                state.session,
                state.language,
                line.seq,
                line.seq,
                missing=missing,
                received_at=line.received_at,
                reason=_reason(error),
            ),
        )
    else:
        heard = [line for line in lines if line.on_air is None and line.corrects is None]
        seqs = [line.seq for line in heard]
        for after, record in done:
            last = bisect_right(seqs, record.last_seq) - 1
            at = heard[last].received_at if last >= 0 and seqs[last] >= record.first_seq else None
            yield after, msgspec.structs.replace(record, received_at=at)


def _reason(error: Exception) -> str:
    """What our errors say; of others only the type and where, since their message may have captions in it."""
    if isinstance(error, CaptionflowError):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    name = frame.filename.replace("\\", "/").rpartition("/")[2]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno} of {name}"
