"""What other rooms may read of tracking in SQL; without personal data.

`by_machine` is what the signs of `tracking.types.Reason` say when nobody has judged better:
fetched ahead (1), headers only (2), a bot by its name (4), a bot by the vendor's word (32), a
tool (64). A missing name (16) counts against our own pixel and links only, because vendors often
report none. A mailbox's image proxy (8) loads pictures for a reader, but follows no link.
"""

from django.db import migrations

TOUCH = """
CREATE VIEW tracking_facts_touch AS
SELECT org_id AS org, id AS touch, kind, message, link, subject, at, day, recorded_at, provider,
    agent, reasons,
    CASE WHEN (reasons & 103) <> 0
            OR ((reasons & 16) <> 0 AND provider = 'own')
            OR ((reasons & 8) <> 0 AND kind <> 'open')
        THEN 1 ELSE 0 END AS by_machine
FROM tracking_touch
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]
    operations = [migrations.RunSQL([TOUCH], ["DROP VIEW tracking_facts_touch"])]
