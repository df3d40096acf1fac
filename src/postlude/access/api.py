"""What other rooms may ask of access.

Asking (`grant_many`) and taking away (`revoke_unentitled`) only write rows; `authorise`, a job,
speaks with the vendors. Whoever waits hears of `grant.settled` (keys: grant ids) and of
`access.changed` (keys: conference ids; the map or a resource changed).
"""

from postlude.access.authorisers.registry import kinds
from postlude.access.authorising import authorise
from postlude.access.by_hand import count_by_hand, manual_queue, mark_done
from postlude.access.corrected_forms import on_answers
from postlude.access.definitions import check_resource, define_map, define_resources
from postlude.access.doctor import doctor
from postlude.access.events import CHANGED, SETTLED
from postlude.access.granting import entitled, grant_many
from postlude.access.links import follow, leading_somewhere, link_for, providers
from postlude.access.overtaken import count_overtaken
from postlude.access.reading import failures, grants, grants_of, history_of, status, waiting
from postlude.access.removals import removed_by_hand, to_remove_by_hand
from postlude.access.retrying import regrant
from postlude.access.revoking import readdress, revoke_unentitled, shred

__all__ = (
    "CHANGED",
    "SETTLED",
    "authorise",
    "check_resource",
    "count_by_hand",
    "count_overtaken",
    "define_map",
    "define_resources",
    "doctor",
    "entitled",
    "failures",
    "follow",
    "grant_many",
    "grants",
    "grants_of",
    "history_of",
    "kinds",
    "leading_somewhere",
    "link_for",
    "manual_queue",
    "mark_done",
    "on_answers",
    "providers",
    "readdress",
    "regrant",
    "removed_by_hand",
    "revoke_unentitled",
    "shred",
    "status",
    "to_remove_by_hand",
    "waiting",
)
