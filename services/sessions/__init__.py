"""Sessions: announced, changed and ended."""
