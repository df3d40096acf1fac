"""Heartbeat: a healthchecks-like listener."""
