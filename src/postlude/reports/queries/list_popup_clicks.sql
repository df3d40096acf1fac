-- The clicks on popups that were shown on some days, and whose the browsers are now.
SELECT d.deed_id, d.exposure, d.popup, d.version, CAST(d.shown_day AS varchar(10)), d.at, d.visitor,
    v.contact, COALESCE(v.headless, 1)
FROM popups_facts_deed d
LEFT JOIN people_facts_visitor v ON v.org = d.org AND v.visitor = d.visitor
WHERE d.org = %(org)s AND d.deed = 'clicked' AND d.shown_day BETWEEN %(since)s AND %(until)s
ORDER BY d.at, d.deed_id
