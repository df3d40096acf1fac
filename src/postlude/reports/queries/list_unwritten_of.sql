-- To whom a node wrote nothing on some days for one reason, the newest first, those before one.
SELECT contact, outcome, reason, at, attempt
FROM journeys_facts_unwritten
WHERE org = %(org)s AND node = %(node)s AND at >= %(begin)s AND at < %(end)s
    AND outcome = %(outcome)s AND attempt < %(before)s
ORDER BY attempt DESC
LIMIT %(limit)s
