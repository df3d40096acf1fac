"""May these people be written to? Asked before anything is decided for them.

It saves what would be given and sent in vain; promise 4 is kept when sending (`screening`).
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from postlude.messages import screening, senders, traits
from postlude.messages.types import Block, Klass, Leased, NewMessage, Reason, SenderConfig
from postlude.orgs import api as orgs


def blocked_ahead(
    org: int, like: NewMessage, contacts: Collection[int], *, now: datetime, zone: str = ""
) -> dict[int, Reason]:
    """Return whom a message like this one would not reach, and why.

    Whom it would only reach later (quiet hours, when they delay) is not among them. `zone`: by
    whose clocks it is quiet, where not by the organisation's.
    """
    account = senders.by_id(like.sender)
    one = _imagined(org, like, account, now)
    if orgs.caps(org) or orgs.quiet_hours(org) is not None:  # everybody has a story of their own
        each = [replace(one, message=contact, contact=contact) for contact in contacts]
        found = screening.blocked_many(org, each, now=now, zone=zone)
    else:
        found = _blocked_alike(one, contacts, now)
    return {
        contact: Reason(block.reason) for contact, block in found.items() if block.until is None
    }


def _imagined(org: int, like: NewMessage, account: SenderConfig, now: datetime) -> Leased:
    return Leased(
        message=like.contact,
        org=org,
        contact=like.contact,
        sender=account.id,
        channel=account.channel,
        medium=traits.of(account.channel).medium,
        key=like.key,
        klass=Klass(like.klass),
        lane=int(like.lane),
        template_version=like.template_version,
        locale="",
        context={},
        deadline=like.deadline or now,
        attempts=0,
        testing=False,
        on_quiet=like.on_quiet,
    )


def _blocked_alike(one: Leased, contacts: Collection[int], now: datetime) -> dict[int, Block]:
    """Judge once whom the same speaks for and against: mostly nothing, for all of them."""
    standing = screening.reach(one, contacts)
    serves = traits.of(one.channel).serves
    judged: dict[tuple[object, ...], Block | None] = {}
    blocks: dict[int, Block] = {}
    for contact in contacts:
        place = standing.places.get(contact)
        story = (
            standing.suppressed.get(contact),
            standing.consents.get(contact),
            place is not None and serves(place),
            place is None,
        )
        if story not in judged:
            judged[story] = screening.judge(replace(one, contact=contact), standing, now)
        block = judged[story]
        if block is not None:
            blocks[contact] = block
    return blocks
