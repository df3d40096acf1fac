"""Messenger: texts of a Facebook page by the Send API, and its webhooks."""
