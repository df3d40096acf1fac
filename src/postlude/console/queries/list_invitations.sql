-- Invitations (and the notes beside them) of one organisation in the order in which they were decided, without trials.
SELECT message, contact, key, conference, state, reason, created_at, accepted_at
FROM messages_facts_message
WHERE org = %s AND klass = 'transactional' AND NOT testing
ORDER BY message
