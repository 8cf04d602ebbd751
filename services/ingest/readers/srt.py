"""SRT (SubRip), which has no standard: as players read it; and YouTube's SBV, which is like it. Pure."""

from services.ingest.readers.cue_blocks import divide
from services.ingest.readers.cue_file import read_cues
from services.ingest.readers.reading import Reading


def read_srt(text: str) -> Reading:
    """The cues of a file."""
    return read_cues(divide(text.split("\n")), "srt")


def read_sbv(text: str) -> Reading:
    """The cues of a file: times with a comma between them on a line of their own, no numbers."""
    return read_cues(divide(text.split("\n")), "sbv")
