-- How many messages of notices are decided and not settled yet.
SELECT COUNT(*)
FROM messages_facts_outbox o
JOIN messages_facts_message m ON m.org = o.org AND m.message = o.message
WHERE o.org = %(org)s AND m.key LIKE 'recurring:%%'
