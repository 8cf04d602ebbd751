"""Steps through lines whatever they are: one that the segmenter can't take must not stop its session. Pure."""

import traceback
from collections.abc import Iterator, Sequence

import msgspec

from captionflow.errors import CaptionflowError
from captionflow.messages import Line, StepRecord
from services.segment.segmenter import State, steps


class SetAside(StepRecord, frozen=True, kw_only=True):
    """A step that changes nothing, for a line that the segmenter can't take."""

    reason: str


def stepped(state: State, lines: Sequence[Line]) -> Iterator[tuple[State, StepRecord]]:
    """``segmenter.steps``; a line that it can't take becomes a step that changes nothing, a ``SetAside``.

    A step is pure: what fails once fails always, so to try again would stop all sessions for ever. The line stays in
    the log, and a segmenter that can take it makes its turns of it.
    """
    try:
        done = list(steps(state, lines))
    except Exception as error:  # noqa: BLE001 (see above)
        if len(lines) > 1:
            middle = len(lines) // 2
            for half in (lines[:middle], lines[middle:]):
                for after, record in stepped(state, half):
                    state = after
                    yield after, record
            return
        (line,) = lines
        missing = (state.last_seq + 1, line.seq - 1) if line.seq > state.last_seq + 1 else None
        state = msgspec.structs.replace(state, last_seq=line.seq)
        yield (
            state,
            SetAside(
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
        received_at = {line.seq: line.received_at for line in lines}
        for after, record in done:
            yield after, msgspec.structs.replace(record, received_at=received_at.get(record.last_seq))


def _reason(error: Exception) -> str:
    """What our errors say; of others the kind and the place alone, since their message may have captions in it."""
    if isinstance(error, CaptionflowError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    name = place.filename.replace("\\", "/").rpartition("/")[2]
    return f"{type(error).__name__} in {place.name}, line {place.lineno} of {name}"
