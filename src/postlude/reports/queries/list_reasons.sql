-- Every reason for which anything was ever given: how often, and when first and last.
SELECT currency, reason, COUNT(*), MIN(at), MAX(at)
FROM rewards_facts_entry
WHERE org = %(org)s AND kind = 'grant'
GROUP BY currency, reason
ORDER BY currency, COUNT(*) DESC, reason
