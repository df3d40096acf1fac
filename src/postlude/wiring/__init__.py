"""Wiring: settings, urls, processes, the command line, and who consumes which work."""
