"""Does Klaviyo take this key? Asked by the doctor."""

from typing import TYPE_CHECKING

from postlude.channels.klaviyo import answers
from postlude.channels.klaviyo.account import Account
from postlude.channels.klaviyo.connection import call
from postlude.channels.types import Examination
from postlude.channels.unanswered import NoAnswer

if TYPE_CHECKING:
    from openapi_client import ApiClient


def probe(client: "ApiClient", account: Account) -> Examination:
    """Ask for the metrics: every path needs to read them, and nothing personal comes back."""
    from openapi_client.api.metrics_api import MetricsApi  # noqa: PLC0415 - an extra

    try:
        answer = call(MetricsApi(client).get_metrics_without_preload_content)
    except NoAnswer as lost:
        return Examination(
            works=False,
            text=f"Klaviyo does not answer: {lost.kind}",
            hint="Check base_url and the firewall.",
        )
    if answer.ok and isinstance(answer.data, list):
        known = {str((each.get("attributes") or {}).get("name")) for each in answer.data}
        text = f"Klaviyo takes the key, revision {account.revision}"
        if account.metric not in known:
            text += f"; it does not know the metric {account.metric} yet: the first event makes it"
        return Examination(works=True, text=text)
    hint = answers.HINTS.get(answer.status, "check base_url: it must be Klaviyo's API")
    return Examination(
        works=False,
        text=f"Klaviyo answers {answers.said(answer)[:100]}",
        hint=f"{hint[0].upper()}{hint[1:]}.",
    )
