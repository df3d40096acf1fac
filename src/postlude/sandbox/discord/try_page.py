"""A page to type commands without a Discord server: the newcomer's channel."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from postlude.sandbox.discord.asking import Ask, Asked, Press
from postlude.sandbox.mailgun.parsing import read_form
from postlude.sandbox.simulator import ControlError, Json

if TYPE_CHECKING:
    from postlude.sandbox.discord.simulator import Discord

_NEWEST = 20
_HERE = "/_sandbox/discord/try"
_PRIVATE = 64
_COMMANDS = ("list", "status", "sales", "grant", "invite", "queue", "sync", "buyer")
_OPTIONS = ("slug", "from", "to", "email")
_LOCALES = ("zh-TW", "en-US", "ru")
# The roles that playbooks/tickets.yaml maps in the demonstration.
_ROLES = {"everyone": "300000000000000009", "team (organiser)": "300000000000000002"}
_INTRO = (
    "What a team types in Discord, answered by Postlude here. Pick a command, write what it needs, "
    "and send: <b>status</b> and <b>sales</b> need a slug, <b>grant</b>, <b>invite</b> and "
    "<b>buyer</b> an e-mail and the role <b>team</b>."
)
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 52rem; padding: 1rem;
  background: #313338; color: #dbdee1 }
a { color: #00a8fc } h1 { font-size: 1.1rem }
form.ask { background: #383a40; border-radius: .5rem; padding: .8rem; display: flex;
  flex-wrap: wrap; gap: .5rem; align-items: end }
label { font-size: .75rem; color: #b5bac1; display: flex; flex-direction: column }
input, select, button { font: inherit; border: 0; border-radius: .25rem; padding: .35rem .6rem;
  background: #1e1f22; color: inherit; min-width: 6rem }
button { background: #5865f2; color: #fff; cursor: pointer }
button.grey { background: #4e5058 }
article { margin: 1rem 0; padding-left: .8rem; border-left: 3px solid #5865f2 }
article.private { border-color: #f0b232; background: #3b382f }
article header { font-size: .8rem; color: #949ba4 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .3rem 0 }
.no { color: #f23f43 } .no:empty { display: none } .intro { color: #b5bac1; margin: .2rem 0 .8rem }
"""


class TryPage:
    """Shows a form, the answers so far, and takes what is typed or pressed."""

    def __init__(self, discord: Discord) -> None:
        self._discord = discord

    async def show(self, request: Request) -> Response:
        """The page; it looks again by itself while an answer is promised.

        A newcomer, who has asked nothing yet, finds two questions asked and answered.
        """
        people = self._discord.people
        if not people.asked and self._discord.config.interactions_url:
            await self._ask_for_a_newcomer()
        newest = [
            each
            for each in reversed(people.asked.values())
            if not each.message_of and not each.ask["typing"]
        ]
        waits = any(each.message.get("loading") for each in newest[:_NEWEST])
        again = '<meta http-equiv="refresh" content="1">' if waits else ""
        note = request.query_params.get("note", "")
        ready = self._discord.config.interactions_url
        warning = (
            ""
            if ready
            else '<p class="no">No interactions endpoint is set. `make run` sets one.</p>'
        )
        return HTMLResponse(
            f"<!doctype html><html lang=en><head><meta charset=utf-8>{again}"
            f"<title>Discord – Postlude sandbox</title><style>{_STYLE}</style></head><body>"
            "<h1># tickets – a Discord that is none</h1>"
            f"<p class=intro>{_INTRO}</p>"
            f"{warning}<p class=no>{escape(note)}</p>{_form(request, _slug_of(newest))}"
            + "".join(_shown(each) for each in newest[:_NEWEST])
            + '<p><a href="/">All simulators</a></p></body></html>'
        )

    async def _ask_for_a_newcomer(self) -> None:
        """`/event list`, and `/event status` of the first event that is offered for its slug."""
        team, locale = [_ROLES["team (organiser)"]], _LOCALES[0]
        listed = Ask(command="list", roles=team, locale=locale)
        offer = Ask(
            command="status", options={"slug": ""}, typing="slug", roles=team, locale=locale
        )
        await self._send(listed)
        choices = ((await self._send(offer)).reply.get("data") or {}).get("choices") or []
        if choices:
            slug = {"slug": str(choices[0]["value"])}
            await self._send(Ask(command="status", options=slug, roles=team, locale=locale))

    async def _send(self, call: Ask) -> Asked:
        config = self._discord.config
        return await self._discord.people.ask(
            call, config.interactions_url, config.application, config.guild
        )

    async def ask(self, request: Request) -> Response:
        """Type a command."""
        form = await _read(request)
        options = {name: form[name].strip() for name in _OPTIONS if form.get(name, "").strip()}
        call = Ask(
            command=form.get("command", "list"),
            options=options,
            roles=[form.get("role", "")],
            locale=form.get("locale", "en-US"),
        )
        asked = await self._send(call)
        kept = "&".join(f"{key}={form.get(key, '')}" for key in ("locale", "role", "slug"))
        note = "" if asked.status == 200 else f"&note=answered {asked.status}: {asked.reply}"  # noqa: PLR2004
        return RedirectResponse(f"{_HERE}?{kept}{note}", status_code=303)

    async def press(self, request: Request) -> Response:
        """Press a button."""
        form = await _read(request)
        former = self._discord.people.asked.get(form.get("interaction", ""))
        if former is None:
            raise ControlError("no such message", 404)
        call = Press(
            interaction=former.number,
            button=int(form.get("button", "0")),
            roles=former.ask["roles"],
        )
        config = self._discord.config
        await self._discord.people.press(
            call, config.interactions_url, config.application, config.guild
        )
        role, locale = former.ask["roles"][0], former.ask["locale"]
        return RedirectResponse(f"{_HERE}?locale={locale}&role={role}", status_code=303)

    async def file(self, request: Request) -> Response:
        """One attached file."""
        former = self._discord.people.asked.get(request.path_params["number"])
        files = (former.message.get("attachments") if former else None) or []
        if not files:
            raise ControlError("no such file", 404)
        name = str(files[0]["filename"])
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        content = base64.b64decode(str(files[0]["content"]))
        return Response(content, media_type="application/octet-stream", headers=headers)


