"""Does LINE take this token, and what is left of the month? Asked by the doctor."""

from postlude.channels.calling import Answer, call
from postlude.channels.line import answers, push
from postlude.channels.line.account import Account
from postlude.channels.types import Examination
from postlude.channels.unanswered import NoAnswer

_QUOTA = "/v2/bot/message/quota"
_HINTS = {
    401: "Check token: issue a new channel access token in the LINE Developers console.",
    403: "Check token: this account may not use the Messaging API.",
}


def probe(account: Account, label: str) -> Examination:
    """Ask for the month's quota and how much of it is used."""
    try:
        quota, used = _ask(account, _QUOTA), _ask(account, f"{_QUOTA}/consumption")
    except NoAnswer as lost:
        return Examination(
            works=False,
            text=f"{label} does not answer: {lost.kind}",
            hint="Check base_url and the firewall.",
        )
    for answer in (quota, used):
        if answer.status != 200 or not answer.document:  # noqa: PLR2004
            return Examination(
                works=False,
                text=f"{label} answers {answers.said(answer)}",
                hint=_HINTS.get(answer.status, "Check base_url: it must be the Messaging API."),
            )
    return _judge(quota, used, label)


def _judge(quota: Answer, used: Answer, label: str) -> Examination:
    limit, usage = quota.document.get("value"), used.document.get("totalUsage")
    if quota.document.get("type") != "limited" or not isinstance(limit, int):
        return Examination(works=True, text=f"{label} takes the token, no monthly limit")
    count = usage if isinstance(usage, int) else 0
    text = f"{label} takes the token, {count} of this month's {limit} messages are used"
    if count < limit:
        return Examination(works=True, text=text)
    return Examination(
        works=False,
        text=text,
        hint="Raise the plan in LINE Official Account Manager, or wait for the next month.",
    )


def _ask(account: Account, path: str) -> Answer:
    return call("GET", account.host, path, headers=push.authorization(account))
