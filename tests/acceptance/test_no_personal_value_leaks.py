"""A sentinel in every personal field, through every door: found in `people`, and nowhere else.

One long story is told once per engine, with every trouble that a sale can have; then each place where
something could have been left behind is searched.
"""

import json
import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from postlude.channels import api as channels
from postlude.channels.types import Announcement
from postlude.kernel import clock, inbox, jobs, store, tokens
from postlude.kernel.models import JobSlot
from postlude.messages import api as messages
from postlude.messages.types import NewMessage
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.sandbox.sale.columns import ATTENDEE_COLUMNS
from postlude.sandbox.server import Sandbox
from postlude.sources import api as sources
from postlude.wiring.cli import commands
from support import every_route, leaks
from support.leaks import Person, Search
from support.whole_house import CORPORATE, INDIVIDUAL, PLAYBOOK, House, whole_house

WEBHOOK, POLL, CSV = Person("webhook"), Person("poll"), Person("csv")
BOUNCER, COMPLAINER, REFUNDED = Person("bounce"), Person("complaint"), Person("refund")
ECHO_ESP, ECHO_GATHER, TIRED = Person("echo-esp"), Person("echo-gather"), Person("tired")
BURIED, BAD, WAITING = Person("buried"), Person("bad"), Person("waiting")
EVERYBODY = (
    *(WEBHOOK, POLL, CSV, BOUNCER, COMPLAINER, REFUNDED),
    *(ECHO_ESP, ECHO_GATHER, TIRED, BURIED, BAD, WAITING),
)
WHOEVER = Search(EVERYBODY)
SOLD = (WEBHOOK, POLL, CSV, BOUNCER, COMPLAINER, REFUNDED, ECHO_ESP, ECHO_GATHER, TIRED, WAITING)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def logs() -> Iterator[list[str]]:
    with leaks.all_logs() as lines:
        yield lines


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    home = tmp_path / "home"
    home.mkdir()
    with whole_house(sandbox, home, monkeypatch, settings) as it:
        yield it


def test_a_leak_would_be_seen_everywhere(house: House, logs: list[str]) -> None:
    """The searches of the story below over leaks made on purpose, one in each place."""
    value = f"said {POLL.of('last').upper()}!"
    JobSlot.objects.create(name="leak", last_error=value)
    (house.home / "somewhere").mkdir()
    (house.home / "somewhere" / "file.bin").write_bytes(b"\x00\xff" + value.encode())
    logging.getLogger("postlude.leak").debug("at %s", "DEBUG", extra={"who": value})
    logging.getLogger("postlude.leak").info("call %s", POLL.phone)
    session = house.browser("viewer").session
    session["wanted"] = POLL.email
    session.save()
    with duckdb.connect(str(house.home / "planted.duckdb")) as file:
        file.execute("create table t as select ? as v from range(5000)", [value])

    assert ["kernel_job_slot.last_error: poll last"] == [
        each for each in leaks.in_database(WHOEVER) if "session" not in each
    ]
    assert {"django_session: poll local", "django_session: poll host"} == set(
        leaks.in_sessions(WHOEVER)
    )
    assert "somewhere/file.bin: poll last" in leaks.in_files(house.home, WHOEVER)
    assert {"main.t: poll last"} == set(leaks.in_warehouse(house.home / "planted.duckdb", WHOEVER))
    seen = leaks.in_logs(logs, WHOEVER)
    assert any("log: poll last" in each for each in seen)
    assert any("log: poll phone" in each for each in seen)


def test_every_table_is_searched(db: None) -> None:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    assert {model._meta.db_table for model in apps.get_models()} <= tables


