-- When each personal link was first used, as far as no machine did it; its grant is the subject.
SELECT subject, CAST(MIN(at) AS text)
FROM tracking_facts_touch
WHERE org = %(org)s AND kind = 'access' AND by_machine = 0
GROUP BY subject
