"""Thin doors for three businesses: their words in, our effects out in their words. Pure."""
