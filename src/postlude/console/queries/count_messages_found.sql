-- How many of the messages that a list shows are in each state, without trials.
SELECT m.state, COUNT(*)
FROM messages_facts_message m
LEFT JOIN attribution_facts_notice n ON n.org = m.org AND n.message = m.message
WHERE m.org = %(org)s AND NOT m.testing AND m.day BETWEEN %(since)s AND %(until)s
    AND (%(kind)s = '' OR n.kind = %(kind)s)
    AND (%(action)s = '' OR n.action = %(action)s)
    AND (%(reaction)s = '' OR n.reaction = %(reaction)s)
    AND (%(branch)s = 0 OR m.branch = %(branch)s)
    AND (%(channel)s = '' OR m.channel = %(channel)s)
    AND (%(contact)s = 0 OR m.contact = %(contact)s)
GROUP BY m.state
