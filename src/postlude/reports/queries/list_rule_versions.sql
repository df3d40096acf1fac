-- Every version of every rule.
SELECT version, rule, number FROM rules_facts_version WHERE org = %(org)s ORDER BY rule, number
