"""Which country a browser was first seen in, where a proxy said so: a column more, at the end."""

from django.db import migrations

VISITOR = """
CREATE VIEW people_facts_visitor AS
SELECT v.org_id AS org, v.id AS visitor, COALESCE(a.parent_id, v.contact_id) AS contact,
    v.first_seen_at, v.last_seen_at, v.last_source,
    CASE WHEN v.contact_id IS NULL OR p.id IS NOT NULL THEN 1 ELSE 0 END AS headless{country}
FROM people_visitor v
LEFT JOIN people_alias a ON a.org_id = v.org_id AND a.child_id = v.contact_id
LEFT JOIN people_placeholder p
    ON p.org_id = v.org_id AND p.contact_id = COALESCE(a.parent_id, v.contact_id)
"""
_DROP = "DROP VIEW people_facts_visitor"


class Migration(migrations.Migration):
    dependencies = [("people", "0016_facts_of_consents")]
    operations = [
        migrations.RunSQL(
            [_DROP, VISITOR.format(country=", v.country")], [_DROP, VISITOR.format(country="")]
        )
    ]
