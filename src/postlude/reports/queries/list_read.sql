-- When each contact first opened and first followed a link of an invitation, as far as no machine did it.
SELECT m.contact, m.conference,
    CAST(MIN(CASE WHEN t.kind = 'open' THEN t.at END) AS text),
    CAST(MIN(CASE WHEN t.kind = 'click' THEN t.at END) AS text)
FROM tracking_facts_touch t
JOIN messages_facts_message m ON m.message = t.message
WHERE t.org = %(org)s AND t.kind IN ('open', 'click') AND t.by_machine = 0
    AND m.org = %(org)s AND m.conference IN ({conferences}) AND NOT m.testing
    AND (m.key LIKE 'invite:%%' OR m.key LIKE 'resend:%%')
GROUP BY m.contact, m.conference
