"""Klaviyo's endpoints as an announcement needs them: ids in, ids out, `Refused` for a no."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from postlude.channels.klaviyo import shapes
from postlude.channels.klaviyo.account import Account
from postlude.channels.klaviyo.connection import Answer, call, raw
from postlude.channels.unanswered import NoAnswer
from postlude.kernel import boundaries

if TYPE_CHECKING:
    from openapi_client import ApiClient

Json = dict[str, Any]
_PAGES = 1_000
_BAD_REQUEST = 400
_CONFLICT = 409
_NOT_FOUND = 404


class Refused(Exception):
    """Klaviyo said no."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


class Vendor:
    """One account. Every method may raise Refused or NoAnswer."""

    def __init__(self, client: "ApiClient", account: Account) -> None:
        from openapi_client.api import (  # noqa: PLC0415 - an extra
            campaigns_api,
            lists_api,
            profiles_api,
            templates_api,
        )

        self.account = account
        self._client = client
        self._campaigns = campaigns_api.CampaignsApi(client)
        self._lists = lists_api.ListsApi(client)
        self._profiles = profiles_api.ProfilesApi(client)
        self._templates = templates_api.TemplatesApi(client)

    @property
    def new_shape(self) -> bool:
        return self.account.revision >= shapes.NEW_SHAPE

    # -- what is made once: looked for by its name, or made

    def find_template(self, name: str) -> str | None:
        found = _ask(self._templates.get_templates_without_preload_content, filter=_named(name))
        return _first(found)

    def create_template(self, body: Json) -> str:
        return _id(_change(self._templates.create_template_without_preload_content, body))

    def find_list(self, name: str) -> str | None:
        return _first(_ask(self._lists.get_lists_without_preload_content, filter=_named(name)))

    def create_list(self, body: Json) -> str:
        return _id(_change(self._lists.create_list_without_preload_content, body))

    def find_campaign(self, name: str, mark: str) -> tuple[str, str] | None:
        """Return a campaign and its message; `mark` is the part of the name to search for."""
        wanted = f'equals(messages.channel,"email"),contains(name,"{mark}")'
        answer = _ask(self._campaigns.get_campaigns_without_preload_content, filter=wanted)
        for resource in answer.data or []:
            if shapes.campaign_name(resource) == name:
                return str(resource["id"]), self._message_of(resource)
        return None

    def create_campaign(self, body: Json) -> tuple[str, str]:
        """Return the campaign and its message."""
        if self.new_shape:
            answer = self._raw("/api/campaigns", body)
        else:
            answer = _change(self._campaigns.create_campaign_without_preload_content, body)
        return _id(answer), self._message_of(answer.data)

    # -- people

    def start_import(self, body: Json) -> str:
        return _id(_change(self._profiles.bulk_import_profiles_without_preload_content, body))

    def import_status(self, job: str) -> tuple[str, int]:
        """Return the state of an import and how many people it failed for."""
        answer = _ask(self._profiles.get_bulk_import_profiles_job_without_preload_content, job)
        attributes = answer.data["attributes"]
        return str(attributes["status"]), int(attributes.get("failed_count") or 0)

    def import_errors(self, job: str) -> list[Json]:
        """Return what an import could not take: the profiles as we gave them."""
        operation = self._profiles.get_errors_for_bulk_import_profiles_job_without_preload_content
        rows = [row for page in _pages(operation, job) for row in page]
        return [dict((row.get("attributes") or {}).get("original_payload") or {}) for row in rows]

    def adopt(self, attributes: Json) -> str | None:
        """Return the profile with this address: a new one, or the one that there is.

        None for an address that Klaviyo does not take. Whoever has the address already gets our
        properties and nothing else.
        """
        body = {"data": {"type": "profile", "attributes": attributes}}
        try:
            return _id(_change(self._profiles.create_profile_without_preload_content, body))
        except Refused as refused:
            meta = refused.answer.error.get("meta") or {}
            known = meta.get("duplicate_profile_id")
            if refused.answer.status != _CONFLICT or not known:
                if refused.answer.status == _BAD_REQUEST:
                    return None
                raise
        change = {"properties": attributes["properties"]}
        resource = {"type": "profile", "id": str(known), "attributes": change}
        _change(
            self._profiles.update_profile_without_preload_content, str(known), {"data": resource}
        )
        return str(known)

    def add_to_list(self, list_: str, profiles: list[str]) -> None:
        operation = self._lists.add_profiles_to_list_without_preload_content
        _change(operation, list_, shapes.members(profiles))

    def on_list(self, list_: str) -> Iterator[tuple[str, str]]:
        """Yield profile and external id of whoever is on a list."""
        operation = self._lists.get_profiles_for_list_without_preload_content
        for page in _pages(operation, list_, fields_profile=["external_id"], page_size=100):
            for row in page:
                yield str(row["id"]), str((row.get("attributes") or {}).get("external_id") or "")

    def take_off_list(self, list_: str, profiles: list[str]) -> None:
        operation = self._lists.remove_profiles_from_list_without_preload_content
        _change(operation, list_, shapes.members(profiles))

    # -- sending

    def assign(self, message: str, template: str) -> None:
        operation = self._campaigns.assign_template_to_campaign_message_without_preload_content
        _change(operation, shapes.assign(message, template))

    def schedule(self, body: Json) -> None:
        self._raw("/api/campaign-message-schedule", body)

    def send_status(self, campaign: str) -> str | None:
        """Return the state of the send job, or None when there is none."""
        try:
            answer = _ask(self._campaigns.get_campaign_send_job_without_preload_content, campaign)
        except Refused as refused:
            if refused.answer.status == _NOT_FOUND:
                return None
            raise
        return str(answer.data["attributes"]["status"])

    def send(self, campaign: str) -> None:
        _change(self._campaigns.send_campaign_without_preload_content, shapes.send_job(campaign))

    def _message_of(self, resource: Json) -> str:
        found = shapes.campaign_message(resource)
        if found:
            return found
        operation = self._campaigns.get_message_ids_for_campaign_without_preload_content
        return _first(_ask(operation, str(resource["id"]))) or ""

    def _raw(self, path: str, body: Json) -> Answer:
        """Post what the pinned SDK has no model for: the shape of a later revision."""
        boundaries.crossing("channels.announcement_asking")
        answer = raw(self._client, path, body)
        boundaries.crossing("channels.announcement_answered")
        return _checked(answer)


