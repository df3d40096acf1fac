"""What other rooms may read of access in SQL; without personal data."""

from django.db import migrations

GRANT = """
CREATE VIEW access_facts_grant AS
SELECT g.org_id AS org, g.id AS grant_id, g.contact, g.conference, r.key AS resource, r.kind,
    g.state, g.failure, g.attempts, g.created_at, g.granted_at, g.revoked_at
FROM access_grant g
JOIN access_resource r ON r.id = g.resource_id
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_waits_for_a_person")]
    operations = [migrations.RunSQL([GRANT], ["DROP VIEW access_facts_grant"])]