async def _read(request: Request) -> dict[str, str]:
    form = read_form(request.headers.get("content-type", ""), await request.body())
    return {name: values[-1] for name, values in form.fields.items()}


def _slug_of(newest: Sequence[Asked]) -> str:
    """Return the event that was asked about last, so that the next question may be about it."""
    slugs = (each.ask["options"].get("slug", "") for each in newest)
    return next((slug for slug in slugs if slug), "")


def _form(request: Request, slug: str) -> str:
    given = {"slug": slug, **request.query_params}
    fields = "".join(
        f'<label>{name}<input name="{name}" value="{escape(given.get(name, ""))}"'
        f' placeholder="{_HINTS[name]}"></label>'
        for name in _OPTIONS
    )
    return (
        f'<form class=ask method=post action="{_HERE}">'
        f"<label>/event{_select('command', {each: each for each in _COMMANDS}, '')}</label>{fields}"
        f"<label>role{_select('role', _ROLES, given.get('role', ''))}</label>"
        f"<label>language{_select('locale', {x: x for x in _LOCALES}, given.get('locale', ''))}"
        "</label><button>Send</button></form>"
    )


_HINTS = {"slug": "2023-individual", "from": "2023/07/01", "to": "2023/07/31", "email": "e-mail"}


def _select(name: str, options: dict[str, str], chosen: str) -> str:
    listed = "".join(
        f"<option value='{escape(value)}'{' selected' if value == chosen else ''}>{escape(label)}"
        for label, value in options.items()
    )
    return f"<select name={name}>{listed}</select>"


def _shown(asked: Asked) -> str:
    message = asked.message
    private = int(message.get("flags") or 0) & _PRIVATE
    options = " ".join(f"{name}:{value}" for name, value in asked.ask["options"].items())
    head = escape(f"/event {asked.ask['command']} {options}")
    text = escape(str(message.get("content") or ""))
    body = "<i>… is thinking</i>" if message.get("loading") else f"<pre>{_plain(text)}</pre>"
    if not message:
        body = f"<p class=no>no answer: {asked.status or ''} {escape(str(asked.reply)[:300])}</p>"
    note = " · only you can see this" if private else ""
    timing = f"{asked.first_answer_s * 1000:.0f} ms"
    if asked.answered_s is not None:
        timing += f", the rest {asked.answered_s:.1f} s"
    return (
        f'<article class="{"private" if private else ""}"><header>{head} · {timing}{note}</header>'
        f"{body}{_files(asked)}{_buttons(asked.number, message)}</article>"
    )


def _plain(text: str) -> str:
    """As Discord shows it: an escape is not seen."""
    for mark in ("*", "_", "~", "`", "|", "&lt;", "[", "#", "&gt;", "+", "-", "\\"):
        text = text.replace("\\" + mark, mark)
    return text


def _files(asked: Asked) -> str:
    return "".join(
        f'<p>📎 <a href="{_HERE}/{asked.number}/file">{escape(str(file["filename"]))}</a>'
        f" ({file['size']} bytes)</p>{_preview(file)}"
        for file in asked.message.get("attachments") or []
    )


def _preview(file: Json) -> str:
    text = base64.b64decode(str(file.get("content", ""))).decode("utf-8-sig", "replace")
    lines = text.splitlines()[:8]
    return f"<pre>{escape(chr(10).join(line[:160] for line in lines))}</pre>"


def _buttons(number: str, message: Json) -> str:
    rows: list[Json] = message.get("components") or []
    return "".join(
        f'<form method=post action="{_HERE}/press" style="display:inline">'
        f'<input type=hidden name=interaction value="{number}">'
        f'<button class="{"" if each.get("style") == 3 else "grey"}" name=button value="{index}">'  # noqa: PLR2004 - green
        f"{escape(str(each.get('label', '')))}</button></form> "
        for index, each in enumerate(each for row in rows for each in row["components"])
    )
