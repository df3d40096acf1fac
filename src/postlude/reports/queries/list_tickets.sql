-- The tickets of some happenings, bought (or, while unpaid, registered) within a range of days.
SELECT ticket, contact, conference, happening, ticket_type_name, state, sold_day,
    CAST(placed_at AS text), CAST(sold_at AS text),
    CASE WHEN placed_at IS NULL THEN CAST(first_seen_at AS text) END
FROM orders_facts_ticket
WHERE org = %(org)s AND happening IN ({happenings})
    AND (%(type)s = '' OR ticket_type_name = %(type)s)
    AND (sold_day BETWEEN %(since)s AND %(until)s
        OR (sold_day IS NULL AND COALESCE(placed_at, first_seen_at) >= %(begin)s
            AND COALESCE(placed_at, first_seen_at) < %(end)s))
