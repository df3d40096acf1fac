from typing import ClassVar

from django.db import models

from postlude.kernel import ids


class PlaybookVersion(models.Model):
    """What was applied, as it was written; never changed and never deleted."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    playbook = models.CharField(max_length=64)
    number = models.IntegerField()
    digest = models.CharField(max_length=64)
    source = models.TextField()
    files = models.JSONField(default=dict)
    actor = models.CharField(max_length=128)
    applied_at = models.DateTimeField()

    class Meta:
        db_table = "playbooks_playbook_version"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "playbook", "number"], name="playbooks_version_number"
            )
        ]
