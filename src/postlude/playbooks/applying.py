"""Applying: check everything first, then change every room in one transaction, or nothing."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Literal

from django.db import transaction

from postlude.journeys import api as journeys
from postlude.kernel import boundaries, store
from postlude.orgs.types import OrgRef
from postlude.people.types import Actor
from postlude.playbooks import checking, describing, rooms, senders, shape, versions
from postlude.playbooks.checking import Checked
from postlude.playbooks.errors import PlaybookInvalid, PlaybookMissing
from postlude.playbooks.models import PlaybookVersion
from postlude.playbooks.notices import TimedNotice
from postlude.playbooks.types import ApplyReport, Problem


def validate(path: Path) -> list[Problem]:
    """Return what is wrong with a playbook; change nothing and ask no database."""
    try:
        read(path)
    except PlaybookInvalid as invalid:
        return list(invalid.problems)
    return []


def apply(
    path: Path, *, org: str | None, actor: Actor, now: datetime, dry_run: bool = False
) -> ApplyReport:
    """Put a playbook into force; the same playbook again changes nothing.

    `org` must be the organisation that the playbook names, when given. Raises PlaybookInvalid with
    every problem, and then nothing was changed. A dry run does everything and takes it back, so it
    finds what the real one would find.
    """
    checked = read(path)
    _is_for(checked, org, path)
    who = f"{actor.kind}:{actor.id}"
    with store.write():
        report, ref = _apply(checked, who, now, dry_run=dry_run)
        if report.outcome != "applied":
            transaction.set_rollback(True)
    if report.outcome == "applied":
        boundaries.crossing("playbooks.applied")
    if not dry_run:
        # Who bought before there was a playbook. Should we die before this, the same file again
        # does it, though it changes nothing else.
        journeys.catch_up(ref, now=now)
    return report


def _apply(checked: Checked, who: str, now: datetime, *, dry_run: bool) -> tuple[ApplyReport, int]:
    ref = rooms.organisation(checked)
    _is_the_one(checked, ref)
    before = versions.newest(ref.id, checked.playbook.playbook)
    digest = _digest(checked)
    if before is not None and before.digest == digest:
        return _report(checked, "no change", before, before), ref.id
    rooms.carry(ref, checked, actor=who, now=now)
    rooms.retire(ref, _gone(before, checked.playbook), actor=who, now=now)
    rooms.rest(ref, _gone_notices(before, checked.playbook), actor=who, now=now)
    if dry_run:
        return _report(checked, "would apply", before, None), ref.id
    made = versions.keep(
        ref.id,
        checked.playbook.playbook,
        source=checked.source,
        files=checked.files,
        digest=digest,
        actor=who,
        now=now,
    )
    return _report(checked, "applied", before, made), ref.id


def read(path: Path) -> Checked:
    """Read and check a playbook; raise PlaybookInvalid with every mistake."""
    checked = checking.check(_read(path), str(path), path.parent)
    if isinstance(checked, list):
        raise PlaybookInvalid(checked)
    return checked


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise PlaybookMissing(path=path) from None
    except UnicodeDecodeError:
        words = "The file is not UTF-8."
        raise PlaybookInvalid([Problem(str(path), 1, 1, words, "Save it as UTF-8.")]) from None


def _is_for(checked: Checked, org: str | None, path: Path) -> None:
    named = checked.playbook.organisation.slug
    if org is not None and org != named:
        words = f"This playbook is for {named}, not for {org}."
        line, column = checked.document.where(("organisation", "slug"))
        raise PlaybookInvalid([Problem(str(path), line, column, words, "Leave --org out.")])


def _is_the_one(checked: Checked, ref: OrgRef) -> None:
    """Two files for one organisation would undo each other's kinds, answers and alerts."""
    other = versions.another(ref.id, checked.playbook.playbook)
    if other is not None:
        words = f"{ref.slug} follows the playbook {other} already."
        hint = f"Write it into that file, which stays `playbook: {other}`."
        raise PlaybookInvalid([checked.document.problem(("playbook",), words, hint)])


def _gone(before: PlaybookVersion | None, playbook: shape.Playbook) -> dict[str, shape.AnyJourney]:
    """Return the journeys that the version before had and this one has not."""
    if before is None:
        return {}
    return {
        slug: journey
        for slug, journey in checking.journeys_of(before.source).items()
        if slug not in playbook.journeys
    }


def _gone_notices(
    before: PlaybookVersion | None, playbook: shape.Playbook
) -> dict[str, TimedNotice]:
    """Return the notices that the version before had and this one has not."""
    if before is None:
        return {}
    every = checking.notices_of(before.source)
    return {slug: notice for slug, notice in every.items() if slug not in playbook.notices}


def _digest(checked: Checked) -> str:
    """Hash what was written, and what of the environment is stored when it is applied."""
    resolved = [
        (each.sender, each.reply_to)
        for each in checked.playbook.senders.values()
        if isinstance(each, senders.MailSender)
    ]
    whole = [checked.source, checked.files, resolved]
    canonical = json.dumps(whole, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _report(
    checked: Checked,
    outcome: Literal["applied", "no change", "would apply"],
    before: PlaybookVersion | None,
    version: PlaybookVersion | None,
) -> ApplyReport:
    changed = outcome != "no change"
    return ApplyReport(
        org=checked.playbook.organisation.slug,
        playbook=checked.playbook.playbook,
        outcome=outcome,
        version=versions.ref(version) if version else None,
        changes=describing.sentences(checked.playbook) if changed else (),
        diff=describing.difference(before, checked.source, checked.files) if changed else "",
        unset=checked.unset,
        left_out=describing.left_out(before, checked.playbook) if changed else (),
        warnings=checked.warnings,
    )
