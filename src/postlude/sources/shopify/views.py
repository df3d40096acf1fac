"""The webhook that Shopify calls: signed, durable, then 200; the work comes later.

Shopify waits five seconds, tries again for hours and then removes a subscription that keeps
failing: whatever is signed is kept and answered 200, and what is wrong with it is told in the
console.
"""

import base64
import hashlib
import hmac
import logging

from django.http import HttpRequest, HttpResponse, JsonResponse

from postlude.kernel import boundaries, clock, inbox
from postlude.kernel.errors import N_, Forbidden, MissingSetting
from postlude.sources.bodies import read_body
from postlude.sources.doors import NotReady, note_webhook, source_of, webhook
from postlude.sources.shopify import settings
from postlude.sources.shopify.settings import KIND, ShopifySettings

_log = logging.getLogger(__name__)


class WrongSignature(Forbidden):
    """The signature is wrong."""

    code = "wrong_signature"
    http_status = 401
    message = N_("The signature is missing or wrong.")
    hint = N_("The source's secret is the one that Shopify shows beside its webhooks.")


class WrongShop(Forbidden):
    """The webhook is of another shop."""

    code = "wrong_shop"
    message = N_("This webhook is of another shop.")
    hint = N_("Each shop has a source of its own.")


@webhook
def receive(request: HttpRequest, org: str, slug: str) -> HttpResponse:
    """Keep one delivery and say so."""
    source = source_of(org, slug, KIND)
    config = settings.parse(source.slug, source.settings)
    raw = read_body(request)
    _check(request, raw, slug, config)
    now = clock.now()
    digest = hashlib.blake2b(raw, digest_size=12).hexdigest()
    named = request.headers.get("X-Shopify-Webhook-Id", "")[:64]
    topic = request.headers.get("X-Shopify-Topic", "")[:64]
    # The digest too: the header is not signed, and must not let one delivery hide another.
    number = f"{named if named.isascii() and named.isprintable() else ''}:{digest}"
    headers = {"source": slug, "topic": topic}
    inbox.receive(f"{KIND}:{slug}", source.org_id, number, raw, headers=headers, now=now)
    if note_webhook(source, now=now):
        boundaries.crossing("sources.shop_webhook_noted")
    return JsonResponse({"ok": True})


def _check(request: HttpRequest, raw: bytes, slug: str, config: ShopifySettings) -> None:
    """Let in what the shop has signed: HMAC-SHA256 of the raw body, in base64."""
    given = request.headers.get("X-Shopify-Hmac-Sha256", "").encode("latin-1", "replace")
    try:
        secret = config.resolved_secret().encode()
    except MissingSetting:
        _log.error("a webhook came and no secret is set", extra={"source": slug})
        raise NotReady from None
    wanted = base64.b64encode(hmac.new(secret, raw, hashlib.sha256).digest())
    if not secret or not hmac.compare_digest(given, wanted):
        _log.warning("a webhook came with a wrong signature", extra={"source": slug})
        raise WrongSignature
    if request.headers.get("X-Shopify-Shop-Domain", "").lower() != config.shop:
        raise WrongShop
