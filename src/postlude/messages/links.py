"""What a token in a link, a pixel or an unsubscribe address stands for."""

from datetime import datetime
from functools import lru_cache

import minijinja
from django.core.exceptions import ObjectDoesNotExist

from postlude.kernel import boundaries, store, tokens
from postlude.kernel.errors import BadToken
from postlude.messages import addresses, rendering, settling
from postlude.messages.models import Message
from postlude.messages.texts import roots_of, text_of
from postlude.messages.types import Klass, Leased, Target, TokenOwner, Unsubscribed
from postlude.people import api as people


def token_of(message: int) -> str:
    return tokens.seal(rendering.TOKEN, message)


def message_of_token(token: str) -> TokenOwner | None:
    """Return whose token it is, or None for one that we did not make."""
    try:
        return _owner(tokens.unseal(rendering.TOKEN, token))
    except (BadToken, ObjectDoesNotExist):
        return None


def resolve_link(message: int, n: int) -> Target | None:
    """Return where link `n` leads, from the template version the message was decided with.

    None when there is no such link, or when it leads nowhere now. A link without placeholders
    costs no query once its message is known.
    """
    try:
        it = _described(message)
    except ObjectDoesNotExist:
        return None
    text = text_of(it.org, it.template_version, it.locale)
    if not 0 <= n < len(text.links):
        return None
    names = roots_of(text.links[n])
    values = rendering.values_for(it.org, [it], names)[0]
    try:
        url = rendering.link_target(text, n, values)
    except minijinja.TemplateError:
        return None
    return Target(it.org, message, n, url) if addresses.is_web(url) else None


def unsubscribe(token: str, *, now: datetime, via: str) -> Unsubscribed | None:
    """Withdraw consent for this contact and medium. Called for a POST only, never for a GET."""
    owner = message_of_token(token)
    if owner is None:
        return None
    with store.write():
        people.set_consent(
            owner.org,
            owner.contact,
            owner.channel,
            granted=False,
            source=f"unsubscribe:{via}",
            now=now,
        )
        settling.note(
            [(owner.org, owner.message, "unsubscribed", now, via, "", f"unsubscribed:{via}")]
        )
    boundaries.crossing("messages.unsubscribed")
    return Unsubscribed(owner.org, owner.contact, owner.channel, owner.message)


@lru_cache(maxsize=50_000)
def _owner(message: int) -> TokenOwner:
    row = Message.objects.only("id", "org", "contact", "channel", "testing").get(id=message)
    return TokenOwner(row.org_id, row.id, row.contact, row.channel, row.testing)


@lru_cache(maxsize=10_000)
def _described(message: int) -> Leased:
    row = Message.objects.select_related("sender").get(id=message)
    return Leased(
        message=row.id,
        org=row.org_id,
        contact=row.contact,
        sender=row.sender_id,
        channel=row.sender.channel,
        medium=row.channel,
        key=row.key,
        klass=Klass(row.klass),
        lane=0,
        template_version=row.template_version_id,
        locale=row.locale,
        context=row.context,
        deadline=row.deadline,
        attempts=0,
        testing=row.testing,
        on_quiet=row.on_quiet,
        node=row.node,
        cycle=row.cycle,
    )
