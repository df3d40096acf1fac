"""What nobody needs any more does not stay: a session that has ended goes, one that lives stays."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from postlude.kernel import jobs


def test_ended_sessions_go() -> None:
    now = timezone.now()
    for name, hours in (("ended", -1), ("living", 1)):
        Session.objects.create(
            session_key=name, session_data="", expire_date=now + timedelta(hours=hours)
        )
    jobs.run_once("kernel.purge")
    assert ["living"] == list(Session.objects.values_list("session_key", flat=True))
