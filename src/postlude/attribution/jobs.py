"""What happens to reactions by news and by time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Min

from postlude.attribution import own_rules
from postlude.attribution.facts import Households
from postlude.attribution.judging import judge, withdraw
from postlude.attribution.models import Notice
from postlude.attribution.noting import note, note_held_out
from postlude.attribution.orders import jobs, nightly
from postlude.attribution.reactions import WITHIN
from postlude.journeys import api as journeys
from postlude.kernel import clock, work
from postlude.kernel.jobs import Budget, Job
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.orders import api as orders

LANE = "reactions"
_SET = 500
_EVER = datetime(1970, 1, 1, tzinfo=UTC) + WITHIN


def on_message_settled(batch: WorkBatch) -> None:
    """Write down how notices ended, and look at once whether somebody has reacted."""
    facts = messages.state_of(batch.org, [int(key) for key in batch.keys])
    mine = note(batch.org, facts.values())
    if mine:
        withdraw(batch.org, mine, now=clock.now())
        _judge_messages(batch.org, mine, clock.now())


def on_order_changed(batch: WorkBatch) -> None:
    """An order was closed, cancelled, or told of late: judge whatever it may have answered."""
    found = orders.shop_orders(batch.org, batch.keys).values()
    longest = own_rules.of_org(batch.org).longest
    since: dict[int, datetime] = {}
    for each in found:
        opened = each.opened_at or each.closed_at
        if each.contact is not None and opened is not None:
            begin = opened - longest
            since[each.contact] = min(begin, since.get(each.contact, begin))
    _judge_known(batch.org, since, clock.now())
    # Whose it was before, should it be somebody else's by now.
    held = Notice.objects.filter(org=batch.org, effect__in=[each.uid for each in found])
    _judge_messages(batch.org, list(held.values_list("id", flat=True)), clock.now())


def on_notice_finished(batch: WorkBatch) -> None:
    """A run has served everybody: write down whom it held out, to compare with the others."""
    for key in batch.keys:
        after = 0
        while people := journeys.held_out(batch.org, int(key), after=after, limit=_SET):
            note_held_out(batch.org, int(key), people)
            _judge_messages(batch.org, [each.id for each in people], clock.now())
            after = people[-1].id
            batch.renew()


def on_contacts_joined(batch: WorkBatch) -> None:
    """Two contacts are one person: what either did answers what was written to both."""
    contacts = [int(key) for key in batch.keys]
    _judge_known(batch.org, dict.fromkeys(contacts, _EVER), clock.now())


def look_again(budget: Budget) -> int:
    """Judge the messages whose time to be looked at has come; return how many that were.

    What was judged is due later, or never, so that a run that was cut off goes on where it was.
    """
    now, done = budget.now(), 0
    while not budget.spent():
        due = Notice.objects.filter(look_at__lt=now).order_by("look_at", "id")
        rows = list(due.values_list("org", "contact", "sent_at")[:_SET])
        for org, since in _by_org(rows).items():
            judge(org, since, now=now)
        done += len(rows)
        if len(rows) < _SET:
            break
    return done


def _by_org(rows: Iterable[tuple[int, int, datetime | None]]) -> dict[int, dict[int, datetime]]:
    found: dict[int, dict[int, datetime]] = defaultdict(dict)
    for org, contact, sent_at in rows:
        if sent_at is not None:
            found[org][contact] = min(sent_at, found[org].get(contact, sent_at))
    return found


def _judge_messages(org: int, wanted: list[int], now: datetime) -> None:
    rows = Notice.objects.filter(org=org, id__in=wanted)
    for found in _by_org(rows.values_list("org", "contact", "sent_at")).values():
        judge(org, found, now=now)


def _judge_known(org: int, since: dict[int, datetime], now: datetime) -> None:
    """Judge these people, as far as anything was ever written to them: mostly nothing was."""
    house = Households.of(org, since)
    rows = Notice.objects.filter(org=org, contact__in=list(house.head), sent_at__isnull=False)
    written = dict(rows.values_list("contact").annotate(Min("sent_at")))
    heads = {house.head[each] for each in written}
    judge(org, {each: at for each, at in since.items() if house.head[each] in heads}, now=now)


JOBS = [
    Job(
        "attribution.look_at_orders",
        jobs.look_again,
        "bulk",
        every=timedelta(seconds=10),
        exclusive=True,
    ),
    Job(
        "attribution.recompute",
        jobs.recompute,
        "bulk",
        every=timedelta(hours=1),
        exclusive=True,
    ),
    Job(
        "attribution.check_at_night",
        nightly.check,
        "housekeeping",
        every=timedelta(minutes=1),
        exclusive=True,
    ),
    Job("attribution.news", lambda budget: work.drain(budget.spent, lane=LANE), "bulk"),
    Job("attribution.look_again", look_again, "housekeeping", every=timedelta(minutes=5)),
]
