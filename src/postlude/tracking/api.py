"""What other rooms may ask of tracking.

News: `touch.recorded` (RECORDED), keys are ids of new opens and clicks, tests left out.
`touch.judged` (JUDGED), keys are ids of touches whose verdict is new or has changed.
`touch.claimed` (CLAIMED), keys are ids of clicks of which the page that was reached has said whose
browser it is. Consumers read `touches(org, keys)`.
"""

from postlude.tracking.agents import fetches_ahead, look, look_at_name
from postlude.tracking.clickers import (
    CLAIMED,
    PARAMETER,
    claim,
    click_token,
    contacts_of,
    passed_on,
)
from postlude.tracking.consenting import silent
from postlude.tracking.counting import against, counts
from postlude.tracking.going import awaits_verdict, count_before, first_day, let_go
from postlude.tracking.jobs import (
    JOBS,
    LANE,
    judge_due,
    on_activity_late,
    on_contacts_joined,
    on_contacts_parted,
    on_order_told,
    on_visitors_known,
)
from postlude.tracking.judging import JUDGED
from postlude.tracking.reading import (
    accesses_of,
    touches,
    touches_of,
    touches_of_contacts,
    touches_of_visitors,
)
from postlude.tracking.recording import RECORDED, TRAPPED, origin_of, record_many
from postlude.tracking.signing import on_touches_recorded
from postlude.tracking.veiling import veil

__all__ = (
    "CLAIMED",
    "JOBS",
    "JUDGED",
    "LANE",
    "PARAMETER",
    "RECORDED",
    "TRAPPED",
    "accesses_of",
    "against",
    "awaits_verdict",
    "claim",
    "click_token",
    "contacts_of",
    "count_before",
    "counts",
    "fetches_ahead",
    "first_day",
    "judge_due",
    "let_go",
    "look",
    "look_at_name",
    "on_activity_late",
    "on_contacts_joined",
    "on_contacts_parted",
    "on_order_told",
    "on_touches_recorded",
    "on_visitors_known",
    "origin_of",
    "passed_on",
    "record_many",
    "silent",
    "touches",
    "touches_of",
    "touches_of_contacts",
    "touches_of_visitors",
    "veil",
)
