"""What each contact has bought, for those who sold before this was kept; and the view of it."""

from django.db import migrations

# A ticket's id is free here, and each ticket is of one contact.
FILL = """
INSERT INTO orders_buyer
    (id, org_id, contact, orders, first_at, last_at, spent_minor, currency)
SELECT max(id), org_id, contact, count(DISTINCT order_id), min(sold_at), max(sold_at),
    CASE WHEN min(currency) = max(currency) THEN CAST(sum(price_minor) AS bigint) END,
    CASE WHEN min(currency) = max(currency) THEN min(currency) END
FROM orders_ticket WHERE state = 'paid' AND contact IS NOT NULL
GROUP BY org_id, contact
"""
CONTACT = """
CREATE VIEW orders_facts_contact AS
SELECT org_id AS org, contact, orders, first_at AS first_order_at, last_at AS last_order_at,
    spent_minor, currency
FROM orders_buyer
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_what_a_buyer_comes_to")]
    operations = [
        migrations.RunSQL([FILL], migrations.RunSQL.noop),
        migrations.RunSQL([CONTACT], ["DROP VIEW orders_facts_contact"]),
    ]
