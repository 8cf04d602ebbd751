"""Which dead letters were put back and which came back, in a temporary file: letters may be any number."""

import sqlite3
import threading
from typing import Final

_CACHE_KIB: Final = 8_192
"""So much of it is in memory; SQLite writes the rest to a file of its own, which goes with the connection."""
_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
CREATE TABLE letters (number INTEGER PRIMARY KEY, origin TEXT NOT NULL);
CREATE INDEX letters_origin ON letters (origin);
CREATE TABLE put_back (letter INTEGER PRIMARY KEY, place TEXT NOT NULL);
"""


class PutBacks:
    """What is noted of letters, in any order: a letter may come back before it is noted that it was put back."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection.executescript(_SCHEMA)
        self._lock = threading.Lock()

    def letter(self, number: int, origin: str) -> None:
        """There is such a letter, of a record that was there."""
        self._write("INSERT OR IGNORE INTO letters VALUES (?, ?)", (number, origin))

    def put_back(self, letter: int, place: str) -> None:
        """It was put back there; where it was put back last counts."""
        self._write("INSERT OR REPLACE INTO put_back VALUES (?, ?)", (letter, place))

    def of(self, letter: int) -> tuple[str, int | None]:
        """Where it was put back last, or ``""``; and the number of the letter that was made of it there, if one was."""
        asked = """
            SELECT place, (SELECT min(number) FROM letters WHERE origin = place AND number > letter)
            FROM put_back WHERE letter = ?
        """
        with self._lock:
            found: tuple[str, int | None] | None = self._connection.execute(asked, (letter,)).fetchone()
        return found or ("", None)

    def close(self) -> None:
        """Forget it all. Repeating it does nothing."""
        with self._lock:
            self._connection.close()

    def _write(self, statement: str, values: tuple[int, str]) -> None:
        with self._lock:
            self._connection.execute(statement, values)
