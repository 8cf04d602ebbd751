"""Names in Elasticsearch: indices, aliases, and the fields that hold words. Pure."""

from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "pt", "ru", "zh")
"""Languages with an analyzer of their own."""

OTHER: Final = "other"

WORD_FIELDS: Final = tuple(f"words.{language}" for language in (*LANGUAGES, OTHER))
"""The fields that the words of turns are in."""


@dataclass(frozen=True, slots=True)
class Names:
    """What everything of one installation is called; two with different prefixes can share a cluster."""

    prefix: str = "captionflow"

    @property
    def read(self) -> str:
        """The alias that is searched."""
        return f"{self.prefix}-turns"

    @property
    def write(self) -> str:
        """The alias that is written."""
        return f"{self.prefix}-turns-write"

    @property
    def template(self) -> str:
        """The index template."""
        return f"{self.prefix}-turns"

    @property
    def pattern(self) -> str:
        """All concrete indices."""
        return f"{self.prefix}-turns-v*"

    def index(self, generation: int) -> str:
        """A concrete index; each rebuild makes the next."""
        return f"{self.prefix}-turns-v{generation}"

    def generation(self, index: str) -> int | None:
        """The number of a concrete index; None if it is none of ours."""
        number = index.removeprefix(f"{self.prefix}-turns-v")
        return int(number) if number != index and number.isdecimal() else None


def word_language(tag: str) -> str:
    """The part of ``words.…`` that a language tag's words are in: ``en`` for ``en-GB``."""
    language = tag.split("-", 1)[0].lower()
    return language if language in LANGUAGES else OTHER
