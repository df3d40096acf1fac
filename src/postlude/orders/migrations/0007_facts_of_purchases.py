"""When each contact bought: a view of paid tickets and of a shop's closed orders alike."""

from django.db import migrations

PURCHASE = """
CREATE VIEW orders_facts_purchase AS
SELECT org_id AS org, contact, sold_at AS bought_at
FROM orders_ticket WHERE state = 'paid' AND contact IS NOT NULL
UNION ALL
SELECT org_id, contact, closed_at
FROM orders_shoporder WHERE state = 'closed' AND NOT test AND contact IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_orders_of_a_shop")]
    operations = [migrations.RunSQL([PURCHASE], ["DROP VIEW orders_facts_purchase"])]
