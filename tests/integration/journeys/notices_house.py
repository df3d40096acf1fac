"""A small chain of restaurants: people who ordered, consents, notices, mails kept in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from postlude.channels import api as channels
from postlude.channels import registry as channel_registry
from postlude.journeys import api as journeys
from postlude.journeys.models import (
    Cycle,
    Mark,
    NodeExecution,
    Portion,
    Run,
    SendAttempt,
    SendBlock,
)
from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids, jobs, store, work
from postlude.messages import api as messages
from postlude.messages.models import Outbox
from postlude.messages.types import LocaleText
from postlude.orders.models import Buyer
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Description, PersonSeen
from postlude.rewards import api as rewards

ZONE = "Europe/Moscow"
COME_BACK = journeys.Letter("mail", "come-back")
SHORT = journeys.Condition(
    "last_order_between", {"last_order_between": {"after": "4 weeks", "before": "2 weeks"}}
)
LONG = journeys.Condition(
    "last_order_between", {"last_order_between": {"after": "3 months", "before": "4 weeks"}}
)
BALANCE = journeys.Way(
    "balance",
    journeys.Letter("mail", "balance"),
    when=journeys.Condition("balance_at_least", {"balance_at_least": {"amount": 1}}),
    otherwise="gift",
)
GIFT = journeys.Way(
    "gift",
    journeys.Letter("mail", "gift"),
    give=journeys.Points(100, "invite", timedelta(days=14)),
)
DISCOUNT = journeys.Way("discount", journeys.Letter("mail", "discount"))
_TEXTS = {
    "balance": "На счету {{ points.balance }} бонусов! Потрать их в новом заказе",
    "gift": "Как насчет подарков? Дарим 100 бонусов на 2 недели",
    "discount": "Как насчет скидки? -10% по промокоду PRO10",
    "come-back": "Come back",
}


def invite(**changes: Any) -> journeys.Recurring:
    """The seed's `invite`: two selections, one mark, actions by turns."""
    usual = {
        "slug": "invite",
        "timetable": journeys.timetable("daily 12:00"),
        "selections": (
            journeys.Selection("long", (BALANCE, GIFT, DISCOUNT), who=LONG),
            journeys.Selection("short", (BALANCE, GIFT), who=SHORT),
        ),
        "once_per": journeys.OncePer.INACTIVITY,
    }
    return journeys.Recurring(**{**usual, **changes})


def plain(who: journeys.Condition = SHORT, **changes: Any) -> journeys.Recurring:
    """One selection, one text."""
    ways = (journeys.Way("send", changes.pop("letter", COME_BACK)),)
    return invite(selections=(journeys.Selection("all", ways, who=who),), **changes)


@dataclass
class Restaurants:
    org: int
    mail: Any
    emails: dict[int, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return kernel_clock.now()

    def people(self, count: int, *, consent: bool = True) -> list[int]:
        """Make people who may be written to; return their contacts, in order."""
        first = len(self.emails)
        seen = [
            PersonSeen(f"p{n}@example.test", source="test", reference=f"test:{n}")
            for n in range(first, first + count)
        ]
        found = [row.contact or 0 for row in people.recognise_many(self.org, seen, now=self.now)]
        for contact, each in zip(found, seen, strict=True):
            self.emails[contact] = str(each.email_raw)
            if consent:
                self.agree(contact)
        return sorted(found)

    def agree(self, contact: int, *, granted: bool = True) -> None:
        people.set_consent(self.org, contact, "email", granted=granted, source="test", now=self.now)

    def ordered(self, contacts: list[int], at: datetime) -> None:
        """Say that their last order was then."""
        Buyer.objects.filter(org=self.org, contact__in=contacts).delete()
        columns = "id org_id contact orders first_at last_at spent_minor currency".split()
        rows = [(ids.new_id(), self.org, each, 1, at, at, 100, "RUB") for each in contacts]
        with store.write():
            store.insert_many(Buyer, columns, rows)

    def born(self, contact: int, month: int, day: int) -> None:
        people.describe_many(self.org, [Description(contact, birthday=(month, day))])

    def publish(self, notice: journeys.Recurring) -> None:
        journeys.publish_notice(self.org, notice, now=self.now)

    def tick(self) -> int:
        return journeys.begin_runs(jobs.Budget(20))

    def walk(self) -> None:
        """Freeze and serve, and send nothing yet."""
        journeys.freeze_runs(jobs.Budget(60))
        journeys.walk_runs(jobs.Budget(60))

    def work(self) -> None:
        """All that a scheduler and its workers do until nothing is left."""
        self.tick()
        self.walk()
        jobs.run_until_idle(groups=("pipeline", "deliver"))

    def told(self) -> list[tuple[int, str]]:
        """Who was sent what, by contact."""
        return sorted((mail.contact, mail.subject) for mail in self.mail.sent)

    def points(self, contact: int) -> int:
        return rewards.balances(self.org, [contact], now=self.now)[contact].available

    def books(self) -> dict[str, int]:
        """Everybody's outcome; the sums must agree whenever this is asked."""
        outcomes: dict[str, int] = {}
        for outcome in SendAttempt.objects.filter(org=self.org).values_list("outcome", flat=True):
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        entered = sum(NodeExecution.objects.filter(org=self.org).values_list("entered", flat=True))
        assert entered == sum(outcomes.values())
        assert entered == sum(Cycle.objects.filter(org=self.org).values_list("entered", flat=True))
        blocked = sum(SendBlock.objects.filter(org=self.org).values_list("total", flat=True))
        assert blocked == outcomes.get("blocked", 0)
        left = sum(len(each) for each in Portion.objects.values_list("people", flat=True))
        frozen = passed = 0
        for run in Run.objects.filter(org=self.org):
            frozen, passed = frozen + run.frozen, passed + run.passed_over
        assert frozen == entered + passed + left
        return {"entered": entered, "passed_over": passed, **outcomes}

    def reasons(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for each in SendBlock.objects.filter(org=self.org).values_list("reasons", flat=True):
            for reason, count in each.items():
                found[reason] = found.get(reason, 0) + count
        return found

    def marks(self) -> int:
        return Mark.objects.filter(org=self.org).count()

    def ends_the_dead(self) -> None:
        """The leases of a process that died run out."""
        for model in (Run, Outbox):
            model.objects.update(lease_until=None)


def build(clock: Any) -> Restaurants:
    """A fresh organisation in Moscow, with its sender and its texts."""
    org = orgs.create("rest", "Restaurants", zone=ZONE, currency="RUB", locale="ru", region="RU")
    work.unsubscribe_all()
    jobs._jobs.clear()
    work.subscribe("message.settled", "journeys", journeys.on_message_settled)
    jobs.register(jobs.Job("work", lambda budget: work.drain(budget.spent), "pipeline"))
    jobs.register(channels.JOBS[0])
    channels.register_all()
    mail = channels.Memory()
    channel_registry.register(mail)
    messages.register_provider("points", _points, sample={"balance": 120})
    messages.ensure_sender(
        org.id, "mail", "memory", settings={}, rate=10_000, from_address="r@example.test"
    )
    for slug, text in _TEXTS.items():
        texts = [LocaleText("ru", subject=slug, text=text)]
        messages.publish_template(org.id, slug, "email", texts, now=clock.now())
    return Restaurants(org.id, mail)


def _points(org: int, leased: Any) -> dict[int, dict[str, int]]:
    found = rewards.balances(org, {each.contact for each in leased}, now=kernel_clock.now())
    return {each.message: {"balance": found[each.contact].available} for each in leased}
