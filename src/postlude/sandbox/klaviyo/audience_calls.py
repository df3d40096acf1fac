"""People and lists: one by one, in bulk, and who is on which list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from postlude.sandbox.klaviyo.account import check_profile, duplicate
from postlude.sandbox.klaviyo.jsonapi import (
    Json,
    Refusal,
    answer,
    attributes,
    invalid,
    new_id,
    not_found,
    page,
    passes,
    read,
    stamp,
)
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import emptied

if TYPE_CHECKING:
    from postlude.sandbox.klaviyo.simulator import Klaviyo

MOST_IMPORTED = 10_000
BIGGEST_IMPORT = 5_000_000
BIGGEST_PROFILE = 100_000
_MOST_MEMBERS = 1_000


class AudienceCalls:
    """The endpoints."""

    def __init__(self, klaviyo: Klaviyo) -> None:
        self._klaviyo = klaviyo

    def table(self) -> list[tuple[str, str, str, Any]]:
        """Method, path, what its limit is called, and what serves it."""
        job = "profile-bulk-import-jobs"
        return [
            ("POST", "profiles", "profiles", self.create_profile),
            ("PATCH", "profiles/{id}", "profiles", self.change_profile),
            ("POST", "profile-import", "profiles", self.upsert_profile),
            ("POST", job, "lists", self.start_import),
            ("GET", f"{job}/{{id}}", "lists", self.import_status),
            ("GET", f"{job}/{{id}}/import-errors", "lists", self.import_errors),
            ("POST", "lists", "create list", self.create_list),
            ("GET", "lists", "profiles", self.lists),
            ("GET", "lists/{id}/profiles", "profiles", self.list_profiles),
            ("POST", "lists/{id}/relationships/profiles", "lists", self.add),
            ("DELETE", "lists/{id}/relationships/profiles", "lists", self.remove),
        ]

    async def create_profile(self, request: Request) -> Response:
        """201, or 409 with the id of whoever has this address."""
        given = attributes(await read(request, "profile"))
        check_profile(given)
        found = self._klaviyo.account.find(given)
        if found is not None:
            raise duplicate(found.id)
        profile, _ = self._klaviyo.account.upsert(given)
        return answer({"data": profile.shown()}, 201)

    async def change_profile(self, request: Request) -> Response:
        """Change what is given."""
        data = await read(request, "profile")
        profile = self._klaviyo.account.profiles.get(request.path_params["id"])
        if profile is None:
            raise not_found("profile", request.path_params["id"])
        self._klaviyo.account.change(profile, attributes(data))
        return answer({"data": profile.shown()})

    async def upsert_profile(self, request: Request) -> Response:
        """201 when new, 200 when changed."""
        profile, new = self._klaviyo.account.upsert(attributes(await read(request, "profile")))
        return answer({"data": profile.shown()}, 201 if new else 200)

    async def start_import(self, request: Request) -> Response:
        """202 and a job; the people are on the lists when it is complete."""
        size = len(await request.body())
        data = await read(request, "profile-bulk-import-job")
        profiles = (attributes(data, "profiles")["profiles"] or {}).get("data") or []
        if len(profiles) > MOST_IMPORTED or size > BIGGEST_IMPORT:
            raise Refusal(413, "payload_too_large", "At most 10000 profiles and 5 MB.")
        lists = [
            each["id"]
            for each in ((data.get("relationships") or {}).get("lists") or {}).get("data") or []
        ]
        for number in lists:
            self._list(number)
        job: Json = {
            "id": new_id("imp"),
            "status": "queued",
            "created_at": stamp(),
            "total": len(profiles),
            "done": 0,
            "errors": [],
        }
        self._klaviyo.account.imports[job["id"]] = job
        people = [each.get("attributes") or {} for each in profiles]
        self._klaviyo.later(self._klaviyo.config.import_s, lambda: self._import(job, people, lists))
        return answer({"data": _job(job)}, 202)

    async def import_status(self, request: Request) -> Response:
        """How far an import is."""
        return answer({"data": _job(self._job(request))})

    async def import_errors(self, request: Request) -> Response:
        """Who could not be imported, and why."""
        rows, links = page(request, self._job(request)["errors"], 100)
        return answer({"data": rows, "links": links})

    async def create_list(self, request: Request) -> Response:
        """201; a name may repeat."""
        given = attributes(await read(request, "list"), "name")
        number = new_id("L")
        row = {
            "name": given["name"],
            "opt_in_process": given.get("opt_in_process", "double_opt_in"),
            "created": stamp(),
            "updated": stamp(),
        }
        self._klaviyo.account.lists[number] = {**row, "made_at": epoch()}
        self._klaviyo.account.members[number] = []
        return answer({"data": _listed(number, row)}, 201)

    async def lists(self, request: Request) -> Response:
        """Lists that pass a filter."""
        allowed = {"name": "equals any", "id": "equals any", "created": "greater-than"}
        wanted = request.query_params.get("filter", "")
        rows = [
            _listed(number, row)
            for number, row in self._klaviyo.account.lists.items()
            if passes(wanted, {"id": number, **row}.__getitem__, allowed)
            and self._klaviyo.visible(row["made_at"])
        ]
        shown, links = page(request, [] if emptied(request) else rows, 10)
        return answer({"data": shown, "links": links})

    async def list_profiles(self, request: Request) -> Response:
        """Who is on a list."""
        number = request.path_params["id"]
        self._list(number)
        account = self._klaviyo.account
        rows = [account.profiles[each].shown() for each in account.members[number]]
        shown, links = page(request, rows, 100)
        return answer({"data": shown, "links": links})

    async def add(self, request: Request) -> Response:
        """204: they are on the list."""
        members = self._list(request.path_params["id"])
        for identifier in await self._ids(request):
            if identifier not in members:
                members.append(identifier)
        return Response(status_code=204)

    async def remove(self, request: Request) -> Response:
        """204: they are not on the list."""
        members = self._list(request.path_params["id"])
        for identifier in await self._ids(request):
            if identifier in members:
                members.remove(identifier)
        return Response(status_code=204)

    async def _ids(self, request: Request) -> list[str]:
        body = await request.json()
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, list) or len(data) > _MOST_MEMBERS:
            raise invalid("At most 1000 profiles.", "/data")
        for each in data:
            if each.get("id") not in self._klaviyo.account.profiles:
                raise not_found("profile", str(each.get("id")))
        return [each["id"] for each in data]

    def _import(self, job: Json, people: list[Json], lists: list[str]) -> None:
        account = self._klaviyo.account
        for person in people:
            try:
                profile, _ = account.upsert(person)
            except Refusal as refusal:
                error = {**refusal.error, "original_payload": person}
                held = {k: error[k] for k in ("code", "title", "detail", "source")}
                held["original_payload"] = person
                job["errors"].append(
                    {"type": "import-error", "id": new_id("e"), "attributes": held}
                )
                continue
            job["done"] += 1
            for number in lists:
                if profile.id not in account.members[number]:
                    account.members[number].append(profile.id)
        job["status"] = "complete"

    def _job(self, request: Request) -> Json:
        found = self._klaviyo.account.imports.get(request.path_params["id"])
        if found is None:
            raise not_found("profile-bulk-import-job", request.path_params["id"])
        return found

    def _list(self, number: str) -> list[str]:
        if number not in self._klaviyo.account.members:
            raise not_found("list", number)
        return self._klaviyo.account.members[number]


def _listed(number: str, row: Json) -> Json:
    shown = {name: value for name, value in row.items() if name != "made_at"}
    return {"type": "list", "id": number, "attributes": shown}


def _job(job: Json) -> Json:
    held = {
        "status": job["status"],
        "created_at": job["created_at"],
        "total_count": job["total"],
        "completed_count": job["done"],
        "failed_count": len(job["errors"]),
    }
    return {"type": "profile-bulk-import-job", "id": job["id"], "attributes": held}
