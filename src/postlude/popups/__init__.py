"""Owns web popups: what is shown to whom, who saw it, and what they did with it."""
