"""What other rooms may read of people in SQL: living persons, each once; no name, no address.

The birthday has no year. A person who was joined to another is the other; one who was forgotten
is nobody.
"""

from django.db import migrations

CONTACT = """
CREATE VIEW people_facts_contact AS
SELECT c.org_id AS org, c.id AS contact, c.level, c.birthday, c.source, c.first_seen_at
FROM people_contact c
WHERE c.erased_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM people_alias a WHERE a.org_id = c.org_id AND a.child_id = c.id
    )
"""
TAG = """
CREATE VIEW people_facts_tag AS
SELECT org_id AS org, contact_id AS contact, label AS tag FROM people_label WHERE kind = 'tag'
"""
SEGMENT = """
CREATE VIEW people_facts_segment AS
SELECT org_id AS org, contact_id AS contact, label AS segment
FROM people_label WHERE kind = 'segment'
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_what_is_said_of_members")]
    operations = [
        migrations.RunSQL([CONTACT], ["DROP VIEW people_facts_contact"]),
        migrations.RunSQL([TAG], ["DROP VIEW people_facts_tag"]),
        migrations.RunSQL([SEGMENT], ["DROP VIEW people_facts_segment"]),
    ]
