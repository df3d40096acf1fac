"""Carrying a checked playbook into the rooms; called inside one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.utils import parseaddr

from postlude.access import api as access
from postlude.access.types import MapRule
from postlude.journeys import api as journeys
from postlude.kernel.errors import AppError
from postlude.messages import api as messages
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.playbooks import (
    checking,
    crediting,
    definitions,
    durations,
    limits,
    noticing,
    pathing,
    popping,
    promoting,
    senders,
    shape,
    team,
    text_messages,
)
from postlude.playbooks.checking import Checked
from postlude.playbooks.errors import PlaybookInvalid
from postlude.playbooks.notices import TimedNotice
from postlude.playbooks.paths import Path
from postlude.playbooks.reading import Place
from postlude.playbooks.types import Alerts, Discord, DiscordStock, DiscordWho
from postlude.popups import api as popups
from postlude.rewards import api as rewards
from postlude.rewards.types.quotas import Kind
from postlude.rules import api as rules
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse
from postlude.warehouse.types import Keep, Policy

AlertsHook = Callable[[int, Alerts], None]
DiscordHook = Callable[[int, Discord], None]
_alerts_hooks: list[AlertsHook] = []
_discord_hooks: list[DiscordHook] = []


def on_alerts(hook: AlertsHook) -> None:
    """Let a room above take the playbook's alerts, in the same transaction; `wiring` calls it."""
    _alerts_hooks.append(hook)


def on_discord(hook: DiscordHook) -> None:
    """Let a room above take the playbook's Discord part; `wiring` calls it."""
    _discord_hooks.append(hook)


def organisation(checked: Checked) -> OrgRef:
    """Create or change the organisation; on PostgreSQL its row keeps other applies waiting."""
    part = checked.playbook.organisation
    with _at(checked, ("organisation",)):
        ref = _found_or_made(part)
        quiet = durations.between(part.quiet) if part.quiet else (None, None)
        changed = orgs.configure(
            ref.id,
            name=part.name,
            zone=part.zone,
            locale=part.locale,
            region=part.region,
            quiet_from=quiet[0],
            quiet_to=quiet[1],
            caps=[limits.cap(each) for each in part.caps],
            fees={name: limits.fee(text, part.currency) for name, text in part.fees.items()},
        )
    if changed.currency != part.currency:
        words = f"{part.slug} counts its money in {changed.currency}, and past sales are in it."
        hint = f"Write {changed.currency}, or start another organisation."
        place = ("organisation", "currency")
        raise PlaybookInvalid([checked.document.problem(place, words, hint)])
    return changed


def _found_or_made(part: shape.Organisation) -> OrgRef:
    try:
        return orgs.by_slug(part.slug)
    except LookupError:
        return orgs.create(
            part.slug,
            part.name,
            zone=part.zone,
            currency=part.currency,
            locale=part.locale,
            region=part.region,
        )


def carry(ref: OrgRef, checked: Checked, *, actor: str, now: datetime) -> None:
    """Set every room as the playbook says; what a room refuses is raised with its line."""
    playbook = checked.playbook
    for slug, source in playbook.sources.items():
        with _at(checked, ("sources", slug)):
            _source(ref.id, slug, source, now)
    sources.retire(ref.id, keep=playbook.sources)
    for slug, branch in playbook.organisation.branches.items():
        with _at(checked, ("organisation", "branches", slug)):
            orgs.ensure_branch(ref.id, slug, branch.name, zone=branch.zone or "")
    with _at(checked, ("kinds",)):
        orders.configure_kinds(ref.id, [(rule.name, rule.kind) for rule in playbook.kinds])
    for slug, conference in playbook.conferences.items():
        with _at(checked, ("conferences", slug)):
            _conference(ref, slug, conference, now)
    for slug, sender in playbook.senders.items():
        with _at(checked, ("senders", slug)):
            _sender(ref.id, slug, sender)
    for slug, locales in playbook.templates.items():
        with _at(checked, ("templates", slug)):
            texts = [checking.locale_text(each, locales[each], checked.files) for each in locales]
            kind = text_messages.kind(locales)
            messages.publish_template(ref.id, slug, kind, texts, now=now)
    _promotions(ref.id, checked, now)
    _popups(ref, checked, actor, now)
    with _at(checked, ("attribution",)):
        crediting.carry(ref.id, playbook.attribution, actor=actor, now=now)
    _journeys(ref.id, checked, actor, now)
    with _at(checked, ("warehouse",)):
        keep = tuple(Keep(each.column, tuple(each.labels)) for each in playbook.warehouse.keep)
        warehouse.configure(ref.id, Policy(playbook.warehouse.pseudonyms, keep), now=now)
    with _at(checked, ("alerts",)):
        for hook in _alerts_hooks:
            hook(ref.id, _alerts(playbook.alerts or team.Alerts()))
    with _at(checked, ("discord",)):
        for each in _discord_hooks:
            each(ref.id, _discord(playbook))


def _journeys(org: int, checked: Checked, actor: str, now: datetime) -> None:
    playbook = checked.playbook
    for slug, journey in playbook.sold.items():
        with _at(checked, ("journeys", slug)):
            journeys.publish(org, definitions.journey(slug, journey), now=now, actor=actor)
    for slug, path in playbook.paths.items():
        with _at(checked, ("journeys", slug)):
            journeys.publish_path(org, pathing.path(slug, path), now=now, actor=actor)
    for slug, notice in playbook.notices.items():
        with _at(checked, ("notices", slug)):
            journeys.publish_notice(org, noticing.notice(slug, notice), now=now, actor=actor)


