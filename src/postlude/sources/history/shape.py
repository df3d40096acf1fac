"""The kinds of facts, their fields, and what must be together. docs/reference/facts-file.md is
written from this.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.people.types import Reason
from postlude.sources.history import readers
from postlude.sources.history.readers import Reader
from postlude.sources.history.types import Wrong

CHANNELS = ("email", "sms", "line", "crescendo_line", "push", "messenger")
MEANS = ("accepted", "delivered", "failed", "unknown")
STATES = (
    *("accepted", "delivered", "bounced", "failed", "unknown", "blocked", "cancelled", "expired"),
)
_ID, _NAME, _SLUG = 200, 100, 64
_UTM = ("utm_source", "utm_medium", "utm_campaign")
_CLEAN = {"reason", "words", "action", "subject", *_UTM}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `ref` is the kind whose id it holds, "" for none; `type` in words."""

    name: str
    type: str
    read: Reader
    meaning: str
    required: bool = False
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """`rank`: what is loaded before what. `named_by`: the fields that name it, usually its id."""

    name: str
    rank: int
    meaning: str
    fields: tuple[Field, ...]
    named_by: tuple[str, ...] = ("id",)
    check: Callable[[Mapping[str, Any]], None] = lambda _: None


def _text(name: str, most: int, meaning: str, **more: Any) -> Field:
    clean = name in _CLEAN
    return Field(name, f"text, {most}", readers.word(most, clean=clean), meaning, **more)


def _time(name: str, meaning: str, **more: Any) -> Field:
    return Field(name, "instant", readers.instant, meaning, **more)


def _word_of(name: str, values: tuple[str, ...], meaning: str, **more: Any) -> Field:
    return Field(name, " · ".join(values), readers.one_of(values), meaning, **more)


def _flag(name: str, meaning: str) -> Field:
    return Field(name, "true, false", readers.yes_or_no, meaning)


def _count(name: str, meaning: str) -> Field:
    return Field(name, "number", readers.count, meaning)


def _unread(*names: str) -> tuple[Field, ...]:
    meaning = "written by `postlude export`, not read"
    return tuple(Field(name, "any", readers.ignored, meaning) for name in names)


def _id(meaning: str) -> Field:
    return _text("id", _ID, meaning, required=True)


def _contact(*, required: bool = True) -> Field:
    return _text("contact", _ID, "id of the contact", required=required, ref="contact")


def _visitor(*, required: bool = False) -> Field:
    return _text("visitor", _ID, "id of the browser", required=required)


def _either(*names: str) -> Callable[[Mapping[str, Any]], None]:
    def check(fact: Mapping[str, Any]) -> None:
        if not any(fact.get(name) is not None for name in names):
            raise Wrong("missing_field", names[0], f"Give one of {', '.join(names)}.")

    return check


def _message_check(fact: Mapping[str, Any]) -> None:
    if fact.get("state") is None and not (fact.get("vendor") and fact.get("code")):
        raise Wrong("missing_field", "state", "Give the state, or the vendor and its code.")


def _suppression_check(fact: Mapping[str, Any]) -> None:
    _either("contact", "email", "phone")(fact)
    if fact.get("contact") is not None and fact.get("channel") is None:
        raise Wrong("missing_field", "channel", "Say which of the contact's addresses it is.")


def _placeholder_check(fact: Mapping[str, Any]) -> None:
    if fact.get("placeholder") and (not fact.get("phone") or fact.get("email")):
        raise Wrong("bad_value", "placeholder", "A placeholder is known by a phone and no more.")


def _sent(*, reasoned: bool) -> tuple[Field, ...]:
    return (
        _contact(),
        _word_of("channel", CHANNELS, "what it went by", required=True),
        _text("node", _NAME, "the send node of the journey", required=True),
        _text("template", _SLUG, "name of the template", required=True),
        _time("at", "when it was sent, or would have been", required=True),
        _text("cycle", _ID, "id of the run of the journey", ref="cycle"),
        _text("reason", 300, "why", required=reasoned),
        _word_of("class", ("marketing", "service", "transactional"), "marketing if left out"),
        _flag("testing", "it was a test: counted as tests are"),
    )


