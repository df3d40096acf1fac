-- What became of the points that came with the messages of some days; both have the same key.
WITH units AS (
    SELECT given_key, 'given' AS what, units
    FROM rewards_facts_grant
    WHERE org = %(org)s AND given_key LIKE 'recurring:%%'
    UNION ALL
    SELECT given_key,
        CASE kind WHEN 'expire' THEN 'burnt' WHEN 'reverse' THEN 'taken_back' ELSE 'spent' END,
        -free - held
    FROM rewards_facts_allocation
    WHERE org = %(org)s AND given_key LIKE 'recurring:%%' AND kind NOT IN ('hold', 'release')
    UNION ALL
    SELECT given_key,
        CASE WHEN expires_at <= %(now)s AND (held = 0 OR held_until <= %(now)s)
            THEN 'burnt' ELSE 'live' END,
        units
    FROM rewards_facts_left
    WHERE org = %(org)s AND given_key LIKE 'recurring:%%'
)
SELECT n.kind, n.action, n.version, CAST(n.day AS text), COALESCE(n.branch, 0), u.what, CAST(SUM(u.units) AS bigint)
FROM units u
JOIN messages_facts_message m ON m.org = %(org)s AND m.key = u.given_key
JOIN attribution_facts_notice n ON n.org = %(org)s AND n.message = m.message
WHERE n.day BETWEEN %(since)s AND %(until)s AND (%(kind)s = '' OR n.kind = %(kind)s)
    AND (%(branch)s < 0 OR COALESCE(n.branch, 0) = %(branch)s)
GROUP BY n.kind, n.action, n.version, n.day, COALESCE(n.branch, 0), u.what
