"""Owns the small public HTTP endpoints in mails: pixel, click, access and unsubscribe."""
