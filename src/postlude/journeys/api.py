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
from postlude.journeys.first_letters import first_senders
from postlude.journeys.freezing import freeze
from postlude.journeys.helping import HELP, ask_again, on_help_asked
from postlude.journeys.in_flight import InFlight, in_flight
from postlude.journeys.late_access import ACTOR as LATE_ACTOR
from postlude.journeys.late_access import LATE_ACCESS, on_access_late
from postlude.journeys.letters.falling_back import replaced
from postlude.journeys.letters.types import Course, Letter, Passed, course_of, keys_of_turn
from postlude.journeys.moving import (
    STALE,
    on_contact_addressed,
    on_contact_moved,
    on_invitation_stale,
    on_ticket_left,
)
from postlude.journeys.notices import NOTICE, veto
from postlude.journeys.opening import schedule
from postlude.journeys.paths.definitions import to_json as path_as_json
from postlude.journeys.paths.figures import (
    Entering,
    Expected,
    PathFact,
    PathImpact,
    StepFact,
    VersionFact,
    WalkFact,
)
from postlude.journeys.paths.impact import path_impact
from postlude.journeys.paths.joining import on_walkers_joined
from postlude.journeys.paths.looking import begin_looks, look
from postlude.journeys.paths.mistakes import mistakes as path_mistakes
from postlude.journeys.paths.news import CONSUMER as PATHS
from postlude.journeys.paths.news import TOPICS as PATH_TOPICS
from postlude.journeys.paths.news import on_news
from postlude.journeys.paths.previewing import expect
from postlude.journeys.paths.publishing import pause as pause_path
from postlude.journeys.paths.publishing import publish as publish_path
from postlude.journeys.paths.reading import path_versions, paths, walks_of
from postlude.journeys.paths.types import (
    Branch,
    Case,
    Check,
    End,
    Give,
    Happening,
    LetIn,
    News,
    Node,
    Once,
    Path,
    Rotate,
    Selected,
    Send,
    Topic,
    Turn,
    Wait,
)
from postlude.journeys.paths.walking import walk_paths, walk_selected
from postlude.journeys.providers import providers
from postlude.journeys.publishing import check, definition, journeys, publish, stored
from postlude.journeys.reading import executions, history_of, late, members, progress, waiting
from postlude.journeys.recurring.definitions import mistakes as notice_mistakes
from postlude.journeys.recurring.definitions import to_json as notice_as_json
from postlude.journeys.recurring.figures import (
    Books,
    Foreseen,
    HeldOut,
    Impact,
    NoticeFact,
    Reach,
    RunFact,
    RunState,
)
from postlude.journeys.recurring.freezing import freeze_runs
from postlude.journeys.recurring.impact import impact
from postlude.journeys.recurring.joining import on_contacts_joined
from postlude.journeys.recurring.naming_coupons import coupons_named
from postlude.journeys.recurring.previewing import foresee
from postlude.journeys.recurring.publishing import awaited, given_reasons
from postlude.journeys.recurring.publishing import in_force as notice_in_force
from postlude.journeys.recurring.publishing import pause as pause_notice
from postlude.journeys.recurring.publishing import publish as publish_notice
from postlude.journeys.recurring.publishing import slugs as notice_slugs
from postlude.journeys.recurring.reading import notice, notices, runs
from postlude.journeys.recurring.scheduling import begin_by_hand, begin_runs
from postlude.journeys.recurring.showing import (
    Attempt,
    Edition,
    attempts,
    editions,
    switches,
    turns_taken,
)
from postlude.journeys.recurring.testing import send_test as send_notice_test
from postlude.journeys.recurring.timetables import parse as timetable
from postlude.journeys.recurring.types import (
    Awaited,
    ClosedOrders,
    Condition,
    OncePer,
    Points,
    Recurring,
    Selection,
    Way,
)
from postlude.journeys.recurring.unwritten import held_out, stopped
from postlude.journeys.recurring.walking import FINISHED, walk_runs
from postlude.journeys.remembering import PastCycle, remember_cycles
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
    "PATHS",
    "PATH_TOPICS",
    "STALE",
    "Attempt",
    "Awaited",
    "Books",
    "Branch",
    "Case",
    "Check",
    "ClosedOrders",
    "Condition",
    "Course",
    "Edition",
    "End",
    "Entering",
    "Expected",
    "Foreseen",
    "Give",
    "Happening",
    "HeldOut",
    "Impact",
    "InFlight",
    "LetIn",
    "Letter",
    "News",
    "Node",
    "NoticeFact",
    "Once",
    "OncePer",
    "Passed",
    "PastCycle",
    "Path",
    "PathFact",
    "PathImpact",
    "Points",
    "Reach",
    "Recurring",
    "Rotate",
    "RunFact",
    "RunState",
    "Selected",
    "Selection",
    "Send",
    "StepFact",
    "Topic",
    "Turn",
    "VersionFact",
    "Wait",
    "WalkFact",
    "Way",
    "as_json",
    "ask_again",
    "attachments",
    "attempts",
    "awaited",
    "begin_by_hand",
    "begin_looks",
    "begin_runs",
    "catch_up",
    "check",
    "coupons_named",
    "course_of",
    "cycles",
    "definition",
    "describe_occasion",
    "editions",
    "executions",
    "expect",
    "first_senders",
    "foresee",
    "freeze",
    "freeze_runs",
    "given_reasons",
    "held_out",
    "history_of",
    "impact",
    "in_flight",
    "journeys",
    "keys_of_turn",
    "late",
    "look",
    "mail_uses",
    "members",
    "notice",
    "notice_as_json",
    "notice_in_force",
    "notice_mistakes",
    "notice_slugs",
    "notices",
    "on_access_changed",
    "on_access_late",
    "on_contact_addressed",
    "on_contact_moved",
    "on_contacts_joined",
    "on_grant_settled",
    "on_help_asked",
    "on_invitation_stale",
    "on_message_settled",
    "on_news",
    "on_ticket_left",
    "on_ticket_paid",
    "on_ticket_refunded",
    "on_walkers_joined",
    "path_as_json",
    "path_impact",
    "path_mistakes",
    "path_versions",
    "paths",
    "pause_notice",
    "pause_path",
    "progress",
    "providers",
    "publish",
    "publish_notice",
    "publish_path",
    "reconcile",
    "remember_cycles",
    "replaced",
    "resend",
    "runs",
    "schedule",
    "scheduled",
    "send_notice_test",
    "send_test",
    "step",
    "step_scheduled",
    "stopped",
    "stored",
    "switches",
    "timetable",
    "try_after",
    "turns_taken",
    "veto",
    "waiting",
    "walk_paths",
    "walk_runs",
    "walk_selected",
    "walks_of",
)
