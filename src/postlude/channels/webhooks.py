"""What the webhooks of all vendors do alike: read a bounded body, find the sender, answer."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse

from postlude.kernel.errors import AppError
from postlude.messages import api as messages
from postlude.messages.types import SenderConfig
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)
# SendGrid and Klaviyo gather events: up to a thousand of them come in one call.
MOST_BYTES = 10_000_000


def body(request: HttpRequest, sender: SenderConfig) -> bytes | None:
    """Return the body, or None for one of more than MOST_BYTES or of a length that is not said.

    It is read here, since `POSTLUDE_MAX_BODY` is the bound of callers whom nobody knows; whoever
    asks the request for its body afterwards gets the same bytes.
    """
    if not _is_announced(request):
        return None
    if int(request.META["CONTENT_LENGTH"]) > MOST_BYTES:
        _log.error("a webhook is too long", extra={"sender_id": sender.id, "most": MOST_BYTES})
        return None
    raw = request.read()  # never more than is announced
    request._body = raw  # noqa: SLF001 - the one way past a bound that is the same for all views
    return raw


def _is_announced(request: HttpRequest) -> bool:
    """Django reads nothing of a body whose length nobody says."""
    return str(request.META.get("CONTENT_LENGTH") or "").isdecimal()


def too_long(request: HttpRequest) -> HttpResponse:
    """Answer that it was not kept: the vendor says it again, or is asked for it later."""
    if not _is_announced(request):
        return say(411, "A webhook has to say its length, in Content-Length.")
    return say(413, f"A webhook has at most {MOST_BYTES} bytes: nothing of it was kept.")


def sender(org: str, slug: str, channels: tuple[str, ...]) -> SenderConfig | None:
    """Return a sender of one of these channels."""
    try:
        config = messages.sender(orgs.by_slug(org).id, slug)
    except (AppError, LookupError):
        return None
    return config if config.channel in channels else None


def say(status: int, text: str) -> HttpResponse:
    """Answer with a reason."""
    return JsonResponse({"ok": False, "message": text}, status=status)
