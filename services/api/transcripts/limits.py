"""How much a cue may hold and how long it is shown: our own limits, and those of well-known guidelines. Pure.

Sources, as of 2026: BBC Subtitle Guidelines (37 columns of teletext, two lines, 160 to 180 words a minute), Netflix
Timed Text Style Guides (general requirements; English, Chinese, Japanese, Korean, Thai), DCMP Captioning Key (32
characters, two lines, 40 frames to 6 seconds, 150 to 160 words a minute for adults). A word counts as six characters
with its space.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Preset = Literal["bbc", "dcmp", "netflix"]

MIN_COLUMNS: Final = 16
MAX_COLUMNS: Final = 120
MAX_LINES: Final = 4
MIN_CPS: Final = 5.0
MAX_CPS: Final = 60.0


class Limits(NamedTuple):
    """What holds for each cue."""

    columns: int = 42
    """Widest line, in columns: an ideograph takes two."""
    lines: int = 2
    cps: float = 20.0
    """Columns a second that can be read; kept where the times allow it."""
    min_seconds: float = 5 / 6
    max_seconds: float = 7.0
    gap_seconds: float = 2 / 24
    """Least time between two cues that follow each other: two frames."""


PRESETS: Final[Mapping[Preset, Limits]] = {
    "bbc": Limits(columns=37, cps=18.0),
    "dcmp": Limits(columns=32, cps=16.0, min_seconds=40 / 30, max_seconds=6.0),
    "netflix": Limits(),
}
_COLUMNS: Final[Mapping[Preset, Mapping[str, int]]] = {"netflix": {"ja": 26, "ko": 32, "th": 35, "zh": 32}}
"""Where a guideline has another width for a language."""


def limits_for(
    language: str,
    preset: Preset | None = None,
    *,
    columns: int | None = None,
    lines: int | None = None,
    cps: float | None = None,
) -> Limits:
    """Those of a preset, or our own; single ones that are given go before it."""
    limits = Limits()
    if preset is not None:
        limits = PRESETS[preset]
        width = _COLUMNS.get(preset, {}).get(language.partition("-")[0].casefold())
        limits = limits._replace(columns=width or limits.columns)
    return limits._replace(
        columns=limits.columns if columns is None else columns,
        lines=limits.lines if lines is None else lines,
        cps=limits.cps if cps is None else cps,
    )
