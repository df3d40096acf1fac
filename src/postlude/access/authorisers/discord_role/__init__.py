"""A role in a Discord server, for the buyer's user there."""
