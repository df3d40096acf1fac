"""One row for each person and resource: its state, how often it was tried, what was answered."""

from typing import Any

from postlude.access import api as access
from postlude.access.models import Grant


def test_each_try_is_counted_with_the_vendors_words(booth: Any, clock: Any) -> None:
    booth.sandbox.client.fault("gather", "server_error", status=503)
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    assert {"gather": "pending", "youtube": "pending"} == booth.states(ann)
    for tried in (1, 2):
        booth.work()
        grant = booth.grants(ann)["gather"]
        assert ("pending", tried) == (grant.state, grant.attempts)
        assert "503" in grant.words
        clock.advance(seconds=120)

    booth.sandbox.client.clear_faults()
    booth.work()
    assert "granted" == booth.grants(ann)["gather"].state
    booth.refund("1", "ann@example.test")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    assert {"revoked"} == set(booth.states(ann).values())
    assert 2 == Grant.objects.filter(contact=ann).count()
