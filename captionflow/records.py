"""Records of the topics: how bytes become a message, and which records of lines count. Pure.

Every reader of a topic follows the same rules, so that all see the same messages (docs/adr/0018).
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from captionflow.errors import UNDECODABLE, BadMessage
from captionflow.messages import VERSION, LineRecord, StepRecord, turns_key


class Versioned(Protocol):
    """A message that travels as a record of its own."""

    @property
    def v(self) -> int:
        """See ``captionflow.messages``."""


class NumberedLine(Protocol):
    """What of a line tells its place."""

    @property
    def seq(self) -> int:
        """See ``Line.seq``."""


class Lines(Versioned, Protocol):
    """A ``LineRecord``, or as much of it as a reader needs."""

    @property
    def session(self) -> str:
        """See ``LineRecord``."""

    @property
    def lines(self) -> Sequence[NumberedLine]:
        """See ``LineRecord``."""


_Message = TypeVar("_Message", bound=Versioned)
_Lines = TypeVar("_Lines", bound=Lines)

Reader = Callable[[bytes | None, bytes | None], _Message]
"""From a record's key and value to its message.

Raises:
    BadMessage: it has none that can be used; says why, without its text.
"""


def reader(message: type[_Message], *, what: str, key: Callable[[_Message], bytes]) -> Reader[_Message]:
    """Reads messages of one type, each under the key that it must have; ``what`` names one in errors."""
    decode = msgspec.json.Decoder(message).decode

    def read(given: bytes | None, value: bytes | None) -> _Message:
        try:
            found = decode(value or b"")
        except UNDECODABLE as error:
            raise BadMessage(f"It is no {what}: {error}.") from error
        if found.v > VERSION:
            raise BadMessage(f"It has version {found.v}; this captionflow knows versions up to {VERSION}: upgrade it.")
        wanted = key(found)
        if given != wanted:
            raise BadMessage(f"Its key is not {wanted.decode()!r}.")
        return found

    return read


def lines_reader(message: type[_Lines]) -> Reader[_Lines]:
    """Reads records of lines, whose lines are numbered one after the other from 1 or more on."""
    read = reader(message, what="record of lines", key=lambda found: found.session.encode())

    def read_numbered(key: bytes | None, value: bytes | None) -> _Lines:
        found = read(key, value)
        first = found.lines[0].seq if found.lines else 0
        if first < 1 or any(line.seq != first + n for n, line in enumerate(found.lines)):
            raise BadMessage("Its lines are not numbered one after the other from 1 or more on.")
        return found

    return read_numbered


read_lines = lines_reader(LineRecord)
"""The message of a record of ``captions.lines``."""

read_step = reader(StepRecord, what="step", key=lambda step: turns_key(step.session, step.language))
"""The message of a record of ``captions.turns``."""


def check_partition(partition: int, wanted: int) -> None:
    """Refuse a record that is not in the partition of its key, where nobody looks for it.

    Raises:
        BadMessage: it isn't.
    """
    if partition != wanted:
        raise BadMessage("It is in another partition than its key says: its writer needs the murmur2 partitioner.")


def is_valid(record: Lines, last_seq: int) -> bool:
    """Whether a record of lines counts; ``last_seq`` is of the last line before it in its session and language.

    It does if its first line is the next one. Otherwise the whole record is void, as if it were not there: its writer
    had not read all that came before it, and writes it again. So ``seq`` has no holes, and (sender, number) is unique,
    however many write.
    """
    return record.lines[0].seq == last_seq + 1
