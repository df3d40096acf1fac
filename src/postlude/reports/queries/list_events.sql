-- The events of one organisation, grouped by conference, those of the playbook first.
SELECT happening, slug, external_id, name, kind, conference, conference_slug, conference_name
FROM orders_facts_happening
WHERE org = %(org)s
ORDER BY automatic, position, conference_slug, kind, name, happening
