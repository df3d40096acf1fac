-- Who some dense numbers are.
SELECT number, who, visitor FROM reports_facts_number
WHERE org = %(org)s AND number IN ({numbers})
