-- What journeys are called, and in which folder they are.
SELECT journey, slug, title, folder FROM journeys_facts_journey WHERE org = %(org)s ORDER BY slug
