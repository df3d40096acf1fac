"""Django's makemessages, which also finds texts marked with our no-op `N_()`."""

from typing import Any

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.xgettext_options = [*self.xgettext_options, "--keyword=N_", "--keyword=NN_:1,2"]
