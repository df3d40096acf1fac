-- Each reaction to a message of some days: what it was, how long after, and the order's amount.
SELECT kind, action, version, CAST(day AS text), COALESCE(branch, 0), effect, sent_at, reacted_at, amount_minor, currency
FROM attribution_facts_notice
WHERE org = %(org)s AND day BETWEEN %(since)s AND %(until)s AND (%(kind)s = '' OR kind = %(kind)s)
    AND (%(branch)s < 0 OR COALESCE(branch, 0) = %(branch)s)
    AND reaction = 'reacted' AND fate = 'sent'
