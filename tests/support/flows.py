"""What the child process of `killing` does: everything an organiser's machine does in two days.

Each flow may be killed anywhere and is then run again from its beginning, like a machine that
starts again: what the world does (buy, cancel, read mails) is not repeated when it has happened.
"""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.test import Client

from postlude.access import api as access
from postlude.access import types as access_types
from postlude.access.models import Resource
from postlude.collector.app import create_app
from postlude.journeys import api as journeys
from postlude.kernel import clock, jobs, work
from postlude.kernel.models import WorkRow
from postlude.messages import api as messages
from postlude.messages import stamp
from postlude.messages.models import Epoch, Message, Sender, TemplateVersion
from postlude.messages.types import LocaleText
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from postlude.playbooks import api as playbooks
from postlude.sandbox.client import SandboxClient
from postlude.sandbox.mailgun.events import signed
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse
from postlude.wiring import pipeline, registry
from support import announcing_flow

TOLD: dict[str, Any] = json.loads(os.environ["KILL_TOLD"])
ACTOR = Actor("cli", "test")
DRAIN_SECONDS = 8


class Ahead:
    """The machine's clock, some time ahead."""

    def __init__(self, **delta: float) -> None:
        self._delta = timedelta(**delta)
        self._system = clock.SystemClock()

    def now(self) -> datetime:
        return self._system.now() + self._delta


def apply() -> int:
    """Put the playbook into force, with windows so small that a dozen mails need several."""
    registry.at_start()
    playbooks.apply(Path(TOLD["playbook"]), org=None, actor=ACTOR, now=clock.now())
    Sender.objects.update(window=TOLD["window"])
    pipeline.drain(at_most=DRAIN_SECONDS)
    return 0


def sale(**fault: object) -> int:
    """Apply the playbook, take the sale in at three doors, let in, invite, and take back."""
    apply()
    with SandboxClient(TOLD["sandbox"]) as world:
        _repair(world)
        if fault:
            world.set_faults("mailgun", {"path": "*messages*", **fault})
        org = orgs.all_orgs()[0]
        _webhook(org, TOLD["webhooks"][0].encode())
        jobs.run_until_idle(groups=("pipeline",))
        _poll(org)
        pipeline.drain(at_most=DRAIN_SECONDS)
        _import_files(org)
        journeys.catch_up(org.id, now=clock.now())
        _once(lambda: world.refund(TOLD["refunded"], webhook=False))
        _once(lambda: world.cancel(TOLD["cancelled"], webhook=False))
        _webhook(org, TOLD["webhooks"][1].encode())
        _poll(org)
        pipeline.drain(at_most=DRAIN_SECONDS)
        _housekeeping()
    return 1 if pipeline.waiting() else 0


def day() -> int:
    """The day after: readers, links, alerts, operators, and vendors in trouble."""
    return max(_part(name) for name in DAY)


def _part(name: str) -> int:
    """Do one part of the day after; whatever a former life left undone is done first."""
    registry.at_start()
    with SandboxClient(TOLD["sandbox"]) as world:
        org = orgs.all_orgs()[0]
        _repair(world)
        pipeline.drain(at_most=DRAIN_SECONDS)
        DAY[name](org, world)
        _repair(world)
        _housekeeping()
    return 1 if pipeline.waiting() else 0


def _repair(world: SandboxClient) -> None:
    """Whatever a former life made the vendors do ends here, and what is due has become due."""
    WorkRow.objects.filter(due__gt=clock.now()).update(due=clock.now())
    world.clear_faults()
    world.configure("gather", api_key=os.environ["GATHER_API_KEY"])
    for org in orgs.all_orgs():
        for status in messages.senders(org.id):
            messages.resume_sender(org.id, status.id, now=clock.now())
        for conference in orders.conferences(org.id):
            access.regrant(org.id, conference.id, actor="test", now=clock.now())


