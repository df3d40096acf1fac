-- What providers of one organisation turned down or left unanswered, by sender's channel and kind.
SELECT m.channel, a.kind, COUNT(*)
FROM messages_attempt a
JOIN messages_message m ON m.id = a.message
WHERE a.org_id = %s AND a.kind IN ('refused', 'failed', 'unknown', 'bounced')
GROUP BY m.channel, a.kind
