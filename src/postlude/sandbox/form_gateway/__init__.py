"""A restaurant's form gateway: one POST, one text."""
