"""Crescendo (漸強): LINE messages through an agency's platform, in LINE's own shape."""
