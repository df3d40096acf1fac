"""A test of a template: one real mail to an address somebody types; never counted."""

from collections.abc import Iterator
from datetime import datetime

from postlude.journeys import calendars, definitions, publishing
from postlude.journeys.recurring import definitions as notices
from postlude.journeys.types import AdditionNode, MailUse, NoticeNode, SendNode
from postlude.kernel.errors import BadInput
from postlude.messages import api as messages
from postlude.messages.types import TEXT_MESSAGE, Enqueued
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen, PersonSeen

_FOR_ONE_KIND = ("email", TEXT_MESSAGE)
_MAILS = (SendNode, AdditionNode, NoticeNode)


def mail_uses(org: int) -> list[MailUse]:
    """Return which templates journeys and notices send, through which sender, about what."""
    uses = {*_uses(org), *_uses_of_notices(org)}
    return sorted(uses, key=lambda each: (each.template, not each.active))


def _uses(org: int) -> Iterator[MailUse]:
    for version in publishing.newest_versions(org):
        definition = definitions.from_json(version.definition)
        for node in definition.nodes:
            if not isinstance(node, _MAILS):
                continue
            for template in node.templates.values():
                yield MailUse(
                    template=template,
                    journey=definition.title or definition.slug,
                    sender=node.sender,
                    conference=(definition.conferences or ("",))[0],
                    has_calendar=not isinstance(node, AdditionNode),
                    active=version.journey.active,
                )


def _uses_of_notices(org: int) -> Iterator[MailUse]:
    for version in publishing.newest_versions(org, trigger=publishing.TIMETABLE):
        notice = notices.from_json(version.definition)
        for selection in notice.selections:
            for way in selection.ways:
                letter = way.send
                name = notice.title or notice.slug
                yield MailUse(
                    letter.template, name, letter.sender, "", has_calendar=False, active=True
                )


def send_test(  # noqa: PLR0913 - what, to whom, through what, in which language, and when
    org: int, template: str, *, to: str, sender: str, locale: str, source: str, now: datetime
) -> Enqueued:
    """Queue a template to an address; it shows what that person holds, and no report counts it.

    The calendar file comes along where the template's journeys attach it. `to` is a phone for a
    text message. Raises BadInput when the address is none, or the sender sends another kind of
    message, and what `messages` raises for a template or sender that is not there.
    """
    version, account = messages.template(org, template), messages.sender(org, sender)
    medium = messages.traits_of(account.channel).medium
    if medium in _FOR_ONE_KIND and (version.kind == TEXT_MESSAGE) != (medium == TEXT_MESSAGE):
        raise BadInput(
            "{sender} does not send messages of this kind.",
            hint="Text messages go by a sender of text messages, mails by a sender of mails.",
            sender=sender,
        )
    contact = contact_at(org, to, medium=medium, source=source, now=now)
    uses = [each for each in mail_uses(org) if each.template == template]
    conference = _conference(org, uses)
    valid = orders.valid_tickets_of(org, [contact], conference).get(contact, [])
    return messages.send_test(
        org,
        version.id,
        sender=account.id,
        contact=contact,
        locale=locale,
        now=now,
        context={
            "conference": conference,
            "tickets": [ticket.id for ticket in valid],
            **(calendars.ATTACHED if any(each.has_calendar for each in uses) else {}),
        },
    )


def contact_at(org: int, to: str, *, medium: str, source: str, now: datetime) -> int:
    """Return whose address or, for text messages, phone this is; raise BadInput when it is none."""
    if medium == TEXT_MESSAGE:
        return _at_phone(org, to, source=source, now=now)
    seen = PersonSeen(email_raw=to, source=source)
    (found,) = people.recognise_many(org, [seen], now=now)
    if found.contact is None or found.problem is not None:
        words = found.problem.message if found.problem else "nobody has this address"
        raise BadInput("A test needs an address: {words}", words=words)
    return found.contact


def _at_phone(org: int, to: str, *, source: str, now: datetime) -> int:
    who = CustomerSeen(phone=to)
    (kept,) = people.upsert_customers(org, [who], actor=Actor("system", source), now=now)
    if kept.contact is None or kept.problem is not None:
        words = kept.problem.message if kept.problem else "nobody has this phone"
        hint = kept.problem.hint if kept.problem else ""
        raise BadInput("A test needs a phone: {words}", words=words, hint=hint)
    return kept.contact


def _conference(org: int, uses: list[MailUse]) -> int:
    """The one that the template's journey names, else the playbook's last."""
    known = orders.conferences(org)
    named = {each.conference for each in uses}
    fitting = [each.id for each in known if each.slug in named]
    return (fitting or [each.id for each in known][-1:] or [0])[0]
