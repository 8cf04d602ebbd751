"""Search over all transcripts."""
