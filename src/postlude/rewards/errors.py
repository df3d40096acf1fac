"""What cannot be done in rewards; a business "no" (sold out) is a value, not an error.

AppError
├── KeyTaken         409: the key was used for another request
├── NotReserved      404: nothing was reserved under the key (yet): ask again
├── UnknownQuota     404: no quota, budget or list of coupons has this name
├── BadQuota         a quota, a claim or a list that cannot be
├── UnknownCard      404: there is no such gift card in this organisation
├── BadCard          a card cannot be issued with these words
├── CardNotYours     403: only its holder may share it, only somebody else may claim it
├── CardTaken        409: the link was used, or its giver took the card back
└── CardUnusable     409: the card is closed or has expired

The ledger's own tree stands in `points/errors.py`; its names are these here too.
"""

from postlude.kernel.errors import N_, AppError, BadInput, NotFound
from postlude.rewards.points.errors import (
    BadAmount,
    BadCurrency,
    BadPeriod,
    BadText,
    KeyReused,
    LedgerBroken,
    PointsRefused,
    TooMuch,
    UnknownEntry,
)

__all__ = (
    "BadAmount",
    "BadCard",
    "BadCurrency",
    "BadPeriod",
    "BadQuota",
    "BadText",
    "CardNotYours",
    "CardTaken",
    "CardUnusable",
    "KeyReused",
    "KeyTaken",
    "LedgerBroken",
    "NotReserved",
    "PointsRefused",
    "TooMuch",
    "UnknownCard",
    "UnknownEntry",
    "UnknownQuota",
)


class KeyTaken(AppError, ValueError):
    """This key was used for another request."""

    code = "rewards.key_taken"
    http_status = 409
    message = N_("The key {key} was used for another request.")
    hint = N_("Repeat a request word for word under its key, or take a new key.")


class NotReserved(AppError, LookupError):
    """Nothing is reserved under this key."""

    code = "rewards.not_reserved"
    http_status = 404
    message = N_("Nothing is reserved under the key {key}.")
    hint = N_("If the reservation is on its way, ask again in a moment.")
    retriable = True


class UnknownQuota(AppError, LookupError):
    """There is no such quota."""

    code = "rewards.unknown_quota"
    http_status = 404
    message = N_("There is no {resource} here.")


class BadQuota(AppError, ValueError):
    """This cannot be a quota."""

    code = "rewards.bad_quota"
    message = N_("{what} cannot be {value}.")


class UnknownCard(NotFound):
    """There is no such gift card."""

    code = "rewards.unknown_card"
    message = N_("There is no such gift card.")


class BadCard(BadInput):
    """A card cannot be issued with these words."""

    code = "rewards.bad_card"


class CardNotYours(AppError, PermissionError):
    """Only its holder may do this with a gift card."""

    code = "rewards.card_not_yours"
    http_status = 403
    message = N_("Only its holder may do this with a gift card.")


class CardTaken(AppError):
    """The link was used, or the card was taken back."""

    code = "rewards.card_taken"
    http_status = 409
    message = N_("This gift card was claimed already, or was taken back by its giver.")
    hint = N_("Ask the giver for a new link.")


class CardUnusable(AppError, ValueError):
    """The card cannot be used any more."""

    code = "rewards.card_unusable"
    http_status = 409
