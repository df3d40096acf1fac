"""What happened to a card is never changed; and what other rooms may read of cards in SQL."""

from django.db import migrations

from postlude.kernel.append_only import append_only

CARD = """
CREATE VIEW rewards_facts_card AS
SELECT org_id AS org, id AS card, type, face, currency, holder, issued_at, expires_at, closed_at
FROM rewards_card
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0004_cards")]
    operations = [
        append_only("rewards_cardevent", unique=("id",)),
        migrations.RunSQL([CARD], ["DROP VIEW rewards_facts_card"]),
    ]
