-- What became of the points and the money that rule orders of some days gave; of one rule, by order.
-- A grant of an order has the key rule-order:KEY:PLACE and the rule as its campaign.
WITH units AS (
    SELECT campaign, currency, given_key, 'given' AS what, units
    FROM rewards_facts_grant
    WHERE org = %(org)s
    UNION ALL
    SELECT campaign, currency, given_key,
        CASE kind WHEN 'expire' THEN 'burnt' WHEN 'reverse' THEN 'taken_back' ELSE 'spent' END,
        -free - held
    FROM rewards_facts_allocation
    WHERE org = %(org)s AND kind NOT IN ('hold', 'release')
    UNION ALL
    SELECT campaign, currency, given_key,
        CASE WHEN expires_at <= %(now)s AND (held = 0 OR held_until <= %(now)s)
            THEN 'burnt' ELSE 'live' END,
        units
    FROM rewards_facts_left
    WHERE org = %(org)s
    UNION ALL
    SELECT campaign, currency, given_key, 'owed', units
    FROM rewards_facts_debt
    WHERE org = %(org)s
), stems AS (
    SELECT campaign, currency, what, units, rtrim(substr(given_key, 12), '0123456789') AS stem
    FROM units
    WHERE given_key LIKE 'rule-order:%%' AND campaign <> ''
        AND (%(rule)s = '' OR campaign = %(rule)s)
), gifts AS (
    SELECT campaign, currency, what, units, substr(stem, 1, length(stem) - 1) AS order_key FROM stems
)
SELECT campaign, currency, what, CASE WHEN %(rule)s = '' THEN '' ELSE order_key END,
    CAST(SUM(units) AS bigint)
FROM gifts
-- A value and not a join, so that no planner may try each gift with each order: one look into an index for each gift.
WHERE (
    SELECT o.day FROM rules_facts_order o WHERE o.org = %(org)s AND o.key = gifts.order_key
) BETWEEN %(since)s AND %(until)s
GROUP BY campaign, currency, what, CASE WHEN %(rule)s = '' THEN '' ELSE order_key END
