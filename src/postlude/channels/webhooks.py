"""What the webhooks of all vendors do alike: read a bounded body, find the sender, answer."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse

from postlude.kernel.errors import AppError
from postlude.messages import api as messages
from postlude.messages.types import SenderConfig
from postlude.orgs import api as orgs


def body(request: HttpRequest, most_bytes: int) -> bytes | None:
    """Return the body, or None for one that is too long."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > most_bytes:
        return None
    try:
        raw = request.body
    except RequestDataTooBig:
        return None
    return raw if len(raw) <= most_bytes else None


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
