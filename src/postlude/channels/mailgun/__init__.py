"""Mailgun: sending by django-anymail, lost answers looked up in its events, its webhooks."""
