"""Reservations: what is scarce is held for a key, then confirmed, let go or left to expire."""
