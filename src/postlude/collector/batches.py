"""Reading the body of a beacon: nothing in it is trusted. Pure.

One hit that cannot be used does not spoil the others: it is refused by its place, with a code.
"""

import contextlib
import json
import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic_core import from_json

from postlude.activity.types import Kind, campaign_of
from postlude.collector.instants import Instants, WrongTime, instant
from postlude.collector.letters import Batch, Refused, Told
from postlude.kernel import redact, storable
from postlude.kernel.errors import BadInput, MoneyError
from postlude.kernel.money import Money
from postlude.people import api as people
from postlude.popups import api as popups
from postlude.popups.errors import BadPass
from postlude.popups.types import Deed

MOST_HITS = 100
MOST_BODY = 65_536
_CLICK = re.compile(r"[A-Za-z0-9_-]{22}")
_UUID7 = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")
_ACTION = re.compile(r"\w[\w .:-]{0,63}")
_URL = re.compile(r"https?://[^\s\x00-\x1f\"'<>\\^`{|}?#]{1,1000}", re.IGNORECASE)
_NUMBER = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?")
_MARK = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MOST_PRODUCTS, _MOST_PROPERTIES, _MOST_NAME, _MOST_WORDS = 50, 20, 40, 200
_MOST_URL = 1_000
_MOST_FIELDS = 100
_BIG = 2**53
# Ids older than what is kept could not be told from repeats; a clock may be wrong by years ahead.
OLDEST_ID_MS = timedelta(days=396) / timedelta(milliseconds=1)
NEWEST_ID_MS = timedelta(days=1_000) / timedelta(milliseconds=1)

WORDS: Mapping[str, str] = {
    "not_a_hit": "A hit is an object with id, type and at.",
    "bad_id": "The id of a hit is a UUID of version 7, made once and sent again with each retry.",
    "id_too_old": "The id of the hit was made more than 396 days ago.",
    "bad_time": "A time is milliseconds since 1970, or ISO 8601 with a zone.",
    "too_old": "The hit happened more than 31 days ago.",
    "from_the_future": "The hit is more than 23 hours ahead.",
    "bad_type": "The type of a hit is page, event, order or popup.",
    "bad_popup": "A popup's hit names what was shown, and says clicked or closed.",
    "bad_url": "An address begins with http:// or https:// and is at most 1000 letters long.",
    "bad_action": "An action is 1 to 64 letters, digits, blanks, or one of _ . : -",
    "bad_products": "Products are at most 50 ids of 1 to 64 letters.",
    "bad_properties": "Properties are at most 20 names with texts, numbers, true or false.",
    "bad_order_number": "The number of an order is 1 to 64 letters.",
    "bad_amount": "The amount of an order is a number, not below 0, as exact as the currency.",
    "wrong_currency": "The amount is not in the organisation's currency.",
}


def _no_such_number(_: str) -> None:
    raise ValueError("JSON has no such number")


# Begins where a number may begin; in a text it finds too many, which costs time alone.
_FRACTION = re.compile(rb"(?:^|[:,\[])\s*-?[0-9]+[.eE]")
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_such_number)


class Wrong(Exception):
    """Something that cannot be used; `code` says what."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_batch(body: bytes, *, currency: str, received_at: datetime) -> Batch:
    """Read a body; raise BadInput where nothing of it can be used."""
    return batch_of(read_json(body), currency=currency, received_at=received_at)


def batch_of(given: Mapping[str, Any], *, currency: str, received_at: datetime) -> Batch:
    """Read what a body says; raise BadInput where nothing of it can be used."""
    hits = given.get("hits")
    if not isinstance(hits, list) or not hits:
        raise BadInput("There are no hits in it.", hint='Send {"hits": [...]}, at least one.')
    if len(hits) > MOST_HITS:
        raise TooMany(most=MOST_HITS)
    try:
        times = Instants(received_at, instant(given.get("sent_at")))
    except WrongTime:
        raise BadInput("sent_at cannot be read.", hint=WORDS["bad_time"]) from None
    ignored: list[str] = []
    cid = read_name(given, "cid", people.is_cid, ignored)
    member = read_name(given, "member", people.is_member, ignored)
    told: list[Told] = []
    refused: list[Refused] = []
    for place, hit in enumerate(hits):
        try:
            told.append(_hit(place, hit, times, currency))
        except Wrong as wrong:
            refused.append(Refused(place, wrong.code))
        except WrongTime as wrong:
            refused.append(Refused(place, wrong.code))
    consent = given.get("consent")
    return Batch(
        cid=cid,
        member=member,
        consent=consent if isinstance(consent, bool) else None,
        automated=given.get("automated") is True,
        source=_source(given.get("source")),
        marks=_marks(given.get("marks")),
        click=_click(given.get("click")),
        told=tuple(told),
        refused=tuple(refused),
        ignored=tuple(ignored),
    )


class TooMany(BadInput):
    """There are more hits in one batch than it may have."""

    code = "too_many_hits"
    http_status = 413
    message = "A batch has at most {most} hits."
    hint = "Send the others in a batch of their own."


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object that a body is; raise BadInput."""
    try:
        given = _read(body)
    except (ValueError, RecursionError):
        raise BadInput(
            "The body is no JSON in UTF-8.",
            hint="Send one JSON object, as docs/howto/beacon.md says.",
        ) from None
    if not isinstance(given, dict):
        raise BadInput("The body is no JSON object.", hint='Send {"hits": [...]}.')
    return given


def _read(body: bytes) -> Any:
    """Read JSON; where there may be a number with a fraction, so that it stays exact.

    Without one the quicker reader does the same; what it refuses, it did not understand either.
    """
    if not _FRACTION.search(body):
        with contextlib.suppress(ValueError):
            return from_json(body, allow_inf_nan=False)
    return _DECODER.decode(body.decode("utf-8"))


