"""Golden bodies: events, imports, and the campaign in the shape of both revisions."""

import json
from datetime import UTC, datetime

import pytest
from openapi_client.models.campaign_create_query import CampaignCreateQuery
from openapi_client.models.event_create_query_v2 import EventCreateQueryV2
from openapi_client.models.profile_import_job_create_query import ProfileImportJobCreateQuery

from postlude.channels.klaviyo import events, shapes
from postlude.messages.types import Filled, Rendered

DRAFT = shapes.Draft(
    name="c1 · postlude 7",
    list="Y6nRLr",
    template="RipRmi",
    subject="s",
    from_email="a@b.test",
    from_label="L",
    reply_to="r@b.test",
    send_at=datetime(2026, 12, 1, tzinfo=UTC),
)
CONTENT = {
    "subject": "s",
    "from_email": "a@b.test",
    "from_label": "L",
    "reply_to_email": "r@b.test",
}


def mail(**changes):
    values = {
        "message": 5,
        "org": 1,
        "contact": 6,
        "key": "5",
        "token": "tok",
        "to_address": "ann@example.test",
        "to_name": "Ann",
        "subject": "s",
        "html": '<a href="https://p.test/c/tok/1">b</a><a href="https://p.test/c/tok/0">a</a>',
        "text": "t https://p.test/c/tok/0",
        "headers": (),
        "metadata": {},
    }
    return Rendered(**{**values, **changes})


def test_an_event():
    body = events.body("Ticket invitation", mail())

    assert {
        "metric": {"data": {"type": "metric", "attributes": {"name": "Ticket invitation"}}},
        "profile": {
            "data": {
                "type": "profile",
                "attributes": {"email": "ann@example.test", "external_id": events.external_id(6)},
            }
        },
        "properties": {
            "message_id": "5",
            "subject": "s",
            "html": mail().html,
            "text": mail().text,
            "links": ["https://p.test/c/tok/0", "https://p.test/c/tok/1"],
        },
        "unique_id": "5",
        "backfill": False,
    } == body["data"]["attributes"]
    assert EventCreateQueryV2.from_dict(body) is not None, "the SDK knows it"


def test_the_old_shape_of_a_campaign():
    body = shapes.campaign("2026-07-15", DRAFT)

    assert {
        "name": "c1 · postlude 7",
        "audiences": {"included": ["Y6nRLr"], "excluded": []},
        "send_strategy": {
            "method": "static",
            "datetime": "2026-12-01T00:00:00+00:00",
            "options": {"is_local": False},
        },
        "send_options": {"use_smart_sending": False},
        "campaign-messages": {
            "data": [
                {
                    "type": "campaign-message",
                    "attributes": {
                        "definition": {
                            "channel": "email",
                            "label": "c1 · postlude 7",
                            "content": CONTENT,
                        }
                    },
                }
            ]
        },
    } == body["data"]["attributes"]
    assert CampaignCreateQuery.from_dict(body) is not None, "the SDK knows it"


def test_the_new_shape_of_a_campaign():
    body = shapes.campaign("2026-10-15", DRAFT)

    details = {"channel": "email", "template_id": "RipRmi", **CONTENT}
    assert {
        "definition": {"name": "c1 · postlude 7"},
        "audiences": [
            {
                "temporary_id": "everybody",
                "name": "everybody",
                "included": ["Y6nRLr"],
                "excluded": [],
            }
        ],
        "messages": [
            {
                "audience_temporary_id": "everybody",
                "name": "c1 · postlude 7",
                "throttling_type": "NONE",
                "variations": [{"definition": {"name": "A", "details": details}}],
            }
        ],
    } == body["data"]["attributes"]


@pytest.mark.parametrize("revision", ["2026-07-15", "2026-10-15"])
def test_name_and_message_are_found_in_either_answer(revision):
    named = {"name": "n"} if revision < shapes.NEW_SHAPE else {"definition": {"name": "n"}}
    related = {"campaign-messages": {"data": [{"type": "campaign-message", "id": "M"}]}}
    resource = {"id": "C", "attributes": named, "relationships": related}

    assert ("n", "M") == (shapes.campaign_name(resource), shapes.campaign_message(resource))


def test_a_text_looks_its_pieces_up_in_the_profile():
    assert (
        "<p>{{ person|lookup:'postlude_7_0'|safe }}</p>{{ person|lookup:'postlude_7_1'|safe }}"
        == shapes.source(("<p>", 0, "</p>", 1), 7)
    )


def test_an_import_says_address_opaque_id_and_pieces():
    person = shapes.profile(7, Filled(5, 6, "ann@example.test", ("Ann", "https://p.test/c/tok/")))
    (body,) = shapes.imports("L", [person])

    (row,) = body["data"]["attributes"]["profiles"]["data"]
    assert {
        "email": "ann@example.test",
        "external_id": events.external_id(6),
        "properties": {"postlude_7_0": "Ann", "postlude_7_1": "https://p.test/c/tok/"},
    } == row["attributes"]
    assert {"lists": {"data": [{"type": "list", "id": "L"}]}} == body["data"]["relationships"]
    assert ProfileImportJobCreateQuery.from_dict(body) is not None, "the SDK knows it"


def test_an_import_stays_within_both_limits():
    small = [{"email": f"p{n}@example.test"} for n in range(10_001)]
    assert [10_000, 1] == sizes(shapes.imports("L", small))

    large = [{"email": "a@example.test", "properties": {"p": "x" * 90_000}}] * 60
    bodies = list(shapes.imports("L", large))
    assert 60 == sum(sizes(bodies))
    assert all(len(json.dumps(body)) <= 5_000_000 for body in bodies)
    assert len(bodies) == 2


def sizes(bodies):
    return [len(body["data"]["attributes"]["profiles"]["data"]) for body in bodies]
