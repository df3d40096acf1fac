"""The bodies of an announcement, and its campaign in the shape of either revision. Pure.

A dispatch's number is in every name: so what was made before an answer was lost is found again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from postlude.channels.klaviyo.events import external_id
from postlude.messages.types import Filled, Piecewise

NEW_SHAPE = "2026-10-15"
MOST_PROFILES = 10_000
MOST_IMPORT_BYTES = 4_500_000  # Klaviyo takes 5 MB; the body around the profiles needs a little
MOST_PROFILE_BYTES = 100_000
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a campaign is made of. `send_at` None is at once."""

    name: str
    list: str
    template: str
    subject: str
    from_email: str
    from_label: str
    reply_to: str
    send_at: datetime | None = None


def name(key: str, dispatch: int) -> str:
    """Return the name of everything that is made for a dispatch."""
    return f"{key[:60]} · postlude {dispatch}"


def property_name(dispatch: int, piece: int) -> str:
    """Return the name under which a person's piece stands in the profile."""
    return f"postlude_{dispatch}_{piece}"


def source(parts: Sequence[str | int], dispatch: int) -> str:
    """Return a text in Klaviyo's template language: pieces are looked up in the profile."""
    return "".join(
        part
        if isinstance(part, str)
        else f"{{{{ person|lookup:'{property_name(dispatch, part)}'|safe }}}}"
        for part in parts
    )


def template(dispatch: int, label: str, text: Piecewise) -> Json:
    """Return the body of POST /api/templates."""
    attributes = {
        "name": label,
        "editor_type": "CODE",
        "html": source(text.html, dispatch),
        "text": source(text.text, dispatch),
    }
    return {"data": {"type": "template", "attributes": attributes}}


def new_list(label: str) -> Json:
    """Return the body of POST /api/lists: nobody gets a mail that asks to confirm."""
    attributes = {"name": label, "opt_in_process": "single_opt_in"}
    return {"data": {"type": "list", "attributes": attributes}}


def profile(dispatch: int, filled: Filled) -> Json:
    """Return what Klaviyo learns of a person: address, our opaque id, the pieces of the text."""
    pieces = {property_name(dispatch, n): value for n, value in enumerate(filled.values)}
    return {
        "email": filled.to_address,
        "external_id": external_id(filled.contact),
        "properties": pieces,
    }


def imports(list_: str, people: Iterable[Json]) -> Iterator[Json]:
    """Yield bodies of POST /api/profile-bulk-import-jobs, each within Klaviyo's limits."""
    batch: list[Json] = []
    size = 0
    for person in people:
        weight = len(json.dumps(person)) + 50
        if batch and (len(batch) == MOST_PROFILES or size + weight > MOST_IMPORT_BYTES):
            yield _import(list_, batch)
            batch, size = [], 0
        batch.append(person)
        size += weight
    if batch:
        yield _import(list_, batch)


def _import(list_: str, people: Sequence[Json]) -> Json:
    rows = [{"type": "profile", "attributes": person} for person in people]
    return {
        "data": {
            "type": "profile-bulk-import-job",
            "attributes": {"profiles": {"data": rows}},
            "relationships": {"lists": {"data": [{"type": "list", "id": list_}]}},
        }
    }


def campaign(revision: str, draft: Draft) -> Json:
    """Return the body of POST /api/campaigns in the shape of this revision."""
    attributes = _new_campaign(draft) if revision >= NEW_SHAPE else _old_campaign(draft)
    return {"data": {"type": "campaign", "attributes": attributes}}


def _content(draft: Draft) -> Json:
    content = {
        "subject": draft.subject,
        "from_email": draft.from_email,
        "from_label": draft.from_label or draft.from_email,
    }
    return {**content, "reply_to_email": draft.reply_to} if draft.reply_to else content


def _old_campaign(draft: Draft) -> Json:
    label = draft.name
    definition = {"channel": "email", "label": label, "content": _content(draft)}
    message = {"type": "campaign-message", "attributes": {"definition": definition}}
    strategy: Json = {"method": "immediate"}
    if draft.send_at is not None:
        options = {"is_local": False}
        strategy = {"method": "static", "datetime": _stamp(draft.send_at), "options": options}
    return {
        "name": label,
        "audiences": {"included": [draft.list], "excluded": []},
        "send_strategy": strategy,
        # Our own screening has decided who gets it; Klaviyo's would drop people in silence.
        "send_options": {"use_smart_sending": False},
        "campaign-messages": {"data": [message]},
    }


def _new_campaign(draft: Draft) -> Json:
    details = {"channel": "email", "template_id": draft.template, **_content(draft)}
    message = {
        "audience_temporary_id": "everybody",
        "name": draft.name,
        "throttling_type": "NONE",
        "variations": [{"definition": {"name": "A", "details": details}}],
    }
    everybody = {"temporary_id": "everybody", "name": "everybody", "included": [draft.list]}
    return {
        "definition": {"name": draft.name},
        "audiences": [{**everybody, "excluded": []}],
        "messages": [message],
    }


def campaign_name(resource: Json) -> str:
    """Return the name of a campaign in either shape."""
    attributes = resource.get("attributes") or {}
    found = attributes.get("name") or (attributes.get("definition") or {}).get("name")
    return str(found or "")


def campaign_message(resource: Json) -> str:
    """Return the id of a campaign's message; it stands in the same place in both shapes."""
    related = (resource.get("relationships") or {}).get("campaign-messages") or {}
    messages = related.get("data") or []
    return str(messages[0]["id"]) if messages else ""


def assign(message: str, template_: str) -> Json:
    """Return the body of POST /api/campaign-message-assign-template."""
    related = {"template": {"data": {"type": "template", "id": template_}}}
    return {"data": {"type": "campaign-message", "id": message, "relationships": related}}


def schedule(message: str, at: datetime) -> Json:
    """Return the body of POST /api/campaign-message-schedule, the new shape's way."""
    related = {"campaign-message": {"data": {"type": "campaign-message", "id": message}}}
    attributes = {"strategy": "static", "send_time": _stamp(at)}
    return {
        "data": {
            "type": "campaign-message-schedule",
            "attributes": attributes,
            "relationships": related,
        }
    }


def send_job(campaign_: str) -> Json:
    """Return the body of POST /api/campaign-send-jobs: the job has the campaign's id."""
    return {"data": {"type": "campaign-send-job", "id": campaign_}}


def members(profiles: Sequence[str]) -> Json:
    """Return the body that adds people to a list or takes them off."""
    return {"data": [{"type": "profile", "id": each} for each in profiles]}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
