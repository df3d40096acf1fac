"""What other rooms may ask of people."""

from postlude.people.absorbing import merge_placeholders
from postlude.people.aliases import canonical, families, family
from postlude.people.answers import ANSWERED, answers, record_answers
from postlude.people.audit import views
from postlude.people.browsers import is_cid, is_member
from postlude.people.browsers_of import visitors_of_browsers, visitors_of_contacts
from postlude.people.changing import MOVED, change_email, change_name
from postlude.people.conflicts import conflict, conflicts, count_conflicts, keep_apart
from postlude.people.consents import consents, set_consent
from postlude.people.customers import check_phone, find_customers, upsert_customers
from postlude.people.describing import describe_many, standings
from postlude.people.erasure import (
    erase,
    erased,
    erasures_to_replay,
    register_shredder,
    replay_erasures,
    resume_erasures,
)
from postlude.people.following import changes
from postlude.people.joining import JOINED, PARTED
from postlude.people.knocking import ask
from postlude.people.linking import begin_link, finish_link, link_life
from postlude.people.looking import look_at_browsers
from postlude.people.merging import joinings, merge, unmerge
from postlude.people.placeholders import headless
from postlude.people.reachable import Reachable, reachable
from postlude.people.reading import (
    addresses,
    all_addresses,
    find,
    locales,
    names,
    pseudonyms,
    still_current,
)
from postlude.people.recognition import ADDRESSED, recognise_many
from postlude.people.remembering import (
    PastConsent,
    PastSuppression,
    check_suppression,
    remember_consents,
    remember_suppressions,
)
from postlude.people.saying import (
    blocked_us,
    came_back,
    end_addresses,
    forget_addresses,
    places,
    say_addresses,
    seen_there,
)
from postlude.people.suppressions import lift, suppress, suppress_contacts, suppressed
from postlude.people.viewing import show, show_addresses
from postlude.people.visiting import KNOWN, contacts_of_visitors, known_members, visit_many
from postlude.people.warnings import address_warnings, count_address_warnings
from postlude.people.zones import is_zone, zones

__all__ = (
    "ADDRESSED",
    "ANSWERED",
    "JOINED",
    "KNOWN",
    "MOVED",
    "PARTED",
    "PastConsent",
    "PastSuppression",
    "Reachable",
    "address_warnings",
    "addresses",
    "all_addresses",
    "answers",
    "ask",
    "begin_link",
    "blocked_us",
    "came_back",
    "canonical",
    "change_email",
    "change_name",
    "changes",
    "check_phone",
    "check_suppression",
    "conflict",
    "conflicts",
    "consents",
    "contacts_of_visitors",
    "count_address_warnings",
    "count_conflicts",
    "describe_many",
    "end_addresses",
    "erase",
    "erased",
    "erasures_to_replay",
    "families",
    "family",
    "find",
    "find_customers",
    "finish_link",
    "forget_addresses",
    "headless",
    "is_cid",
    "is_member",
    "is_zone",
    "joinings",
    "keep_apart",
    "known_members",
    "lift",
    "link_life",
    "locales",
    "look_at_browsers",
    "merge",
    "merge_placeholders",
    "names",
    "places",
    "pseudonyms",
    "reachable",
    "recognise_many",
    "record_answers",
    "register_shredder",
    "remember_consents",
    "remember_suppressions",
    "replay_erasures",
    "resume_erasures",
    "say_addresses",
    "seen_there",
    "set_consent",
    "show",
    "show_addresses",
    "standings",
    "still_current",
    "suppress",
    "suppress_contacts",
    "suppressed",
    "unmerge",
    "upsert_customers",
    "views",
    "visit_many",
    "visitors_of_browsers",
    "visitors_of_contacts",
    "zones",
)
