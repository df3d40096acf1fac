-- Messages of one organisation that somebody, or somebody's mail program, has opened or followed.
SELECT DISTINCT message FROM tracking_facts_touch
WHERE org = %s AND message IS NOT NULL AND kind IN ('open', 'click')
