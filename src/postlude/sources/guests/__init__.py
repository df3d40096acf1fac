"""Guests without a ticket (speakers, sponsors, staff): a file becomes tickets of price 0."""
