"""Quotas and budgets: how much there is, and how much of it is used."""
