"""The outbox is the queue: a claim takes 500 at once, by the index."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from postlude.messages import api as messages
from postlude.messages.models import Outbox
from postlude.messages.types import ChannelTraits


def test_a_claim_of_500_is_a_few_statements_and_uses_the_index(make_desk):
    messages.register_channel_traits("memory", ChannelTraits(window=500))
    desk = make_desk(rate=1e6, burst=1_000_000, window=500)
    desk.queue(5000, lane=1)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE messages_outbox")
    taken = 0
    with CaptureQueriesContext(connection) as statements:
        while got := desk.lease(500):
            taken += len(got)
    assert taken == 5000
    # Some for a claim of 500, none for a row; rows a second are in docs/reference/performance.md.
    assert len(statements) < 5000 / 20
    assert (
        "messages_outbox_queue"
        in Outbox.objects.filter(sender=desk.sender, lane=1, due__lte=desk.now)
        .order_by("due", "id")[:32]
        .explain()
    )
