"""Whose chat id it is, said by the chat app: the person logs in at the shop and agrees there.

The shop asks for a word for the member who has just logged in, gives it to the chat app, and the
app tells it back with the person's id. It is good once, for ten minutes (an hour where it waits in
a link of a page); only its hash is kept.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from postlude.kernel import boundaries, ids, store
from postlude.people.describing import locked
from postlude.people.errors import ContactErased
from postlude.people.models import LinkWord
from postlude.people.reaching import MESSENGER, PUSH
from postlude.people.saying import say_addresses
from postlude.people.types import Actor, AddressProblem, SaidAddress

LIFE = timedelta(minutes=10)
_LIVES = {each: timedelta(hours=1) for each in (MESSENGER, PUSH)}  # it waits on a page
_KEPT = timedelta(days=1)  # the app may tell it again when we were down
_BYTES = 24
_LINK = Actor("system", "account-link")


def link_life(kind: str) -> timedelta:
    """Return how long a word for this chat app is good."""
    return _LIVES.get(kind, LIFE)


def begin_link(org: int, contact: int, kind: str, *, now: datetime) -> str:
    """Return a word that stands for a contact until the chat app tells it back.

    Raises ContactErased for who is not here (any more).
    """
    word = secrets.token_urlsafe(_BYTES)
    with store.write():
        head = locked(org, [contact]).get(contact)
        if head is None:
            raise ContactErased(contact=contact)
        LinkWord.objects.filter(org=org, expires_at__lt=now - _KEPT).delete()
        LinkWord.objects.create(
            id=ids.new_id(),
            org_id=org,
            kind=kind,
            digest=_digest(word),
            contact_id=head,
            expires_at=now + link_life(kind),
        )
    boundaries.crossing("people.link_begun")
    return word


def finish_link(  # noqa: PLR0913 - the word, what it is told with, and when
    org: int, kind: str, word: str, value: str, *, at: datetime, now: datetime
) -> AddressProblem | None:
    """Keep that a chat id is of whom a word stands for; what is wrong with that, if anything.

    Told again it changes nothing: the word is gone, and the id is where it belongs.
    """
    with store.write():
        rows = LinkWord.objects.select_for_update().filter(
            org=org, kind=kind, digest=_digest(word), expires_at__gte=at
        )
        row = rows.first()
        if row is None:
            hint = "The person can begin again from the chat."
            return AddressProblem("no_link", "", hint, "Nobody waits for this link any more.")
        said = SaidAddress(row.contact_id, kind, value)
        (problem,) = say_addresses(org, [said], actor=_LINK, now=now)
        rows.delete()
    boundaries.crossing("people.link_finished")
    return problem


def _digest(word: str) -> str:
    return hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=24).hexdigest()
