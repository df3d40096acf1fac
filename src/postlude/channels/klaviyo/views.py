"""The webhook that Klaviyo calls, where the plan has one: trusted, durable, then 200."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from postlude.channels import webhooks
from postlude.channels.errors import BadSenderSettings
from postlude.channels.klaviyo import receipts
from postlude.channels.klaviyo.account import webhook_secret
from postlude.channels.klaviyo.signature import Trust, judge
from postlude.kernel import clock, inbox, store
from postlude.kernel.errors import MissingSetting
from postlude.messages.types import SenderConfig

_log = logging.getLogger(__name__)

SOURCE = "klaviyo"
CHANNELS = ("klaviyo", "klaviyo_campaign")
_ANSWERS = {
    Trust.UNREADABLE: (400, "This is not a webhook of Klaviyo."),
    Trust.OLD: (400, "This webhook is older than 15 minutes."),
    Trust.WRONG: (401, "The signature does not match the webhook secret of this sender."),
}


@csrf_exempt
@require_POST
def receive(request: HttpRequest, org: str, sender: str) -> HttpResponse:
    """Keep the events of one webhook of the sender's account."""
    config = webhooks.sender(org, sender, CHANNELS)
    if config is None:
        return webhooks.say(404, "There is no such sender.")
    raw = webhooks.body(request, config)
    if raw is None:
        return webhooks.too_long(request)
    try:
        secret = webhook_secret(config.settings)
    except (MissingSetting, BadSenderSettings) as error:
        _log.error("webhook without a secret", extra={"sender_id": config.id})
        return webhooks.say(503, error.text())
    stamp, signature = (request.headers.get(f"Klaviyo-{n}", "") for n in ("Timestamp", "Signature"))
    trust = judge(raw, stamp, signature, secret, now=clock.now())
    if trust is not Trust.GOOD:
        _log.warning("webhook refused", extra={"sender_id": config.id, "trust": trust.value})
        return webhooks.say(*_ANSWERS[trust])
    try:
        events = list(receipts.deliveries(raw))
    except receipts.UnreadableEvent:
        return webhooks.say(*_ANSWERS[Trust.UNREADABLE])
    keep(config, events)
    return JsonResponse({"ok": True})


def keep(sender: SenderConfig, events: list[tuple[str, bytes]]) -> None:
    """Put events into the inbox in one commit; one that came before, by either way, is dropped."""
    now = clock.now()
    with store.write():
        for number, content in events:
            inbox.receive(
                f"{SOURCE}:{sender.slug}",
                sender.org,
                number,
                content,
                headers={"sender": sender.slug},
                now=now,
            )
