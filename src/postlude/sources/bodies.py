"""The body of a webhook, as long as it may be."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from postlude.kernel.errors import N_, BadInput


class TooBig(BadInput):
    """The body is too big."""

    code = "body_too_big"
    http_status = 413
    message = N_("A webhook has at most {most} bytes.")
    hint = N_("Let the shop send smaller batches, or raise POSTLUDE_MAX_BODY.")


def read_body(request: HttpRequest) -> bytes:
    """Return the raw body; raise TooBig without reading what is too long."""
    most: int = settings.POSTLUDE_MAX_BODY
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > most:
        raise TooBig(most=most)
    try:
        raw = request.body
    except RequestDataTooBig:
        raise TooBig(most=most) from None
    if len(raw) > most:
        raise TooBig(most=most)
    return raw
