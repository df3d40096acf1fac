"""Rewards: points, coupons, places, budgets and gift cards, given and counted to the unit."""
