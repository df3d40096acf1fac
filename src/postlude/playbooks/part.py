from pydantic import ConfigDict

from postlude.kernel.described import Described


class Part(Described):
    """One part of a playbook; unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
