-- Invitations (and the notes beside them) of one organisation in the order in which they were decided, without trials.
SELECT id, contact, key, context, state, reason, created_at, accepted_at
FROM messages_message
WHERE org_id = %s AND klass = 'transactional' AND NOT testing
ORDER BY id
