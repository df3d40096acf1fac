-- Which placeholders there are, and which number each has, if any.
SELECT p.contact, n.number
FROM people_facts_placeholder p
LEFT JOIN reports_facts_number n ON n.org = p.org AND n.who = p.contact AND NOT n.visitor
WHERE p.org = %(org)s
