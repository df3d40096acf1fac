"""Campaigns in both shapes: up to revision 2026-07-15 one, from 2026-10-15 on another."""

from __future__ import annotations

from typing import Any

from postlude.sandbox.klaviyo.jsonapi import Json, invalid, new_id, stamp

NEW_SHAPE_FROM = "2026-10-15"
_STRATEGIES = ("static", "local_timezone", "throttled", "smart_send_time")


def read(revision: str, attributes: Json) -> Json:
    """What a campaign is, whatever its shape; refuse what this revision does not know."""
    return _new(attributes) if revision >= NEW_SHAPE_FROM else _old(attributes)


def _old(given: Json) -> Json:
    _only(given, "name audiences send_strategy send_options tracking_options campaign-messages")
    audiences = _member(given, "audiences", "/data/attributes/audiences")
    messages = _member(given, "campaign-messages", "/data/attributes/campaign-messages").get("data")
    if not given.get("name") or not isinstance(messages, list) or len(messages) != 1:
        raise invalid("A campaign needs a name and a message.", "/data/attributes")
    definition = _member(messages[0].get("attributes") or {}, "definition", "/definition")
    if definition.get("channel") != "email":
        raise invalid("'channel' must be email", "/definition/channel")
    strategy = given.get("send_strategy") or {"method": "immediate"}
    at = strategy.get("datetime") if strategy.get("method") == "static" else None
    if strategy.get("method") == "static" and not at:
        raise invalid("'datetime' is required", "/data/attributes/send_strategy/datetime")
    return {
        "name": given["name"],
        "included": list(audiences.get("included") or []),
        "excluded": list(audiences.get("excluded") or []),
        "content": definition.get("content") or {},
        "template": None,
        "scheduled_at": at,
        "given": given,
    }


def _new(given: Json) -> Json:
    _only(given, "definition audiences messages")
    definition = _member(given, "definition", "/data/attributes/definition")
    audiences = given.get("audiences") or []
    messages = given.get("messages") or []
    if not definition.get("name") or len(audiences) != 1 or len(messages) != 1:
        raise invalid("A campaign needs a name, an audience and a message.", "/data/attributes")
    if messages[0].get("audience_temporary_id") != audiences[0].get("temporary_id"):
        raise invalid("No such audience.", "/data/attributes/messages/0/audience_temporary_id")
    variations = messages[0].get("variations") or []
    details = (variations[0].get("definition") or {}).get("details", {}) if variations else {}
    return {
        "name": definition["name"],
        "included": list(audiences[0].get("included") or []),
        "excluded": list(audiences[0].get("excluded") or []),
        "content": details,
        "template": details.get("template_id"),
        "scheduled_at": None,
        "given": given,
    }


def make(read_: Json) -> Json:
    """A fresh draft."""
    return {
        **read_,
        "id": new_id("01C"),
        "message": new_id("01M"),
        "audience": new_id("01A"),
        "status": "Draft",
        "created_at": stamp(),
        "updated_at": stamp(),
        "send_time": None,
    }


def shown(revision: str, campaign: Json) -> Json:
    """The resource in the shape of this revision: the new one has no status."""
    message = {"type": "campaign-message", "id": campaign["message"]}
    resource: Json = {"type": "campaign", "id": campaign["id"]}
    dates = {"created_at": campaign["created_at"], "updated_at": campaign["updated_at"]}
    if revision >= NEW_SHAPE_FROM:
        definition = campaign["given"].get("definition") or {"name": campaign["name"]}
        audience = {"type": "campaign-audience", "id": campaign["audience"]}
        return resource | {
            "attributes": {**dates, "definition": definition},
            "relationships": {
                "campaign-audiences": {"data": [audience]},
                "campaign-messages": {"data": [message]},
                "tags": {"data": []},
            },
        }
    given = campaign["given"]
    return resource | {
        "attributes": {
            **dates,
            "name": campaign["name"],
            "status": campaign["status"],
            "archived": False,
            "audiences": {"included": campaign["included"], "excluded": campaign["excluded"]},
            "send_options": given.get("send_options") or {"use_smart_sending": True},
            "tracking_options": given.get("tracking_options") or {},
            "send_strategy": given.get("send_strategy") or {"method": "immediate"},
            "scheduled_at": campaign["scheduled_at"],
            "send_time": campaign["send_time"],
        },
        "relationships": {"campaign-messages": {"data": [message]}, "tags": {"data": []}},
    }


def schedule(attributes: Json) -> str | None:
    """When a `campaign-message-schedule` wants it sent."""
    if attributes.get("strategy") not in _STRATEGIES:
        raise invalid("Unknown strategy.", "/data/attributes/strategy")
    at = attributes.get("send_time")
    return str(at) if at else None


def _only(given: Json, known: str) -> None:
    for name in given:
        if name not in known.split():
            raise invalid(f"'{name}' is not a valid field", f"/data/attributes/{name}")


def _member(given: Json, name: str, pointer: str) -> Json:
    found: Any = given.get(name)
    if not isinstance(found, dict):
        raise invalid(f"'{name}' is a required field.", pointer)
    return found
