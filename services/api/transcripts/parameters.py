"""What can be chosen about an export, as parameters of its address."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Query

from captionflow.stamps import MAX_SECONDS
from services.api.transcripts.formats.options import Options
from services.api.transcripts.limits import (
    MAX_COLUMNS,
    MAX_CPS,
    MAX_LINES,
    MIN_COLUMNS,
    MIN_CPS,
    Preset,
    limits_for,
)


class _Given(NamedTuple):
    """As given; the language of the transcript is not known yet."""

    preset: Preset | None
    columns: int | None
    lines: int | None
    cps: float | None
    names: bool
    offset: float

    def options(self, language: str) -> Options:
        """For a transcript in this language."""
        limits = limits_for(language, self.preset, columns=self.columns, lines=self.lines, cps=self.cps)
        return Options(limits, self.names, self.offset)


def _given(  # noqa: PLR0913, PLR0917 - a parameter for each choice
    preset: Annotated[
        Preset | None, Query(description="Limits of cues (WebVTT, SubRip) of a guideline.", examples=["bbc"])
    ] = None,
    columns: Annotated[
        int | None,
        Query(
            ge=MIN_COLUMNS,
            le=MAX_COLUMNS,
            description="Widest line of a cue; an ideograph takes two columns. 42 when left out.",
            examples=[37],
        ),
    ] = None,
    lines: Annotated[
        int | None, Query(ge=1, le=MAX_LINES, description="Most lines of a cue. 2 when left out.", examples=[2])
    ] = None,
    cps: Annotated[
        float | None,
        Query(
            ge=MIN_CPS,
            le=MAX_CPS,
            description="Most columns of a cue for each second it is shown, where the times allow. 20 when left out.",
            examples=[17],
        ),
    ] = None,
    names: Annotated[
        bool, Query(description="Cues show the speaker's name where a turn begins.", examples=[True])
    ] = True,
    offset: Annotated[
        float,
        Query(
            ge=-MAX_SECONDS,
            le=MAX_SECONDS,
            allow_inf_nan=False,
            description="Seconds added to all times (WebVTT, SubRip, JSON), to align them with a recording; a cue that "
            "ends before 0 then is left out.",
            examples=[12.5],
        ),
    ] = 0.0,
) -> _Given:
    return _Given(preset, columns, lines, cps, names, offset)


Given = Annotated[_Given, Depends(_given)]
