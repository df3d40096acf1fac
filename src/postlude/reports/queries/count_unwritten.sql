-- To how many nothing was written at all, by node and by why.
SELECT journey, version, node, outcome, reason, COUNT(*)
FROM journeys_facts_unwritten
WHERE org = %(org)s AND at >= %(begin)s AND at < %(end)s
GROUP BY journey, version, node, outcome, reason
