"""A card's money lies in the points ledger: the card is the owner of the account. Pure."""


def currency_of(currency: str) -> str:
    """Return the ledger's name for the money of cards: `card:TWD`, in minor units."""
    return f"card:{currency}"
