-- A page of message ids, newest first; an empty state means all of them.
SELECT message FROM messages_facts_message
WHERE org = %s AND NOT testing AND message < %s AND (%s = '' OR state = %s)
ORDER BY message DESC LIMIT %s
