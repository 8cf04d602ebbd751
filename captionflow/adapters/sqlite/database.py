"""One SQLite file, its lock, its writer and its read connections, which the SQLite adapters share.

It is one file for all ports: lines, the turns made of them and the index are then always consistent, a backup is one
file, and one WAL orders durable and derived writes.
"""

import asyncio
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Self

import structlog

from captionflow.adapters.sqlite import schema
from captionflow.adapters.sqlite.failures import translated, translated_os
from captionflow.adapters.sqlite.readers import Lane, Readers, Snapshot
from captionflow.adapters.sqlite.writer import Result, Work, Writer
from captionflow.data_folder import FILE_MODE, FOLDER_MODE
from captionflow.errors import InUse, Misconfigured, Unavailable

log = structlog.get_logger(__name__)

_LOOKING_UP = 2
_SCANNING = 4
_CLOSE_SECONDS = 0.5
"""How long reading may take to end when the database is closed."""
_MAX_URL_BYTES = 1_000
_WAL_LIMIT_BYTES = 64 * 1024 * 1024
_CACHE_KIB = 2_000
"""SQLite's own default."""


class Database:
    """An open data folder. Made by ``Database.open``; the embedded adapters take it, or a lane of it.

    ``read``, ``scan``: see ``Lane``.
    """

    def __init__(self, path: Path, lock: int, connection: sqlite3.Connection, cache_kib: int) -> None:
        self.path = path
        self._lock = lock
        self._cache_kib = cache_kib
        self._connection = connection
        self._writer = Writer(connection, path.parent)
        self._readers: list[Readers] = []
        self.read = self._new_readers("reader", _LOOKING_UP).read
        self._scanners = self._new_readers("scanner", _SCANNING)
        self.scan = self._scanners.read
        self._users: list[Callable[[], Awaitable[None]]] = []
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        migrations: Sequence[str] = schema.MIGRATIONS,
        fresh: bool = False,
        erasing: bool = False,
        cache_kib: int = _CACHE_KIB,
    ) -> Self:
        """Open or create the file and bring its schema up to date; ``fresh``: without anything that was in it.

        ``erasing``: what is deleted is overwritten, also where that costs another write; see ``erase``.
        ``cache_kib``: what each of its connections may keep in memory of the file.
        The folder is created if only it is missing. Until ``close`` no other process can open it.

        Raises:
            InUse: another process has the folder.
            Misconfigured: the folder is read-only or can't be there, or the file isn't ours or is too new.
            Unavailable: there is no space.
        """
        _check_sqlite()
        lock = _lock_folder(path.parent)
        try:
            if fresh:
                for old in path.parent.glob(f"{path.name}*"):
                    old.unlink()
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))  # its WAL gets the same mode
            connection = _connect(path, cache_kib)
            try:
                schema.check(connection, path, migrations)
                _prepare(connection, path, erasing=erasing)
                before, after = schema.migrate(connection, migrations)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            os.close(lock)
            raise translated(error, path.parent) from error
        except BaseException:
            os.close(lock)
            raise
        if 0 < before < after:
            log.info("database_migrated", path=str(path), before=before, after=after)
        database = cls(path, lock, connection, cache_kib)
        database._writer.start()
        return database

    async def write(self, work: Work[Result], *, durable: bool, committed: Callable[[], None] | None = None) -> Result:
        """Run ``work`` in the writer's thread, all or nothing; see ``Writer.write``."""
        return await self._writer.write(work, durable=durable, committed=committed)

    async def erase(self) -> None:
        """Have nothing in any file of what was deleted before, if the database is ``erasing``.

        Raises:
            Unavailable: somebody reads what was there before, or the disk is in trouble: try again.
        """
        # On a connection of its own: it can't be within a transaction, and all that the writer does is.
        if not await self.scan(lambda _: self._empty_wal()):
            raise Unavailable("Somebody still reads what was deleted.")

    @asynccontextmanager
    async def view(self) -> AsyncIterator["View"]:
        """Several short reads of one consistent snapshot. It holds the WAL until it is left: wait for nobody in it."""
        snapshot = await self.scan(lambda _: self._snapshot())
        try:
            yield View(snapshot, self._scanners)
        finally:
            snapshot.close()

    def lane(self, name: str) -> Lane:
        """The same database, with a thread for look-ups that wait for nobody else's."""
        return _Lane(self, self._new_readers(name, 1))

    def on_close(self, call: Callable[[], Awaitable[None]]) -> None:
        """End this first when the database is closed."""
        self._users.append(call)

    def found_at(self, url: str) -> None:
        """Tell processes that want the folder, too, where this one serves (``InUse.url``)."""
        _note(self._lock, url)

    async def close(self) -> None:
        """Finish queued writes, checkpoint the WAL and release the folder. Repeating it does nothing."""
        if self._closed:
            return
        self._closed = True
        for end in self._users:
            await end()
        loop = asyncio.get_running_loop()
        shut: asyncio.Future[None] = loop.create_future()

        def work() -> None:
            try:
                self._shut()
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                loop.call_soon_threadsafe(shut.set_exception, error)
            else:
                loop.call_soon_threadsafe(shut.set_result, None)

        # Not in the loop's own threads: all of them may be busy with what readers asked for.
        threading.Thread(target=work, name="captionflow-closing", daemon=True).start()
        await shut

    def _shut(self) -> None:
        self._writer.close()
        for readers in self._readers:
            readers.stop()
        deadline = time.monotonic() + _CLOSE_SECONDS
        for readers in self._readers:
            readers.join(max(0.0, deadline - time.monotonic()))
        with suppress(sqlite3.Error):  # a disk in trouble, or who still reads: the next start reads the WAL
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()
        os.close(self._lock)

    def _empty_wal(self) -> bool:
        with closing(_connect(self.path, self._cache_kib)) as connection:
            connection.execute("PRAGMA busy_timeout = 1000")
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _new_readers(self, name: str, threads: int) -> Readers:
        readers = Readers(self._reader, self.path.parent, name=name, threads=threads)
        self._readers.append(readers)
        readers.start()
        return readers

    def _reader(self) -> sqlite3.Connection:
        connection = _connect(self.path, self._cache_kib)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _snapshot(self) -> Snapshot:
        connection = self._reader()
        connection.execute("BEGIN")
        return Snapshot(connection)


