from typing import ClassVar

from django.db import models

from postlude.kernel import ids


class LoginFailure(models.Model):
    """A failed try to log in, under keyed hashes of the user name and of where it came from.

    Belongs to no organisation: nobody has logged in yet.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    key = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "console_login_failure"
        indexes: ClassVar = [models.Index(fields=["key", "at"], name="console_login_failure_key")]


class ApiRequest(models.Model):
    """A request that wrote something through the API, under the key that its sender gave it.

    `digest` is of the route and the body, with contacts by id; `at` is when it came first.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "console_api_request"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "key"], name="console_api_request_key")
        ]
