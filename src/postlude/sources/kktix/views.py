"""The webhook that KKTIX calls: trusted, durable, then 200; the work comes later.

KKTIX tries three times, five minutes apart, and switches a hook off that keeps failing. So
whatever we can keep is kept, and answered 400 only when nobody could read it.
"""

import hashlib
import hmac
import json
import logging

from django.http import HttpRequest, HttpResponse, JsonResponse

from postlude.kernel import boundaries, clock, inbox
from postlude.kernel.errors import N_, BadInput, Forbidden, MissingSetting
from postlude.sources.bodies import read_body
from postlude.sources.doors import NotReady, note_webhook, source_of, webhook
from postlude.sources.kktix import readings, settings

_log = logging.getLogger(__name__)


class WrongSecret(Forbidden):
    """The secret is wrong."""

    code = "wrong_secret"
    http_status = 401
    message = N_("The secret header is missing or wrong.")
    hint = N_("Set the header and the value in KKTIX as the playbook's source says.")


class NotJson(BadInput):
    """The body is not a batch."""

    code = "not_a_batch"
    message = N_("The body is not a batch of notifications.")
    hint = N_("It was kept for 30 days; see Attention in the console.")


@webhook
def receive(request: HttpRequest, org: str, slug: str) -> HttpResponse:
    """Keep one delivery and say so."""
    source = source_of(org, slug, readings.SOURCE)
    config = settings.parse(source.slug, source.settings)
    _check_secret(request, slug, config)
    raw = read_body(request)
    now = clock.now()
    place = f"{readings.SOURCE}:{slug}"
    digest = hashlib.blake2b(raw, digest_size=12).hexdigest()
    headers = {"source": slug}
    number = _batch_number(raw)
    if number is None:
        inbox.bury(
            place,
            source.org_id,
            f"unreadable:{digest}",
            raw,
            headers=headers,
            now=now,
            reason="not a batch of notifications",
        )
        raise NotJson
    # The digest, so that a batch number that starts over hides nothing.
    inbox.receive(place, source.org_id, f"{number[:64]}:{digest}", raw, headers=headers, now=now)
    if note_webhook(source, now=now):
        boundaries.crossing("sources.webhook_noted")
    return JsonResponse({"ok": True})


def _batch_number(raw: bytes) -> str | None:
    """Return the batch's number, empty when it has none; None for what is no batch."""
    try:
        batch = json.loads(raw)
        number = (
            str(batch.get("batch_id", "")) if isinstance(batch["notifications"], list) else None
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return number if number is None or number.isprintable() else ""


def _check_secret(request: HttpRequest, slug: str, config: settings.KktixSettings) -> None:
    # WSGI gives the bytes of a header as Latin-1.
    given = request.headers.get(config.webhook_header, "").encode("latin-1", "replace")
    try:
        wanted = config.resolved("webhook_secret").encode()
    except MissingSetting:
        _log.error("a webhook came and no secret is set", extra={"source": slug})
        raise NotReady from None
    if not wanted or not hmac.compare_digest(given, wanted):
        _log.warning("a webhook came with a wrong secret", extra={"source": slug})
        raise WrongSecret
