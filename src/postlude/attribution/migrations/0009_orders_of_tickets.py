"""Orders of tickets are credited like those of a shop, and which was which is said.

Who has sold tickets before has reports of those days. What they say does not change: there orders
of tickets count from now on, unless the organisation says otherwise (`tickets_from`). Columns are
added by hand: SQLite would copy the whole table.
"""

from django.db import migrations, models

_VIEW = """
CREATE VIEW attribution_facts_order AS
SELECT org_id AS org, id AS order_id, uid, {sort}contact, visitor, at, created_at, state,
    amount_minor, currency,
    open_touch, open_message, open_channel, open_node, open_template, open_cycle,
    open_touched_at, open_contact,
    click_touch, click_message, click_channel, click_node, click_template, click_cycle,
    click_touched_at, click_contact,
    session_started_at, session_last_at, rule, judged_at{campaign}
FROM attribution_order
"""
_CAMPAIGN = ",\n    session_source, session_medium, session_campaign"
_DROP = "DROP VIEW attribution_facts_order"
# An organisation's own number is free here, and it has one rule of version 0.
_SELLERS = "SELECT DISTINCT org AS org_id FROM orders_facts_ticket_order"
START = f"""
INSERT INTO attribution_orderrule (id, org_id, version, windows, written_at, tickets_from)
SELECT s.org_id, s.org_id, 0, '{{}}', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP
FROM ({_SELLERS}) AS s
WHERE s.org_id NOT IN (SELECT r.org_id FROM attribution_orderrule r)
"""  # noqa: S608 - our own words
GO_ON = f"""
UPDATE attribution_orderrule SET tickets_from = CURRENT_TIMESTAMP
WHERE org_id IN ({_SELLERS})
"""  # noqa: S608 - our own words


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0008_what_brought_a_session"),
        ("orders", "0016_facts_of_ticket_orders"),
    ]
    operations = [
        migrations.RunSQL([_DROP], [_VIEW.format(sort="", campaign="")]),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        "ALTER TABLE attribution_order ADD COLUMN sort "
                        "varchar(8) NOT NULL DEFAULT 'shop'"
                    ],
                    ["ALTER TABLE attribution_order DROP COLUMN sort"],
                )
            ],
            state_operations=[
                migrations.AddField(
                    "ordercredit",
                    "sort",
                    models.CharField(blank=True, db_default="shop", default="shop", max_length=8),
                )
            ],
        ),
        migrations.AddField(
            "orderruleversion",
            "sorts",
            models.CharField(db_default="shop tickets", default="shop tickets", max_length=32),
        ),
        migrations.AddField("orderruleversion", "tickets_from", models.DateTimeField(null=True)),
        migrations.AddField("orderruleversion", "looked_to", models.BigIntegerField(null=True)),
        migrations.RunSQL([GO_ON, START], migrations.RunSQL.noop),
        migrations.RunSQL([_VIEW.format(sort="sort, ", campaign=_CAMPAIGN)], [_DROP]),
    ]
