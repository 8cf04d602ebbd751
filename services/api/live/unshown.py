"""Whether words that the log has come to readers, told by those who hear the words and by what was delivered. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from captionflow.errors import Unavailable
from captionflow.messages import SourceReport, Stream
from captionflow.recent import Recent

LATE: Final = timedelta(seconds=10)
"""So long words are missing before it is told."""
WRITING: Final = timedelta(seconds=6)
"""A word is heard so much later at most than its line was accepted: the log has taken it meanwhile."""


class Unshown:
    """Since when words are missing, from look to look. ``began``: what was said before is not looked for."""

    def __init__(self, began: datetime) -> None:
        self._began = began
        self._since: datetime | None = None
        self._now = began
        self._behind = 0

    def look(self, reports: Iterable[SourceReport], shown: Recent[Stream, datetime], now: datetime) -> None:
        """``shown``: when the last line of each stream was accepted that came to its readers."""
        self._now = now
        self._behind = sum(
            one.last_word_at - shown.get(one.stream, self._began) > WRITING
            for one in reports
            if one.last_word_at is not None
        )
        self._since = (self._since or now) if self._behind else None

    def check(self) -> None:
        """Look at what was seen last.

        Raises:
            Unavailable: words are missing for long enough.
        """
        if self._since is not None and self._now - self._since >= LATE:
            raise Unavailable(f"What {self._behind} sources say comes to no reader.")
