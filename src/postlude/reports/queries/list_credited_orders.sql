-- The orders that count and are credited to what a node sent, to its click or to its open: the next
-- ones by their ids.
SELECT order_id, uid, contact, visitor, at, COALESCE(amount_minor, 0), currency,
    open_touch, open_channel, open_node, COALESCE(open_template, 0), COALESCE(open_cycle, 0),
    open_touched_at,
    click_touch, click_channel, click_node, COALESCE(click_template, 0), COALESCE(click_cycle, 0),
    click_touched_at,
    session_started_at, session_last_at, sort
FROM attribution_facts_order
WHERE org = %(org)s AND state = 'closed' AND click_touch IS NOT NULL AND click_node = %(node)s
    AND order_id > %(after)s AND sort LIKE %(orders)s
UNION
SELECT order_id, uid, contact, visitor, at, COALESCE(amount_minor, 0), currency,
    open_touch, open_channel, open_node, COALESCE(open_template, 0), COALESCE(open_cycle, 0),
    open_touched_at,
    click_touch, click_channel, click_node, COALESCE(click_template, 0), COALESCE(click_cycle, 0),
    click_touched_at,
    session_started_at, session_last_at, sort
FROM attribution_facts_order
WHERE org = %(org)s AND state = 'closed' AND open_touch IS NOT NULL AND open_node = %(node)s
    AND order_id > %(after)s AND sort LIKE %(orders)s
ORDER BY order_id
LIMIT %(limit)s
