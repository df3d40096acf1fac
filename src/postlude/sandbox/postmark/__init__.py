"""Postmark: sending one mail or a batch, and webhooks behind a user and a password."""
