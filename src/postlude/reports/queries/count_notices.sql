-- How many messages of notices, written on some days, went out and what came of them. What another
-- message was sent instead of is counted as that one.
SELECT kind, action, version, CAST(day AS text), COALESCE(branch, 0), fate, reaction, credited,
    COUNT(*), COUNT(cost), CAST(COALESCE(SUM(cost), 0) AS bigint)
FROM attribution_facts_notice
WHERE org = %(org)s AND fate <> 'replaced' AND day BETWEEN %(since)s AND %(until)s
    AND (%(kind)s = '' OR kind = %(kind)s)
    AND (%(branch)s < 0 OR COALESCE(branch, 0) = %(branch)s)
GROUP BY kind, action, version, day, COALESCE(branch, 0), fate, reaction, credited
