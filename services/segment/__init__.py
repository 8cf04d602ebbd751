"""Turns caption lines into speaker turns."""
