"""Orders of a Shopify shop, by its webhooks."""
