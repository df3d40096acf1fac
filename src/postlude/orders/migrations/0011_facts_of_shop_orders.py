"""The orders of a shop as a view: whose, since when, in which state, tests left out.

`at` is when it was opened, else the first that is known of it; `created_at` when we were told.
"""

from django.db import migrations

SHOP_ORDER = """
CREATE VIEW orders_facts_shop_order AS
SELECT org_id AS org, id AS order_id, uid, contact, visitor, branch_id AS branch, kind, source,
    state, COALESCE(opened_at, closed_at, cancelled_at) AS at, closed_at, cancelled_at,
    first_seen_at AS created_at, amount_minor, currency
FROM orders_shoporder WHERE NOT test
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_the_browser_of_an_order")]
    operations = [migrations.RunSQL([SHOP_ORDER], ["DROP VIEW orders_facts_shop_order"])]
