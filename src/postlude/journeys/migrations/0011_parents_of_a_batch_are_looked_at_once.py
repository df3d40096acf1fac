"""Marks and attempts of a portion are of one journey and one node: looked for once, not for each."""

from django.db import migrations

from postlude.kernel.parents import looked_at_together


class Migration(migrations.Migration):
    dependencies = [("journeys", "0010_facts_of_journeys"), ("orgs", "0001_initial")]
    operations = [
        looked_at_together(
            "journeys_mark", {"org_id": "orgs_organization", "journey_id": "journeys_journey"}
        ),
        looked_at_together(
            "journeys_sendattempt",
            {"org_id": "orgs_organization", "execution_id": "journeys_nodeexecution"},
        ),
    ]