class View:
    """See ``Database.view``."""

    def __init__(self, snapshot: Snapshot, readers: Readers) -> None:
        self._snapshot = snapshot
        self._readers = readers

    async def read(self, work: Work[Result]) -> Result:
        """Run ``work`` on the snapshot, in a reader's thread."""
        return await self._readers.read(work, on=self._snapshot)


class _Lane:
    """See ``Database.lane``."""

    def __init__(self, database: Database, readers: Readers) -> None:
        self.read = readers.read
        self.scan = database.scan
        self.view = database.view
        self.write = database.write


def _check_sqlite() -> None:
    with sqlite3.connect(":memory:") as connection:
        found = connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone()
    connection.close()
    if found is None:
        raise Misconfigured("This Python's SQLite has no FTS5: use a Python whose sqlite3 module is built with it.")


def _lock_folder(folder: Path) -> int:
    """Make the folder if need be and lock it; returns the descriptor that holds the lock until the process ends."""
    try:
        folder.mkdir(FOLDER_MODE, exist_ok=True)
        lock = os.open(folder / "captionflow.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except FileNotFoundError as error:
        raise Misconfigured(
            f"The data folder {folder} can't be made, for {folder.parent} does not exist: "
            "create that or set CAPTIONFLOW_DATA to another folder."
        ) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise Misconfigured(f"The data folder {folder} is not a folder: set CAPTIONFLOW_DATA to one.") from error
    except OSError as error:
        raise translated_os(error, folder) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _note(lock, "")
    except BlockingIOError as error:
        url = os.pread(lock, _MAX_URL_BYTES, 0).decode(errors="replace")
        os.close(lock)
        raise InUse(
            f"The data folder {folder} is in use by another captionflow{url and f' at {url}'}: stop that one first, "
            "or give this one a folder of its own (CAPTIONFLOW_DATA).",
            url=url or None,
        ) from error
    except OSError as error:
        os.close(lock)
        raise translated_os(error, folder) from error
    return lock


def _note(lock: int, url: str) -> None:
    """Write it into the locked file, where it holds as long as the lock does."""
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, url.encode(), 0)
    except OSError as error:  # a full disk: who looks for it has to be given the address
        log.warning("address_not_noted", reason=str(error))


def _connect(path: Path, cache_kib: int) -> sqlite3.Connection:
    # Connections are made in one thread and closed in another, but never used by two at once.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, *, erasing: bool) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Misconfigured(
            f"The file system of {path.parent} can't do SQLite's WAL: set CAPTIONFLOW_DATA to a folder on a local disk."
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    # Debian's build overwrites what is deleted with zeros; mostly that only costs writes.
    connection.execute(f"PRAGMA secure_delete = {'ON' if erasing else 'FAST'}")
