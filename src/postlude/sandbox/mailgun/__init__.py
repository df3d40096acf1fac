"""Mailgun: sending, the events API, and signed webhooks."""
