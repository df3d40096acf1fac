"""What was written to people in the rolling windows of the caps."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from postlude.messages import courtesy
from postlude.messages.models import Message, Outbox
from postlude.messages.types import Klass, Leased, State
from postlude.orgs.types import Cap
from postlude.people import api as people

_WENT = (State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.UNKNOWN)
_ON_THE_WAY = ("leased", "sending")


class CapUses:
    """How much of each cap a person has used, by whatever names, for a whole batch at once.

    What was accepted counts, and what may have been (`unknown`), for whole days of 24 hours from
    then; what is leased or on the wire may still fail, so it only delays. What is queued counts
    when its time comes, and a test never.
    """

    def __init__(
        self, org: int, leased: Sequence[Leased], caps: Sequence[Cap], now: datetime
    ) -> None:
        self._caps = caps
        self._now = now
        self._went: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
        self._on_the_way: Counter[tuple[int, str]] = Counter()
        self._heads: dict[int, int] = {}
        asking = [it for it in leased if it.klass is Klass.MARKETING and not it.testing]
        contacts = {it.contact for it in asking}
        if caps and contacts:
            self._heads = people.canonical(org, contacts)
            self._load(org, {it.message for it in leased})

    def _load(self, org: int, batch: set[int]) -> None:
        every = people.families(org, set(self._heads.values()))
        # What was written to a name before it was joined stands with that name.
        self._heads |= {name: head for head, names in every.items() for name in names}
        marketing = Message.objects.filter(
            org=org, contact__in=list(self._heads), klass=Klass.MARKETING, testing=False
        )
        since = self._now - timedelta(days=max(cap.days for cap in self._caps))
        # First what is on its way: what settles between the two looks is seen by both, which delays
        # for some seconds; the other way round neither would see it, and the cap would be passed.
        moving = Outbox.objects.filter(org=org, phase__in=_ON_THE_WAY).exclude(id__in=batch)
        others = marketing.filter(id__in=moving.values("id"))
        for contact, medium in others.values_list("contact", "channel"):
            self._on_the_way[self._heads[contact], medium] += 1
        went = marketing.filter(state__in=_WENT, settled_at__gt=since)
        for contact, medium, accepted, settled in went.values_list(
            "contact", "channel", "accepted_at", "settled_at"
        ):
            self._went[self._heads[contact]].append((medium, accepted or settled or self._now))

    def of(self, it: Leased) -> list[courtesy.CapUse]:
        caps = [cap for cap in self._caps if cap.channel in {None, it.medium}]
        return [self._use(self._heads.get(it.contact, it.contact), cap) for cap in caps]

    def _use(self, contact: int, cap: Cap) -> courtesy.CapUse:
        since = self._now - timedelta(days=cap.days)
        sent = sum(
            1 for medium, at in self._went[contact] if at > since and cap.channel in {None, medium}
        )
        moving = sum(
            count
            for (who, medium), count in self._on_the_way.items()
            if who == contact and cap.channel in {None, medium}
        )
        return courtesy.CapUse(cap.count, sent, moving)

    def goes(self, it: Leased) -> None:
        """What goes now is on its way for the next message in the batch."""
        if it.klass is Klass.MARKETING and not it.testing:
            self._on_the_way[self._heads.get(it.contact, it.contact), it.medium] += 1
