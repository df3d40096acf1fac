from django.db import migrations

# What other rooms may read in SQL of reservations and of what became of lots.
RESERVATION = """
CREATE VIEW rewards_facts_reservation AS
SELECT org_id AS org, id AS reservation, key, contact, state, created_at, expires_at, settled_at
FROM rewards_reservation
"""
GRANT = """
CREATE VIEW rewards_facts_grant AS
SELECT l.org_id AS org, l.id AS lot, g.id AS entry, l.contact, l.currency, l.campaign,
    g.key AS given_key, l.amount AS units, g.at, l.available_from, l.expires_at
FROM rewards_lot l
JOIN rewards_entry g ON g.id = l.entry_id
"""
# `free` and `held` are signed changes of a lot's units; `given_key` is the key of the lot's grant.
ALLOCATION = """
CREATE VIEW rewards_facts_allocation AS
SELECT a.org_id AS org, a.lot_id AS lot, a.entry_id AS entry, e.kind, e.at, a.free, a.held,
    l.contact, l.currency, l.campaign, g.key AS given_key
FROM rewards_lot_allocation a
JOIN rewards_entry e ON e.id = a.entry_id
JOIN rewards_lot l ON l.id = a.lot_id
JOIN rewards_entry g ON g.id = l.entry_id
"""
# What is left of each lot: what is free, and what each hold has of it; `held` is 0 or 1.
LEFT = """
CREATE VIEW rewards_facts_left AS
SELECT r.org_id AS org, l.id AS lot, r.contact, l.currency, l.campaign, g.key AS given_key,
    r.free AS units, 0 AS held, CAST(NULL AS timestamp with time zone) AS held_until, l.available_from, l.expires_at
FROM rewards_remainder r
JOIN rewards_lot l ON l.id = r.lot_id
JOIN rewards_entry g ON g.id = l.entry_id
WHERE r.free > 0
UNION ALL
SELECT h.org_id, l.id, h.contact, l.currency, l.campaign, g.key, a.held, 1, h.expires_at,
    l.available_from, l.expires_at
FROM rewards_open_hold h
JOIN rewards_lot_allocation a ON a.entry_id = h.entry_id
JOIN rewards_lot l ON l.id = a.lot_id
JOIN rewards_entry g ON g.id = l.entry_id
"""
# What a grant left as a debt when it was taken back after it had been spent.
DEBT = """
CREATE VIEW rewards_facts_debt AS
SELECT e.org_id AS org, e.id AS entry, e.contact, e.currency, g.campaign, g.key AS given_key,
    e.debt AS units, e.at
FROM rewards_entry e
JOIN rewards_entry g ON g.id = e.of
WHERE e.kind = 'reverse' AND e.debt > 0
"""


class Migration(migrations.Migration):
    dependencies = (("rewards", "0005_card_events"),)
    operations = (
        migrations.RunSQL([RESERVATION], ["DROP VIEW rewards_facts_reservation"]),
        migrations.RunSQL([GRANT], ["DROP VIEW rewards_facts_grant"]),
        migrations.RunSQL([ALLOCATION], ["DROP VIEW rewards_facts_allocation"]),
        migrations.RunSQL([LEFT], ["DROP VIEW rewards_facts_left"]),
        migrations.RunSQL([DEBT], ["DROP VIEW rewards_facts_debt"]),
    )