def _poll(org: OrgRef) -> None:
    sources.poll(org.id, now=clock.now(), budget=jobs.Budget(60))


def _import_files(org: OrgRef) -> None:
    for event in TOLD["files"]:
        sources.import_csv(
            org.id,
            attendees=Path(event["attendees"]),
            orders=Path(event["orders"]),
            event_slug=event["slug"],
            event_name=event["name"],
            kind=None,
            now=clock.now(),
        )


def _run(job: str) -> None:
    """Run a job; what a former life held of it is free within its lease."""
    jobs.run_once(job, wait=2)


def _housekeeping() -> None:
    with clock.use(Ahead(seconds=10)):
        _run("channels.reconcile_unknown")
        _run("kernel.work")
        _run("attribution.news")
    for job in ("people.resume_erasures", "kernel.purge", "chatops.watch", "chatops.notify"):
        _run(job)
    pipeline.drain(at_most=DRAIN_SECONDS)


def _webhook(org: OrgRef, body: bytes) -> None:
    Client().post(
        f"/hooks/kktix/{org.slug}/kktix",
        data=body,
        content_type="application/json",
        headers={"x-kktix-secret": os.environ["KKTIX_WEBHOOK_SECRET"]},
    )


def _once(act: Callable[[], Any]) -> None:
    """Let the world do something, unless it has done so in a former life."""
    try:
        act()
    except RuntimeError as error:
        if " 409 " not in str(error):
            raise


# -- the day after --------------------------------------------------------------------------------


def _readers(org: OrgRef, world: SandboxClient) -> None:
    """Receipts of Mailgun: delivered, bounced, opened, complained, unsubscribed."""
    taken = sorted({each for mail in world.mails() for each in mail["recipients"]})
    for event, address in zip(
        ("delivered", "failed", "opened", "unsubscribed", "complained"), taken, strict=False
    ):
        _receipt(org, world, event, address)


def _receipt(org: OrgRef, world: SandboxClient, event: str, address: str) -> None:
    body = signed(world.emit(event, address), os.environ["MAILGUN_SIGNING_KEY"])
    Client().post(f"/hooks/mailgun/{org.slug}/mailgun", data=body, content_type="application/json")


def _links(org: OrgRef, _: SandboxClient) -> None:
    """A reader's program: the pixel, a link, the access link, and the one-click goodbye."""
    message = Message.objects.filter(org=org.id, state="accepted").order_by("id").last()
    token = messages.token_of(message.id)
    grants = [
        grant.id
        for held in access.grants_of(org.id, [message.contact]).values()
        for grant in held
        if grant.state == "granted"
    ]
    app = create_app()
    _visit(app, "GET", f"/o/{token}.gif")
    for n in range(3):
        _visit(app, "GET", f"/c/{token}/{n}")
    for url in access.link_for(org.id, grants).values():
        _visit(app, "GET", "/go/" + url.rpartition("/go/")[2])
    _visit(app, "POST", f"/u/{token}", b"List-Unsubscribe=One-Click")
    app.close()


def _visit(app: Any, method: str, path: str, body: bytes = b"") -> None:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) Firefox/118.0")],
        "client": ("192.0.2.1", 1),
    }
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return left.pop() if left else {"type": "http.disconnect"}

    async def send(_: dict[str, Any]) -> None:
        return None

    asyncio.run(app(scope, receive, send))


def _alerts(org: OrgRef, _: SandboxClient) -> None:
    """A delivery that nobody can read is buried, and the team is told."""
    _webhook(org, b"{ this is no batch")
    _run("chatops.watch")
    _run("chatops.notify")


