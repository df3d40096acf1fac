"""What was applied, when, and by whom. Versions are only ever added."""

from collections.abc import Mapping
from datetime import datetime

from postlude.playbooks.models import PlaybookVersion
from postlude.playbooks.types import Version, VersionRef


def versions(org: int) -> list[VersionRef]:
    """Return every version of every playbook, newest first."""
    rows = PlaybookVersion.objects.filter(org=org).defer("source", "files").order_by("-id")
    return [ref(row) for row in rows]


def text(org: int, version: int) -> Version | None:
    """Return one version as it was written, or None."""
    row = PlaybookVersion.objects.filter(org=org, id=version).first()
    if row is None:
        return None
    return Version(ref(row), row.source, tuple(sorted(row.files.items())))


def newest(org: int, playbook: str) -> PlaybookVersion | None:
    """Return the version in force, or None."""
    rows = PlaybookVersion.objects.filter(org=org, playbook=playbook)
    return rows.order_by("-number").first()


def another(org: int, playbook: str) -> str | None:
    """Return the name of another playbook that this organisation follows, or None."""
    rows = PlaybookVersion.objects.filter(org=org).exclude(playbook=playbook)
    return rows.order_by("-id").values_list("playbook", flat=True).first()


def keep(  # noqa: PLR0913 - a version is what it is
    org: int,
    playbook: str,
    *,
    source: str,
    files: Mapping[str, str],
    digest: str,
    actor: str,
    now: datetime,
) -> PlaybookVersion:
    """Add the next version, in the caller's transaction."""
    before = newest(org, playbook)
    return PlaybookVersion.objects.create(
        org_id=org,
        playbook=playbook,
        number=before.number + 1 if before else 1,
        digest=digest,
        source=source,
        files=dict(files),
        actor=actor,
        applied_at=now,
    )


def ref(row: PlaybookVersion) -> VersionRef:
    return VersionRef(
        row.id, row.org_id, row.playbook, row.number, row.digest, row.actor, row.applied_at
    )
