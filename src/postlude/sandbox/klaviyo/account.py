"""What a Klaviyo account remembers: people, lists, texts, campaigns, and what happened."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from postlude.sandbox.klaviyo.jsonapi import Json, Refusal, invalid, new_id, stamp
from postlude.sandbox.now import epoch

# Metrics that an account has from its first e-mail on.
BUILT_IN = (
    "Received Email",
    "Opened Email",
    "Clicked Email",
    "Bounced Email",
    "Marked Email as Spam",
    "Unsubscribed",
)
_KNOWN = frozenset(
    "email phone_number external_id first_name last_name organization locale title image location "
    "properties".split()
)
_TAG = re.compile(
    r"\{\{\s*(?:person\|lookup:\s*['\"](?P<name>[^'\"]+)['\"]|person\.(?P<own>\w+))"
    r"(?P<safe>\s*\|\s*safe)?\s*\}\}"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(slots=True)
class Profile:
    """A person."""

    id: str
    attributes: Json
    properties: Json = field(default_factory=dict)
    suppressed: bool = False

    @property
    def email(self) -> str:
        """The address, or nothing."""
        return str(self.attributes.get("email") or "")

    def shown(self) -> Json:
        """The resource."""
        held = {**self.attributes, "properties": self.properties}
        return {"type": "profile", "id": self.id, "attributes": held}


@dataclass(slots=True)
class Mail:
    """One e-mail that went out: from a flow or a campaign."""

    number: int
    at: float
    to: str
    profile: str
    message: str
    subject: str
    html: str
    campaign: str = ""
    flow: str = ""
    unique_id: str = ""


class Account:
    """All of it in memory."""

    def __init__(self) -> None:
        self.profiles: dict[str, Profile] = {}
        self.lists: dict[str, Json] = {}
        self.members: dict[str, list[str]] = {}
        self.templates: dict[str, Json] = {}
        self.campaigns: dict[str, Json] = {}
        self.imports: dict[str, Json] = {}
        self.sends: dict[str, Json] = {}
        self.metrics: dict[str, str] = {name: new_id() for name in BUILT_IN}
        self.events: list[Json] = []
        self.mails: deque[Mail] = deque(maxlen=100_000)
        self.mailed = 0
        self._by_email: dict[str, str] = {}
        self._by_external: dict[str, str] = {}
        self._seen: set[tuple[str, str, str]] = set()

    # -- people

    def find(self, attributes: Json) -> Profile | None:
        """Who has this id, address or external id; refuse when they are two persons."""
        by_email = self._by_email.get(str(attributes.get("email") or "").lower())
        by_external = self._by_external.get(str(attributes.get("external_id") or ""))
        if by_email and by_external and by_email != by_external:
            raise duplicate(by_email)
        found = by_email or by_external
        return self.profiles[found] if found else None

    def upsert(self, attributes: Json) -> tuple[Profile, bool]:
        """Create or change; null clears, absent keeps."""
        check_profile(attributes)
        profile = self.find(attributes)
        created = profile is None
        if profile is None:
            profile = Profile(new_id("01H"), {})
            self.profiles[profile.id] = profile
        self.change(profile, attributes)
        return profile, created

    def change(self, profile: Profile, attributes: Json) -> None:
        """Take new values over."""
        for name, value in attributes.items():
            if name == "properties":
                for key, each in (value or {}).items():
                    if each is None:
                        profile.properties.pop(key, None)
                    else:
                        profile.properties[key] = each
            elif value is None:
                profile.attributes.pop(name, None)
            else:
                profile.attributes[name] = value
        if profile.email:
            self._by_email[profile.email.lower()] = profile.id
        if external := profile.attributes.get("external_id"):
            self._by_external[str(external)] = profile.id

    # -- what happens

    def metric(self, name: str) -> str:
        """The id of a metric; a new name is a new metric."""
        return self.metrics.setdefault(name, new_id())

    def record(
        self, profile: Profile, metric: str, properties: Json, *, unique_id: str = ""
    ) -> Json | None:
        """Keep an event, unless this unique id was there before for this person and metric."""
        number = self.metric(metric)
        at = epoch()
        key = (profile.id, number, unique_id or str(int(at)))
        if unique_id and key in self._seen:
            return None
        self._seen.add(key)
        event = {
            "type": "event",
            "id": new_id("5"),
            "attributes": {
                "timestamp": int(at),
                "datetime": stamp(at),
                "uuid": new_id("u"),
                "event_properties": properties,
            },
            "relationships": {
                "profile": {"data": {"type": "profile", "id": profile.id}},
                "metric": {"data": {"type": "metric", "id": number}},
            },
        }
        self.events.append(event)
        return event

    def mail(self, profile: Profile, **values: Any) -> Mail:
        """An e-mail leaves."""
        self.mailed += 1
        mail = Mail(self.mailed, epoch(), profile.email, profile.id, **values)
        self.mails.append(mail)
        return mail


def duplicate(profile: str) -> Refusal:
    """Somebody has this address already."""
    return Refusal(
        409,
        "duplicate_profile",
        "Conflict.",
        "A profile already exists with one of these identifiers.",
        pointer="/data/attributes",
        meta={"duplicate_profile_id": profile},
    )


def check_profile(attributes: Json) -> None:
    """Refuse what is no profile."""
    unknown = sorted(set(attributes) - _KNOWN)
    if unknown:
        raise invalid(f"'{unknown[0]}' is not a valid field", f"/data/attributes/{unknown[0]}")
    email = attributes.get("email")
    if email is not None and not _EMAIL.fullmatch(str(email)):
        raise invalid("Invalid email address", "/data/attributes/email")
    if not any(attributes.get(name) for name in ("email", "phone_number", "external_id")):
        raise invalid("One of email, phone_number, external_id is required", "/data/attributes")


def fill(source: str, profile: Profile) -> str:
    """Fill a template's tags with a person's values, as Klaviyo's own language does."""

    def value(match: re.Match[str]) -> str:
        name = match["name"] or match["own"]
        held = {**profile.attributes, **profile.properties}
        text = str(held.get(name, ""))
        if match["safe"]:
            return text
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    return _TAG.sub(value, source)
