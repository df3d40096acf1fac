-- The names of the ticket types of some happenings.
SELECT DISTINCT name FROM orders_facts_ticket_type
WHERE org = %(org)s AND happening IN ({happenings})
ORDER BY name
