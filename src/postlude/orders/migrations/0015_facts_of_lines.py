"""What an order of a shop was of, line by line, tests left out. Titles stay: they may name people."""

from django.db import migrations

LINE = """
CREATE VIEW orders_facts_shop_line AS
SELECT l.org_id AS org, l.id AS line_id, l.order_id, o.uid, l.line, l.product, l.quantity,
    l.price_minor, l.currency, COALESCE(o.opened_at, o.closed_at, o.cancelled_at) AS at
FROM orders_shopline l JOIN orders_shoporder o ON o.id = l.order_id AND o.org_id = l.org_id
WHERE NOT o.test
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0014_how_an_order_stands")]
    operations = [migrations.RunSQL([LINE], ["DROP VIEW orders_facts_shop_line"])]
