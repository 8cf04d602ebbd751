"""SRT (SubRip), which has no standard: as players read it. Pure."""

from services.ingest.readers.cue_blocks import divide
from services.ingest.readers.cue_file import read_cues
from services.ingest.readers.cue_text import unformatted
from services.ingest.readers.reading import Reading


def read_srt(text: str) -> Reading:
    """The cues of a file; a speaker's name inside the text is left to the segmenter."""
    return read_cues(divide(text.split("\n")), "srt", unformatted, ())
