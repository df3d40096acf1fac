-- Each reaction to a message of some days: what it was, how long after, and the order's amount.
SELECT kind, action, version, CAST(day AS text), effect, sent_at, reacted_at, amount_minor, currency
FROM attribution_facts_notice
WHERE org = %(org)s AND day BETWEEN %(since)s AND %(until)s AND (%(kind)s = '' OR kind = %(kind)s)
    AND reaction = 'reacted' AND fate = 'sent'
