-- What providers of one organisation turned down or left unanswered, by sender's channel and kind.
SELECT m.channel, a.kind, COUNT(*)
FROM messages_facts_attempt a
JOIN messages_facts_message m ON m.message = a.message
WHERE a.org = %s AND a.kind IN ('refused', 'failed', 'unknown', 'bounced')
GROUP BY m.channel, a.kind
