"""Live delivery: from the steps of the segmenter to everybody who reads along."""
