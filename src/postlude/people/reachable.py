"""What speaks for and against writing to many people by one channel: asked at once, for a batch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from postlude.people.aliases import canonical
from postlude.people.consents import newest_answers
from postlude.people.rows import addresses_of_kind
from postlude.people.suppressions import kind_of, reasons


@dataclass(frozen=True, slots=True)
class Reachable:
    """By contact: the strongest reason against, the address, and the answer that holds.

    Without a reason, an address or an answer a contact is left out.
    """

    suppressed: Mapping[int, str]
    places: Mapping[int, str]
    consents: Mapping[int, bool]


def reachable(
    org: int, contacts: Collection[int], channel: str, kind: str, *, asked: bool
) -> Reachable:
    """Say what is known of each contact under the id that was asked for, whoever speaks for it.

    `kind`: of the address that is written to. `asked`: whether it matters what they agreed to.
    """
    heads = canonical(org, contacts)
    wanted = sorted({*heads.values()})
    held = list(addresses_of_kind(org, wanted, kind))
    listed = kind_of(channel)
    same = held if listed == kind else addresses_of_kind(org, wanted, listed) if listed else ()
    against = reasons(org, wanted, listed, same)
    places = {contact: value for contact, _, value in held}
    answers = newest_answers(org, wanted, channel) if asked else {}
    return Reachable(
        {who: against[head].value for who, head in heads.items() if head in against},
        {who: places[head] for who, head in heads.items() if head in places},
        {who: answers[head] for who, head in heads.items() if head in answers},
    )
