-- Which kinds of notices were ever sent.
SELECT DISTINCT kind FROM attribution_facts_notice WHERE org = %(org)s ORDER BY kind
