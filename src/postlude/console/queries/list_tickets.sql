-- Every ticket of one conference with what the pages count, oldest first.
SELECT ticket, contact, state, sold_at, order_number, ticket_type_name, event, kind, refunded
FROM orders_facts_ticket
WHERE org = %s AND conference = %s
ORDER BY ticket
