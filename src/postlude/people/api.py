"""What other rooms may ask of people."""

from postlude.people.aliases import canonical, families, family
from postlude.people.answers import ANSWERED, answers, record_answers
from postlude.people.audit import views
from postlude.people.changing import MOVED, change_email, change_name
from postlude.people.consents import consents, set_consent
from postlude.people.customers import check_phone, find_customers, upsert_customers
from postlude.people.describing import describe_many, standings
from postlude.people.erasure import (
    erase,
    erasures_to_replay,
    register_shredder,
    replay_erasures,
    resume_erasures,
)
from postlude.people.following import changes
from postlude.people.knocking import ask
from postlude.people.reading import (
    addresses,
    all_addresses,
    find,
    locales,
    names,
    pseudonyms,
    still_current,
)
from postlude.people.recognition import ADDRESSED, JOINED, recognise_many
from postlude.people.saying import (
    blocked_us,
    came_back,
    end_addresses,
    forget_addresses,
    places,
    say_addresses,
)
from postlude.people.suppressions import lift, suppress, suppress_contacts, suppressed
from postlude.people.viewing import show, show_addresses
from postlude.people.warnings import address_warnings, count_address_warnings

__all__ = (
    "ADDRESSED",
    "ANSWERED",
    "JOINED",
    "MOVED",
    "address_warnings",
    "addresses",
    "all_addresses",
    "answers",
    "ask",
    "blocked_us",
    "came_back",
    "canonical",
    "change_email",
    "change_name",
    "changes",
    "check_phone",
    "consents",
    "count_address_warnings",
    "describe_many",
    "end_addresses",
    "erase",
    "erasures_to_replay",
    "families",
    "family",
    "find",
    "find_customers",
    "forget_addresses",
    "lift",
    "locales",
    "names",
    "places",
    "pseudonyms",
    "recognise_many",
    "record_answers",
    "register_shredder",
    "replay_erasures",
    "resume_erasures",
    "say_addresses",
    "set_consent",
    "show",
    "show_addresses",
    "standings",
    "still_current",
    "suppress",
    "suppress_contacts",
    "suppressed",
    "upsert_customers",
    "views",
)
