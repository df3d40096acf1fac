"""Months of a restaurant chain: customers and orders, the house on a fake clock, a plain reading."""
