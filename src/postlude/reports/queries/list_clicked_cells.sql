-- In which cells clicks are counted that came from some browsers.
SELECT DISTINCT node, CAST(day AS text) FROM tracking_facts_touch
WHERE org = %(org)s AND visitor IN ({visitors}) AND NOT testing AND kind = 'click'
