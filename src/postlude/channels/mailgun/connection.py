"""django-anymail's Mailgun backend for one account."""

from anymail.backends.mailgun import EmailBackend

from postlude.channels.mailgun.account import Account


def backend(account: Account) -> EmailBackend:
    """Return a backend that sends for this account only."""
    return EmailBackend(
        api_key=account.api_key, sender_domain=account.domain, api_url=account.api_url
    )
