-- Invitations of one organisation that somebody, or somebody's mail program, has opened or followed.
SELECT DISTINCT t.message
FROM messages_facts_message m
JOIN tracking_facts_touch t ON t.org = m.org AND t.message = m.message
WHERE m.org = %s AND m.klass = 'transactional' AND NOT m.testing AND t.kind IN ('open', 'click')
