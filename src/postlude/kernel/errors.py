"""Errors a person can act on.

AppError                 code, HTTP status, hint
├── NotFound             there is no such thing in this organisation
├── Forbidden            the caller may not
├── BadInput             what was given cannot be used
├── BadToken             a token that we did not make, or that has expired
├── BadAddress           an e-mail or a phone number that cannot be one
├── MoneyError           an amount or a currency that cannot be read
└── MissingSetting       a setting or secret that is not there
"""

from collections.abc import Callable, Mapping
from typing import Any


def N_(message: str) -> str:  # noqa: N802 - the customary name of the no-op gettext mark
    """Mark a message for translation at the edge."""
    return message


def NN_(one: str, several: str) -> tuple[str, str]:  # noqa: N802 - as `N_`, of one and of several
    """Mark a message with a number for translation at the edge, by `ngettext`."""
    return one, several


class AppError(Exception):
    """Something went wrong."""

    code = "error"
    http_status = 400
    message = N_("Something went wrong.")
    hint = ""

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, **fields: Any
    ) -> None:
        self.fields = fields
        if message is not None:
            self.message = message
        if hint is not None:
            self.hint = hint
        super().__init__(self.text())

    def text(self) -> str:
        """Return the message with its fields filled in."""
        return _filled(self.message, self.fields)

    def in_words(self, translate: Callable[[str], str]) -> tuple[str, str]:
        """Return the message and the hint in another language; `translate` is gettext.

        A hint that was filled in already is translated as it was written, and filled in again.
        """
        pattern = type(self).hint
        hint = pattern if self.hint == _filled(pattern, self.fields) else self.hint
        return (
            _filled(translate(self.message), self.fields),
            _filled(translate(hint), self.fields) if hint else "",
        )

    def as_json(self) -> dict[str, Any]:
        """Return the one JSON error shape of every API."""
        fields = {key: str(value) for key, value in self.fields.items()}
        return {
            "error": {
                "code": self.code,
                "message": self.text(),
                "hint": self.hint,
                "fields": fields,
            }
        }


class NotFound(AppError, LookupError):
    """There is no such thing here."""

    code = "not_found"
    http_status = 404
    message = N_("There is no such thing here.")


class Forbidden(AppError, PermissionError):
    """You may not do this."""

    code = "forbidden"
    http_status = 403
    message = N_("You may not do this.")
    hint = N_("Ask an owner of the organisation for the permission.")


class BadInput(AppError, ValueError):
    """What was given cannot be used."""

    code = "bad_input"
    message = N_("What was given cannot be used.")


class BadToken(AppError, ValueError):
    """This link is not valid."""

    code = "bad_token"
    http_status = 404
    message = N_("This link is not valid or has expired.")


class BadAddress(AppError, ValueError):
    """This cannot be an address."""

    code = "bad_address"
    message = N_("This cannot be an address.")


class MoneyError(AppError, ValueError):
    """This amount cannot be read."""

    code = "bad_money"
    message = N_("The amount {amount} {currency} cannot be read.")


class MissingSetting(AppError, LookupError):
    """A setting is missing."""

    code = "missing_setting"
    http_status = 500
    message = N_("{name} is not set.")
    hint = N_("Set it in the environment, or give a file in the variable with _FILE at its end.")


def _filled(pattern: str, fields: Mapping[str, Any]) -> str:
    try:
        return pattern.format(**fields)
    except (KeyError, IndexError, ValueError):
        return pattern
