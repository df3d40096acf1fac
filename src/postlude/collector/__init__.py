"""Owns the small public HTTP endpoints: beacon, pixel, click, access and unsubscribe."""
