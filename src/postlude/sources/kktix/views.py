"""The webhook that KKTIX calls: trusted, durable, then 200; the work comes later.

KKTIX tries three times, five minutes apart, and switches a hook off that keeps failing. So
whatever we can keep is kept, and answered 400 only when nobody could read it.
"""

import hashlib
import hmac
import json
import logging
from datetime import timedelta

from django.conf import settings as django_settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from postlude.kernel import boundaries, clock, inbox, store
from postlude.kernel.errors import N_, AppError, BadInput, Forbidden, MissingSetting, NotFound
from postlude.orgs import api as orgs
from postlude.sources.kktix import readings, settings
from postlude.sources.models import Source

_log = logging.getLogger(__name__)
_NOTE_EVERY = timedelta(seconds=10)  # a flood must not write down its time once per batch


class TooBig(BadInput):
    """The body is too big."""

    code = "body_too_big"
    http_status = 413
    message = N_("A webhook has at most {most} bytes.")
    hint = N_("Lower KKTIX's batch size, or raise POSTLUDE_MAX_BODY.")


class WrongSecret(Forbidden):
    """The secret is wrong."""

    code = "wrong_secret"
    http_status = 401
    message = N_("The secret header is missing or wrong.")
    hint = N_("Set the header and the value in KKTIX as the playbook's source says.")


class NotReady(AppError):
    """We cannot tell friend from foe; KKTIX comes again. A stranger is not told what is missing."""

    code = "not_ready"
    http_status = 503
    message = N_("This webhook is not ready.")


class NotJson(BadInput):
    """The body is not a batch."""

    code = "not_a_batch"
    message = N_("The body is not a batch of notifications.")
    hint = N_("It was kept for 30 days; see Attention in the console.")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, org: str, source: str) -> HttpResponse:
    """Keep one delivery and say so."""
    try:
        return _receive(request, org, source)
    except AppError as error:
        return JsonResponse(error.as_json(), status=error.http_status)


def _receive(request: HttpRequest, org: str, slug: str) -> HttpResponse:
    source = _source(org, slug)
    config = settings.parse(source.slug, source.settings)
    _check_secret(request, slug, config)
    raw = _body(request)
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
    if source.last_webhook_at is None or abs(now - source.last_webhook_at) > _NOTE_EVERY:
        with store.write():
            Source.objects.filter(id=source.id).update(last_webhook_at=now)
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


def _source(org: str, slug: str) -> Source:
    try:
        mine = Source.objects.filter(org=orgs.by_slug(org).id, kind=readings.SOURCE, active=True)
        return mine.get(slug=slug)
    except (LookupError, Source.DoesNotExist):
        raise NotFound from None


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


def _body(request: HttpRequest) -> bytes:
    most: int = django_settings.POSTLUDE_MAX_BODY
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
