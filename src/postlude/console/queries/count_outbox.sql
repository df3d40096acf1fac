-- How many messages of one organisation wait on their way out, by phase.
SELECT phase, COUNT(*) FROM messages_outbox WHERE org_id = %s GROUP BY phase
