from django.db import models

from postlude.kernel import ids


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class RuleVersion(models.Model):
    """What a rule said from one publishing to the next. Never changed: orders and cards name it."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    key = models.CharField(max_length=100)
    number = models.IntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "rules_version"
        constraints = (
            models.UniqueConstraint(fields=("org", "key", "number"), name="rules_version_u"),
        )


class RuleHead(models.Model):
    """The version of a rule that is in force; `retired_at` when the playbook dropped it."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    key = models.CharField(max_length=100)
    version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    paused_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rules_head"
        constraints = (models.UniqueConstraint(fields=("org", "key"), name="rules_head_u"),)


class RuleBook(models.Model):
    """One row an organisation: its tree of groups, and a number that each publishing raises.

    What is compiled is kept by this number, so that a process notices that rules have changed.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    number = models.BigIntegerField(default=0)
    groups = models.JSONField(default=dict)

    class Meta:
        db_table = "rules_book"
        constraints = (models.UniqueConstraint(fields=("org",), name="rules_book_u"),)


class RuleOrder(models.Model):
    """What was decided for one key, with everything that explains it. Never changed.

    Its state is that of the reservation of the same key in `rewards`: one truth, not two. `facts`
    are those the rules read, without personal ones; `gifts` what is given, at once or when it is
    confirmed; `missed` says of each rule that did not come into force which leaf, or which other
    rule, kept it out.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    business = models.CharField(max_length=32)
    card = models.BigIntegerField(null=True)
    contact = models.BigIntegerField(null=True)
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    versions = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    facts_digest = models.CharField(max_length=64)
    gifts = models.JSONField(default=list)
    missed = models.JSONField(default=list)
    decided_at = models.DateTimeField()
    day = models.DateField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "rules_order"
        constraints = (models.UniqueConstraint(fields=("org", "key"), name="rules_order_key"),)
        indexes = (
            models.Index(fields=("org", "contact", "id"), name="rules_order_contact"),
            models.Index(fields=("org", "day"), name="rules_order_day"),
        )


class Switch(models.Model):
    """Somebody took a rule off line by hand, or put it back. Only ever added to."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    rule = models.CharField(max_length=100)
    paused = models.BooleanField()
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        db_table = "rules_switch"
        indexes = (models.Index(fields=("org", "rule", "id"), name="rules_switch_rule"),)


class PreviewTally(models.Model):
    """How often a rule was among those that a preview offered, by local day.

    Kept beside the previews, which are stored nowhere: what a process had not written when it was
    killed is missing.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    rule = models.CharField(max_length=100)
    day = models.DateField()
    times = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rules_preview"
        constraints = (
            models.UniqueConstraint(fields=("org", "rule", "day"), name="rules_preview_u"),
        )
