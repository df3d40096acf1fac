"""What other rooms may read of orders in SQL; without personal data."""

from django.db import migrations

TICKET = """
CREATE VIEW orders_facts_ticket AS
SELECT t.org_id AS org, t.id AS ticket, t.contact, t.order_id, o.number AS order_number,
    h.conference_id AS conference, t.happening_id AS happening, h.name AS event, h.kind,
    t.ticket_type_id AS ticket_type, y.name AS ticket_type_name,
    t.state, t.price_minor, t.currency, t.paid, t.cancelled, t.refunded,
    o.placed_at, t.first_seen_at, t.paid_at, t.sold_at, t.sold_day, t.ended_at
FROM orders_ticket t
JOIN orders_order o ON o.id = t.order_id
JOIN orders_happening h ON h.id = t.happening_id
JOIN orders_tickettype y ON y.id = t.ticket_type_id
"""
HAPPENING = """
CREATE VIEW orders_facts_happening AS
SELECT h.org_id AS org, h.id AS happening, h.source, h.slug, h.external_id, h.name, h.kind,
    h.conference_id AS conference, c.slug AS conference_slug, c.name AS conference_name,
    c.automatic, c.position, h.starts_at, h.ends_at
FROM orders_happening h
JOIN orders_conference c ON c.id = h.conference_id
"""
TICKET_TYPE = """
CREATE VIEW orders_facts_ticket_type AS
SELECT org_id AS org, id AS ticket_type, happening_id AS happening, name, total
FROM orders_tickettype
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.RunSQL([TICKET], ["DROP VIEW orders_facts_ticket"]),
        migrations.RunSQL([HAPPENING], ["DROP VIEW orders_facts_happening"]),
        migrations.RunSQL([TICKET_TYPE], ["DROP VIEW orders_facts_ticket_type"]),
    ]
