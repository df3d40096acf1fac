"""The webhook that Messenger calls: asked for once by GET, then trusted, durable, and 200."""

import json
import logging

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from postlude.channels import webhooks
from postlude.channels.errors import BadSenderSettings
from postlude.channels.messenger import opening, receipts
from postlude.channels.messenger.account import app_secret, verify_token
from postlude.channels.messenger.signature import is_same, sign
from postlude.kernel import clock, inbox, pseudonyms
from postlude.kernel.errors import MissingSetting
from postlude.messages.types import SenderConfig

_log = logging.getLogger(__name__)

SOURCE = "messenger"


@csrf_exempt
@require_http_methods(["POST", "GET"])
def receive(request: HttpRequest, org: str, sender: str) -> HttpResponse:
    """Keep deliveries and openings of one webhook call; answer by GET that the address is ours."""
    config = webhooks.sender(org, sender, (SOURCE,))
    if request.method == "GET" and config is None:
        return HttpResponseNotAllowed(["POST"])
    if config is None:
        return webhooks.say(404, "There is no such sender.")
    try:
        if request.method == "GET":
            return _challenge(request, config)
        return _take(request, config)
    except (MissingSetting, BadSenderSettings) as error:
        _log.error("webhook without a secret", extra={"sender_id": config.id})
        return webhooks.say(503, error.text())


def _challenge(request: HttpRequest, sender: SenderConfig) -> HttpResponse:
    given = request.GET.get("hub.verify_token", "")
    if not is_same(verify_token(sender.settings), given):
        return webhooks.say(403, "The word is not the verify token of this sender.")
    # Plain text: what a stranger sends must not become a page of ours.
    return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain")


def _take(request: HttpRequest, sender: SenderConfig) -> HttpResponse:
    raw = webhooks.body(request, sender)
    if raw is None:
        return webhooks.too_long(request)
    given = request.headers.get("X-Hub-Signature-256", "")
    if not is_same(sign(app_secret(sender.settings), raw), given):
        _log.warning("webhook refused", extra={"sender_id": sender.id})
        return webhooks.say(401, "The signature does not match the app secret of this sender.")
    try:
        found = receipts.happenings(raw)
    except receipts.UnreadableEvent:
        return webhooks.say(400, "This is not a webhook of Messenger.")
    for each in (*receipts.deliveries(found), *opening.openings(found)):
        _keep(sender, json.dumps(each, sort_keys=True).encode())
    return JsonResponse({"ok": True})


def _keep(sender: SenderConfig, one: bytes) -> None:
    """Messenger numbers no events, so one is known again by its words."""
    inbox.receive(
        f"{SOURCE}:{sender.slug}",
        sender.org,
        pseudonyms.pseudonym(sender.org, "webhook", one.decode()),
        one,
        headers={"sender": sender.slug},
        now=clock.now(),
    )
