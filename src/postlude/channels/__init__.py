"""Owns the way out: vendors of one shape, the delivery loop, and the receipts that come back."""
