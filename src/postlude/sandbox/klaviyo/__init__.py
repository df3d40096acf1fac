"""Klaviyo: events and flows, lists, imports, campaigns in both shapes, metrics and webhooks."""
