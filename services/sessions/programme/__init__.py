"""Programmes of conferences in the forms that their tools export, and how they become sessions."""
