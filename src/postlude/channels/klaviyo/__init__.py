"""Klaviyo by its official SDK: an event for a buyer, a campaign for many, and its reports."""
