-- Every ticket of one conference with what the pages count, oldest first.
SELECT t.id, t.contact, t.state, t.sold_at, o.number, y.name, h.name, h.kind, t.refunded
FROM orders_ticket t
JOIN orders_happening h ON h.id = t.happening_id
JOIN orders_tickettype y ON y.id = t.ticket_type_id
JOIN orders_order o ON o.id = t.order_id
WHERE t.org_id = %s AND h.conference_id = %s
ORDER BY t.id
