"""What may only be counted, as a view: how many hits of what, on which day."""

from django.db import migrations

UNCOUNTED = """
CREATE VIEW tracking_facts_uncounted AS
SELECT org_id AS org, day, kind, channel, node, template, hits FROM tracking_uncounted
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0007_what_is_only_counted")]
    operations = [migrations.RunSQL([UNCOUNTED], ["DROP VIEW tracking_facts_uncounted"])]