def _ask(operation: Callable[..., Any], *arguments: Any, **named: Any) -> Answer:
    return _checked(call(operation, *arguments, **named))


def _change(operation: Callable[..., Any], *arguments: Any) -> Answer:
    boundaries.crossing("channels.announcement_asking")
    answer = call(operation, *arguments)
    boundaries.crossing("channels.announcement_answered")
    return _checked(answer)


def _checked(answer: Answer) -> Answer:
    if not answer.ok:
        raise Refused(answer)
    if not answer.readable:  # a page of somebody in between
        raise NoAnswer("an answer that is no JSON", left_us=True)
    return answer


def _pages(operation: Callable[..., Any], *arguments: Any, **named: Any) -> Iterator[list[Json]]:
    cursor = None
    for _ in range(_PAGES):
        more: Json = {"page_cursor": cursor} if cursor else {}
        answer = _ask(operation, *arguments, **named, **more)
        yield list(answer.data or [])
        cursor = (answer.document.get("links") or {}).get("next")
        if not cursor:
            return
        cursor = cursor_of(str(cursor))
    raise NoAnswer(f"more than {_PAGES} pages", left_us=False)  # rather than half a list


def cursor_of(link: str) -> str:
    """Return the cursor of a `links.next`, which the SDK wants by itself."""
    return parse_qs(urlsplit(link).query).get("page[cursor]", [""])[0]


def _named(name: str) -> str:
    quoted = name.replace("\\", "").replace('"', "")
    return f'equals(name,"{quoted}")'


def _first(answer: Answer) -> str | None:
    rows = answer.data or []
    return str(rows[0]["id"]) if rows else None


def _id(answer: Answer) -> str:
    try:
        return str(answer.data["id"])
    except (KeyError, TypeError):
        raise NoAnswer("an answer without an id", left_us=True) from None
