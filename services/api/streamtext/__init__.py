"""Captions as readers of StreamText ask for them: some characters at a time, from a position on."""
