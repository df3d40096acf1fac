-- Which cycles some journeys ran.
SELECT cycle FROM journeys_facts_cycle WHERE org = %(org)s AND journey IN ({journeys})
