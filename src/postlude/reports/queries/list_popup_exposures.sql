-- The exposures of one popup, or of all (0), of one fate on some days, the newest first.
SELECT p.slug, e.version, e.at, e.visitor, v.contact, COALESCE(v.headless, 1)
FROM popups_facts_exposure e
JOIN popups_facts_popup p ON p.org = e.org AND p.popup = e.popup
LEFT JOIN people_facts_visitor v ON v.org = e.org AND v.visitor = e.visitor
WHERE e.org = %(org)s AND e.day BETWEEN %(since)s AND %(until)s AND e.fate = %(fate)s
    AND (%(popup)s = 0 OR e.popup = %(popup)s)
    AND (%(headless)s < 0 OR COALESCE(v.headless, 1) = %(headless)s)
ORDER BY e.exposure DESC
LIMIT %(limit)s OFFSET %(offset)s
