"""Services that can't work as they are set up, and what they say."""

from pathlib import Path

from tests.real_program import start_command

MISCONFIGURED = 5
_SECONDS = 60


def refusals(folder: Path, *kinds: str, **settings: object) -> dict[str, str]:
    """What each says when it is started so; all at once, since each takes a second to load."""
    started = {
        kind: start_command("serve", kind, "--port", 0, DATA=folder / kind, LOG_LEVEL="error", **settings)
        for kind in kinds
    }
    said = {}
    for kind, process in started.items():
        try:
            _, errors = process.communicate(timeout=_SECONDS)
        finally:
            process.kill()
        said[kind] = errors.decode()
        assert process.returncode == MISCONFIGURED, (kind, said[kind])
    return said
