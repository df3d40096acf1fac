"""Conditions written in CEL: what may be said there, and what it says of facts. Extra `cel`."""
