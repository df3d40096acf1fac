"""The webhook that Mailgun calls: trusted, durable, then 200.

Mailgun tries again for 8 hours after anything but 200 and 406. So what can be mended on our side
(a key not set, a wrong key) is answered otherwise, and what can never be used gets 406.
"""

import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from postlude.channels import webhooks
from postlude.channels.errors import BadSenderSettings
from postlude.channels.mailgun.account import signing_key
from postlude.channels.mailgun.signature import Judgement, Trust, judge
from postlude.kernel import clock, inbox
from postlude.kernel.errors import MissingSetting
from postlude.messages.types import SenderConfig

_log = logging.getLogger(__name__)

SOURCE = "mailgun"
_ANSWERS = {
    Trust.UNREADABLE: (406, "This is not a webhook of Mailgun."),
    Trust.OLD: (406, "This webhook is older than 15 minutes."),
    Trust.WRONG: (401, "The signature does not match the signing key of this sender."),
}


@csrf_exempt
@require_POST
def receive(request: HttpRequest, org: str, sender: str) -> HttpResponse:
    """Keep one webhook delivery of the sender's account."""
    config = webhooks.sender(org, sender, (SOURCE,))
    if config is None:
        return webhooks.say(404, "There is no such sender.")
    raw = webhooks.body(request, config)
    if raw is None:
        return webhooks.too_long(request)
    now = clock.now()
    try:
        judgement = judge(_signature(raw), signing_key(config.settings), now=now)
    except (MissingSetting, BadSenderSettings) as error:
        _log.error("webhook without a signing key", extra={"sender_id": config.id})
        return webhooks.say(503, error.text())
    if judgement.trust is not Trust.GOOD:
        return _refuse(judgement, config)
    inbox.receive(
        f"{SOURCE}:{config.slug}",
        config.org,
        judgement.token,
        raw,
        headers={"sender": config.slug},
        now=now,
    )
    return JsonResponse({"ok": True})


def _signature(raw: bytes) -> Any:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body.get("signature") if isinstance(body, dict) else None


def _refuse(judgement: Judgement, sender: SenderConfig) -> HttpResponse:
    status, text = _ANSWERS[judgement.trust]
    _log.warning("webhook refused", extra={"sender_id": sender.id, "trust": judgement.trust.value})
    return webhooks.say(status, text)
