"""At which branch each contact ordered last.

Whoever ordered before has none until their next order, or until
`postlude people backfill-last-order`: what a buyer comes to is counted by one piece of code.
"""

from django.db import migrations, models

_CONTACT = """
CREATE VIEW orders_facts_contact AS
SELECT org_id AS org, contact, orders, first_at AS first_order_at, last_at AS last_order_at,
    spent_minor, currency{more}
FROM orders_buyer
"""
_DROP = "DROP VIEW orders_facts_contact"


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_facts_of_purchases")]
    operations = [
        migrations.RunSQL([_DROP], [_CONTACT.format(more="")]),
        migrations.AddField(
            model_name="buyer", name="branch", field=models.BigIntegerField(null=True)
        ),
        migrations.RunSQL([_CONTACT.format(more=", branch")], [_DROP]),
    ]
