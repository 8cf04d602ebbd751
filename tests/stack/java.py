"""Finds a Java on this machine that is new enough; it never downloads one."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.stack.places import CannotStart

_FOLDERS = ("/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines")


def jdk(at_least: int) -> Path:
    """The home of the first JDK (compiler and all modules) of this version or newer.

    Looked at are JAVA_HOME, the ``java`` of the PATH, and the platform's usual folders, in this order.

    Raises:
        CannotStart: there is none.
    """
    for home in _homes():
        if (home / "bin" / "javac").is_file() and _version(home) >= at_least:
            return home
    raise CannotStart(f"No JDK of version {at_least} or newer was found: install one, or set JAVA_HOME to it.")


def _homes() -> Iterator[Path]:
    if given := os.environ.get("JAVA_HOME"):
        yield Path(given)
    if found := shutil.which("java"):
        yield Path(found).resolve().parent.parent
    for folder in map(Path, _FOLDERS):
        for home in sorted(folder.glob("*")):
            yield home / "Contents" / "Home" if (home / "Contents").is_dir() else home


def _version(home: Path) -> int:
    """The major version, from the file that every JDK has; 0 if it can't be told."""
    try:
        match = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(match[1]) if match else 0
