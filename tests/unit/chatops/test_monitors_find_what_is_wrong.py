"""Each monitor finds its trouble, and nothing is found when nothing is wrong."""

from datetime import timedelta

import pytest

from postlude.chatops import texts
from postlude.chatops.monitors import (
    WAL_LIMIT_BYTES,
    Limits,
    Observation,
    SenderSeen,
    SourceSeen,
    findings,
)
from postlude.chatops.types import Kind

LIMITS = Limits(
    invitation_late=timedelta(minutes=5),
    sender_paused=timedelta(minutes=2),
    remind_every=timedelta(hours=6),
)
MINUTE = timedelta(minutes=1)


def test_a_healthy_organisation_has_no_finding() -> None:
    healthy = Observation(
        sources=(SourceSeen("kktix", 2 * MINUTE, 10 * MINUTE),),
        senders=(SenderSeen("mailgun", timedelta(0), "", 12),),
        late_invitations=3,
        latest_wait=4 * MINUTE,
        wal_bytes=WAL_LIMIT_BYTES,
    )
    assert findings(healthy, LIMITS) == []


@pytest.mark.parametrize(
    ("seen", "kind", "subject"),
    [
        (
            Observation(sources=(SourceSeen("kktix", 11 * MINUTE, 10 * MINUTE),)),
            Kind.SOURCE_SILENT,
            "kktix",
        ),
        (
            Observation(senders=(SenderSeen("mailgun", 3 * MINUTE, "429", 5),)),
            Kind.SENDER_PAUSED,
            "mailgun",
        ),
        (
            Observation(senders=(SenderSeen("mailgun", 0 * MINUTE, "quota", 5, quota_spent=True),)),
            Kind.SENDER_PAUSED,
            "mailgun",
        ),
        (Observation(late_invitations=1, latest_wait=6 * MINUTE), Kind.INVITATION_LATE, ""),
        (Observation(failed_invitations=2), Kind.INVITATION_FAILED, ""),
        (Observation(refused_resources={"gather": 4}), Kind.ACCESS_REFUSED, "gather"),
        (Observation(dead_work=1), Kind.DEAD_WORK, ""),
        (Observation(dead_deliveries=1), Kind.DEAD_DELIVERY, ""),
        (Observation(old_epoch=9), Kind.OLD_EPOCH, ""),
        (Observation(wal_bytes=WAL_LIMIT_BYTES + 1), Kind.WAL_LARGE, ""),
    ],
)
def test_each_trouble_is_found(seen: Observation, kind: Kind, subject: str) -> None:
    assert [(each.kind, each.subject) for each in findings(seen, LIMITS)] == [(kind, subject)]


def test_every_kind_has_a_text() -> None:
    assert set(texts.TEXTS) == set(Kind)


def test_a_long_text_is_cut_to_what_discord_takes() -> None:
    cut = texts.cut("x" * 5_000)
    assert len(cut) == texts.LONGEST_DISCORD
    assert cut.endswith("…")
