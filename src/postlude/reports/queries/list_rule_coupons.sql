-- The coupons that rule orders of some days gave out, and with them what each order gives.
SELECT o.key, o.gifts, c.coupon, c.list, c.state
FROM rules_facts_order o
JOIN rewards_facts_coupon c ON c.org = o.org AND c.reservation = o.key
WHERE o.org = %(org)s AND o.day BETWEEN %(since)s AND %(until)s
    AND c.state IN ('issued', 'redeemed', 'returned')
ORDER BY o.order_id, c.coupon
