"""Postlude: everything that should happen after somebody buys."""

__version__ = "0.1.0"