def _the_team_asks(org: OrgRef, world: SandboxClient) -> None:
    """Commands of Discord: a file is promised; an invitation is asked for, confirmed, sent again."""
    _discord(org, world.ask("sales", slug=_slug(org), number="7001", send=False))
    email, roles = TOLD["regular"], [os.environ["DISCORD_TEAM_ROLE_ID"]]
    call = {"slug": _slug(org), "email": email, "roles": roles}
    question = _discord(org, world.ask("invite", number="7002", send=False, **call))
    yes = question["data"]["components"][0]["components"][0]["custom_id"]
    pressed = world.press("7002", custom_id=yes, roles=roles, number="7003", send=False)
    _discord(org, pressed)
    pipeline.drain(at_most=DRAIN_SECONDS)


def _slug(org: OrgRef) -> str:
    return next(str(each.slug) for each in orders.happenings(org.id) if each.kind == "individual")


def _discord(org: OrgRef, asked: dict[str, Any]) -> dict[str, Any]:
    """Deliver what Discord signed, a minute ago at most."""
    answer = Client().post(
        f"/hooks/discord/{org.slug}",
        data=asked["body"].encode(),
        content_type="application/json",
        headers={name: value for name, value in asked["headers"].items() if name[0] == "X"},
    )
    return dict(answer.json())


def _before_the_event(org: OrgRef, _: SandboxClient) -> None:
    """The conference begins in half a day: everybody hears, the late buyers of “troubles” too."""
    conference = next(each for each in orders.conferences(org.id) if each.slug == "pycontw-2023")
    if conference.starts_at is None:
        starts = clock.now() + timedelta(hours=12)
        orders.ensure_conference(
            org.id,
            conference.slug,
            name=conference.name,
            pattern=conference.pattern,
            starts_at=starts,
            ends_at=starts + timedelta(days=2),
        )
    pipeline.drain(at_most=DRAIN_SECONDS)


def _lost_answers(org: OrgRef, world: SandboxClient) -> None:
    """Two mails whose answers are lost: one is found by the events, one by being opened."""
    contact, conference, address = _regular(org)
    for number in ("lost-1", "lost-2"):
        world.set_faults("mailgun", {"kind": "drop_after", "path": "*messages*", "count": 1})
        journeys.resend(org.id, contact, conference, actor="test", now=clock.now(), request=number)
        # A slow machine outlives the short lease of these tests before the first mail goes.
        pipeline.drain(at_most=DRAIN_SECONDS)
        world.clear_faults("mailgun")
        if number == "lost-2" and _mail(world, address):
            _receipt(org, world, "opened", address)
            jobs.run_until_idle()
        with clock.use(Ahead(seconds=10)):
            _run("channels.reconcile_unknown")


def _mail(world: SandboxClient, address: str) -> bool:
    return bool(world.mails(to=address))


def _troubles(org: OrgRef, world: SandboxClient) -> None:
    """Mailgun is busy while somebody buys; Gather refuses the key; a mail gets too old."""
    world.set_faults("mailgun", {"kind": "rate_limited", "path": "*messages*"})
    _once(lambda: world.sell(**TOLD["late_sale"]))
    _webhook(org, TOLD["late_webhook"].encode())
    jobs.run_until_idle()
    with clock.use(Ahead(minutes=11)):
        _run("journeys.reconcile")
    _repair(world)
    pipeline.drain(at_most=DRAIN_SECONDS)

    contact, _, _ = _regular(org)
    world.set_faults("mailgun", {"kind": "rate_limited", "path": "*messages*"})
    version = TemplateVersion.objects.filter(org=org.id).order_by("id")[0]
    sender = messages.sender(org.id, "mailgun").id
    messages.send_test(
        org.id, version.id, sender=sender, contact=contact, locale="en", now=clock.now()
    )
    with clock.use(Ahead(days=9)):
        _run("channels.recover")
    _repair(world)
    _unfinished(org, contact, sender)

    world.configure("gather", api_key="another")
    for _ in range(2):  # refused, and sent to the person without asking
        access.readdress(org.id, [contact], actor="test", now=clock.now())
        jobs.run_until_idle()
    for queue in access.manual_queue(org.id):
        waiting = [entry.grant for entry in queue.entries]
        access.mark_done(org.id, waiting, actor="test", now=clock.now())


