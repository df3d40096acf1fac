"""From an interaction to the first reply: at once where that is quick, else a promise."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from postlude.chatops import requests, team
from postlude.chatops.commands import events
from postlude.chatops.commands.catalogue import COMMANDS
from postlude.chatops.commands.shape import NAME, Answer, Call, Command, Question
from postlude.chatops.discord import replies
from postlude.chatops.discord.payload import Interaction, Kind
from postlude.chatops.errors import ElsewhereOnDiscord, MayNot, UnreadableInteraction
from postlude.chatops.requests import Pressed, RequestState
from postlude.chatops.types import DiscordSettings
from postlude.chatops.wording import language, refusal
from postlude.kernel import environment
from postlude.kernel.errors import AppError
from postlude.orgs.types import OrgRef

_YES, _NO = replies.YES, "no"
_LONGEST_NUMBER = 18


def reply(
    org: OrgRef, settings: DiscordSettings, interaction: Interaction, *, now: datetime
) -> replies.Reply:
    """Return the first reply, in the caller's language; what is refused is said to them alone."""
    with override(language(interaction.locale)):
        try:
            return _reply(org, settings, interaction, now)
        except AppError as error:
            if interaction.kind == Kind.AUTOCOMPLETE:
                return replies.choices([])
            return replies.message(refusal(error), private=True)


def _reply(
    org: OrgRef, settings: DiscordSettings, interaction: Interaction, now: datetime
) -> replies.Reply:
    guild = environment.resolve(settings.guild)
    if guild and interaction.guild and interaction.guild != guild:
        raise ElsewhereOnDiscord
    if interaction.kind == Kind.COMPONENT:
        return _pressed(org, settings, interaction, now)
    command = COMMANDS.get(interaction.command)
    if command is None or interaction.name != NAME:
        raise UnreadableInteraction
    call = _call(org, settings, interaction, now)
    _require(call, command)
    if interaction.kind == Kind.AUTOCOMPLETE:
        typed = call.value(interaction.focused)
        return replies.choices(events.choices(org.id, typed, most=replies.MOST_CHOICES))
    if command.ask is not None:
        return _asked(call, interaction, command.ask(call))
    command.check(call)
    return _answered(call, interaction, command)


def _require(call: Call, command: Command) -> None:
    if command.permission not in call.permissions:
        raise MayNot(permission=str(command.permission))


def _call(org: OrgRef, settings: DiscordSettings, interaction: Interaction, now: datetime) -> Call:
    return Call(
        org=org,
        number=interaction.number,
        user=interaction.user,
        permissions=_permissions(settings, interaction),
        locale=language(interaction.locale),
        command=interaction.command,
        values=interaction.options,
        now=now,
        size_limit=interaction.size_limit,
    )


def _permissions(settings: DiscordSettings, interaction: Interaction) -> frozenset[str]:
    return team.permissions(
        settings,
        user=interaction.user,
        roles=interaction.roles,
        guild=interaction.guild,
    )


def _answered(call: Call, interaction: Interaction, command: Command) -> replies.Reply:
    if command.quick:
        answer = command.answer(call)
        if isinstance(answer, Answer) and answer.file is None:
            return replies.message(answer.text, private=command.private)
    requests.keep(
        call,
        application=interaction.application,
        token=interaction.token,
        state=RequestState.QUEUED,
    )
    return replies.later(private=command.private)


def _asked(call: Call, interaction: Interaction, question: Question) -> replies.Reply:
    number = requests.keep(
        call,
        application=interaction.application,
        token=interaction.token,
        state=RequestState.ASKED,
        contact=question.contact,
        conference=question.conference,
    )
    buttons = [
        replies.yes(question.yes, number),
        replies.button(_("Leave it"), f"{_NO}:{number}"),
    ]
    return replies.message(question.text, private=True, buttons=buttons)


def _pressed(
    org: OrgRef, settings: DiscordSettings, interaction: Interaction, now: datetime
) -> replies.Reply:
    what, _sep, number = interaction.custom_id.partition(":")
    readable = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    if what not in {_YES, _NO} or not readable:
        raise UnreadableInteraction
    if what == _YES:
        # A role may have been taken away since the question.
        wanted = COMMANDS[requests.command_of(org.id, int(number))].to_confirm
        if wanted not in _permissions(settings, interaction):
            raise MayNot(permission=str(wanted))
    meant = requests.press(
        org.id,
        int(number),
        user=interaction.user,
        token=interaction.token,
        yes=what == _YES,
        now=now,
    )
    return _said(meant)


def _said(meant: Pressed) -> replies.Reply:
    if meant == Pressed.NOT_YOURS:
        return replies.message(_("This question was put to somebody else."), private=True)
    if meant == Pressed.TOO_EARLY:
        return replies.message(_("The list is still being made; press again."), private=True)
    words = {
        Pressed.STARTED: _("Under way …"),
        Pressed.AGAIN: _("This was confirmed before, and is done once."),
        Pressed.CANCELLED: _("Left as it is; nothing was done."),
        Pressed.TOO_LATE: _("This question is too old. Nothing was done; ask again."),
    }
    return replies.instead(words[meant])
