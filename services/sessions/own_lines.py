"""Lines that no sender gave: what an organiser says, each sender of them with numbers that rise by one."""

from typing import Any

from captionflow.messages import Draft, Receipt, Stream
from captionflow.ports import LineLog


async def append_own(line_log: LineLog, stream: Stream, sender: str, **said: Any) -> Receipt:
    """Append a line without text under the sender's next number; ``said``: other fields of ``Draft``.

    Raises:
        Conflict: another process took the number; whoever asks again gets the next one.
    """
    last = await line_log.last_number(*stream, sender)
    number = 0 if last is None else last + 1
    (receipt,) = await line_log.append(*stream, [Draft(sender, number, "", **said)])
    return receipt
