-- Which nodes have messages, and on which days, the first and the last.
SELECT node, CAST(MIN(day) AS text), CAST(MAX(day) AS text)
FROM messages_facts_message WHERE org = %(org)s GROUP BY node
UNION ALL
SELECT node, CAST(MIN(day) AS text), CAST(MAX(day) AS text)
FROM tracking_facts_touch
WHERE org = %(org)s AND kind IN ('open', 'click') AND message IS NOT NULL GROUP BY node
