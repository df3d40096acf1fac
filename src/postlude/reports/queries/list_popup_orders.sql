-- The closed orders that are credited to a click on a popup, with the click as its room keeps it.
SELECT a.uid, a.at, a.amount_minor, d.deed_id
FROM attribution_facts_order a
JOIN tracking_facts_touch t ON t.org = a.org AND t.touch = a.click_touch
JOIN popups_facts_deed d ON d.org = a.org AND d.deed = 'clicked' AND d.popup = a.click_template
    AND d.visitor = t.visitor AND d.at = t.at
WHERE a.org = %(org)s AND a.state = 'closed' AND a.click_touch IS NOT NULL
    AND a.click_channel = 'popup' AND a.click_node IN (SELECT p.slug FROM popups_facts_popup p WHERE p.org = %(org)s)
ORDER BY a.at, a.order_id, d.deed_id
