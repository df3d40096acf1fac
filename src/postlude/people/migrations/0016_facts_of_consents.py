"""Who said yes or no to what, and who is not written to: without an address, also as a hash."""

from django.db import migrations

CONSENT = """
CREATE VIEW people_facts_consent AS
SELECT org_id AS org, id AS consent, contact_id AS contact, channel, granted, source, at
FROM people_consent
"""
SUPPRESSION = """
CREATE VIEW people_facts_suppression AS
SELECT org_id AS org, id AS suppression, contact_id AS contact, kind, reason,
    message_id AS message, at
FROM people_suppression
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0015_words_of_links")]
    operations = [
        migrations.RunSQL([CONSENT], ["DROP VIEW people_facts_consent"]),
        migrations.RunSQL([SUPPRESSION], ["DROP VIEW people_facts_suppression"]),
    ]
