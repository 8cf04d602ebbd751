"""What SQLite's errors mean for a caller: translates them into captionflow's own."""

import errno
import sqlite3

from captionflow.errors import CaptionflowError, Misconfigured, Unavailable

_SPACE_RETRY_SECONDS = 5.0
_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


def translated(error: sqlite3.Error, folder: object) -> CaptionflowError | sqlite3.Error:
    """The error that a caller of a port is promised, or the same error if it can only be a mistake in this package.

    ``Unavailable`` for what can go away (no space, an I/O error); ``Misconfigured`` for a file that a person has to
    look at.
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return no_space(folder)
    if code in _TROUBLE:
        return Unavailable(f"The data folder {folder} can't be used now ({error}): check its disk, then retry.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Misconfigured(
            f"The database in {folder} is damaged or is none ({error}): move it away and bring back a backup, "
            "or start with another folder (CAPTIONFLOW_DATA)."
        )
    return error


def translated_os(error: OSError, folder: object) -> CaptionflowError:
    """The same for the calls around the file: ``Unavailable`` if there is no space, else ``Misconfigured``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_space(folder)
    return Misconfigured(
        f"The data folder {folder} can't be written ({error.strerror}): "
        "make it writable or set CAPTIONFLOW_DATA to a folder that is."
    )


def no_space(folder: object) -> Unavailable:
    """What a full disk is to a caller: nothing was written, and the same call works once there is space."""
    return Unavailable(
        f"There is no space left for the data folder {folder}: free some, then retry; what was acknowledged is safe.",
        retry_after=_SPACE_RETRY_SECONDS,
    )
