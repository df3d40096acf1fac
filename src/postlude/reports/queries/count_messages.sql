-- How many messages of a node ended how on some days, by what tells them apart; and their cost.
-- Added up first: the version and the cycle are looked up once for many messages, not for each.
SELECT CAST(g.day AS text), g.channel, g.cycle, COALESCE((
        SELECT c.journey FROM journeys_facts_cycle c WHERE c.org = g.org AND c.cycle = g.cycle
    ), 0), v.template, g.testing, g.state, g.why, g.sender,
    g.n, g.segments, g.cost, g.priced, g.priced_segments
FROM (
    SELECT org, day, channel, cycle, template_version, testing, state,
        CASE WHEN state = 'blocked' THEN reason ELSE '' END AS why, sender,
        COUNT(*) AS n, CAST(COALESCE(SUM(segments), 0) AS bigint) AS segments,
        CAST(COALESCE(SUM(cost), 0) AS bigint) AS cost, COUNT(cost) AS priced,
        CAST(COALESCE(SUM(CASE WHEN cost IS NOT NULL THEN segments END), 0) AS bigint)
            AS priced_segments
    FROM messages_facts_message
    WHERE org = %(org)s AND node = %(node)s AND day BETWEEN %(since)s AND %(until)s
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
) g
JOIN messages_facts_version v ON v.org = g.org AND v.template_version = g.template_version
