"""Who may look into what a process keeps on its disk: its own user, and nobody else on the machine. Pure."""

from typing import Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
"""Of what is made; what is there already keeps its own mode, which the operator may have chosen."""
