-- The messages of a node on some days that went one of some ways, the newest first, those before one.
SELECT m.message, m.contact, m.channel, m.node, v.template, m.cycle, m.state, m.reason,
    m.created_at, m.segments, m.cost
FROM messages_facts_message m
JOIN messages_facts_version v ON v.org = m.org AND v.template_version = m.template_version
WHERE m.org = %(org)s AND m.message < %(before)s AND m.node = %(node)s AND m.day BETWEEN %(since)s AND %(until)s
    AND m.channel = %(channel)s AND v.template = %(template)s AND NOT m.testing
    AND (%(states)s LIKE '%%,' || m.state || ',%%')
    AND (%(ran)s = 0 OR EXISTS (
        SELECT 1 FROM journeys_facts_cycle c
        WHERE c.org = m.org AND c.cycle = m.cycle AND c.journey = %(ran)s
    ))
ORDER BY m.message DESC
LIMIT %(limit)s
