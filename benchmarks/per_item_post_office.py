"""django-post-office with a SQLite file: `mail.send()` for each person, then its own sender.

Its e-mail backend posts a form instead of a mail. Settings are its defaults (100 mails a batch, 5
threads of one process), the file is in WAL with `synchronous=FULL`, as Postlude's is.
"""

import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from per_item_queues import Line, a_till, all_arrived, figures_of
from text_sink import Sink


class FormBackend:
    """What Django asks of a backend of e-mail; each thread of post_office has one."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._line: Line | None = None

    def open(self) -> bool:
        if self._line is None:
            self._line = Line()
        return True

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def send_messages(self, messages: Sequence[Any]) -> int:
        self.open()
        assert self._line is not None
        for message in messages:
            self._line.post(message.to[0].partition("@")[0], message.body)
        return len(messages)


def run(sink: Sink, seconds: float) -> dict[str, Any]:
    with a_till() as (folder, till):
        mail = _ready(str(folder / "post_office.sqlite3"))
        began = time.monotonic()
        for people, (phone, text) in enumerate(till.decided(seconds), 1):  # noqa: B007
            mail.send(f"{phone}@texts.test", "bench@texts.test", subject="text", message=text)
        decided = time.monotonic()
        mail.send_queued_mail_until_done(processes=1)
        ended = all_arrived(sink, people)
        versions = {name: version(name) for name in ("django-post-office", "django")}
        how = "SQLite, one process of 5 threads"
        return figures_of(sink, people, (began, decided, ended), versions=versions, how=how)


def _ready(file: str) -> Any:
    import django
    from django.conf import settings

    options = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        "timeout": 20,
    }
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": options}
    settings.configure(
        DATABASES={"default": {**database, "CONN_MAX_AGE": None}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        EMAIL_BACKEND="post_office.EmailBackend",
        POST_OFFICE={"BACKENDS": {"default": "per_item_post_office.FormBackend"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from post_office import mail

    return mail
