"""Live delivery: from the segmenter's steps to the viewers."""
