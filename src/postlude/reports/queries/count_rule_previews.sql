-- How often each rule was offered on each of some days.
SELECT rule, CAST(day AS text), times
FROM rules_facts_preview
WHERE org = %(org)s AND day BETWEEN %(since)s AND %(until)s
ORDER BY rule, day
