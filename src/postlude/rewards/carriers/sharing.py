"""Handing a card on: a link that one other person may use once.

The link is signed and names the card's edition. Making a new one, or taking the card back, raises
the edition, so an older link is dead from that moment on.
"""

import struct
from datetime import datetime, timedelta

from postlude.kernel import ids, store, tokens
from postlude.kernel.errors import BadToken
from postlude.people import api as people
from postlude.rewards.carriers import reading
from postlude.rewards.errors import CardNotYours, CardTaken, CardUnusable, UnknownCard
from postlude.rewards.models import Card as CardRow
from postlude.rewards.models import CardEvent
from postlude.rewards.types.carriers import Card, CardMove

PURPOSE = "gift-card"
_PAYLOAD = ">QI"  # card, edition
USUAL = timedelta(days=30)


def share_card(org: int, card: int, by: int, *, now: datetime, valid: timedelta = USUAL) -> str:
    """Return the token of a link with which one other person may claim the card.

    Only the holder may share, and the card stays theirs until somebody claims it. An earlier link
    of the card is dead when this returns.
    """
    until = now + valid
    with store.write():
        row = _held(org, card, by, now)
        row.edition += 1
        row.shared, row.share_until = True, until
        row.save(update_fields=("edition", "shared", "share_until"))
        _tell(row, CardMove.SHARED, by, now)
    return _link(row, until)


def link_of(org: int, card: int, *, until: datetime, now: datetime) -> str | None:
    """Return the link that was made to live `until`, once more; None when it is dead by now."""
    row = CardRow.objects.filter(org=org, id=card, shared=True, share_until=until).first()
    return _link(row, until) if row is not None and now < until else None


def keep_card(org: int, card: int, by: int, *, now: datetime) -> None:
    """Take the card back before anybody claimed it: its link is dead. Idempotent."""
    with store.write():
        row = _held(org, card, by, now)
        if not row.shared:
            return
        row.edition += 1
        row.shared, row.share_until = False, None
        row.save(update_fields=("edition", "shared", "share_until"))
        _tell(row, CardMove.KEPT, by, now)


def shared_card(token: str, *, now: datetime) -> Card | None:
    """Return the card that a link offers, or None when it offers none any more. Writes nothing."""
    try:
        card, edition = _read(token, now)
    except BadToken:
        return None
    row = CardRow.objects.filter(id=card, edition=edition, shared=True, closed_at=None).first()
    return reading.cards_as_of([row], now=now)[0] if row else None


def claim_card(org: int, token: str, by: int, *, now: datetime) -> Card:
    """Make the card `by`'s; of two that claim at once one gets it. The same person again: no news.

    Raises BadToken for a link that we did not make or that has expired, CardTaken when it was
    claimed by somebody else or taken back, CardNotYours when the giver claims it.
    """
    card, edition = _read(token, now)
    with store.write():
        row = CardRow.objects.select_for_update().filter(org=org, id=card).first()
        if row is None:
            raise UnknownCard
        theirs = _same_person(org, row.holder, by)
        if row.edition == edition + 1 and not row.shared and theirs:
            return reading.cards_as_of([row], now=now)[0]  # the answer was lost, they ask again
        if row.edition != edition or not row.shared:
            raise CardTaken
        _check_usable(row, now)
        if theirs:
            raise CardNotYours("A card cannot be claimed by whoever gives it.")
        row.holder, row.shared, row.share_until = by, False, None
        row.edition += 1
        row.save(update_fields=("holder", "shared", "share_until", "edition"))
        _tell(row, CardMove.CLAIMED, by, now)
        return reading.cards_as_of([row], now=now)[0]


def _link(row: CardRow, until: datetime) -> str:
    return tokens.sign(PURPOSE, struct.pack(_PAYLOAD, row.id, row.edition), expires=until)


def _read(token: str, now: datetime) -> tuple[int, int]:
    try:
        card, edition = struct.unpack(_PAYLOAD, tokens.verify(PURPOSE, token, now=now))
    except struct.error:
        raise BadToken from None
    return card, edition


def _held(org: int, card: int, by: int, now: datetime) -> CardRow:
    row = CardRow.objects.select_for_update().filter(org=org, id=card).first()
    if row is None:
        raise UnknownCard
    if not _same_person(org, row.holder, by):
        raise CardNotYours
    _check_usable(row, now)
    return row


def _same_person(org: int, holder: int | None, by: int) -> bool:
    """Two ids may have turned out to be one person since the card was given."""
    if holder is None:
        return False
    heads = people.canonical(org, [holder, by])
    return heads[holder] == heads[by]


def _check_usable(row: CardRow, now: datetime) -> None:
    if row.closed_at is not None:
        raise CardUnusable("The card is closed.")
    if row.expires_at is not None and row.expires_at <= now:
        raise CardUnusable("The card has expired.")


def _tell(row: CardRow, move: CardMove, contact: int | None, now: datetime) -> None:
    CardEvent.objects.create(
        id=ids.new_id(),
        org_id=row.org_id,
        card=row.id,
        move=move.value,
        contact=contact,
        edition=row.edition,
        at=now,
    )
