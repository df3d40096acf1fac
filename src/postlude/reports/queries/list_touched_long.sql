-- Who touched what a node sent, on many days, and how: 1 opened, 2 clicked, 4 counts as human,
-- 8 and without a sign of a machine. Which signs speak against it, `tracking.against` says.
-- The days are compared so that the touches are found by their node, not by all of these days.
SELECT CAST(day AS text), channel, COALESCE(template, 0), COALESCE(cycle, 0), contact, visitor,
    CASE WHEN kind = 'click' THEN 2 ELSE 1 END
    + CASE WHEN kind = 'click' AND (human IS NULL OR NOT human) THEN 0
        WHEN (reasons & CASE WHEN kind = 'click' THEN %(clicks)s ELSE %(opens)s END) <> 0 THEN 4
        ELSE 12 END AS how
FROM tracking_facts_touch
WHERE org = %(org)s AND node = %(node)s AND CAST(day AS text) BETWEEN CAST(%(since)s AS text) AND CAST(%(until)s AS text)
    AND kind IN ('open', 'click') AND NOT testing
    AND (contact IS NOT NULL OR visitor IS NOT NULL)