def test_a_sale_with_every_trouble_leaves_nobody_outside_people(
    house: House,
    logs: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    three_doors(house)
    receipts(house)
    refund(house)
    links_are_followed(house)
    vendors_repeat_what_they_were_told(house, monkeypatch)
    dead_deliveries(house)
    an_account_is_refused(house, monkeypatch)
    klaviyo_is_told(house, monkeypatch)

    klaviyo_has_what_a_mail_needs_and_no_more(house)
    nothing_is_stored(house, logs)
    pages_show_nobody(house)
    the_api_shows_nobody(house)
    the_command_line_shows_nobody(capsys)
    an_import_names_nobody(tmp_path, capsys)
    only_allowed_answers_leave(house, tmp_path)
    nothing_is_stored(house, logs, but="unknown")


# -- the story ------------------------------------------------------------------------------------


def sell(house: House, person: Person, *, webhook: bool = True) -> dict[str, Any]:
    sold = house.sell(
        person.email,
        name=person.name,
        mobile=person.phone,
        tickets=[{"data": person.form}],
        webhook=webhook,
    )
    # KKTIX repeats the form in fields that nobody asked for.
    records = house.sandbox._house.vendors.by_name["kktix"].office.attendees
    for attendee in sold["attendee_ids"]:
        record = records[attendee]
        record["search_string"] += f"\n{person.of('search')}"
        record["kyc"] = {"name": person.of("kyc")}
        record["id_number"] = person.of("card")
    return sold


def three_doors(house: House) -> None:
    sell(house, WEBHOOK)
    house.settle()
    sell(house, POLL, webhook=False)
    assert all(each.ok for each in house.poll())
    house.settle()
    import_one(house, CSV, "7001", CSV.email)
    import_one(house, BAD, "7002", f"{BAD.of('local')} 中文@{BAD.of('host')}.test")
    house.settle()


def import_one(house: House, person: Person, order: str, email: str) -> None:
    row = {
        "Id": f"9{order}",
        "訂單編號": order,
        "票種": "Regular 一般票",
        "票券付款狀態": "paid",
        "票面價格": "600.0",
        "售出日期": "2023-08-01",
        "聯絡人 Email": email,
    }
    buyer = f"{order},activated,已繳費,2023/08/01 10:00:00,{person.of('buyer')},{person.of('buyer')}@b.test"
    report = sources.import_csv(
        house.org.id,
        attendees=leaks.export(person, ATTENDEE_COLUMNS, row),
        orders=f"訂單編號,票券狀態,付款狀態,付款時間,姓名,Email\n{buyer}".encode(),
        event_slug=CORPORATE[1],
        event_name=CORPORATE[0],
        kind=None,
        now=clock.now(),
    )
    assert report.imported, report.errors
    assert [] == WHOEVER(repr(report))


def receipts(house: House) -> None:
    """Everything that Mailgun may say, with the person in every field that is Mailgun's own."""
    for person, name in ((BOUNCER, "failed"), (COMPLAINER, "complained"), (WEBHOOK, "opened")):
        if person is not WEBHOOK:
            sell(house, person)
            house.settle()
        event = house.client.emit(name, person.email.lower())
        local = person.of("local")
        event |= {
            "ip": "203.0.113.77",
            "geolocation": {"city": person.of("city")},
            "client-info": {"user-agent": person.of("agent"), "client-type": "browser"},
            "id": f"own-{name}",
        }
        if name == "failed":
            event["delivery-status"] = {
                "code": 550,
                "message": f"5.1.1 <{person.email}>: no mailbox {local} for {person.name}",
                "description": f"{local} has moved",
            }
        assert 200 == house.mailgun_says(event).status_code
        house.settle()
    reasons = people.suppressed(
        house.org.id, [contact(house, each) for each in (BOUNCER, COMPLAINER)], "email"
    )
    assert 2 == len(reasons)


def refund(house: House) -> None:
    sold = sell(house, REFUNDED)
    house.settle()
    house.client.refund(sold["order_no"])
    house.settle()


def links_are_followed(house: House) -> None:
    agent = f"{WEBHOOK.of('agent')} Chrome/126.0"
    for path in house.links(WEBHOOK.email.lower()):
        answer = house.visit(path, **{"user-agent": agent, "x-forwarded-for": "203.0.113.77"})
        assert 302 == answer.status_code
        assert [] == WHOEVER(str(answer.headers) + answer.text)
    assert 410 == house.visit(house.links(REFUNDED.email.lower())[0]).status_code


def vendors_repeat_what_they_were_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vendors refuse with the address, the mailbox and the name in their words."""
    troubles = (
        (ECHO_ESP, "MAILGUN_URL", f"{house.web}/echo/400/v3"),
        (TIRED, "GATHER_URL", f"{house.web}/echo/503"),
        (ECHO_GATHER, "GATHER_URL", f"{house.web}/echo/403"),
    )
    for person, name, url in troubles:
        with monkeypatch.context() as change:
            change.setenv(name, url)
            sell(house, person)
            house.client.wait_for(house.sales_have_come)
            house.drain(at_most=0.5)
        house.drain(at_most=3)
    with monkeypatch.context() as change:
        change.setenv("KKTIX_URL", f"{house.web}/echo/500/{POLL.of('local')}")
        assert not any(each.ok for each in house.poll())


def an_account_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ESP turns us away for minutes, naming a person; the team is told, and it goes on."""
    began = clock.now()
    with monkeypatch.context() as change:
        change.setenv("MAILGUN_URL", f"{house.web}/echo/401/v3")
        sell(house, WAITING)
        house.client.wait_for(house.sales_have_come)
        house.drain(at_most=0.5)
        for minutes in (4, 8):
            with clock.use(clock.FrozenClock(began + timedelta(minutes=minutes))):
                house.drain(at_most=0.5)
                jobs.run_once("chatops.watch")
                house.drain(at_most=0.5)
    told = json.dumps(house.client.received("discord"), ensure_ascii=False)
    assert "401" in told, told
    assert "mailgun" in told
    assert [] == WHOEVER(told)
    with clock.use(clock.FrozenClock(began + timedelta(minutes=9))):
        messages.resume_sender(
            house.org.id, messages.sender(house.org.id, "mailgun").id, now=clock.now()
        )
        house.settle()
    assert house.client.mails(to=WAITING.email.lower())


def klaviyo_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message by event, an announcement by campaign, both refused in the person's own words."""
    orgs.configure(house.org.id, quiet_from=None, quiet_to=None)  # whatever the hour is
    settings = {"api_key": "${KLAVIYO_API_KEY}", "base_url": "${KLAVIYO_URL}"}
    rates: dict[str, Any] = {"rate": 1_000, "from_address": "hello@example.test"}
    for slug, channel in (("events", "klaviyo"), ("news", "klaviyo_campaign")):
        messages.ensure_sender(house.org.id, slug, channel, settings=settings, **rates)
    with monkeypatch.context() as change:
        change.setenv("KLAVIYO_URL", f"{house.web}/echo/400")
        write(house, ECHO_ESP, "refused")
        announce(house, "refused")
        house.drain(at_most=2)
    assert messages.dispatch(house.org.id, "refused").finished_at is not None
    write(house, WEBHOOK, "event")
    announce(house, "heard")
    began = clock.now()
    for seconds in range(0, 120, 3):
        with clock.use(clock.FrozenClock(began + timedelta(seconds=seconds))):
            house.drain(at_most=0.5)
        if messages.dispatch(house.org.id, "heard").finished_at is not None:
            break
    for metric in ("Opened Email", "Bounced Email"):
        event = house.client.emit_klaviyo(metric, WEBHOOK.email.lower())
        said = event["attributes"]["event_properties"]
        said |= {
            "Bounce Reason": f"no {WEBHOOK.of('words')} for {WEBHOOK.name}",
            "Bounce Type": "Soft",
        }
    jobs.run_once("channels.poll_reports")
    house.drain(at_most=2)


def write(house: House, person: Person, key: str) -> None:
    version = messages.template(house.org.id, "invitation")
    new = NewMessage(
        key=f"leak:{key}",
        klass="transactional",
        sender=messages.sender(house.org.id, "events").id,
        contact=contact(house, person),
        template_version=version.id,
        context={"conference": orders.conferences(house.org.id)[0].id, "tickets": []},
    )
    with store.write():
        messages.enqueue_many(house.org.id, [new], now=clock.now())


def announce(house: House, name: str) -> None:
    conference = orders.conferences(house.org.id)[0].slug
    wanted = Announcement(name, "news", "invitation", conference, "test")
    channels.announce(house.org.id, wanted, now=clock.now())


def klaviyo_has_what_a_mail_needs_and_no_more(house: House) -> None:
    """The address and the name, to whom it may be sent; no phone, no answer, nobody else."""
    held = house.client.received("klaviyo", limit=100_000)
    told = {each["attributes"]["email"] for each in held["profiles"]}
    mailed = {each["to"] for each in held["mails"]}
    assert WEBHOOK.email.lower() in mailed, "an event was mailed"
    assert POLL.email.lower() in mailed, "a campaign was mailed"
    assert not told & {each.email.lower() for each in (BOUNCER, COMPLAINER, REFUNDED, BURIED)}
    needed = ("local", "host", "first", "last")
    excused = frozenset(f"{each.door} {what}" for each in EVERYBODY for what in needed)
    everything = json.dumps(held, ensure_ascii=False)
    assert WEBHOOK.of("local") in everything.casefold(), "it would be seen"
    assert [] == Search(EVERYBODY, excused)(everything)
    # An address in a path or a query would stand in the logs of every proxy on the way.
    assert [] == WHOEVER(json.dumps(house.client.calls("klaviyo", limit=10_000)))


def dead_deliveries(house: House) -> None:
    """Webhooks that nobody can read, all about one person."""
    order = {"id": 1, "state": "activated", "paid_at": BURIED.of("words")}
    notification = {
        "type": "order_activated_paid",
        "event": {"name": INDIVIDUAL[0], "slug": INDIVIDUAL[1]},
        "order": order,
        "contact": {"name": BURIED.name, "email": BURIED.email, "mobile": BURIED.phone},
        "tickets": [{"id": BURIED.email, "name": BURIED.name, "price_cents": BURIED.phone}],
    }
    bodies = (
        f"{BURIED.email} {BURIED.name}",
        json.dumps({"notifications": [notification], "batch_id": "9"}),
        json.dumps({"notifications": [BURIED.email, {"type": BURIED.email}, None]}),
    )
    for body in bodies:
        answer = Client().post(
            "/hooks/kktix/pycontw/kktix",
            body,
            content_type="application/json",
            headers={"x-kktix-secret": "sandbox-kktix-secret"},
        )
        assert [] == WHOEVER(answer.content)
    answer = house.mailgun_says({"event": "failed", "recipient": BURIED.email, "timestamp": "soon"})
    assert [] == WHOEVER(answer.text)
    house.drain()
    assert 5 <= len(inbox.dead(house.org.id))


def contact(house: House, person: Person) -> int:
    found = people.find(house.org.id, person.email)
    assert found is not None
    return found


# -- where it is looked for -----------------------------------------------------------------------


def nothing_is_stored(house: House, logs: list[str], *, but: str = "") -> None:
    excused = frozenset(f"{person.door} {but}" for person in EVERYBODY)
    assert [] == leaks.in_database(WHOEVER)
    assert [] == leaks.in_files(house.home, Search(EVERYBODY, excused))
    warehouse = house.home / "warehouse.duckdb"
    assert [] == leaks.in_warehouse(warehouse, Search(EVERYBODY, excused))
    assert [] == leaks.in_logs(logs, WHOEVER)
    assert len(logs) > 50, "the logs were kept"
    assert all(contact(house, person) for person in SOLD), "people knows them"


def only_allowed_answers_leave(house: House, tmp_path: Path) -> None:
    """An answer leaves once its label is allowed, without the person who is written into it."""
    house.poll()
    house.settle()
    warehouse = house.home / "warehouse.duckdb"
    for person in (WEBHOOK, POLL, CSV):
        assert person.of("allowed").encode() in warehouse.read_bytes()
        assert person.of("unknown").encode() not in warehouse.read_bytes()

    changed = tmp_path / "tickets.yaml"
    more = '    - {column: remark, labels: ["A question that nobody has read"]}\n'
    playbook = PLAYBOOK.read_text(encoding="utf-8").replace("  keep:\n", f"  keep:\n{more}")
    changed.write_text(playbook, encoding="utf-8")
    shutil.copytree(PLAYBOOK.parent / "templates", tmp_path / "templates")
    playbooks.apply(changed, org=None, actor=Actor("cli", "test"), now=clock.now())
    house.drain()
    assert POLL.of("unknown").encode() in warehouse.read_bytes()


def pages_show_nobody(house: House) -> None:
    # What an operator presses changes what the other pages show.
    pressed = ("release/", "revive/", "regrant/", "removed/", "resend/")
    found = {url for values in everybodys_values(house) for url in every_route.members(values)}
    for role in ("viewer", "marketer", "engineer"):
        browser = house.browser(role)
        for url in sorted(each for each in found if not each.endswith(pressed)):
            for method in ("get", "post"):
                answer = getattr(browser, method)(url, {"purpose": "curiosity"})
                assert [] == WHOEVER(answer.content), (role, method, url)


def the_api_shows_nobody(house: House) -> None:
    scopes = ("sales.view", "ops.view", "rewards.view", "rules.view", "rules.order")
    scopes = (*scopes, "people.change_contact", "orders.tell", "events.tell")
    headers = {**house.key(*scopes), "X-Purpose": "curiosity"}
    urls = {url for values in everybodys_values(house) for url in every_route.api(values)}
    for url in sorted({*urls, "/metrics", "/ready"}):
        assert [] == WHOEVER(Client().get(url, headers=headers).content), url


def everybodys_values(house: House) -> list[dict[str, str]]:
    """Return what fills a route, for each person; the newest mail of each goes with them."""
    filled = []
    for person in SOLD:
        number = contact(house, person)
        written = messages.of_contact(house.org.id, number)
        letter = tokens.seal("message", written[0].id if written else 0)
        token = tokens.seal("contact", number)
        cards = {"gift-cards": tokens.seal("gift-card-id", number), "key": "sale-1"}
        cards |= {"rule": "every-200", "notice": "invite", "order": "till-7"}
        values = {"buyers": token, "points": token, "coupons": token, "messages": letter, **cards}
        values["contacts"] = token
        filled.append({"slug": "pycontw", **values})
    return filled


def printed(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Run a command and return all that it says."""
    capsys.readouterr()
    commands.run(command)
    said = capsys.readouterr()
    assert said.out + said.err, command
    return said.out + said.err


def the_command_line_shows_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    for person in (*SOLD, BURIED):
        for options in ((), ("--json",)):
            assert [] == WHOEVER(printed(capsys, "timeline", person.email, *options))
    for command in ("warehouse status", "jobs list", "doctor --offline"):
        assert [] == WHOEVER(printed(capsys, *command.split(), "--json")), command

    shown = json.loads(
        printed(capsys, "timeline", POLL.email, "--reveal", "answers a question", "--json")
    )
    assert (POLL.name, POLL.email.lower()) == (shown["name"], shown["email"])
    assert ["Nickname / 暱稱", POLL.of("nickname")] in shown["answers"]


def an_import_names_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken export is described row by row without what stands in it."""
    broken = tmp_path / "broken.csv"
    row = {"Id": BURIED.email, "訂單編號": BURIED.name, "票券付款狀態": BURIED.of("words")}
    row |= {"票面價格": BURIED.phone, "售出日期": "soon"}
    broken.write_bytes(leaks.export(BURIED, ATTENDEE_COLUMNS, row))
    command = ("import", "kktix-csv", str(broken), "--event", INDIVIDUAL[1])
    for options in ((), ("--json",), ("--json", "--skip-bad-rows")):
        assert [] == WHOEVER(printed(capsys, *command, *options)), options
