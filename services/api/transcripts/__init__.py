"""Finished and growing transcripts, in every form in which they can be had."""
