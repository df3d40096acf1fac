"""Gather Town: the legacy guest-list API."""
