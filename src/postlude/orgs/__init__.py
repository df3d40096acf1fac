"""Organisations: their branches, local time, prices and limits, and who may do what in them."""
