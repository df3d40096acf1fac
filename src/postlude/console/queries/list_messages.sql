-- A page of message ids, newest first; an empty state means all of them.
SELECT id FROM messages_message
WHERE org_id = %s AND NOT testing AND id < %s AND (%s = '' OR state = %s)
ORDER BY id DESC LIMIT %s
