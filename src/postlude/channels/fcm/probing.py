"""May this account send for this project? Asked by the doctor, and nothing is sent."""

from postlude.channels.calling import call
from postlude.channels.fcm import answers
from postlude.channels.fcm.account import Account
from postlude.channels.types import Examination
from postlude.channels.unanswered import NoAnswer

# FCM judges it and sends it to nobody: `validateOnly`, and a device that there cannot be.
_TO_NOBODY = {
    "validateOnly": True,
    "message": {"token": "nobody", "notification": {"title": "Postlude", "body": "Postlude"}},
}
_HINTS = {
    401: "Check credentials: Google does not take the token of this service account.",
    403: "Give the service account the role Firebase Cloud Messaging API Admin.",
    404: "Check project: the id of the Firebase project.",
}


def probe(account: Account, token: str) -> Examination:
    """Let FCM judge a message. That it finds fault with the device shows that it may be sent."""
    about = f"FCM, project {account.project}"
    try:
        answer = call(
            "POST",
            account.host,
            f"/v1/projects/{account.project}/messages:send",
            headers={"Authorization": f"Bearer {token}"},
            body=_TO_NOBODY,
        )
    except NoAnswer as lost:
        return Examination(
            works=False,
            text=f"{about} does not answer: {lost.kind}",
            hint="Check base_url and the firewall.",
        )
    code = answers.code_of(answers.error_of(answer))
    if answer.status == 200 or code in {"INVALID_ARGUMENT", "UNREGISTERED"}:  # noqa: PLR2004
        return Examination(works=True, text=f"{about}: the account may send")
    return Examination(
        works=False,
        text=f"{about} answers {answers.read(answer).words}",
        hint=_HINTS.get(answer.status, "Check base_url: it must be FCM's API."),
    )
