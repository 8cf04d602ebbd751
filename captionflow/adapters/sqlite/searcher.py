"""A process that searches: it reads questions from its standard input, and writes answers to its standard output.

    python -m captionflow.adapters.sqlite.searcher captionflow.db

It is the child of a process that takes lines, and shares nothing with it but the file: no thread, no lock of the
interpreter, no memory, and of the processors it gets what is left. Each message is its size and as many bytes of
MessagePack; an empty one stops the search that is under way. The end of the input ends it at once.
"""

import os
import queue
import signal
import sqlite3
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from captionflow.adapters.sqlite.failures import translated
from captionflow.adapters.sqlite.search_sql import Question, Stop, answer
from captionflow.errors import CaptionflowError, Misconfigured, Unavailable
from captionflow.ports import SearchPage

SIZE: Final = ">I"
STOP: Final = b""
_NICE: Final = 10
"""Where processors are short, lines and live readers go first."""


class Found(msgspec.Struct, frozen=True, tag=True):
    """What was found."""

    page: SearchPage


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Why it could not be searched for."""

    code: str
    reason: str

    def error(self) -> CaptionflowError:
        """The error that a caller of the port is promised."""
        return Misconfigured(self.reason) if self.code == Misconfigured.code else Unavailable(self.reason)


class Stopped(msgspec.Struct, frozen=True, tag=True):
    """It was stopped."""


Answer = Found | Failed | Stopped

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Question).decode


class Searcher:
    """Answers one question after the other in the main thread; another one reads, since it must hear of a stop."""

    def __init__(self, path: Path, questions: BinaryIO, answers: BinaryIO) -> None:
        self._folder = path.parent
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA query_only = ON")
        self._input = questions
        self._output = answers
        self._waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()
        self._stop = threading.Event()

    def run(self) -> None:
        """Until the input ends."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            encoded = _encode(self._answer(self._waiting.get()))
            self._output.write(struct.pack(SIZE, len(encoded)) + encoded)
            self._output.flush()

    def _listen(self) -> None:
        while head := self._input.read(struct.calcsize(SIZE)):
            (size,) = struct.unpack(SIZE, head)
            if size:
                self._stop.clear()
                self._waiting.put(_decode(self._input.read(size)))
            else:
                self._stop.set()
                self._connection.interrupt()
        os._exit(0)  # whatever is searched for: nobody is there any more

    def _answer(self, asked: Question) -> Answer:
        connection = self._connection
        try:
            try:
                connection.execute("BEGIN")
                return Found(answer(connection, asked, self._stop.is_set))
            finally:
                self._end()
        except Stop:
            return Stopped()
        except sqlite3.Error as error:
            if self._stop.is_set():
                return Stopped()
            known = translated(error, self._folder)
            if isinstance(known, CaptionflowError):
                return Failed(known.code, str(known))
            raise

    def _end(self) -> None:
        """Leave nothing open. A stop interrupts whatever runs, this too."""
        while self._connection.in_transaction:
            try:
                self._connection.rollback()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise


def main() -> None:
    """The program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends this one
    os.nice(_NICE)
    if sys.platform == "linux":  # nor does it take a processor from who has it, when it is asked
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    with suppress(BrokenPipeError):
        Searcher(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer).run()


if __name__ == "__main__":
    main()
