-- Which kinds of notices, with which actions, were ever sent.
SELECT DISTINCT kind, action FROM attribution_facts_notice WHERE org = %s ORDER BY kind, action
