"""The interactions endpoint: Discord posts here, and waits 3 seconds."""

import logging

from django.conf import settings as django_settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from postlude.chatops import team
from postlude.chatops.discord import payload, replies, signature
from postlude.chatops.discord.conversation import reply
from postlude.chatops.discord.payload import Kind
from postlude.chatops.errors import ElsewhereOnDiscord, NotFromDiscord, NotSetUp
from postlude.chatops.types import DiscordSettings
from postlude.kernel import clock, environment
from postlude.kernel.errors import AppError, BadInput, MissingSetting, NotFound
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef

_log = logging.getLogger(__name__)
_LARGEST = 100_000


@csrf_exempt
@require_POST
def receive(request: HttpRequest, org: str) -> HttpResponse:
    """Answer one interaction; whatever is not Discord's gets a 401."""
    try:
        ref = _organisation(org)
        settings = team.discord_settings(ref.id)
        raw = _genuine(request, settings)
        return JsonResponse(_answer(ref, settings, raw))
    except AppError as error:
        return JsonResponse(error.as_json(), status=error.http_status)


def _organisation(slug: str) -> OrgRef:
    try:
        return orgs.by_slug(slug)
    except LookupError:
        raise NotFound from None


def _genuine(request: HttpRequest, settings: DiscordSettings) -> bytes:
    try:
        key = environment.resolve(settings.public_key)
    except MissingSetting:
        key = ""
    if not key:
        raise NotSetUp
    raw = _body(request)
    genuine = signature.is_genuine(
        public_key=key,
        signature=request.headers.get("X-Signature-Ed25519", ""),
        timestamp=request.headers.get("X-Signature-Timestamp", ""),
        body=raw,
        now=clock.now().timestamp(),
    )
    if not genuine:
        _log.warning("an interaction came that Discord did not sign, or long ago")
        raise NotFromDiscord
    return raw


def _body(request: HttpRequest) -> bytes:
    try:
        raw = request.body
    except RequestDataTooBig:
        raw = b""
    if not 0 < len(raw) <= min(_LARGEST, django_settings.POSTLUDE_MAX_BODY):
        raise BadInput
    return raw


def _answer(org: OrgRef, settings: DiscordSettings, raw: bytes) -> replies.Reply:
    interaction = payload.read(raw)
    if interaction.kind == Kind.PING:
        return replies.PONG
    if interaction.application != environment.resolve(settings.application):
        raise ElsewhereOnDiscord
    return reply(org, settings, interaction, now=clock.now())
