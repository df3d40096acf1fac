-- How many messages of one organisation wait on their way out, by phase.
SELECT phase, COUNT(*) FROM messages_facts_outbox WHERE org = %s GROUP BY phase
