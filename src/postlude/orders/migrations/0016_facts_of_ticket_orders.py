"""Orders of tickets as a view, one row per order: whose, since when, in which state, for how much.

`at` is when it was paid, as far as is known, or when it was first seen, if that was sooner. What it
comes to is what its paid tickets cost; of one that nobody paid what was registered, of one that is
over what it had come to. The buyer is the holder of its first ticket, by the seller's own numbers:
the same in whatever order the tickets came. Who was put on a list as a guest has bought nothing.
"""

from django.db import migrations, models

_OF = "FROM orders_ticket t WHERE t.org_id = o.org_id AND t.order_id = o.id AND t.via <> 'guest'"
_SUM = "CAST(SUM(t.price_minor) AS bigint)"
TICKET_ORDER = f"""
CREATE VIEW orders_facts_ticket_order AS
SELECT org, order_id, uid, contact, CAST(NULL AS bigint) AS visitor, kind, source,
    CASE
        WHEN paid_minor IS NOT NULL THEN 'closed'
        WHEN open_minor IS NOT NULL THEN 'opened'
        ELSE 'cancelled'
    END AS state,
    CASE WHEN paid_at < created_at THEN paid_at ELSE created_at END AS at,
    created_at,
    CASE WHEN currency = other THEN COALESCE(paid_minor, open_minor, whole_minor) END
        AS amount_minor,
    CASE WHEN currency = other THEN currency END AS currency
FROM (
    SELECT o.org_id AS org, o.id AS order_id, o.number AS uid, h.kind, o.source, o.created_at,
        -- The sign keeps SQLite from looking for it among all tickets that have a contact.
        (SELECT t.contact {_OF} AND +t.contact IS NOT NULL
            ORDER BY COALESCE(t.reg_no, 2147483647), LENGTH(COALESCE(t.external_id, '')),
                t.external_id, t.id LIMIT 1) AS contact,
        (SELECT {_SUM} {_OF} AND t.state = 'paid') AS paid_minor,
        (SELECT {_SUM} {_OF} AND t.state = 'registered') AS open_minor,
        COALESCE((SELECT {_SUM} {_OF} AND t.paid), (SELECT {_SUM} {_OF})) AS whole_minor,
        (SELECT MIN(t.paid_at) {_OF} AND t.paid) AS paid_at,
        (SELECT MIN(t.currency) {_OF}) AS currency,
        (SELECT MAX(t.currency) {_OF}) AS other
    FROM orders_order o JOIN orders_happening h ON h.id = o.happening_id
    WHERE EXISTS (SELECT 1 {_OF})
) AS seen
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0015_facts_of_lines")]
    operations = [
        # What attribution looks at again: the orders of the last hours, however old.
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["org", "created_at"], name="orders_order_seen"),
        ),
        migrations.RunSQL([TICKET_ORDER], ["DROP VIEW orders_facts_ticket_order"]),
    ]
