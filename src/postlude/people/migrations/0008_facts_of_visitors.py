"""What other rooms may read of visitors in SQL: whose each one is now, without the cookie.

`headless`: nobody known, or a placeholder who may yet be merged into a member.
"""

from django.db import migrations

VISITOR = """
CREATE VIEW people_facts_visitor AS
SELECT v.org_id AS org, v.id AS visitor, COALESCE(a.parent_id, v.contact_id) AS contact,
    v.first_seen_at, v.last_seen_at, v.last_source,
    CASE WHEN v.contact_id IS NULL OR p.id IS NOT NULL THEN 1 ELSE 0 END AS headless
FROM people_visitor v
LEFT JOIN people_alias a ON a.org_id = v.org_id AND a.child_id = v.contact_id
LEFT JOIN people_placeholder p
    ON p.org_id = v.org_id AND p.contact_id = COALESCE(a.parent_id, v.contact_id)
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0007_visitors")]
    operations = [migrations.RunSQL([VISITOR], ["DROP VIEW people_facts_visitor"])]
