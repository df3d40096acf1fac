-- What became of the invitations of each contact, the repeated ones included, trials not; the first moment of each thing.
SELECT m.contact, m.conference, CAST(MIN(m.accepted_at) AS text),
    MAX(CASE WHEN m.state = 'delivered' THEN 1 ELSE 0 END),
    CAST(MIN(CASE WHEN m.state = 'delivered' THEN r.at END) AS text)
FROM messages_facts_message m
LEFT JOIN messages_facts_attempt r
    ON r.org = m.org AND r.message = m.message AND r.kind = 'delivered'
WHERE m.org = %(org)s AND m.conference IN ({conferences}) AND NOT m.testing
    AND (m.key LIKE 'invite:%%' OR m.key LIKE 'resend:%%')
GROUP BY m.contact, m.conference
