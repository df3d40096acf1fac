"""The webhook that LINE calls: trusted, durable, then 200.

LINE tells again what was not answered 2xx, where its operator has switched that on. One call holds
several events, and each is known again by its webhookEventId.
"""

import json
import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from postlude.channels import webhooks
from postlude.channels.errors import BadSenderSettings
from postlude.channels.line import following
from postlude.channels.line.account import channel_secret
from postlude.channels.line.signature import is_trusted
from postlude.kernel import clock, inbox, pseudonyms
from postlude.kernel.errors import MissingSetting
from postlude.messages.types import SenderConfig

_log = logging.getLogger(__name__)

SOURCE = "line"
CHANNELS = ("line", "crescendo_line")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, org: str, sender: str) -> HttpResponse:
    """Keep the events of one webhook call that we follow."""
    config = webhooks.sender(org, sender, CHANNELS)
    if config is None:
        return webhooks.say(404, "There is no such sender.")
    raw = webhooks.body(request, config)
    if raw is None:
        return webhooks.too_long(request)
    try:
        secret = channel_secret(config.settings)
    except (MissingSetting, BadSenderSettings) as error:
        _log.error("webhook without a channel secret", extra={"sender_id": config.id})
        return webhooks.say(503, error.text())
    if not is_trusted(secret, raw, request.headers.get("X-Line-Signature", "")):
        _log.warning("webhook refused", extra={"sender_id": config.id})
        return webhooks.say(401, "The signature does not match the channel secret of this sender.")
    return _keep(config, raw)


def _keep(sender: SenderConfig, raw: bytes) -> HttpResponse:
    try:
        events = following.events(raw)
    except following.UnreadableEvent:
        return webhooks.say(400, "This is not a webhook of LINE.")
    for event in events:
        one = json.dumps(event, sort_keys=True).encode()
        identifier = event.get("webhookEventId")
        if not isinstance(identifier, str) or not identifier:
            identifier = pseudonyms.pseudonym(sender.org, "webhook", one.decode())
        inbox.receive(
            f"{SOURCE}:{sender.slug}",
            sender.org,
            identifier,
            one,
            headers={"sender": sender.slug},
            now=clock.now(),
        )
    return JsonResponse({"ok": True})
