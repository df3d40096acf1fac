-- The rule orders of some days, those alike counted together; `again`: the contact had confirmed one of that flow before.
SELECT business, currency, versions, missed, state, again, COUNT(*),
    CAST(COALESCE(SUM(amount_minor), 0) AS bigint)
FROM (
    SELECT o.business, o.currency, o.versions, o.missed, o.amount_minor,
        CASE WHEN r.state = 'held' AND r.expires_at <= %(now)s THEN 'expired' ELSE r.state END AS state,
        CASE WHEN r.state = 'confirmed' AND EXISTS (
            SELECT 1
            FROM rules_facts_order p
            JOIN rewards_facts_reservation q ON q.org = p.org AND q.key = p.key
            WHERE p.org = o.org AND p.contact = o.contact AND p.business = o.business
                AND q.state = 'confirmed' AND p.order_id <> o.order_id
                AND (p.decided_at < o.decided_at
                    OR (p.decided_at = o.decided_at AND p.order_id < o.order_id))
        ) THEN 1 ELSE 0 END AS again
    FROM rules_facts_order o
    JOIN rewards_facts_reservation r ON r.org = o.org AND r.key = o.key
    WHERE o.org = %(org)s AND o.day BETWEEN %(since)s AND %(until)s
) found
GROUP BY business, currency, versions, missed, state, again
