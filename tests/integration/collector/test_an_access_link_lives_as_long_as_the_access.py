from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from postlude.access import api as access
from postlude.access.models import Grant
from postlude.access.models import Resource as ResourceRow
from postlude.access.types import Resource, State
from postlude.kernel import tokens
from postlude.kernel.clock import now
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

VIDEO = "https://video.example.test/watch?v=1"
CONFERENCE = 5


@pytest.fixture
def grant(org) -> Grant:
    resource = Resource("video", "youtube", "Video", {"url": VIDEO})
    access.define_resources(org.id, CONFERENCE, [resource], now=now())
    return Grant.objects.create(
        org_id=org.id,
        contact=1,
        conference=CONFERENCE,
        resource=ResourceRow.objects.get(org_id=org.id, key="video"),
        state=State.GRANTED,
        due=now(),
        created_at=now(),
    )


def path(grant: Grant) -> str:
    return urlsplit(access.link_for(grant.org_id, [grant.id])[grant.id]).path


def accesses(grant: Grant):
    return tracking.accesses_of(grant.org_id, [grant.id])[grant.id]


def test_it_leads_on_and_the_access_is_kept(collector, grant):
    answer = collector.get(path(grant))

    assert (302, VIDEO) == (answer.status_code, answer.headers["location"])
    (touch,) = accesses(grant)
    assert TouchKind.ACCESS == touch.kind


def test_head_and_prefetch_write_nothing(collector, grant):
    assert 302 == collector.head(path(grant)).status_code
    prefetched = collector.get(path(grant), headers={"sec-purpose": "prefetch"})

    assert "location" not in prefetched.headers
    assert [] == accesses(grant)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"state": State.REVOKED}, 410, "退票或取消"),
        ({"edition": 2}, 410, "新版"),
        ({"state": State.PENDING}, 503, "就快好了"),
    ],
)
def test_one_that_has_ended_says_why_and_what_to_do(collector, grant, changes, status, words):
    link = path(grant)
    Grant.objects.filter(id=grant.id).update(**changes)

    answer = collector.get(link, headers={"accept-language": "zh-TW"})

    assert status == answer.status_code
    assert words in answer.text
    assert VIDEO not in answer.text
    assert "location" not in answer.headers
    assert [] == accesses(grant)


def test_an_expired_one_says_so(collector, grant):
    created = datetime.now(UTC) - timedelta(days=200)
    Grant.objects.filter(id=grant.id).update(created_at=created)

    answer = collector.get(path(grant))

    assert 410 == answer.status_code
    assert "expired" in answer.text


@pytest.mark.parametrize(
    "token", ["x", "A" * 60, tokens.sign("other", b"x"), "https:%2f%2fevil.test"]
)
def test_a_guess_leads_nowhere(collector, grant, token):
    answer = collector.get(f"/go/{token}")

    assert 404 == answer.status_code
    assert "location" not in answer.headers
