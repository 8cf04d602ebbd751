"""Adapters that are made of other adapters."""
