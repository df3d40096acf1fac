-- What was shown and held out on some days, by popup and day, of known members and of others as of now.
SELECT e.popup, CAST(e.day AS varchar(10)), e.fate, COALESCE(v.headless, 1), COUNT(*)
FROM popups_facts_exposure e
LEFT JOIN people_facts_visitor v ON v.org = e.org AND v.visitor = e.visitor
WHERE e.org = %(org)s AND e.day BETWEEN %(since)s AND %(until)s
GROUP BY e.popup, e.day, e.fate, COALESCE(v.headless, 1)
