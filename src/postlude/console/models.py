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
