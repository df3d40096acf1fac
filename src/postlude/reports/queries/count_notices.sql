-- How many messages of notices, written on some days, went out and what came of them.
SELECT kind, action, version, CAST(day AS text), fate, reaction, credited, COUNT(*), COUNT(cost),
    CAST(COALESCE(SUM(cost), 0) AS bigint)
FROM attribution_facts_notice
WHERE org = %(org)s AND day BETWEEN %(since)s AND %(until)s AND (%(kind)s = '' OR kind = %(kind)s)
GROUP BY kind, action, version, day, fate, reaction, credited
