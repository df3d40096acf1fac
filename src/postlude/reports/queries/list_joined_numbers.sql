-- Which numbers are of contacts for whom another one speaks now, and that one's number, if any.
SELECT n.number, j.head, h.number, CASE WHEN p.contact IS NULL THEN 0 ELSE 1 END
FROM people_facts_joined j
JOIN reports_facts_number n ON n.org = j.org AND n.who = j.contact AND NOT n.visitor
LEFT JOIN reports_facts_number h ON h.org = j.org AND h.who = j.head AND NOT h.visitor
LEFT JOIN people_facts_placeholder p ON p.org = j.org AND p.contact = j.contact
WHERE j.org = %(org)s
