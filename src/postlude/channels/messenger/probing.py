"""Whose token is this? Asked by the doctor."""

from postlude.channels.calling import call
from postlude.channels.messenger import answers
from postlude.channels.messenger.account import Account
from postlude.channels.types import Examination
from postlude.channels.unanswered import NoAnswer


def probe(account: Account) -> Examination:
    """Ask for the page of the token."""
    try:
        answer = call(
            "GET",
            account.host,
            "/me",
            params={"access_token": account.token, "fields": "id,name"},
        )
    except NoAnswer as lost:
        return Examination(
            works=False,
            text=f"Facebook does not answer: {lost.kind}",
            hint="Check base_url and the firewall.",
        )
    if answer.status == 200 and answer.document.get("id"):  # noqa: PLR2004
        name = answer.document.get("name") or answer.document["id"]
        return Examination(works=True, text=f"Facebook takes the token of the page {name}")
    return Examination(
        works=False,
        text=f"Facebook answers {answers.said(answer)}",
        hint="Make a new page token, with the right pages_messaging.",
    )
