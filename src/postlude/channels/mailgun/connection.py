"""django-anymail's Mailgun backend for one account."""

from typing import Any

from anymail.backends.mailgun import EmailBackend, MailgunPayload
from django.core.mail import EmailMessage

from postlude.channels.mailgun import multipart
from postlude.channels.mailgun.account import Account


class _Payload(MailgunPayload):
    """Sends the form as multipart, the way Mailgun documents it.

    requests would percent-encode it, which takes longer than all the rest of sending an HTML mail.
    A mail with files is multipart already.
    """

    def serialize_data(self) -> Any:
        fields = super().serialize_data()  # type: ignore[no-untyped-call]
        if self.files:
            return fields
        boundary = multipart.new_boundary()
        self.headers = {**(self.headers or {}), "Content-Type": multipart.content_type(boundary)}
        return multipart.body(fields, boundary)


class _Backend(EmailBackend):
    def build_message_payload(self, message: EmailMessage, defaults: Any) -> _Payload:
        return _Payload(message, defaults, self)  # type: ignore[no-untyped-call]


def backend(account: Account) -> EmailBackend:
    """Return a backend that sends for this account only."""
    return _Backend(  # type: ignore[no-untyped-call]
        api_key=account.api_key, sender_domain=account.domain, api_url=account.api_url
    )
