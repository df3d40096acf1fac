-- The grants of each contact, and since when access is given.
SELECT grant_id, contact, conference, state, CAST(granted_at AS text)
FROM access_facts_grant
WHERE org = %(org)s AND conference IN ({conferences})
