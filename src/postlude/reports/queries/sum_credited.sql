-- What the orders of some days came to, by the channels that they are credited to.
SELECT CASE WHEN open_touch IS NULL THEN '' ELSE open_channel END,
    CASE WHEN click_touch IS NULL THEN '' ELSE click_channel END,
    currency, COUNT(*), CAST(COALESCE(SUM(amount_minor), 0) AS bigint)
FROM attribution_facts_order
WHERE org = %(org)s AND state = 'closed' AND at >= %(begin)s AND at < %(end)s
    AND sort LIKE %(orders)s
    AND (open_touch IS NOT NULL OR click_touch IS NOT NULL)
GROUP BY 1, 2, 3
