-- In which cells touches are counted.
SELECT DISTINCT node, CAST(day AS text) FROM tracking_facts_touch
WHERE org = %(org)s AND touch IN ({touches}) AND NOT testing AND kind IN ('open', 'click')
