"""What can be chosen about an export. Pure."""

from typing import NamedTuple

from services.api.transcripts.limits import Limits


class Options(NamedTuple):
    """Choices for the forms that have cues; the others have none to make."""

    limits: Limits = Limits()
    names: bool = True
    """The name of the speaker stands at the beginning of each turn, to be seen."""
    offset: float = 0.0
    """Seconds that are added to all times, to align them with a recording."""

    @property
    def key(self) -> str:
        """Different for different choices, for caches; empty for the usual ones."""
        return "" if self == Options() else "".join(f"-{value:g}" for value in (*self.limits, self.names, self.offset))
