-- How many messages are in each state, without trials.
SELECT state, COUNT(*) FROM messages_message WHERE org_id = %s AND NOT testing GROUP BY state
