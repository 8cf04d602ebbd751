"""The processes that search, as the one that serves sees them: asked, stopped, ended and started again."""

import asyncio
import struct
import sys
from pathlib import Path
from typing import Final

import msgspec
import structlog

from captionflow.adapters.sqlite import searcher
from captionflow.adapters.sqlite.search_sql import Question
from captionflow.errors import Unavailable
from captionflow.ports import SearchPage

log = structlog.get_logger(__name__)

PROCESSES: Final = 2
"""Searches at a time. A process is started by the first search that needs it."""
STOP_SECONDS: Final = 0.5
"""How long a search that nobody waits for any more may take to end; then its process is ended."""

_encode = msgspec.msgpack.Encoder().encode
_decoder: Final[msgspec.msgpack.Decoder[searcher.Answer]] = msgspec.msgpack.Decoder(searcher.Answer)


class SearchProcesses:
    """Answers questions, so many at a time; all others wait."""

    def __init__(self, path: Path, *, processes: int = PROCESSES) -> None:
        self._idle = [_SearchProcess(path) for _ in range(processes)]
        self._all = tuple(self._idle)
        self._places = asyncio.Semaphore(processes)
        self._closed = False

    async def ask(self, question: Question) -> SearchPage:
        """The answer. A caller that is cancelled meanwhile stops the work.

        Raises:
            Unavailable: no process can be started, it was ended, or it can't read the file now.
            Misconfigured: the file is damaged.
        """
        try:
            encoded = _encode(question)
        except UnicodeEncodeError:  # half of a surrogate pair, which no text has
            return SearchPage((), 0)
        async with self._places:
            if self._closed:
                raise Unavailable("Search is closed.")
            process = self._idle.pop()
            try:
                answer = await process.ask(encoded)
            finally:
                self._idle.append(process)
        if isinstance(answer, searcher.Found):
            return answer.page
        raise answer.error() if isinstance(answer, searcher.Failed) else Unavailable("The search was stopped.")

    async def close(self) -> None:
        """End them all, whatever they do. Repeating it does nothing."""
        self._closed = True
        for process in self._all:
            await process.end()


class _SearchProcess:
    """One of them. It is started by the first question, and by the next one after it has ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, question: bytes) -> searcher.Answer:
        process = self._process = self._process or await self._started()
        _send(process, question)
        answering = asyncio.create_task(self._answer(process))
        try:
            return await asyncio.shield(answering)
        except asyncio.CancelledError:
            _send(process, searcher.STOP)
            if await _failed(answering):
                await self.end()
            raise

    async def end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _answer(self, process: asyncio.subprocess.Process) -> searcher.Answer:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            (size,) = struct.unpack(searcher.SIZE, await process.stdout.readexactly(struct.calcsize(searcher.SIZE)))
            return _decoder.decode(await process.stdout.readexactly(size))
        except asyncio.IncompleteReadError as error:
            self._process = None
            code = await process.wait()
            log.info("search_process_ended", code=code)
            raise Unavailable("The process that searched has ended: try again.") from error

    async def _started(self) -> asyncio.subprocess.Process:
        program = (sys.executable, "-P", "-m", searcher.__name__, str(self._path))
        pipe = asyncio.subprocess.PIPE
        try:
            return await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe)
        except OSError as error:  # no memory, no descriptor
            raise Unavailable(f"No process to search in can be started now ({error.strerror}): try again.") from error


def _send(process: asyncio.subprocess.Process, message: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    process.stdin.write(struct.pack(searcher.SIZE, len(message)) + message)


async def _failed(answering: asyncio.Task[object]) -> bool:
    """Whether the answer did not come in time, which makes the process useless."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await answering
    except (TimeoutError, asyncio.CancelledError, Unavailable):
        answering.cancel()
        return True
    return False
