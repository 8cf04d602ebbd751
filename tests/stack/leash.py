"""Runs a command that never outlives its owner: ``python leash.py COMMAND…``, with a pipe of the owner as stdin.

Bytes on the pipe are signals: T asks the command to end, S stops its process group, C lets it go on. When the pipe
closes, because the owner closed it or ended in whatever way, the group is killed. A process that means to kill its
children when it ends can't do that after ``kill -9``; this can.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys

_SIGNALS = {b"T": signal.SIGTERM, b"S": signal.SIGSTOP, b"C": signal.SIGCONT}
"""SIGTERM is for the command alone: it knows how to end its children in order."""


def main() -> int:
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    ended = os.pidfd_open(child.pid)
    owner = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([owner, ended], [], [])
        wanted = _SIGNALS.get(os.read(owner, 1), signal.SIGKILL) if owner in ready else signal.SIGKILL
        with contextlib.suppress(ProcessLookupError):
            (os.kill if wanted is signal.SIGTERM else os.killpg)(child.pid, wanted)
        if wanted is signal.SIGKILL:
            return child.wait()


if __name__ == "__main__":
    sys.exit(main())
