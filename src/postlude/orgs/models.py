from django.conf import settings
from django.db import models

from postlude.kernel import ids


class Organization(models.Model):
    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    locale = models.CharField(max_length=16)
    region = models.CharField(max_length=2)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    caps = models.JSONField(default=list)
    fees = models.JSONField(default=dict)
    identity = models.JSONField(default=dict)

    class Meta:
        db_table = "orgs_organization"


class Branch(models.Model):
    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    slug = models.SlugField(max_length=64, db_index=False)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "orgs_branch"
        constraints = (models.UniqueConstraint(fields=("org", "slug"), name="orgs_branch_slug"),)


class Staff(models.Model):
    """One person's role in one organisation; the person is a Django user."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    role = models.CharField(max_length=16)

    class Meta:
        db_table = "orgs_staff"
        constraints = (models.UniqueConstraint(fields=("org", "user"), name="orgs_staff_user"),)


class ApiKey(models.Model):
    """Found by its prefix before the organisation is known, so the prefix is the primary key."""

    prefix = models.CharField(max_length=8, primary_key=True)
    org = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    expires = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orgs_apikey"
        indexes = (models.Index(fields=("org", "prefix"), name="orgs_apikey_org"),)


class WriteKey(models.Model):
    """A public key that a site sends with; found before the organisation is known."""

    key = models.CharField(max_length=32, primary_key=True)
    org = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=100)
    origins = models.JSONField(default=list)
    orders_close = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orgs_writekey"
        indexes = (models.Index(fields=("org", "key"), name="orgs_writekey_org"),)


class MeasuringRule(models.Model):
    """How touches are measured from a day on, and who said so. Only ever added to."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    from_day = models.DateField()
    counts = models.CharField(max_length=16)
    whose = models.CharField(max_length=16)
    trap = models.BooleanField()
    needs_consent = models.BooleanField()
    too_soon_ms = models.IntegerField()
    every_link_s = models.IntegerField()
    trap_within_s = models.IntegerField()
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        db_table = "orgs_measuringrule"
        indexes = (models.Index(fields=("org", "from_day", "id"), name="orgs_measuring_day"),)


class Retention(models.Model):
    """How long facts of measurement are kept, and how far their going is; each day only grows.

    Of days before `closed` no fact is taken in any more; what was said of days before `horizon` is
    final; the touches of days before `gone` are deleted. `months` null: for ever. `due` is to be
    closed a while after `due_at`; `quiet`: how often in a row nothing of `closed` was waiting.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    months = models.SmallIntegerField(null=True)
    actor = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(null=True)
    due = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    closed = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    quiet = models.SmallIntegerField(default=0, db_default=0)
    horizon = models.DateField(null=True)
    gone = models.DateField(null=True)

    class Meta:
        db_table = "orgs_retention"
        constraints = (models.UniqueConstraint(fields=("org",), name="orgs_retention_org"),)
