"""Which dead letters nobody has put back, in a temporary file: they may be any number."""

import sqlite3
import threading
from typing import Final

_CACHE_KIB: Final = 1_024
"""So much of it is in memory; SQLite writes the rest to a file of its own, which goes with the connection."""


class OpenLetters:
    """``count`` of them."""

    def __init__(self) -> None:
        self.count = 0
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._lock = threading.Lock()
        self._connection.execute("CREATE TABLE letters (number INTEGER PRIMARY KEY)")

    def add(self, number: int) -> None:
        """There is such a letter."""
        self.count += self._write("INSERT OR IGNORE INTO letters VALUES (?)", number)

    def put_back(self, number: int) -> None:
        """It was put back, perhaps once more."""
        self.count -= self._write("DELETE FROM letters WHERE number = ?", number)

    def clear(self) -> None:
        """There are none."""
        self._write("DELETE FROM letters")
        self.count = 0

    def close(self) -> None:
        """Forget it all. Repeating it does nothing."""
        with self._lock:
            self._connection.close()

    def _write(self, statement: str, *values: int) -> int:
        """How many letters that was about."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount
