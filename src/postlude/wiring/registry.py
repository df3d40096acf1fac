"""Who consumes which work, and which jobs there are: the only place that knows everyone."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.sessions.models import Session

from postlude.access import api as access
from postlude.activity import api as activity
from postlude.attribution import api as attribution
from postlude.channels import api as channels
from postlude.chatops import api as chatops
from postlude.chatops.jobs import JOBS as CHATOPS_JOBS
from postlude.chatops.types import DiscordSettings, Stock, Who
from postlude.collector import api as collector
from postlude.console import api as console
from postlude.journeys import api as journeys
from postlude.kernel import (
    clock,
    inbox,
    jobs,
    nightly,
    one_shot,
    set_back,
    skew,
    store,
    work,
)
from postlude.kernel.jobs import Budget, Job
from postlude.messages import api as messages
from postlude.messages.types import Leased
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.playbooks import api as playbooks
from postlude.playbooks.types import Alerts, Discord
from postlude.reports import api as reports
from postlude.rewards import api as rewards
from postlude.sources import api as sources
from postlude.sources.api import CycleSeen
from postlude.tracking import api as tracking
from postlude.warehouse import api as warehouse
from postlude.wiring import gifts
from postlude.wiring.remaining import waiting

_done: list[bool] = []


def register_all() -> None:
    """Fill the registries of the rooms; idempotent."""
    if _done:
        return
    _done.append(True)
    channels.register_all()
    _consumers()
    _providers()
    _shredders()
    gifts.register()
    playbooks.on_alerts(_alerts)
    playbooks.on_discord(_discord)
    sources.on_cycles(_past_cycles)
    one_shot.count_left_with(waiting)
    for job in _jobs():
        jobs.register(job)


def _consumers() -> None:
    work.subscribe("ticket.paid", "journeys", journeys.on_ticket_paid, acts=True)
    work.subscribe("ticket.refunded", "journeys", journeys.on_ticket_refunded, acts=True)
    work.subscribe("grant.settled", "journeys", journeys.on_grant_settled, acts=True)
    work.subscribe("access.changed", "journeys", journeys.on_access_changed, acts=True)
    work.subscribe(people.ANSWERED, "access", access.on_answers, acts=True)
    work.subscribe(people.ADDRESSED, "journeys", journeys.on_contact_addressed, acts=True)
    work.subscribe(people.MOVED, "journeys", journeys.on_contact_moved, acts=True)
    work.subscribe(people.JOINED, "orders", orders.on_contacts_joined)
    work.subscribe(people.JOINED, "rewards", rewards.on_contacts_joined)
    work.subscribe(people.JOINED, "journeys", journeys.on_contacts_joined)
    work.subscribe(people.PARTED, "orders", orders.on_contacts_parted)
    work.subscribe(people.PARTED, "rewards", rewards.on_contacts_parted)
    work.subscribe(people.JOINED, journeys.PATHS, journeys.on_walkers_joined)
    work.subscribe(orders.LEFT, "journeys", journeys.on_ticket_left, acts=True)
    work.subscribe(journeys.HELP, "journeys", journeys.on_help_asked, acts=True)
    work.subscribe(journeys.LATE_ACCESS, "journeys", journeys.on_access_late, acts=True)
    work.subscribe(journeys.STALE, "journeys", journeys.on_invitation_stale, acts=True)
    for news in journeys.PATH_TOPICS:
        work.subscribe(news, journeys.PATHS, journeys.on_news, acts=True)
    work.subscribe("message.settled", "journeys", journeys.on_message_settled, acts=True)
    for topic, heed in (
        ("message.settled", attribution.on_message_settled),
        (orders.CLOSED, attribution.on_order_changed),
        (orders.CANCELLED, attribution.on_order_changed),
        (people.JOINED, attribution.on_contacts_joined),
        (people.PARTED, attribution.on_contacts_joined),
        (journeys.FINISHED, attribution.on_notice_finished),
    ):
        work.subscribe(topic, "attribution", heed, lane=attribution.LANE)
    for topic, heed in (
        (orders.TOLD, attribution.on_orders_told),
        (tracking.RECORDED, attribution.on_touches),
        (tracking.JUDGED, attribution.on_touches),
        (tracking.CLAIMED, attribution.on_touches),
        (activity.LATE, attribution.on_late_activity),
        (people.JOINED, attribution.on_contacts_changed),
        (people.PARTED, attribution.on_contacts_changed),
        (people.KNOWN, attribution.on_visitors_known),
    ):
        work.subscribe(topic, "credit", heed, lane=attribution.LANE)
    for topic, recount in (
        (messages.COUNTED, reports.on_messages_counted),
        (tracking.RECORDED, reports.on_touches),
        (tracking.JUDGED, reports.on_touches),
        (tracking.CLAIMED, reports.on_touches),
        (people.KNOWN, reports.on_visitors_known),
        (orgs.IDENTITY, reports.on_identity_said),
    ):
        work.subscribe(topic, reports.CONSUMER, recount, lane=reports.LANE)
    for topic, heed in (
        (tracking.RECORDED, tracking.on_touches_recorded),
        (tracking.TRAPPED, tracking.on_touches_recorded),
        (orders.TOLD, tracking.on_order_told),
        (activity.LATE, tracking.on_activity_late),
        (people.KNOWN, tracking.on_visitors_known),
        (people.JOINED, tracking.on_contacts_joined),
        (people.PARTED, tracking.on_contacts_parted),
    ):
        work.subscribe(topic, "tracking", heed, lane=tracking.LANE)
    # First, so that a sale and its form are one row to load.
    for topic, consumer, follow in warehouse.FOLLOWED:
        work.subscribe(topic, consumer, follow, lane=warehouse.LANE)
    work.subscribe(
        warehouse.TOPIC,
        warehouse.CONSUMER,
        warehouse.on_ticket_changed,
        batch=warehouse.BATCH,
        lane=warehouse.LANE,
    )
    for source, handle in sources.INBOX_HANDLERS.items():
        inbox.subscribe_batches(source, handle)
    for source, take in channels.INBOX_HANDLERS.items():
        inbox.subscribe_batches(source, take, lane="bulk")


def _providers() -> None:
    messages.register_provider("contact", _contacts, sample={"name": "王小明"})
    for name, fill, sample in [*access.providers(), *journeys.providers()]:
        messages.register_provider(name, fill, sample=sample)
    messages.register_provider("sale", _sale, sample={"try_after_minutes": 5})
    messages.register_provider("points", _points, sample={"balance": 120})
    messages.register_attachment(journeys.CALENDAR, journeys.attachments)
    messages.register_veto(journeys.NOTICE, journeys.veto)


def _sale(org: int, leased: Sequence[Leased]) -> dict[int, dict[str, int]]:
    """Fill `{{ sale.try_after_minutes }}` from the interval at which sales are looked for."""
    minutes = journeys.try_after(sources.slowest_poll(org))
    return {each.message: {"try_after_minutes": minutes} for each in leased}


def _points(org: int, leased: Sequence[Leased]) -> dict[int, dict[str, int]]:
    """Fill `{{ points.balance }}`: what may be spent at this moment."""
    contacts = {each.contact for each in leased}
    found = rewards.balances(org, contacts, now=clock.now())
    return {each.message: {"balance": found[each.contact].available} for each in leased}


def _contacts(org: int, leased: Sequence[Leased]) -> dict[int, dict[str, str]]:
    """Fill `{{ contact.name }}`: the name as the buyer gave it, empty when there is none."""
    names = people.names(org, [each.contact for each in leased])
    return {each.message: {"name": names.get(each.contact) or ""} for each in leased}


def _past_cycles(org: int, seen: Sequence[CycleSeen]) -> list[int]:
    """Let journeys keep the runs that a file of facts tells of."""
    runs = [
        journeys.PastCycle(
            each.journey,
            each.started_at,
            title=each.title,
            folder=each.folder,
            entered=each.entered,
        )
        for each in seen
    ]
    return journeys.remember_cycles(org, runs)


def _alerts(org: int, alerts: Alerts) -> None:
    chatops.configure(
        org,
        chatops.AlertSettings(
            discord_webhook=alerts.discord,
            emails=alerts.emails,
            smtp=alerts.smtp,
            email_from=alerts.email_from,
            source_silent=alerts.source_silent,
            invitation_late=alerts.invitation_late,
        ),
    )


def _discord(org: int, part: Discord) -> None:
    chatops.configure_discord(
        org,
        DiscordSettings(
            application=part.application,
            public_key=part.public_key,
            token=part.token,
            guild=part.guild,
            base_url=part.base_url,
            who=tuple(Who(each.role, each.user, each.may) for each in part.who),
            stock=tuple(
                Stock(each.conference, each.event, each.ticket, each.total) for each in part.stock
            ),
        ),
    )


def _shredders() -> None:
    people.register_shredder("access", access.shred)
    people.register_shredder("warehouse", warehouse.shred)


def _jobs() -> list[Job]:
    return [
        Job("kernel.inbox", lambda budget: inbox.drain(budget.spent), "pipeline"),
        Job("kernel.receipts", lambda budget: inbox.drain(budget.spent, lane="bulk"), "receipts"),
        Job("kernel.work", lambda budget: work.drain(budget.spent), "pipeline"),
        Job("collector.take_in", collector.take_in, "pipeline"),
        Job("journeys.step", journeys.step, "pipeline"),
        Job("journeys.walk_paths", journeys.walk_paths, "pipeline"),
        # A schedule writes to everybody at once: in a thread of its own, behind every sale.
        Job("journeys.schedule", journeys.schedule, "bulk", every=timedelta(seconds=5)),
        Job("journeys.freeze", journeys.freeze, "bulk"),
        Job("journeys.step_scheduled", journeys.step_scheduled, "bulk"),
        Job("journeys.begin_runs", journeys.begin_runs, "bulk", every=timedelta(seconds=5)),
        Job("journeys.freeze_runs", journeys.freeze_runs, "bulk"),
        Job("journeys.walk_runs", journeys.walk_runs, "bulk"),
        Job("journeys.begin_looks", journeys.begin_looks, "bulk", every=timedelta(seconds=5)),
        Job("journeys.look", journeys.look, "bulk"),
        Job("journeys.walk_selected", journeys.walk_selected, "bulk"),
        # In a thread of its own: a call that hangs must not hold up those who are let in already.
        Job("access.authorise", access.authorise, "access"),
        Job(
            "journeys.reconcile",
            journeys.reconcile,
            "housekeeping",
            every=timedelta(minutes=5),
            exclusive=True,
        ),
        *channels.JOBS,
        *sources.JOBS,
        *rewards.POINTS_JOBS,
        *tracking.JOBS,
        *activity.JOBS,
        *attribution.JOBS,
        *reports.JOBS,
        *reports.RETENTION_JOBS,
        Job("warehouse.load", warehouse.load, "bulk"),
        Job(
            "rewards.expire",
            rewards.expire_reservations,
            "housekeeping",
            every=timedelta(seconds=5),
        ),
        *CHATOPS_JOBS,
        Job(
            "people.resume_erasures",
            lambda budget: people.resume_erasures(budget.now()),
            "housekeeping",
            every=timedelta(minutes=5),
            exclusive=True,
        ),
        Job(
            "kernel.set_back",
            lambda budget: set_back.wake(budget.now()),
            "housekeeping",
            every=timedelta(minutes=1),
            exclusive=True,
        ),
        Job("kernel.purge", _purge, "housekeeping", every=timedelta(hours=6), exclusive=True),
    ]


def _purge(budget: Budget) -> int:
    """Forget what has expired: deliveries, requests, shown texts, sessions of the console."""
    now = budget.now()
    with store.write():
        # By real time, as Django judges them.
        ended, _ = Session.objects.filter(expire_date__lt=store.db_now()).delete()
    requests = console.forget_requests(now, budget.spent)
    forgotten = requests + nightly.forget(now) + messages.purge(now) + ended
    return inbox.purge(now, budget.spent) + forgotten


def at_start() -> None:
    """What a process that works must do before it starts.

    It agrees with the database on the time, or does not start; and holds a restored database.
    """
    skew.check()
    messages.check_epoch(clock.now())
