"""Alerts by e-mail, over the SMTP server named in the settings, else Django's."""

import smtplib
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings as django_settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from postlude.chatops.outcome import Outcome
from postlude.chatops.types import AlertSettings
from postlude.kernel import environment

_SECONDS = 15
_FIRST_PERMANENT = 500


def send(settings: AlertSettings, text: str) -> Outcome:
    """Send one text to the whole team; the first line is the subject."""
    subject, _, body = text.partition("\n")
    message = EmailMessage(
        subject=f"[Postlude] {subject}",
        body=body or subject,
        from_email=_from(settings),
        to=_recipients(settings),
        connection=_connection(settings),
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused:
        return Outcome(sent=False, permanent=True, words="every recipient was refused")
    except smtplib.SMTPResponseException as error:
        permanent = error.smtp_code >= _FIRST_PERMANENT
        return Outcome(sent=False, permanent=permanent, words=f"SMTP {error.smtp_code}")
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(sent=False, words=type(error).__name__)
    return Outcome(sent=True)


def _recipients(settings: AlertSettings) -> list[str]:
    """A variable may name several addresses, with commas between them."""
    listed = ",".join(environment.resolve(each) for each in settings.emails)
    return [each.strip() for each in listed.split(",") if each.strip()]


def _from(settings: AlertSettings) -> str:
    return environment.resolve(settings.email_from) or django_settings.DEFAULT_FROM_EMAIL


def _connection(settings: AlertSettings) -> BaseEmailBackend:
    if not settings.smtp:
        return get_connection(timeout=_SECONDS)
    url = urlsplit(environment.resolve(settings.smtp))
    options = parse_qs(url.query)
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=url.hostname,
        port=url.port or (465 if url.scheme == "smtps" else 25),
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_ssl=url.scheme == "smtps",
        use_tls=options.get("tls", ["0"])[0] == "1",
        timeout=_SECONDS,
    )