def _unfinished(org: OrgRef, contact: int, sender: int) -> None:
    """A letter that names what its sender forgot to give."""
    text = LocaleText("en", "{{ context.what }}", html="<p>{{ context.what }}</p>", text="a")
    version = messages.publish_template(
        org.id, "unfinished", "email", [text], now=clock.now(), context_sample={"what": "b"}
    )
    messages.send_test(
        org.id, version, sender=sender, contact=contact, locale="en", now=clock.now()
    )
    jobs.run_until_idle()


def _roles(org: OrgRef, world: SandboxClient) -> None:
    """A Discord role for one buyer: the form comes, the role is given, taken, and given again."""
    contact, conference, _ = _regular(org)
    now = clock.now()
    world.configure("discord_guild", members={"400000000000000001": "regular"})
    rows = Resource.objects.filter(org=org.id, conference=conference).exclude(key="crew")
    others = [access_types.Resource(r.key, r.kind, r.title, r.settings) for r in rows]
    everything = access_types.MapRule("*", "*", tuple(each.key for each in others))
    settings = {
        "token": "${DISCORD_BOT_TOKEN:-sandbox-bot-token}",
        "guild": "200000000000000001",
        "role": "300000000000000001",
        "question": "Discord",
        "base_url": TOLD["sandbox"] + "/discord_guild/api/v10",
    }
    crew = access_types.Resource("crew", "discord_role", "Crew", settings)
    access.define_resources(org.id, conference, [*others, crew], now=now)
    opened = access_types.MapRule("*", "*", (*everything.resources, "crew"))
    access.define_map(org.id, conference, [opened], now=now)
    _answer(org, contact, conference, "regular")
    access.grant_many(org.id, conference, [contact], now=now)
    jobs.run_until_idle()
    access.readdress(org.id, [contact], actor="test", now=clock.now())
    jobs.run_until_idle()
    access.define_map(org.id, conference, [everything], now=now)
    access.define_resources(org.id, conference, others, now=now)


def _answer(org: OrgRef, contact: int, conference: int, name: str) -> None:
    (ticket, *_) = orders.valid_tickets_of(org.id, [contact], conference)[contact]
    subject = orders.answers_subject(ticket.id)
    sheet = people.answers(org.id, [subject]).get(subject, [])
    said = [pair for pair in sheet if pair[0] != "Discord"]
    people.record_answers(org.id, [(subject, contact, [*said, ("Discord", name)])], now=clock.now())


def _operators(org: OrgRef, _: SandboxClient) -> None:
    """What staff do by hand, and a person who asks to be forgotten."""
    now = clock.now()
    contact, conference, address = _regular(org)
    open_ones = [each.id for each in access.to_remove_by_hand(org.id)]
    access.removed_by_hand(org.id, open_ones, actor="test", now=now)
    people.show(
        org.id, [contact], actor=ACTOR, permissions=["people.view_contact"], purpose="a", now=now
    )
    people.change_name(org.id, contact, "王小明", actor=ACTOR, now=now)
    people.suppress_contacts(org.id, [contact], "email", "hard_bounce", now=now)
    journeys.resend(
        org.id, contact, conference, actor="test", now=now, request="to a suppressed address"
    )
    pipeline.drain(at_most=DRAIN_SECONDS)
    people.lift(
        org.id, "email", address, "hard_bounce", actor=ACTOR, purpose="it works again", now=now
    )
    gone = people.find(org.id, TOLD["cancelled_email"])
    if gone is not None:
        people.change_email(org.id, gone, "moved-" + TOLD["cancelled_email"], actor=ACTOR, now=now)
    forgotten = people.find(org.id, TOLD["refunded_email"])
    if forgotten is not None:
        people.erase(org.id, forgotten, actor=ACTOR, now=now)
    people.replay_erasures(org.id, people.erasures_to_replay(org.id), now=now)
    pipeline.drain(at_most=DRAIN_SECONDS)
    warehouse.replay(org.id, now=now)


