"""Serves live and finished transcripts, search and the pages."""
