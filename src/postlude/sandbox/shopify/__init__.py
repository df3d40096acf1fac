"""Shopify as a simulator: a shop whose orders are told by signed webhooks."""
