from typing import ClassVar

from django.db import models

from postlude.kernel import ids

LONGEST_LABEL = 500


class Policy(models.Model):
    """What an organisation lets out; set by its playbook."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    definition = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "warehouse_policy"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org"], name="warehouse_policy_org")
        ]


class LoaderState(models.Model):
    """How far the copy is: kept here, so that looking never takes the warehouse's file."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    row_counts = models.JSONField(default=dict)
    refunded_counts = models.JSONField(default=dict)
    schema_version = models.IntegerField(default=0)
    last_batch = models.CharField(max_length=64, default="")
    last_loaded_at = models.DateTimeField(null=True)
    followed = models.CharField(max_length=80, default="")  # the rules all rows follow
    problem_code = models.CharField(max_length=64, default="")
    problem_words = models.CharField(max_length=400, default="")
    problem_hint = models.CharField(max_length=400, default="")
    problem_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)  # small batches gather until then
    failures = models.IntegerField(default=0)

    class Meta:
        db_table = "warehouse_loader_state"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org"], name="warehouse_loader_state_org")
        ]


class DroppedLabel(models.Model):
    """A form question nobody has allowed; the question only, never an answer."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    label = models.CharField(max_length=LONGEST_LABEL)
    first_seen_at = models.DateTimeField()

    class Meta:
        db_table = "warehouse_dropped_label"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "label"], name="warehouse_label_once")
        ]


class Erasure(models.Model):
    """A person to delete from the warehouse, and to keep out of it for good."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact_id = models.BigIntegerField()
    pseudonyms = models.JSONField()
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "warehouse_erasure"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "contact_id"], name="warehouse_erasure_once")
        ]