def _popups(ref: OrgRef, checked: Checked, actor: str, now: datetime) -> None:
    """What each says, and how many a visitor sees a day; those left out are shown no more."""
    playbook = checked.playbook
    if playbook.popups or playbook.organisation.popups_a_day is not None:
        popups.configure(ref.id, a_day=playbook.organisation.popups_a_day)
    for slug, part in playbook.popups.items():
        with _at(checked, ("popups", slug)):
            popups.publish(ref.id, popping.popup(slug, part, ref.zone), now=now, actor=actor)
    popups.retire(ref.id, keep=playbook.popups)


def _promotions(org: int, checked: Checked, now: datetime) -> None:
    """What is scarce first, then the rules that take of it, then the cards that carry rules."""
    playbook = checked.playbook
    for spec in promoting.quotas(playbook):
        section = "budgets" if spec.kind is Kind.BUDGET else "quotas"
        with _at(checked, (section, spec.key)):
            rewards.define_quota(org, spec)
    for key, part in playbook.coupons.items():
        with _at(checked, ("coupons", key)):
            rewards.define_coupons(org, promoting.coupon_list(key, part))
            if part.generate is not None:
                rewards.generate_codes(org, key, part.generate)
    with _at(checked, ("rules",)):
        rules.publish(org, promoting.rules(playbook), promoting.groups(playbook), now=now)
    with _at(checked, ("cards",)):
        rewards.define_card_types(org, promoting.card_types(playbook))


def retire(ref: OrgRef, gone: dict[str, shape.AnyJourney], *, actor: str, now: datetime) -> None:
    """Let nobody enter the journeys that the playbook no longer has; who is in one goes on."""
    for slug, journey in gone.items():
        resting = journey.model_copy(update={"active": False})
        if isinstance(resting, Path):
            journeys.publish_path(ref.id, pathing.path(slug, resting), now=now, actor=actor)
        else:
            journeys.publish(ref.id, definitions.journey(slug, resting), now=now, actor=actor)


def rest(ref: OrgRef, gone: dict[str, TimedNotice], *, actor: str, now: datetime) -> None:
    """Let no run begin of notices that the playbook no longer has."""
    for slug, notice in gone.items():
        resting = notice.model_copy(update={"active": False})
        journeys.publish_notice(ref.id, noticing.notice(slug, resting), now=now, actor=actor)


@contextmanager
def _at(checked: Checked, place: Place) -> Iterator[None]:
    """Turn what a room says into a problem at the part's line."""
    try:
        yield
    except PlaybookInvalid:
        raise
    except AppError as error:
        problem = checked.document.problem(place, error.text(), error.hint, key=True)
        raise PlaybookInvalid([problem]) from error


def _source(org: int, slug: str, part: shape.Source, now: datetime) -> None:
    sources.define_source(
        org,
        slug,
        kind=part.kind,
        settings=definitions.source_settings(part),
        poll_every=part.poll_every,
        silent_after=part.silent_after,
        now=now,
    )


def _conference(ref: OrgRef, slug: str, part: shape.Conference, now: datetime) -> None:
    conference = orders.ensure_conference(
        ref.id,
        slug,
        name=part.name,
        pattern=part.events,
        starts_at=definitions.instant(part.starts, ref.zone),
        ends_at=definitions.instant(part.ends, ref.zone),
    )
    journeys.describe_occasion(ref.id, conference.id, place=part.place, website=part.website)
    resources = [definitions.resource(key, each) for key, each in part.resources.items()]
    access.define_resources(ref.id, conference.id, resources, now=now)
    rules = [MapRule(each.event, each.ticket, tuple(each.to)) for each in part.lets_in]
    access.define_map(ref.id, conference.id, rules, now=now)


def _sender(org: int, slug: str, part: senders.Sender) -> None:
    mail = part if isinstance(part, senders.MailSender) else None
    name, address = parseaddr(mail.sender if mail else "")
    common = {"via", "path", "sender", "reply_to", "rate", "a_month"}
    settings = {key: value for key, value in part.model_dump(exclude=common).items() if value}
    messages.ensure_sender(
        org,
        slug,
        channel(part),
        settings=settings,
        rate=part.rate,
        from_address=address,
        from_name=name,
        reply_to=mail.reply_to if mail else "",
        quota=None if isinstance(part, senders.Klaviyo | senders.Smtp) else part.a_month,
    )


def channel(part: senders.Sender) -> str:
    """Return a sender's channel. A campaign takes a whole lot at once: a channel of its own."""
    if isinstance(part, senders.Klaviyo) and part.path == "campaign":
        return "klaviyo_campaign"
    return part.via


def _alerts(part: team.Alerts) -> Alerts:
    return Alerts(
        discord=part.discord,
        emails=tuple(part.emails),
        smtp=part.smtp,
        email_from=part.email_from,
        invitation_late=part.invitation_late,
        source_silent=part.source_silent,
    )


def _discord(playbook: shape.Playbook) -> Discord:
    stock = tuple(
        DiscordStock(slug, each.event, each.ticket, each.total)
        for slug, conference in playbook.conferences.items()
        for each in conference.tickets
    )
    part = playbook.discord
    if part is None:
        return Discord(stock=stock)
    who = tuple(DiscordWho(each.role, each.user, _permissions(each.may)) for each in part.who)
    return Discord(
        application=part.application,
        public_key=part.public_key,
        token=part.token,
        guild=part.guild,
        base_url=part.base_url,
        who=who,
        stock=stock,
    )


def _permissions(may: Sequence[str]) -> tuple[str, ...]:
    """Return permissions; a role of ours stands for those that it has today."""
    named: set[str] = set()
    for each in may:
        named |= {each} if each in orgs.PERMISSIONS else orgs.permissions_of_role(each)
    return tuple(sorted(named))
