"""A mail in the browser: for who cannot read it where it came."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import minijinja
from django.core.exceptions import ObjectDoesNotExist

from postlude.kernel import tokens
from postlude.kernel.errors import AppError, BadToken
from postlude.messages import engine, rendering
from postlude.messages.links import described, token_of
from postlude.messages.models import Message
from postlude.people import api as people

_log = logging.getLogger(__name__)
KEPT = timedelta(days=180)
"""How long a mail can be looked at. What it says is personal, and whoever has its address may."""
_NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@dataclass(frozen=True, slots=True)
class WebVersion:
    """A message as a page. `html` is "" where it is text alone; `token` is that of its links."""

    message: int
    token: str
    locale: str
    html: str
    text: str
    expired: bool = False


def view_token(message: int) -> str:
    """Return the token under which a message is looked at; it opens nothing else."""
    return tokens.seal(rendering.VIEW_TOKEN, message)


def in_browser(token: str, *, now: datetime) -> WebVersion | None:
    """Return a message as it was sent: the same version, facts and links; live values are today's.

    None for a token that we did not make, for a person who was forgotten, and where what the text
    needs is there no more.
    """
    try:
        number = tokens.unseal(rendering.VIEW_TOKEN, token)
        # Not remembered: a context lives no longer than its person.
        decided_at = Message.objects.values_list("created_at", flat=True).get(id=number)
        it = described(number)
    except (BadToken, ObjectDoesNotExist):
        return None
    if people.erased(it.org, [it.contact]):
        return None
    if now >= decided_at + KEPT:
        return WebVersion(number, "", it.locale, "", "", expired=True)
    try:
        html, text = rendering.for_browser(it, _NO_PICTURE)
    except minijinja.TemplateError as error:
        why = f"line {engine.problem(error)[0]}"
    except AppError as error:
        why = error.code
    else:
        return WebVersion(number, token_of(number), it.locale, html, text)

    _log.warning("a message cannot be shown again", extra={"message_id": number, "why": why})
    return None