_KINDS = (
    Kind(
        "sms_code",
        0,
        "what a vendor's code of a text message means",
        (
            _text("vendor", 32, "name of the vendor", required=True),
            _text("code", 32, "the code", required=True),
            _word_of("means", MEANS, "what it means", required=True),
        ),
        ("vendor", "code"),
    ),
    Kind(
        "contact",
        1,
        "a known person; the only kind with personal data",
        (
            _id("the shop's number of the member"),
            _text("email", 320, "e-mail"),
            _text("phone", 40, "phone"),
            _text("name", 300, "name"),
            _text("locale", 16, "language, such as zh-Hant"),
            _text("zone", 64, "IANA zone of the person"),
            Field("birthday", "MM-DD", readers.birthday, "month and day"),
            _text("level", 200, "member level"),
            Field("tags", "texts", readers.words(200), "words on the contact"),
            Field("segments", "texts", readers.words(200), "segments the contact is in"),
            _flag("placeholder", "known by a phone alone, at a till; may be merged into a member"),
            *_unread("first_seen_at", "source", "headless"),
        ),
        check=_placeholder_check,
    ),
    Kind(
        "visitor",
        2,
        "a browser",
        (
            _id("the browser's cookie"),
            _contact(required=False),
            _time("first_seen_at", "when it was first here", required=True),
            _time("last_seen_at", "when it was last here"),
            _text("source", 100, "where it came from last"),
            _text("country", 2, "two letters"),
        ),
    ),
    Kind(
        "consent",
        3,
        "one yes or no, as it was given; the newest holds",
        (
            _contact(),
            _word_of("channel", (*CHANNELS, "tracking"), "what for", required=True),
            Field("granted", "true, false", readers.yes_or_no, "yes or no", required=True),
            _time("at", "when", required=True),
            *_unread("id", "source"),
        ),
        ("contact", "channel", "at"),
    ),
    Kind(
        "suppression",
        3,
        "an address that is not written to any more, given itself or by its contact",
        (
            _contact(required=False),
            _word_of("channel", CHANNELS, "which address of the contact"),
            _text("email", 320, "e-mail"),
            _text("phone", 40, "phone"),
            _word_of("reason", tuple(Reason), "why", required=True),
            _time("at", "since when", required=True),
        ),
        ("contact", "channel", "email", "phone", "reason"),
        _suppression_check,
    ),
    Kind(
        "cycle",
        4,
        "one run of a journey",
        (
            _id("name of the run"),
            _text("journey", _SLUG, "the journey", required=True),
            _text("title", 200, "what people call the journey"),
            _text("folder", 100, "its folder"),
            _time("started_at", "when it began", required=True),
            _count("entered", "how many people were in it"),
        ),
    ),
    Kind(
        "message",
        5,
        "one text to one contact, and what became of it",
        (
            _id("name of the message"),
            *_sent(reasoned=False),
            _word_of("state", STATES, "what became of it; or by vendor and code"),
            _text("vendor", 32, "vendor of a text message"),
            _text("code", 32, "the vendor's code; one that no sms_code lists is unknown"),
            _count("segments", "parts or points of a text message"),
            Field("cost", "amount", readers.amount, "what it cost, in the currency of the org"),
            _text("locale", 16, "language it was written in"),
            *_unread("accepted_at", "settled_at"),
        ),
        check=_message_check,
    ),
    Kind(
        "block",
        5,
        "a message that was never sent, for a rule of courtesy or law",
        (_id("name of the block"), *_sent(reasoned=True)),
    ),
    Kind(
        "failure",
        5,
        "a message that was tried and could not go, such as to an address that is none",
        (_id("name of the try"), *_sent(reasoned=True)),
    ),
    Kind(
        "attempt",
        6,
        "one try or receipt of a message",
        (
            _id("name of the try"),
            _text("message", _ID, "id of the message", required=True, ref="message"),
            _text("what", 32, "what it was, such as delivered", required=True),
            _time("at", "when", required=True),
            _text("words", 300, "the vendor's words"),
        ),
    ),
    Kind(
        "activity",
        7,
        "a page view or an event of a browser",
        (
            _id("name of the hit"),
            _visitor(required=True),
            _contact(required=False),
            _word_of("what", ("page", "event"), "which of the two", required=True),
            _text("action", 64, "what the event is called"),
            Field("url", "text", readers.page, "the page; of its query only the campaign is kept"),
            _text("subject", 64, "what it is about, such as an order"),
            Field("products", "texts", readers.words(64, clean=True), "ids of products"),
            Field("properties", "object", readers.properties, "small facts, nothing personal"),
            _time("at", "when", required=True),
            _text("utm_source", 100, "what brought the visitor; else as the query of `url` says"),
            _text("utm_medium", 100, "by which kind of way"),
            _text("utm_campaign", 100, "in which campaign"),
            *_unread("by_machine"),
        ),
    ),
    Kind(
        "touch",
        8,
        "an open, a click or an unsubscribe that came back; whether it was human is judged here",
        (
            _id("name of the hit"),
            _text("message", _ID, "id of the message", required=True, ref="message"),
            _word_of("what", ("open", "click", "unsubscribe"), "what came back", required=True),
            _count("link", "number of the link in the text"),
            _visitor(),
            _time("at", "when we heard of it", required=True),
            *_unread("contact", "channel", "node", "template", "cycle", "testing"),
            *_unread("human", "reasons"),
        ),
    ),
    Kind(
        "order",
        9,
        "an order of a shop",
        (
            _id("number of the order, as the till and the site tell it"),
            _contact(required=False),
            _visitor(),
            Field("amount", "amount", readers.amount, "what it came to, in major units"),
            _text("currency", 3, "ISO 4217; the organisation's if left out"),
            _time("opened_at", "when it was placed"),
            _time("closed_at", "when it was done: only closed orders count"),
            _time("cancelled_at", "when it was cancelled"),
            _text("order_kind", 64, "delivery, hall, … in the shop's words"),
            _text("source", 64, "site, till, … in the shop's words"),
            _text("branch", 64, "slug of the branch"),
            Field("coupons", "texts", readers.words(40), "codes used"),
            _flag("testing", "it was a test: counted nowhere"),
            *_unread("state", "open_message", "open_channel", "open_node", "open_at"),
            *_unread("click_message", "click_channel", "click_node", "click_at"),
            *_unread("session_started_at", "session_last_at", "rule"),
            *_unread("session_source", "session_medium", "session_campaign"),
        ),
        check=_either("opened_at", "closed_at", "cancelled_at"),
    ),
)
KINDS: Mapping[str, Kind] = {each.name: each for each in _KINDS}
RANKS = max(each.rank for each in _KINDS) + 1
_FIELDS = {each.name: {field.name: field for field in each.fields} for each in _KINDS}
_REQUIRED = {
    each.name: tuple(field.name for field in each.fields if field.required) for each in _KINDS
}
REFERENCES = {
    each.name: tuple((field.name, field.ref) for field in each.fields if field.ref)
    for each in _KINDS
}
# Blocks and failures are messages: their ids name messages.
SPACE = {**{name: name for name in KINDS}, "block": "message", "failure": "message"}


def read(said: Mapping[str, Any], latest: datetime) -> tuple[Kind, dict[str, Any]]:
    """Return the kind of a line and its fields; raise Wrong. No time may be after `latest`."""
    name = said.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Wrong("unknown_kind", "kind")
    fields, fact = _FIELDS[kind.name], {}
    for key, value in said.items():
        field = fields.get(key)
        if field is None:
            if key == "kind":
                continue
            raise Wrong("unknown_field", key[:64])
        if value is None or field.read is readers.ignored:
            continue
        try:
            found = field.read(value)
        except Wrong as wrong:
            wrong.about = key
            raise
        if found.__class__ is datetime and found > latest:
            raise Wrong("future", key)
        fact[key] = found
    for key in _REQUIRED[kind.name]:
        if key not in fact:
            raise Wrong("missing_field", key)
    kind.check(fact)
    return kind, fact
