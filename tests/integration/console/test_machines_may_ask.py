"""Health, readiness, metrics and the API: right, in one shape, and silent to strangers."""

import re
from datetime import timedelta

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from postlude.kernel import jobs, store, work
from postlude.kernel.models import JobSlot
from postlude.orgs import api as orgs


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_health_says_alive_and_nothing_else(org) -> None:
    answer = Client().get("/health")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_ready_shows_details_to_a_key_only(org) -> None:
    assert set(Client().get("/ready").json()) == {"ready", "checks"}
    key, _ = orgs.issue_key(org.id, "ops", ["ops.view"], None)
    assert "details" in Client().get("/ready", headers=bearer(key)).json()


def test_ready_is_503_when_nobody_works(org, clock) -> None:
    work.subscribe("test.topic", "test.consumer", lambda batch: None)
    with store.write():
        work.publish("test.topic", org.id, ["1"])
    assert Client().get("/ready").status_code == 200
    clock.advance(minutes=6)
    answer = Client().get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["outbox"] is False


def test_metrics_need_the_token_or_a_key(org, settings) -> None:
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", headers=bearer("")).status_code == 401
    settings.POSTLUDE_METRICS_TOKEN = "scrape-me"
    assert Client().get("/metrics", headers=bearer("scrape-me")).status_code == 200
    assert Client().get("/metrics", headers=bearer("scrape-mé")).status_code == 401


def test_metrics_count_what_is_in_the_database(sale, settings) -> None:
    settings.POSTLUDE_METRICS_TOKEN = "scrape-me"
    text = Client().get("/metrics", headers=bearer("scrape-me")).content.decode()
    families = {each.name: each for each in text_string_to_metric_families(text)}
    samples = families["postlude_sale_to_invitation_seconds"].samples
    count = next(each.value for each in samples if each.name.endswith("_count"))
    assert count == 5  # opened, delivered, accepted, bounced and refunded were accepted once
    states = {
        each.labels["state"]: each.value
        for each in families["postlude_messages"].samples
        if each.labels["org"] == "pycon"
    }
    assert states["unknown"] == 1
    assert "zebulon" not in text.lower()
    assert not re.search(r"@", text)


def test_every_error_has_one_shape(sale) -> None:
    key, _ = orgs.issue_key(sale.org.id, "k", ["sales.view"], None)
    cases = {
        "/api/v1/jobs": 403,
        "/api/v1/buyers?offset=-1": 400,
        "/api/v1/buyers?state=nonsense": 400,
        "/api/v1/buyers/AAAAAAAAAAAAAAAAAAAAAA/timeline": 404,
        "/api/v1/messages/AAAAAAAAAAAAAAAAAAAAAA": 404,
        "/api/v1/messages?before=zzz": 404,
    }
    for path, status in cases.items():
        answer = Client().get(path, headers=bearer(key))
        assert answer.status_code == status, (path, answer.content)
        assert set(answer.json()["error"]) == {"code", "message", "hint", "fields"}, path


def test_a_key_of_another_organisation_sees_its_own_only(sale, staff) -> None:
    rival = orgs.by_slug("rival")
    key, _ = orgs.issue_key(rival.id, "k", ["sales.view", "people.view_contact"], None)
    assert Client().get("/api/v1/buyers", headers=bearer(key)).json()["items"] == []
    assert Client().get("/api/v1/messages", headers=bearer(key)).json()["items"] == []


def test_the_api_pages_through_everything(sale) -> None:
    key, _ = orgs.issue_key(sale.org.id, "k", ["sales.view"], None)
    body = Client().get("/api/v1/buyers", headers=bearer(key)).json()
    assert body["total"] == len(body["items"]) == 8
    assert {each["state"] for each in body["items"]} >= {"opened", "unknown", "failed", "refunded"}
    sales = Client().get("/api/v1/sales", headers=bearer(key)).json()
    assert {each["key"]: each["count"] for each in sales["counts"]}["sold"] == 7
    found = Client().post(
        "/api/v1/buyers/search",
        {"q": "zebulon0@example.test"},
        content_type="application/json",
        headers=bearer(key),
    )
    assert len(found.json()) == 1


def test_a_job_runs_by_key_only(org) -> None:
    """Looking at operations is not running them."""
    assert Client().post("/jobs/chatops.watch").status_code == 401
    looks, _ = orgs.issue_key(org.id, "looks", ["ops.view"], None)
    assert Client().post("/jobs/chatops.watch", headers=bearer(looks)).status_code == 401
    key, _ = orgs.issue_key(org.id, "ops", ["ops.run"], None)
    answer = Client().post("/jobs/chatops.watch", headers=bearer(key))
    told = {"done": {"chatops.watch": 0}, "failed": {}, "left": 0, "seconds": 0.0}
    assert answer.json() == {"job": "chatops.watch", **told}
    assert Client().post("/jobs/nonsense", headers=bearer(key)).status_code == 404


def test_a_job_that_runs_elsewhere_is_not_run_beside_it(org) -> None:
    key, _ = orgs.issue_key(org.id, "ops", ["ops.run"], None)
    until = store.db_now() + timedelta(seconds=20)
    JobSlot.objects.create(name="chatops.watch", owner="another", lease_until=until)
    answer = Client().post("/jobs/chatops.watch", headers=bearer(key))
    assert (409, "job_busy") == (answer.status_code, answer.json()["error"]["code"])
    assert "another" == JobSlot.objects.get().owner
    everything = Client().post("/jobs/all", headers=bearer(key))
    assert 200 == everything.status_code
    assert "another" == JobSlot.objects.get(name="chatops.watch").owner


def test_one_job_that_fails_stops_no_other(org, monkeypatch) -> None:
    def fail(_budget) -> int:
        raise RuntimeError("the door of ann@example.test is shut")

    key, _ = orgs.issue_key(org.id, "ops", ["ops.run"], None)
    monkeypatch.setitem(jobs._jobs, "test.fails", jobs.Job("test.fails", fail, "pipeline"))
    did = []
    lively = jobs.Job("test.works", lambda _: 0 if did else did.append(1) or 1, "bulk")
    monkeypatch.setitem(jobs._jobs, "test.works", lively)
    answer = Client().post("/jobs/all", headers=bearer(key))
    assert 500 == answer.status_code
    assert ["test.fails"] == list(answer.json()["failed"])
    assert 1 == answer.json()["done"]["test.works"]
    assert "ann@" not in answer.content.decode()


def test_the_description_of_the_api_is_for_members_and_keys(org) -> None:
    key, _ = orgs.issue_key(org.id, "k", ["sales.view"], None)
    assert Client().get("/api/v1/openapi.json").status_code == 401
    described = Client().get("/api/v1/openapi.json", headers=bearer(key)).json()
    assert "/api/v1/buyers/{token}/timeline" in described["paths"]
