"""Accepts caption lines and reads caption files."""
