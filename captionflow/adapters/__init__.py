"""Adapters of the ports, by technology."""
