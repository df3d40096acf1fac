"""What other rooms may ask of journeys.

Promises: a ticket enters a journey once; a contact is invited to a conference once, unless a
person sends it again; the decision, its marks and its message commit together; and at any moment
entered = sent + blocked + failed + waiting.
"""

from postlude.journeys.calendars import NAME as CALENDAR
from postlude.journeys.calendars import attachments, describe_occasion
from postlude.journeys.cycles import cycles
from postlude.journeys.definitions import to_json as as_json
from postlude.journeys.entering import catch_up, on_ticket_paid
from postlude.journeys.freezing import freeze
from postlude.journeys.helping import HELP, ask_again, on_help_asked
from postlude.journeys.late_access import ACTOR as LATE_ACTOR
from postlude.journeys.late_access import LATE_ACCESS, on_access_late
from postlude.journeys.moving import (
    STALE,
    on_contact_addressed,
    on_contact_moved,
    on_invitation_stale,
    on_ticket_left,
)
from postlude.journeys.notices import NOTICE, veto
from postlude.journeys.opening import schedule
from postlude.journeys.providers import providers
from postlude.journeys.publishing import check, definition, journeys, publish, stored
from postlude.journeys.reading import executions, history_of, late, members, progress, waiting
from postlude.journeys.recurring.definitions import mistakes as notice_mistakes
from postlude.journeys.recurring.definitions import to_json as notice_as_json
from postlude.journeys.recurring.figures import (
    Books,
    Foreseen,
    HeldOut,
    NoticeFact,
    RunFact,
    RunState,
)
from postlude.journeys.recurring.freezing import freeze_runs
from postlude.journeys.recurring.previewing import foresee
from postlude.journeys.recurring.publishing import pause as pause_notice
from postlude.journeys.recurring.publishing import publish as publish_notice
from postlude.journeys.recurring.reading import notices, runs
from postlude.journeys.recurring.scheduling import begin_by_hand, begin_runs
from postlude.journeys.recurring.timetables import parse as timetable
from postlude.journeys.recurring.types import (
    ClosedOrders,
    Condition,
    Letter,
    OncePer,
    Points,
    Recurring,
    Selection,
    Way,
)
from postlude.journeys.recurring.unwritten import held_out, stopped
from postlude.journeys.recurring.walking import FINISHED, walk_runs
from postlude.journeys.resending import resend
from postlude.journeys.scheduled import scheduled
from postlude.journeys.settling import on_message_settled, reconcile
from postlude.journeys.stepping import step, step_scheduled
from postlude.journeys.testing import mail_uses, send_test
from postlude.journeys.timing import try_after
from postlude.journeys.waking import (
    on_access_changed,
    on_grant_settled,
    on_ticket_refunded,
)

__all__ = (
    "CALENDAR",
    "FINISHED",
    "HELP",
    "LATE_ACCESS",
    "LATE_ACTOR",
    "NOTICE",
    "STALE",
    "Books",
    "ClosedOrders",
    "Condition",
    "Foreseen",
    "HeldOut",
    "Letter",
    "NoticeFact",
    "OncePer",
    "Points",
    "Recurring",
    "RunFact",
    "RunState",
    "Selection",
    "Way",
    "as_json",
    "ask_again",
    "attachments",
    "begin_by_hand",
    "begin_runs",
    "catch_up",
    "check",
    "cycles",
    "definition",
    "describe_occasion",
    "executions",
    "foresee",
    "freeze",
    "freeze_runs",
    "held_out",
    "history_of",
    "journeys",
    "late",
    "mail_uses",
    "members",
    "notice_as_json",
    "notice_mistakes",
    "notices",
    "on_access_changed",
    "on_access_late",
    "on_contact_addressed",
    "on_contact_moved",
    "on_grant_settled",
    "on_help_asked",
    "on_invitation_stale",
    "on_message_settled",
    "on_ticket_left",
    "on_ticket_paid",
    "on_ticket_refunded",
    "pause_notice",
    "progress",
    "providers",
    "publish",
    "publish_notice",
    "reconcile",
    "resend",
    "runs",
    "schedule",
    "scheduled",
    "send_test",
    "step",
    "step_scheduled",
    "stopped",
    "stored",
    "timetable",
    "try_after",
    "veto",
    "waiting",
    "walk_runs",
)
