"""What most commands are given: the organisation, and whether they speak JSON."""

from typing import Annotated

import typer

from postlude.kernel.errors import BadInput
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Org = Annotated[
    str | None, typer.Option(help="Organisation (slug); needed when there are several.")
]


def chosen(org: str | None) -> OrgRef:
    """Return the organisation named, or the only one there is."""
    if org:
        return orgs.by_slug(org)
    every = orgs.all_orgs()
    if len(every) != 1:
        raise BadInput(
            "There are {count} organisations.",
            count=len(every),
            hint="Name one with --org SLUG."
            if every
            else "Apply a playbook first: `postlude apply playbooks/tickets.yaml`.",
        )
    return every[0]
