-- Each rule order of some days, as `count_rule_orders` counts it, the newest first.
SELECT o.order_id, o.key, o.business, o.contact, o.amount_minor, o.currency, o.versions, o.missed,
    CASE WHEN r.state = 'held' AND r.expires_at <= %(now)s THEN 'expired' ELSE r.state END,
    CASE WHEN r.state = 'confirmed' AND EXISTS (
        SELECT 1
        FROM rules_facts_order p
        JOIN rewards_facts_reservation q ON q.org = p.org AND q.key = p.key
        WHERE p.org = o.org AND p.contact = o.contact AND p.business = o.business
            AND q.state = 'confirmed' AND p.order_id <> o.order_id
            AND (p.decided_at < o.decided_at
                OR (p.decided_at = o.decided_at AND p.order_id < o.order_id))
    ) THEN 1 ELSE 0 END,
    CAST(o.decided_at AS text), CAST(o.day AS text)
FROM rules_facts_order o
JOIN rewards_facts_reservation r ON r.org = o.org AND r.key = o.key
WHERE o.org = %(org)s AND o.day BETWEEN %(since)s AND %(until)s
ORDER BY o.decided_at DESC, o.order_id DESC
