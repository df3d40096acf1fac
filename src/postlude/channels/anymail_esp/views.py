"""The webhook that an ESP calls: trusted by django-anymail's own view of it, durable, then 200.

What can be mended on our side (a secret not set, a wrong one) is answered 503 and 401, after which
the ESPs try again.
"""

import logging

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from postlude.channels import webhooks
from postlude.channels.anymail_esp import account as accounts
from postlude.channels.anymail_esp import backends
from postlude.channels.anymail_esp.receipts import KEPT_HEADERS
from postlude.channels.errors import BadSenderSettings
from postlude.kernel import clock, inbox, pseudonyms
from postlude.kernel.errors import MissingSetting
from postlude.messages.types import SenderConfig

_log = logging.getLogger(__name__)

SOURCE = "anymail"


@csrf_exempt
@require_http_methods(["POST", "GET", "HEAD"])
def receive(request: HttpRequest, org: str, sender: str) -> HttpResponse:
    """Keep one webhook delivery of the sender's account.

    Some ESPs look with HEAD, one with GET, whether the address is there before they use it.
    """
    config = webhooks.sender(org, sender, (SOURCE,))
    if request.method == "GET" and not _is_looked_at(config):
        return HttpResponseNotAllowed(["POST", "HEAD"])
    if config is None:
        return webhooks.say(404, "There is no such sender.")
    if request.method != "POST":
        return HttpResponse()
    raw = webhooks.body(request, config)
    if raw is None:
        return webhooks.too_long(request)
    refusal = _refusal(request, config)
    if refusal is not None:
        return refusal
    _keep(request, config, raw)
    return JsonResponse({"ok": True})


def _is_looked_at(sender: SenderConfig | None) -> bool:
    return sender is not None and backends.looks_by_get(str(sender.settings.get("esp")))


def _refusal(request: HttpRequest, sender: SenderConfig) -> HttpResponse | None:
    """Return the answer to a webhook that is not believed."""
    try:
        backends.webhook_view(accounts.trust(sender.settings)).run_validators(request)
    except AnymailWebhookValidationFailure:
        _log.warning("webhook refused", extra={"sender_id": sender.id})
        return webhooks.say(401, "The secret or the signature is not that of this sender.")
    except (MissingSetting, BadSenderSettings) as error:
        _log.error("webhook without a secret", extra={"sender_id": sender.id})
        return webhooks.say(503, error.text())
    except (ImproperlyConfigured, AnymailError, ValueError) as error:  # a key that is none
        _log.error(
            "webhook key cannot be used",
            extra={"sender_id": sender.id, "error": type(error).__name__},
        )
        return webhooks.say(503, "The key of the webhooks of this sender cannot be used.")
    return None


def _keep(request: HttpRequest, sender: SenderConfig, raw: bytes) -> None:
    """The ESPs number no deliveries, so one is known again by its words."""
    kept = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
    inbox.receive(
        f"{SOURCE}:{sender.slug}",
        sender.org,
        pseudonyms.pseudonym(sender.org, "webhook", raw.decode("utf-8", "replace")),
        raw,
        headers={**kept, "sender": sender.slug, "esp": str(sender.settings["esp"])},
        now=clock.now(),
    )
