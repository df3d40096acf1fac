-- Which numbers are of browsers, whose each one is by now, and that contact's number, if any.
SELECT n.number, v.contact, h.number
FROM reports_facts_number n
JOIN people_facts_visitor v ON v.org = n.org AND v.visitor = n.who
LEFT JOIN reports_facts_number h ON h.org = v.org AND h.who = v.contact AND NOT h.visitor
WHERE n.org = %(org)s AND n.visitor
