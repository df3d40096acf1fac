"""YouTube shares no video with a person, so the personal link is ours and the video is unlisted.

Letting in is therefore nothing but our own word, and so is putting out.
"""

from collections.abc import Sequence

from postlude.access.authorisers.types import Answer, Guest, Said, Settings, Verdict
from postlude.kernel import environment


class YouTube:
    kind = "youtube"
    batch = 500
    needs_address = False
    leaves_traces = False
    uses_network = False

    def problems(self, settings: Settings) -> list[str]:
        """The link must be there, and a web address unless the environment holds it."""
        url = settings.get("url", "")
        if not url:
            return ["url is missing: give the unlisted link, or ${NAME}"]
        if "${" not in url and not url.startswith(("https://", "http://")):
            return ["url must start with https://"]
        return []

    def admit(self, settings: Settings, guests: Sequence[Guest]) -> Answer:  # noqa: ARG002
        """Everybody is in as soon as we say so."""
        return Answer({guest.grant: Said(Verdict.GRANTED) for guest in guests})

    def place(self, settings: Settings) -> str:
        """The unlisted link."""
        return environment.resolve(settings["url"])
