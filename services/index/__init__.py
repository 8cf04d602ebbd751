"""Writes turns to the store and the search index."""
