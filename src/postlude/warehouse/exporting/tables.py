"""What is exported: a kind of fact is a view, its columns and what they mean.

A column is only ever added at the end; one that changes its meaning makes another SCHEMA.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SCHEMA = 1
How = Literal[
    "plain",
    "id",
    "contact",
    "visitor",
    "instant",
    "day",
    "flag",
    "amount",
    "words",
    "url",
    "branch",
]
"""How a value leaves: an id as text, a person or a browser as a pseudonym, minor units as major."""
TYPES: Mapping[str, str] = {
    "id": "VARCHAR",
    "contact": "VARCHAR",
    "visitor": "VARCHAR",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "day": "DATE",
    "flag": "BOOLEAN",
    "amount": "DECIMAL(20,4)",
    "words": "VARCHAR[]",
    "url": "VARCHAR",
    "branch": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `sql` is what is selected, `type` DuckDB's word for it."""

    name: str
    sql: str
    meaning: str
    how: How = "plain"
    plain: str = "VARCHAR"

    @property
    def type(self) -> str:
        return TYPES.get(self.how, self.plain)


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of facts: `source` is what stands after FROM, `key` its unique number, `time` what
    --since and --until are compared with. `loads`: `postlude load` takes these lines again.
    """

    kind: str
    meaning: str
    source: str
    key: str
    time: str
    columns: tuple[Column, ...]
    loads: bool = True
    where: str = ""


def _id(name: str, sql: str, meaning: str) -> Column:
    return Column(name, sql, meaning, "id")


def _at(name: str, sql: str, meaning: str) -> Column:
    return Column(name, sql, meaning, "instant")


def _flag(name: str, sql: str, meaning: str) -> Column:
    return Column(name, sql, meaning, "flag")


def _count(name: str, sql: str, meaning: str) -> Column:
    return Column(name, sql, meaning, plain="BIGINT")


def _contact(sql: str, meaning: str = "pseudonym of the person, as joined by now") -> Column:
    return Column("contact", sql, meaning, "contact")


_CURRENCY = "ISO 4217"
_TOUCHED = "m.org = t.org AND m.template = t.template"

_CREDITED = (
    _id("open_message", "a.open_message", "credited to the open of this message"),
    Column("open_channel", "a.open_channel", "its channel"),
    Column("open_node", "a.open_node", "its node"),
    _at("open_at", "a.open_touched_at", "when it was opened"),
    _id("click_message", "a.click_message", "credited to a click in this message"),
    Column("click_channel", "a.click_channel", "its channel"),
    Column("click_node", "a.click_node", "its node"),
    _at("click_at", "a.click_touched_at", "when it was clicked"),
    _at("session_started_at", "a.session_started_at", "begin of the session"),
    _at("session_last_at", "a.session_last_at", "the last there was before the order"),
    _count("rule", "a.rule", "version of the rule it was credited by"),
    Column("session_source", "a.session_source", "what brought the session"),
    Column("session_medium", "a.session_medium", "by which kind of way"),
    Column("session_campaign", "a.session_campaign", "in which campaign"),
)

_TABLES = (
    Table(
        "contact",
        "a living person, once; who was forgotten is nobody",
        "people_facts_contact c LEFT JOIN people_facts_placeholder p "
        "ON p.org = c.org AND p.contact = c.contact",
        "c.contact",
        "c.first_seen_at",
        (
            Column("id", "c.contact", "pseudonym of the person", "contact"),
            Column("level", "c.level", "member level"),
            Column("source", "c.source", "what first told of the person"),
            _at("first_seen_at", "c.first_seen_at", "when that was"),
            _flag("headless", "CASE WHEN p.contact IS NULL THEN 0 ELSE 1 END", "a placeholder"),
        ),
    ),
    Table(
        "visitor",
        "a browser",
        "people_facts_visitor v",
        "v.visitor",
        "v.first_seen_at",
        (
            Column("id", "v.visitor", "pseudonym of the browser", "visitor"),
            _contact("v.contact", "pseudonym of whose it is now; null: nobody known"),
            _at("first_seen_at", "v.first_seen_at", "when it was first here"),
            _at("last_seen_at", "v.last_seen_at", "when it was last here"),
            Column("source", "v.last_source", "where it came from last"),
            Column("country", "v.country", "two letters, where it was first seen, if a proxy said"),
        ),
    ),
    Table(
        "cycle",
        "a run of a journey",
        "journeys_facts_cycle c",
        "c.cycle",
        "c.started_at",
        (
            _id("id", "c.cycle", "the run"),
            Column("journey", "c.slug", "the journey"),
            Column("title", "c.title", "what people call it"),
            Column("folder", "c.folder", "its folder"),
            _at("started_at", "c.started_at", "when it began"),
            _count("entered", "c.entered", "how many entered"),
        ),
    ),
    Table(
        "message",
        "one text to one contact, also one that was blocked or failed",
        "messages_facts_message m JOIN messages_facts_version v "
        "ON v.org = m.org AND v.template_version = m.template_version "
        "JOIN messages_facts_template t ON t.org = v.org AND t.template = v.template",
        "m.message",
        "m.created_at",
        (
            _id("id", "m.message", "the message"),
            _contact("m.contact"),
            Column("channel", "m.channel", "what it went by"),
            Column("node", "m.node", "the send node"),
            Column("template", "t.slug", "the template"),
            _id("cycle", "m.cycle", "the run of the journey"),
            _at("at", "m.created_at", "when it was decided"),
            Column("state", "m.state", "what became of it"),
            Column("reason", "m.reason", "why it was blocked or failed"),
            Column("class", "m.klass", "marketing, service, transactional"),
            _flag("testing", "m.testing", "a test"),
            _count("segments", "m.segments", "parts or points of a text message"),
            Column("cost", "m.cost", "what it cost", "amount"),
            Column("locale", "m.locale", "language"),
            _at("accepted_at", "m.accepted_at", "when the provider took it"),
            _at("settled_at", "m.settled_at", "when its end was known"),
        ),
    ),
    Table(
        "unwritten",
        "somebody to whom a node wrote nothing: blocked or held out before there was a message",
        "journeys_facts_unwritten u JOIN journeys_facts_journey j "
        "ON j.org = u.org AND j.journey = u.journey",
        "u.attempt",
        "u.at",
        (
            _id("id", "u.attempt", "the decision"),
            _contact("u.contact"),
            Column("journey", "j.slug", "the journey"),
            _id("cycle", "u.cycle", "its run"),
            Column("node", "u.node", "the send node"),
            Column("outcome", "u.outcome", "blocked, held_out"),
            Column("reason", "u.reason", "why"),
            _at("at", "u.at", "when"),
        ),
        loads=False,
    ),
    Table(
        "attempt",
        "a try or a receipt of a message",
        "messages_facts_attempt a",
        "a.attempt",
        "a.at",
        (
            _id("id", "a.attempt", "the try"),
            _id("message", "a.message", "the message"),
            Column("what", "a.kind", "what it was"),
            _at("at", "a.at", "when"),
        ),
    ),
    Table(
        "activity",
        "a page view or an event of a browser",
        "activity_facts_activity a",
        "a.activity",
        "a.at",
        (
            _id("id", "a.activity", "the hit"),
            Column("visitor", "a.visitor", "pseudonym of the browser", "visitor"),
            _contact("a.contact", "pseudonym of whom it was known to be then"),
            Column("what", "a.kind", "page, event"),
            Column("action", "a.action", "what the event is called"),
            Column("url", "a.url", "the page, without its query", "url"),
            Column("subject", "a.subject", "what it is about"),
            Column("products", "a.products", "ids of products", "words"),
            _at("at", "a.at", "when, by our clock"),
            _flag("by_machine", "a.by_machine", "signs say that no person was behind it"),
            Column("utm_source", "a.utm_source", "what brought the visitor to the page"),
            Column("utm_medium", "a.utm_medium", "by which kind of way"),
            Column("utm_campaign", "a.utm_campaign", "in which campaign"),
        ),
    ),
    Table(
        "touch",
        "an open, a click or an unsubscribe that came back, with its verdict",
        f"tracking_facts_touch t LEFT JOIN messages_facts_template m ON {_TOUCHED}",
        "t.touch",
        "t.at",
        (
            _id("id", "t.touch", "the hit"),
            _id("message", "t.message", "the message"),
            Column("what", "t.kind", "open, click, unsubscribe"),
            _count("link", "t.link", "number of the link"),
            Column("visitor", "t.visitor", "pseudonym of the browser", "visitor"),
            _at("at", "t.at", "when we heard of it"),
            _contact("t.contact", "pseudonym of whom the message was written to"),
            Column("channel", "t.channel", "of the message"),
            Column("node", "t.node", "of the message"),
            Column("template", "m.slug", "of the message"),
            _id("cycle", "t.cycle", "of the message"),
            _flag("testing", "t.testing", "of a test"),
            _flag("human", "t.human", "the verdict; null: nobody has said"),
            _count("reasons", "t.reasons", "bits of what speaks against a person"),
        ),
        where="t.message IS NOT NULL AND t.kind IN ('open', 'click', 'unsubscribe')",
    ),
    Table(
        "order",
        "an order of a shop, tests left out, and what it is credited to",
        "orders_facts_shop_order s LEFT JOIN attribution_facts_order a "
        "ON a.org = s.org AND a.order_id = s.order_id",
        "s.order_id",
        "s.at",
        (
            Column("id", "s.uid", "number of the order"),
            _contact("s.contact", "pseudonym of the buyer"),
            Column("visitor", "s.visitor", "pseudonym of the browser", "visitor"),
            Column("amount", "s.amount_minor", "what it came to", "amount"),
            Column("currency", "s.currency", _CURRENCY),
            _at("opened_at", "s.at", "when it was placed"),
            _at("closed_at", "s.closed_at", "when it was done"),
            _at("cancelled_at", "s.cancelled_at", "when it was cancelled"),
            Column("order_kind", "s.kind", "in the shop's words"),
            Column("source", "s.source", "in the shop's words"),
            Column("branch", "s.branch", "slug of the branch", "branch"),
            Column("state", "s.state", "opened, closed, cancelled"),
            *_CREDITED,
        ),
    ),
    Table(
        "line",
        "an item of an order, as the newest view of the shop's own system has it",
        "orders_facts_shop_line l",
        "l.line_id",
        "l.at",
        (
            Column("order", "l.uid", "number of the order"),
            Column("line", "l.line", "the item's number in it"),
            Column("product", "l.product", "id of the product; its title stays here"),
            _count("quantity", "l.quantity", "how many"),
            Column("price", "l.price_minor", "of one", "amount"),
            Column("currency", "l.currency", _CURRENCY),
            _at("at", "l.at", "when the order was placed"),
        ),
        loads=False,
    ),
    Table(
        "consent",
        "one yes or no, as it was given; the newest of a person and a channel holds",
        "people_facts_consent c",
        "c.consent",
        "c.at",
        (
            _id("id", "c.consent", "the answer"),
            _contact("c.contact"),
            Column("channel", "c.channel", "what for: a channel, or tracking"),
            _flag("granted", "c.granted", "yes or no"),
            _at("at", "c.at", "when it was given"),
            Column("source", "c.source", "where"),
        ),
    ),
    Table(
        "suppression",
        "an address that is not written to; the address itself does not leave",
        "people_facts_suppression s LEFT JOIN messages_facts_message m "
        "ON m.org = s.org AND m.message = s.message",
        "s.suppression",
        "s.at",
        (
            _id("id", "s.suppression", "the entry"),
            _contact(
                "COALESCE(s.contact, m.contact)", "pseudonym of whose it was, if a message says"
            ),
            Column("address", "s.kind", "what kind of address: email, phone, line, …"),
            Column("reason", "s.reason", "erasure, hard_bounce, complaint, blocked, …"),
            _id("message", "s.message", "the message that showed it"),
            _at("at", "s.at", "since when"),
        ),
        loads=False,
    ),
    Table(
        "ticket",
        "a ticket to an event",
        "orders_facts_ticket t",
        "t.ticket",
        "t.first_seen_at",
        (
            _id("id", "t.ticket", "the ticket"),
            _contact("t.contact", "pseudonym of the holder"),
            Column("order", "t.order_number", "number of the order"),
            Column("event", "t.event", "name of the event"),
            Column("event_kind", "t.kind", "individual, corporate, …"),
            Column("ticket_type", "t.ticket_type_name", "name of the type"),
            Column("state", "t.state", "registered, paid, cancelled, refunded"),
            Column("amount", "t.price_minor", "price", "amount"),
            Column("currency", "t.currency", _CURRENCY),
            _at("at", "t.first_seen_at", "when we first saw it"),
            _at("paid_at", "t.paid_at", "when it was paid"),
            _at("ended_at", "t.ended_at", "when it was cancelled or refunded"),
        ),
        loads=False,
    ),
    Table(
        "ticket_order",
        "an order of tickets, guests left out, and what it is credited to",
        "orders_facts_ticket_order s LEFT JOIN attribution_facts_order a "
        "ON a.org = s.org AND a.order_id = s.order_id",
        "s.order_id",
        "s.at",
        (
            Column("id", "s.uid", "number of the order"),
            _contact("s.contact", "pseudonym of the buyer"),
            Column("amount", "s.amount_minor", "what its paid tickets cost", "amount"),
            Column("currency", "s.currency", _CURRENCY),
            _at("at", "s.at", "when it was paid, or first seen"),
            Column("source", "s.source", "who sold it"),
            Column("event_kind", "s.kind", "individual, corporate, …"),
            Column("state", "s.state", "opened, closed, cancelled"),
            *_CREDITED,
        ),
        loads=False,
    ),
    Table(
        "points",
        "a line of the points journal",
        "rewards_facts_entry e",
        "e.entry",
        "e.at",
        (
            _id("id", "e.entry", "the line"),
            _contact("e.contact"),
            Column("currency", "e.currency", "the points, or the money of a card"),
            Column("what", "e.kind", "given, spent, expired, …"),
            _count("amount", "e.amount", "units"),
            _count("available", "e.available", "what it changed of what may be spent"),
            _count("held", "e.held", "of what is held"),
            _count("debt", "e.debt", "of the debt"),
            Column("reason", "e.reason", "the word that came with it"),
            Column("campaign", "e.campaign", "of which campaign"),
            _at("at", "e.at", "when"),
            _id("of", "e.of", "the line that it settles or takes back"),
        ),
        loads=False,
    ),
    Table(
        "reaction",
        "what a notice brought back",
        "attribution_facts_notice n",
        "n.message",
        "n.sent_at",
        (
            _id("id", "n.message", "the message"),
            _contact("n.contact"),
            Column("journey", "n.kind", "the notice"),
            Column("action", "n.action", "which of its actions"),
            Column("day", "n.day", "local day of the turn", "day"),
            Column("fate", "n.fate", "queued, sent, unknown, blocked, failed"),
            Column("cost", "n.cost", "what it cost", "amount"),
            _at("sent_at", "n.sent_at", "when it was sent"),
            Column("reaction", "n.reaction", "reacted, none, waiting, unmeasured"),
            Column("type", "n.type", "order, act"),
            _at("reacted_at", "n.reacted_at", "when"),
            _flag("credited", "n.credited", "the newest before it"),
            Column("amount", "n.amount_minor", "of the order", "amount"),
            Column("currency", "n.currency", _CURRENCY),
        ),
        loads=False,
    ),
)
TABLES: Mapping[str, Table] = {each.kind: each for each in _TABLES}
