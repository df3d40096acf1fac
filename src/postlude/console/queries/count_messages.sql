-- How many messages are in each state, without trials.
SELECT state, COUNT(*) FROM messages_facts_message WHERE org = %s AND NOT testing GROUP BY state
