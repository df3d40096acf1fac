-- The closed orders that may have named a coupon, closed at or after an instant, oldest first.
SELECT uid, contact, coupons, COALESCE(branch, 0), opened_at, CAST(day AS text)
FROM orders_facts_coupon
WHERE org = %(org)s AND closed_at >= %(since)s AND UPPER(' ' || coupons || ' ') LIKE %(like)s
ORDER BY closed_at, uid
