"""Finished and growing transcripts, in all export forms."""
