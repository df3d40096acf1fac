"""Which closed orders of a shop named coupons: a view; the codes stand with spaces between."""

from django.db import migrations

COUPON = """
CREATE VIEW orders_facts_coupon AS
SELECT org_id AS org, id AS "order", uid, contact, coupons, branch_id AS branch,
    COALESCE(opened_at, closed_at) AS opened_at, closed_at, closed_day AS day
FROM orders_shoporder
WHERE state = 'closed' AND NOT test AND coupons <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_the_branch_of_a_buyer")]
    operations = [migrations.RunSQL([COUPON], ["DROP VIEW orders_facts_coupon"])]