def _support(org: OrgRef, world: SandboxClient) -> None:
    """Wrong addresses, a buyer who asks again, guests from a file; nobody is let in by it."""
    _readdressed(org, world)
    contact, _, _ = _regular(org)
    with clock.use(Ahead(minutes=20)):
        journeys.ask_again(org.id, contact, mark="")
        pipeline.drain(at_most=DRAIN_SECONDS)
    known = orders.tickets(org.id, orders.all_tickets(org.id)).values()
    if not any(each.source == "guests" and not each.valid for each in known):
        _guests(org, [TOLD["regular"], TOLD["another"]])
        pipeline.drain(at_most=DRAIN_SECONDS)
    _guests(org, [TOLD["regular"]])


def _readdressed(org: OrgRef, world: SandboxClient) -> None:
    """People without a valid ticket: who pays later, and two whose first address was none."""
    now = clock.now()
    late = {**TOLD["late_sale"], "email": "unpaid@example.test", "order_no": 199_000_011}
    late["tickets"] = [{"name": "Regular 一般票", "price": 1290, "attendee_id": 199_000_012}]
    _once(lambda: world.sell(**late, paid=False, payment_method="ATM"))
    _poll(org)
    world.change_email(199_000_011, "unpaid@new.example.test")
    _poll(org)
    for number in (1, 2):  # the second turns out to be the first
        seen = PersonSeen("none@@", source="test", reference=f"test:support:{number}")
        (found,) = people.recognise_many(org.id, [seen], now=now)
        if found.contact is not None and found.problem is not None:
            people.change_email(org.id, found.contact, "both@example.test", actor=ACTOR, now=now)
    both = people.find(org.id, "both@example.test")
    if both is not None:
        work.publish(people.MOVED, org.id, [both])
        work.publish(journeys.STALE, org.id, [both])
    # Their news, also when a former life died before it was worked off.
    work.publish(people.ADDRESSED, org.id, [both or 0])
    work.publish(people.JOINED, org.id, [both or 0])
    pipeline.drain(at_most=DRAIN_SECONDS)


def _guests(org: OrgRef, emails: list[str]) -> None:
    sources.import_guests(
        org.id,
        file="\n".join(["email", *emails]).encode(),
        conference=orders.conferences(org.id)[0].slug,
        kind="speaker",
        now=clock.now(),
        revoke_missing=True,
    )


def _restored(_org: OrgRef, _: SandboxClient) -> None:
    """A backup is put back, twice: sending waits for an operator's word."""
    for decide in (messages.release_old_epoch, messages.cancel_old_epoch):
        row = Epoch.objects.get()
        stamp.write(row.database, row.tick + 1_000)
        messages.check_epoch(clock.now())
        decide("test", now=clock.now())


def _regular(org: OrgRef) -> tuple[int, int, str]:
    """Return a buyer with a ticket (the last of the list), the conference and the address."""
    address = TOLD["regular"]
    contact = people.find(org.id, address)
    assert contact is not None
    return contact, orders.conferences(org.id)[0].id, address


DAY: dict[str, Callable[[OrgRef, SandboxClient], None]] = {
    "readers": _readers,
    "links": _links,
    "alerts": _alerts,
    "the team asks": _the_team_asks,
    "before the event": _before_the_event,
    "lost answers": _lost_answers,
    "troubles": _troubles,
    "roles": _roles,
    "operators": _operators,
    "support": _support,
    "restored": _restored,
}
FLOWS: dict[str, Callable[[], int]] = {
    "apply": apply,
    "sale": sale,
    "sale, answers lost": partial(sale, kind="drop_after", probability=0.3, seed=3),
    "day": day,
    "announcement: before": announcing_flow.before,
    "announcement": announcing_flow.announce,
    **{f"day: {name}": partial(_part, name) for name in DAY},
}
