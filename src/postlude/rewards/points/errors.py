"""What the ledger refuses.

PointsRefused            an input that can never be right; nothing was changed
├── BadAmount            not a whole number between 1 and MOST
├── BadCurrency          neither `points` nor `bonus:` and a currency
├── BadText              a key, reason or campaign that is empty, too long or unreadable
├── BadPeriod            an instant without a zone, or an end that is not in the future
└── TooMuch              more on one account than can be counted
KeyReused                the key stands for something else already (409)
UnknownEntry             there is no entry or hold with this key (404; may be asked again)
LedgerBroken             the books disagree with themselves: nothing was written (500)
"""

from postlude.kernel.errors import N_, AppError, BadInput, NotFound


class PointsRefused(BadInput):
    """These points cannot be given or taken."""

    code = "points.refused"


class BadAmount(PointsRefused):
    """This amount cannot be given or taken."""

    code = "points.bad_amount"
    message = N_("{amount} is not an amount of points.")
    hint = N_("Give a whole number from 1 to {most}; bonus money counts in minor units.")


class BadCurrency(PointsRefused):
    """There is no such currency of points."""

    code = "points.bad_currency"
    message = N_("There is no currency {currency}.")
    hint = N_("Use points, or bonus:TWD with a currency of three capital letters.")


class BadText(PointsRefused):
    """A text of an entry cannot be kept."""

    code = "points.bad_text"
    message = N_("The {what} of an entry cannot be {text}.")
    hint = N_("Give 1 to 200 characters; a key does not begin with ~, which is the ledger's own.")


class BadPeriod(PointsRefused):
    """These points could never be used."""

    code = "points.bad_period"
    message = N_("The period from {begin} to {end} cannot be used.")
    hint = N_("Give instants with a zone; the end comes after the beginning and after now.")


class TooMuch(PointsRefused):
    """One account cannot hold so much."""

    code = "points.too_much"
    message = N_("Contact {contact} would have more than can be counted.")
    hint = N_("An account counts up to {most}.")


class KeyReused(AppError, ValueError):
    """This key stands for something else."""

    code = "points.key_reused"
    http_status = 409
    message = N_("The key {key} was used for something else.")
    hint = N_("Repeat a request with the same key and the same content, or take a new key.")


class UnknownEntry(NotFound):
    """There is no such entry."""

    code = "points.unknown_entry"
    message = N_("There is no {what} with the key {key}.")
    hint = N_("It may still be on its way: ask again, or look at the history of the contact.")


class LedgerBroken(AppError):
    """The books disagree with themselves."""

    code = "points.ledger_broken"
    http_status = 500
    message = N_("The account of contact {contact} does not agree with its lots.")
    hint = N_("Nothing was written. `postlude doctor` names what disagrees; keep a backup first.")
