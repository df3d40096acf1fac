"""Sends, touches, verdicts and credited orders in few words, for reports: rows as rooms write them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from postlude.attribution.models import OrderCredit
from postlude.journeys.models import Cycle, Journey, JourneyVersion, NodeExecution, SendAttempt
from postlude.kernel import clock, ids, jobs, store, work
from postlude.messages import api as messages
from postlude.messages import counted
from postlude.messages.models import Message, Sender, TemplateVersion
from postlude.messages.types import LocaleText
from postlude.orgs import api as orgs
from postlude.tracking.models import Touch, Verdict

DAYS = timedelta(days=1)


@dataclass
class Shop:
    """One organisation that writes by mail and by text."""

    org: int
    senders: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    journeys: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def at(self, words: str) -> datetime:
        """Return a moment by the clocks of the organisation, as `2026-03-10 10:00:03`."""
        return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(orgs.get(self.org).zone))

    def sender(self, channel: str) -> int:
        if channel not in self.senders:
            vendor = {"email": "memory", "sms": "every8d"}.get(channel, channel)
            self.senders[channel] = Sender.objects.create(
                org_id=self.org, slug=channel, channel=vendor, rate=1.0, burst=1, window=1
            ).id
        return self.senders[channel]

    def text(self, slug: str) -> int:
        if slug not in self.texts:
            words = [LocaleText("en", "Hello", text="Hello")]
            self.texts[slug] = messages.publish_template(
                self.org, slug, "mail", words, now=clock.now()
            )
        return self.texts[slug]

    def template(self, slug: str) -> int:
        return TemplateVersion.objects.get(id=self.text(slug)).template_id

    def cycle(self, journey: str, at: datetime, folder: str = "") -> int:
        if journey not in self.journeys:
            made, _ = Journey.objects.get_or_create(
                org_id=self.org,
                slug=journey,
                defaults={"trigger": "schedule", "title": journey, "folder": folder},
            )
            version = JourneyVersion.objects.create(
                org_id=self.org,
                journey=made,
                number=1,
                definition={},
                digest=journey,
                created_at=at,
            )
            self.journeys[journey], self.versions[journey] = made.id, version.id
        return Cycle.objects.create(
            org_id=self.org,
            journey_id=self.journeys[journey],
            version_id=self.versions[journey],
            conference=0,
            entered=0,
            started_at=at,
        ).id

    def send(
        self,
        contact: int,
        at: datetime,
        *,
        channel: str = "email",
        node: str = "w1.n1",
        template: str = "t1",
        cycle: int | None = None,
        state: str = "accepted",
        reason: str = "",
        testing: bool = False,
        segments: int = 0,
        cost: int | None = None,
    ) -> int:
        with store.write():
            made = Message.objects.create(
                org_id=self.org,
                klass="marketing",
                channel=channel,
                sender_id=self.sender(channel),
                cycle=cycle,
                node=node,
                template_version_id=self.text(template),
                contact=contact,
                key=f"k{ids.new_id()}",
                testing=testing,
                created_at=at,
                deadline=at + DAYS,
                day=orgs.local_day(self.org, at),
                state=state,
                reason=reason,
                segments=segments,
                cost=cost,
            )
            counted.tell(self.org, [(made.day, node)])
        return made.id

    def settle(self, message: int, state: str, reason: str = "") -> None:
        with store.write():
            Message.objects.filter(id=message).update(state=state, reason=reason)
            counted.tell_of(self.org, [message])

    def touch(
        self,
        message: int,
        kind: str,
        at: datetime,
        *,
        human: bool | None = None,
        reasons: int = 0,
        visitor: int | None = None,
        anybody: bool = False,
    ) -> int:
        """`anybody`: nobody is named, as of what a browser saw without a message of its own."""
        of = Message.objects.get(id=message)
        with store.write():
            made = Touch.objects.create(
                org_id=self.org,
                day=orgs.local_day(self.org, at),
                dedup=f"d{ids.new_id()}",
                kind=kind,
                message=message,
                at=at,
                recorded_at=at,
                provider="own",
                origin="",
                agent="browser",
                reasons=reasons,
                contact=None if anybody else of.contact,
                visitor=visitor,
                channel=of.channel,
                node=of.node,
                template=TemplateVersion.objects.get(id=of.template_version_id).template_id,
                cycle=of.cycle,
                testing=of.testing,
            )
            work.publish("touch.recorded", self.org, [made.id])
        if human is not None:
            self.judge(made.id, human=human, reasons=reasons)
        return made.id

    def judge(self, touch: int, *, human: bool, reasons: int = 0) -> None:
        with store.write():
            Verdict.objects.update_or_create(
                touch=touch,
                defaults={
                    "org_id": self.org,
                    "human": human,
                    "reasons": reasons,
                    "rule": 1,
                    "judged_at": clock.now(),
                    "first_judged_at": clock.now(),
                },
            )
            work.publish("touch.judged", self.org, [touch])

    def order(  # noqa: PLR0917
        self,
        uid: str,
        contact: int | None,
        at: datetime,
        amount: int,
        opened: int | None = None,
        clicked: int | None = None,
        session: tuple[datetime, datetime] | None = None,
        state: str = "closed",
        visitor: int | None = None,
        sort: str = "shop",
    ) -> None:
        """Write an order as attribution credits it: the open, else the click; minor units."""
        seen = {each.id: each for each in Touch.objects.filter(id__in=[opened or 0, clicked or 0])}
        begin, last = session or (None, None)
        OrderCredit.objects.create(
            id=ids.new_id(),
            org_id=self.org,
            uid=uid,
            sort=sort,
            contact=contact,
            visitor=visitor,
            at=at,
            created_at=at,
            state=state,
            amount_minor=amount,
            currency=orgs.get(self.org).currency,
            session_started_at=begin,
            session_last_at=last,
            rule=1,
            judged_at=at,
            **_snapshot("open", seen.get(opened or clicked or 0)),
            **_snapshot("click", seen.get(clicked or 0)),
        )

    def unwritten(  # noqa: PLR0917
        self,
        cycle: int,
        node: str,
        contacts: Sequence[int],
        at: datetime,
        outcome: str,
        reason: str = "",
    ) -> None:
        """Nothing was written to these people: they were blocked, or held out."""
        execution, _ = NodeExecution.objects.get_or_create(
            org_id=self.org, cycle_id=cycle, node=node, defaults={"started_at": at}
        )
        for contact in contacts:
            SendAttempt.objects.create(
                org_id=self.org,
                execution=execution,
                contact=contact,
                outcome=outcome,
                reason=reason,
                at=at,
            )

    def work(self) -> None:
        """Let the news of all this be worked off."""
        jobs.run_once("reports.news")


def _snapshot(side: str, touch: Touch | None) -> dict[str, object]:
    if touch is None:
        return {}
    return {
        f"{side}_touch": touch.id,
        f"{side}_message": touch.message,
        f"{side}_channel": touch.channel,
        f"{side}_node": touch.node,
        f"{side}_template": touch.template,
        f"{side}_cycle": touch.cycle,
        f"{side}_touched_at": touch.at,
        f"{side}_contact": touch.contact,
    }


def span(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)
