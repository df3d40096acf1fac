"""Tables of the kernel: work to do, deliveries that came in, jobs and their slots."""

from typing import ClassVar

from django.db import models

from postlude.kernel import ids


class WorkRow(models.Model):
    """Something that a consumer must look at. Deleted when done; repeats coalesce."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.BigIntegerField()
    consumer = models.CharField(max_length=64)
    topic = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    generation = models.IntegerField(default=1)
    due = models.DateTimeField()
    created_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    owner = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    dead_reason = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "kernel_work_row"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "consumer", "topic", "key"], name="kernel_work_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["consumer", "due"], name="kernel_work_due"),
            models.Index(
                fields=["org", "id"],
                name="kernel_work_dead",
                condition=~models.Q(dead_reason=""),
            ),
        ]


class InboxDelivery(models.Model):
    """One webhook delivery, raw and encrypted, durable before it is acknowledged."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.BigIntegerField()
    source = models.CharField(max_length=96)
    delivery_id = models.CharField(max_length=128)
    sealed = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    due = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    owner = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    dead_reason = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "kernel_inbox_delivery"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "source", "delivery_id"], name="kernel_delivery_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due"],
                name="kernel_delivery_due",
                condition=models.Q(processed_at__isnull=True, dead_reason=""),
            ),
            models.Index(
                fields=["received_at"],
                name="kernel_delivery_sealed",
                condition=models.Q(sealed__isnull=False),
            ),
            # The alarm and every page of the console ask whether there is one.
            models.Index(
                fields=["org", "id"],
                name="kernel_delivery_dead",
                condition=~models.Q(dead_reason=""),
            ),
        ]


class JobSlot(models.Model):
    """The last and the next run of a job, and who holds it now."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    name = models.CharField(max_length=64, unique=True)
    owner = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    next_due = models.DateTimeField(null=True)
    last_started = models.DateTimeField(null=True)
    last_finished = models.DateTimeField(null=True)
    last_result = models.BigIntegerField(default=0)
    last_error = models.CharField(max_length=400, default="")

    class Meta:
        db_table = "kernel_job_slot"


class NightCheck(models.Model):
    """A check of one night: how far it is, and what it has found. `night` is its local date.

    `place` is where it goes on; `examples` names some of what differs. Ended: `ended_at` is set.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.BigIntegerField()
    name = models.CharField(max_length=64)
    night = models.DateField()
    place = models.CharField(max_length=160, blank=True, default="")
    looked = models.BigIntegerField(default=0)
    differing = models.BigIntegerField(default=0)
    examples = models.TextField(blank=True, default="")
    begun_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_night_check"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "name", "night"], name="kernel_check_once")
        ]
