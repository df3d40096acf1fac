"""What a token in a link, a pixel or an unsubscribe address stands for."""

import contextlib
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache

import minijinja
from django.core.exceptions import ObjectDoesNotExist

from postlude.kernel import boundaries, store, tokens
from postlude.kernel.errors import BadToken
from postlude.messages import addresses as places
from postlude.messages import rendering, settling
from postlude.messages.errors import UnknownTemplate
from postlude.messages.models import Message
from postlude.messages.texts import Text, roots_of, text_of
from postlude.messages.types import Klass, Leased, Target, TokenOwner, Unsubscribed
from postlude.people import api as people

_CHUNK = 5_000
TRAP = places.TRAP


def token_of(message: int) -> str:
    return tokens.seal(rendering.TOKEN, message)


def message_of_token(token: str) -> TokenOwner | None:
    """Return whose token it is, or None for one that we did not make."""
    try:
        return _owner(tokens.unseal(rendering.TOKEN, token))
    except (BadToken, ObjectDoesNotExist):
        return None


def owners_of_tokens(given: Collection[str]) -> dict[str, TokenOwner]:
    """Return whose tokens these are, in one query; one that we did not make is left out."""
    numbers: dict[str, int] = {}
    for token in given:
        with contextlib.suppress(BadToken):
            numbers[token] = tokens.unseal(rendering.TOKEN, token)
    owners = owners_of(numbers.values())
    return {token: owners[number] for token, number in numbers.items() if number in owners}


def owners_of(messages: Iterable[int]) -> dict[int, TokenOwner]:
    """Return whose these messages are and what they belong to, in one query for thousands."""
    owners: dict[int, TokenOwner] = {}
    for part in store.chunks(sorted(set(messages)), _CHUNK):
        rows = store.rows_sql(
            "SELECT m.org_id, m.id, m.contact, m.channel, m.testing, m.node, "  # noqa: S608 - our own SQL
            "v.template_id, m.cycle "
            "FROM messages_message m "
            "JOIN messages_templateversion v ON v.id = m.template_version_id "
            f"WHERE m.id {store.among()}",
            [store.many(part)],
        )
        owners |= {
            number: TokenOwner(org, number, contact, channel, bool(testing), node, template, cycle)
            for org, number, contact, channel, testing, node, template, cycle in rows
        }
    return owners


def resolve_link(message: int, n: int) -> Target | None:
    """Return where one link leads; see `resolve_links`."""
    return resolve_links([(message, n)]).get((message, n))


def resolve_links(wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Target]:
    """Return where links (message, n) lead, from the template versions they were decided with.

    One that is not there, or leads nowhere now, is left out. Links without placeholders cost one
    query for all of their messages.
    """
    links = set(wanted)
    found: dict[tuple[int, int], Target] = {}
    written = _written({message for message, _ in links})
    for message, n in links:
        if message not in written:
            continue
        org, version, locale = written[message]
        text = text_of(org, version, locale)
        if not 0 <= n < len(text.links):
            continue
        live = n in text.live_links
        url = _of_person(message, text, n) if live else _of_all(org, version, locale, n)
        if url and places.is_web(url):
            found[message, n] = Target(org, message, n, url)
    return found


def link_count(org: int, version: int, locale: str) -> int:
    """Return how many links a text has that count; 0 where another system has the text."""
    try:
        return len(text_of(org, version, locale).links)
    except UnknownTemplate:
        return 0


def _of_person(message: int, text: Text, n: int) -> str:
    """Return where a link leads that depends on whom it was written to; "" for nowhere."""
    it = described(message)
    values = rendering.values_for(it.org, [it], roots_of(text.links[n]))[0]
    try:
        return rendering.link_target(text, n, values)
    except minijinja.TemplateError:
        return ""


@lru_cache(maxsize=10_000)
def _of_all(org: int, version: int, locale: str, n: int) -> str:
    """Return where a link leads for everybody alike; a version never changes."""
    try:
        return rendering.link_target(text_of(org, version, locale), n, {})
    except minijinja.TemplateError:
        return ""


def _written(messages: Collection[int]) -> dict[int, tuple[int, int, str]]:
    """Return by what messages were written: organisation, template version, locale."""
    found: dict[int, tuple[int, int, str]] = {}
    for part in store.chunks(sorted(messages), _CHUNK):
        rows = store.rows_sql(
            "SELECT id, org_id, template_version_id, locale "  # noqa: S608 - our own SQL
            f"FROM messages_message WHERE id {store.among()}",
            [store.many(part)],
        )
        found |= {number: (org, version, locale) for number, org, version, locale in rows}
    return found


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
def described(message: int) -> Leased:
    """Return a message as it was decided; raise ObjectDoesNotExist."""
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
