"""Where output goes: for people on a terminal, plain everywhere else."""

import io
import os
import sys

from rich.console import Console


def is_terminal() -> bool:
    """Whether standard output is for a person."""
    return sys.stdout.isatty()


def messages() -> Console:
    """Standard error, for what is not the result: progress, advice, errors. Plain when it is not a terminal."""
    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def results() -> Console:
    """Standard output of a terminal."""
    return Console(highlight=False, markup=False, emoji=False)


def write(data: str | bytes) -> None:
    """Write to standard output at once.

    Raises:
        BrokenPipeError: the pipe was closed.
    """
    if isinstance(data, str):
        sys.stdout.write(data)
        sys.stdout.flush()
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def row(*cells: object) -> str:
    """A record on one line, tabs between its cells; white space inside a cell is one space each."""
    return "\t".join(" ".join(str(cell).split()) for cell in cells) + "\n"


def prepare() -> None:
    """Let no character of a caption stop the program where the terminal's encoding has none for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def settle() -> None:
    """Write out what is left; a reader who has gone, as ``head`` does, is no error worth a message."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
