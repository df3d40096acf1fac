"""Gift cards: issued, handed on by a link, claimed once, spent and refunded."""
