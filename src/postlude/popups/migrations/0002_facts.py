"""What other rooms may read of popups in SQL; without personal data.

`contact` is who it was known to be then; whose the visitor is now, `people_facts_visitor` says.
"""

from django.db import migrations

POPUP = """
CREATE VIEW popups_facts_popup AS
SELECT org_id AS org, id AS popup, slug, active FROM popups_popup
"""
EXPOSURE = """
CREATE VIEW popups_facts_exposure AS
SELECT org_id AS org, id AS exposure, day, popup, version, fate, visitor, contact, at
FROM popups_exposure
"""
DEED = """
CREATE VIEW popups_facts_deed AS
SELECT d.org_id AS org, d.id AS deed_id, d.exposure, d.deed, d.visitor, d.contact, d.day, d.at,
    e.popup, e.version, e.day AS shown_day
FROM popups_deed d
JOIN popups_exposure e ON e.org_id = d.org_id AND e.id = d.exposure
"""


class Migration(migrations.Migration):
    dependencies = [("popups", "0001_initial")]
    operations = [
        migrations.RunSQL([POPUP], ["DROP VIEW popups_facts_popup"]),
        migrations.RunSQL([EXPOSURE], ["DROP VIEW popups_facts_exposure"]),
        migrations.RunSQL([DEED], ["DROP VIEW popups_facts_deed"]),
    ]
