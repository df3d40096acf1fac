"""The days that a page of a report is asked for."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Asked:
    """The days as they stand in the form and in every link."""

    since: str = ""
    until: str = ""

    def query(self, **more: Any) -> str:
        """Return them, and more, as the query of a link; what is empty is left out."""
        named = {"since": self.since, "until": self.until, **more}
        return urlencode({key: value for key, value in named.items() if value})