def read_name(given: Mapping[str, Any], name: str, fits: Any, ignored: list[str]) -> str:
    """Return a browser's or a member's name as it may be used; one that may not is `ignored`."""
    value = given.get(name)
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    plain = storable.text(value) if isinstance(value, str) else ""
    if fits(plain):
        return plain
    ignored.append(name)
    return ""


def _source(value: Any) -> str:
    return redact.cut(value, 100) if isinstance(value, str) and value else ""


def _click(value: Any) -> str:
    return value if isinstance(value, str) and _CLICK.fullmatch(value) else ""


def _marks(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    names = ("google", "facebook", "scid")
    return {
        name: value[name]
        for name in names
        if isinstance(value.get(name), str) and _MARK.fullmatch(value[name])
    }


def _hit(place: int, hit: Any, times: Instants, currency: str) -> Told:
    if not isinstance(hit, dict):
        raise Wrong("not_a_hit")
    message_id, sent_ms = read_id(hit.get("id"), times.received_at)
    at, client_ts, signs = times.of(hit.get("at"))
    kind = hit.get("type")
    told = Told(
        place,
        Kind.PAGE if kind == "page" else Kind.EVENT,
        message_id,
        sent_ms,
        at,
        client_ts,
        signs,
        url=_url(hit.get("url"), needed=kind == "page"),
        campaign=campaign_of(hit.get("url")),
        products=_products(hit.get("products")),
        properties=_properties(hit.get("properties")),
    )
    match kind:
        case "page":
            pass
        case "event":
            told.action = _action(hit.get("action"))
        case "order":
            told.subject, told.order = _order(hit, currency)
            told.action, told.is_order = "order", True
        case "popup":
            told.deed, told.exposure = _popup(hit)
            told.subject, told.action = str(hit["shown"]), f"popup_{told.deed}"
        case _:
            raise Wrong("bad_type")
    return told


def _popup(hit: Mapping[str, Any]) -> tuple[Deed, int]:
    """Return what was done with which popup; its name is one that we gave."""
    shown, action = hit.get("shown"), hit.get("action")
    if not isinstance(shown, str) or action not in set(Deed):
        raise Wrong("bad_popup")
    try:
        return Deed(action), popups.named(shown)
    except BadPass:
        raise Wrong("bad_popup") from None


def read_id(value: Any, received_at: datetime) -> tuple[str, int]:
    """Return the id of a hit as it is kept, and its milliseconds; raise Wrong."""
    text = value.replace("-", "").lower() if isinstance(value, str) else ""
    if not _UUID7.fullmatch(text):
        raise Wrong("bad_id")
    ms = int(text[:12], 16)
    age = received_at.timestamp() * 1_000 - ms
    if age > OLDEST_ID_MS:
        raise Wrong("id_too_old")
    if -age > NEWEST_ID_MS:
        raise Wrong("bad_id")
    return text, ms


def _url(value: Any, *, needed: bool) -> str:
    """Return the address without its query, which is where forms leave e-mails behind."""
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise Wrong("bad_url")
    plain = storable.text(value.partition("#")[0].partition("?")[0])
    if len(plain) > _MOST_URL or not _URL.fullmatch(plain):
        raise Wrong("bad_url")
    host = plain.split("/", 3)[2]
    if "@" in host:
        raise Wrong("bad_url")
    mailed = "@" in plain or "%40" in plain
    return redact.cut(plain.replace("%40", "@"), _MOST_URL) if mailed else plain


def _action(value: Any) -> str:
    if not isinstance(value, str) or not _ACTION.fullmatch(value):
        raise Wrong("bad_action")
    return value


def _products(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > _MOST_PRODUCTS:
        raise Wrong("bad_products")
    found = []
    for each in value:
        word = str(each) if isinstance(each, int) and not isinstance(each, bool) else each
        plain = storable.text(word) if isinstance(word, str) else ""
        if not _NUMBER.fullmatch(plain):
            raise Wrong("bad_products")
        found.append(plain)
    return tuple(found)


def _properties(value: Any) -> dict[str, str | int | float | bool]:
    """Return what may be kept: no nesting, and of a text no e-mail and no phone."""
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > _MOST_PROPERTIES:
        raise Wrong("bad_properties")
    found: dict[str, str | int | float | bool] = {}
    for name, each in value.items():
        if not _ACTION.fullmatch(name) or len(name) > _MOST_NAME:
            raise Wrong("bad_properties")
        if each is not None:
            found[name] = _property(each)
    return found


def _property(value: Any) -> str | int | float | bool:
    if isinstance(value, str):
        return redact.cut(value, _MOST_WORDS)
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _BIG:
        return value
    if isinstance(value, Decimal) and math.isfinite(number := float(value)):
        return number
    raise Wrong("bad_properties")


def _order(hit: Mapping[str, Any], currency: str) -> tuple[str, Money | None]:
    number = hit.get("number")
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    if not isinstance(number, str) or not _NUMBER.fullmatch(storable.text(number)):
        raise Wrong("bad_order_number")
    amount, told = hit.get("amount"), hit.get("currency", currency)
    if amount is None:
        return number, None
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise Wrong("bad_amount")
    if not isinstance(told, str) or told.upper() != currency:
        raise Wrong("wrong_currency")
    try:
        money = Money.parse(str(amount), currency)
    except MoneyError:
        raise Wrong("bad_amount") from None
    if money.minor < 0:
        raise Wrong("bad_amount")
    return storable.text(number), money
