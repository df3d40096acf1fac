"""Orders of a shop: what a till, a site and apps tell of a sale without tickets."""
