"""Gather Town: the guest list of a space, by its legacy HTTP API."""
