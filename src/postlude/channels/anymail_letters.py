"""What every vendor behind django-anymail does alike with one mail: compose it, read its end."""

from collections.abc import Mapping
from typing import Any, Protocol

import httpx
import requests
from anymail.exceptions import AnymailError
from django.core.mail import EmailMultiAlternatives

from postlude.channels import failures, letters
from postlude.channels.types import Verdict
from postlude.kernel import http
from postlude.kernel.redact import cut
from postlude.messages.types import Rendered, SenderConfig


class Reading(Protocol):
    """What a vendor's answer means: see each vendor's `answers.read`."""

    def __call__(self, status: int, body: str, *, retry_after: float | None = None) -> Verdict: ...


def compose(
    sender: SenderConfig,
    mail: Rendered,
    *,
    headers: Mapping[str, str],
    extra: Mapping[str, object],
) -> EmailMultiAlternatives:
    """Return the mail; `extra` is what django-anymail reads from it beyond Django's own fields."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=letters.from_header(sender),
        to=[letters.to_header(mail)],
        reply_to=[sender.reply_to] if sender.reply_to else None,
        headers=dict(headers),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.attachments:
        message.attach(file.name, file.content, file.content_type)
    for name, value in extra.items():
        setattr(message, name, value)
    return message


def metadata(mail: Rendered) -> dict[str, str]:
    """Return what comes back in every receipt, our own id among it."""
    return {**mail.metadata, "outbox_id": str(mail.message)}


def after(error: AnymailError, read: Reading) -> Verdict:
    """Return what became of a mail whose sending raised."""
    response: Any = getattr(error, "response", None)
    if response is not None:
        asked = {"Retry-After": response.headers.get("Retry-After", "")}
        wait = http.retry_after(httpx.Response(response.status_code, headers=asked))
        return read(response.status_code, response.text, retry_after=wait)
    if isinstance(error, requests.RequestException):
        kind = type(error.__cause__ or error).__name__
        if failures.left_us(error):
            return Verdict("unknown", f"no answer: {kind}")
        return Verdict("refused", f"no connection: {kind}")
    # Refused by django-anymail itself (an address, a feature): nothing left us, nothing will.
    return Verdict("failed", cut(f"{type(error).__name__}: {error.args[0] if error.args else ''}"))
