from django.db import models

from postlude.kernel import ids


class _Row(models.Model):
    """What all tables here begin with: a time-ordered id and the organisation."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class Setting(_Row):
    """What holds for all popups of an organisation. `draw_key` never changes: a draw is for ever,
    also where the installation's keys are renewed.
    """

    a_day = models.IntegerField(null=True)
    draw_key = models.CharField(max_length=64)

    class Meta:
        db_table = "popups_setting"
        constraints = (models.UniqueConstraint(fields=("org",), name="popups_setting_once"),)


class Popup(_Row):
    """A popup by its name; what it says stands in its versions."""

    slug = models.CharField(max_length=63)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "popups_popup"
        constraints = (models.UniqueConstraint(fields=("org", "slug"), name="popups_popup_slug"),)


class Version(_Row):
    """What a popup says; never changed."""

    popup = models.ForeignKey(Popup, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "popups_version"
        constraints = (
            models.UniqueConstraint(fields=("org", "popup", "number"), name="popups_version_once"),
        )


class Exposure(_Row):
    """A popup was shown to a visitor, or was held back by the draw. Insert-only.

    `uid` is the browser's id of it, the same in each repeat. `contact`: who it was known to be
    then; who the visitor is now, `people` says. `day` is the organisation's local date.
    """

    uid = models.CharField(max_length=32)
    day = models.DateField()
    popup = models.BigIntegerField()
    version = models.BigIntegerField()
    fate = models.CharField(max_length=8)
    visitor = models.BigIntegerField()
    contact = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "popups_exposure"
        constraints = (models.UniqueConstraint(fields=("org", "uid"), name="popups_exposure_once"),)
        indexes = (
            models.Index(fields=("org", "day", "popup"), name="popups_exposure_day"),
            models.Index(fields=("org", "visitor", "at"), name="popups_exposure_visitor"),
        )


class Deed(_Row):
    """What a visitor did with what was shown: clicked its button, closed it. Insert-only."""

    uid = models.CharField(max_length=32)
    exposure = models.BigIntegerField()
    deed = models.CharField(max_length=8)
    visitor = models.BigIntegerField()
    contact = models.BigIntegerField(null=True)
    day = models.DateField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "popups_deed"
        constraints = (models.UniqueConstraint(fields=("org", "uid"), name="popups_deed_once"),)
        indexes = (
            models.Index(fields=("org", "exposure"), name="popups_deed_exposure"),
            models.Index(fields=("org", "visitor", "at"), name="popups_deed_visitor"),
        )


class Seen(_Row):
    """How many popups a visitor has seen on a local day: what keeps the limit when tabs race."""

    visitor = models.BigIntegerField()
    day = models.DateField()
    shown = models.IntegerField(default=0)

    class Meta:
        db_table = "popups_seen"
        constraints = (
            models.UniqueConstraint(fields=("org", "visitor", "day"), name="popups_seen_once"),
        )
