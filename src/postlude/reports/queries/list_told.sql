-- The messages of notices that may have reached some people, written since a day.
SELECT kind, action, version, CAST(day AS text), COALESCE(branch, 0), message, contact, sent_at
FROM attribution_facts_notice
WHERE org = %(org)s AND day >= %(since)s AND fate IN ('sent', 'unknown')
    AND contact IN ({contacts}) AND sent_at IS NOT NULL
