"""The routes of what becomes of apps' databases: plans and changes, backups, restores and copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.caller import Caller, TokenVerifier, bearer
from app.chat.http import idempotency_key
from app.errors import InvalidRequest
from app.provisioning.app_changes import Changes
from app.provisioning.apps import Apps
from app.provisioning.changes.plan import Choices
from app.provisioning.extraction.sandbox import Given
from app.provisioning.forms import (
    ApplyRequest,
    BackupRequest,
    CopyRequest,
    DiscardRequest,
    PlanRequest,
    RestoreRequest,
    Row,
    change_in_list,
    shown_backup,
    shown_change,
    shown_steps,
    status,
)
from app.provisioning.http import (
    BASE,
    Asked,
    answer,
    ended,
    environment_of,
    flag,
    given_form,
    id_of,
    is_archive,
    number,
)
from app.provisioning.intake import Intake

PAGE: Final = 50
CHANGES: Final = f"{BASE}/changes"
CHANGE: Final = f"{CHANGES}/{{change_id}}"


class ChangeRoutes:
    """Routes under an app's database. A change names its database itself; the others take `?environment=`."""

    def __init__(self, verifier: TokenVerifier, apps: Apps, intake: Intake, changes: Changes) -> None:
        self._verifier = verifier
        self._apps = apps
        self._intake = intake
        self._changes = changes

    def routes(self) -> list[BaseRoute]:
        """The routes, to be added to the application's."""
        return [
            Route(f"{BASE}/plan", self.plan, methods=["POST"]),
            Route(CHANGES, self.changes, methods=["GET"]),
            Route(CHANGE, self.change, methods=["GET"]),
            Route(f"{CHANGE}/apply", self.apply, methods=["POST"]),
            Route(f"{CHANGE}/undo", self.undo, methods=["POST"]),
            Route(f"{CHANGE}/discard", self.discard, methods=["POST"]),
            Route(f"{BASE}/backups", self.backups, methods=["GET", "POST"]),
            Route(f"{BASE}/restore", self.restore, methods=["POST"]),
            Route(f"{BASE}/copy", self.copy, methods=["POST"]),
        ]

    async def plan(self, request: Request) -> Response:
        """What the app's files, or those given, change in its database; the plan is kept, unless told not to."""
        caller, app_id, environment = await self._caller(request), id_of(request), environment_of(request)
        keep, empty = flag(request, "keep", usual=True), flag(request, "empty", usual=False)
        tenant_id = (await self._apps.find(caller, app_id))["app"]["tenant_id"]
        files, choices = await _asked_to_plan(request)
        if not keep:
            extracted = await self._intake.read(caller, app_id, files, tenant_id=tenant_id)
            schema = self._intake.checked(extracted, empty=empty).schema
            return answer(shown_steps(await self._changes.preview(caller, app_id, environment, schema, choices)))
        revision = await self._intake.keep(caller, app_id, files, empty=empty, tenant_id=tenant_id)
        change = await self._changes.plan(caller, app_id, environment, revision.id, choices)
        return self._made(app_id, change)

    async def changes(self, request: Request) -> Response:
        """The app's changes, the newest first, without their steps; `?before=` the last one of a page for the next."""
        caller, app_id = await self._caller(request), id_of(request)
        rows = await self._changes.history(caller, app_id, *_page(request))
        return answer({"changes": [change_in_list(row) for row in rows]})

    async def change(self, request: Request) -> Response:
        """A plan, and what became of it."""
        caller, app_id, change_id = await self._caller(request), id_of(request), id_of(request, "change_id")
        return answer(shown_change(await self._changes.find(caller, app_id, change_id)))

    async def apply(self, request: Request) -> Response:
        """Carry a plan out: what needs nobody, and what is confirmed."""
        caller, app_id, change_id = await self._caller(request), id_of(request), id_of(request, "change_id")
        given = await _form(request, ApplyRequest)
        change = await self._changes.find(caller, app_id, change_id)
        environment = await self._changes.environment(caller, app_id, change)
        how = {"without_backup": True} if given.without_backup else {}
        requested = await self._changes.apply(caller, change, environment, given.digest, given.confirmed, **how)

        async def shown() -> Row:
            return shown_change(await self._changes.find(caller, app_id, change_id))

        return await ended(request, self._apps, Asked(caller, app_id, environment, shown), requested)

    async def undo(self, request: Request) -> Response:
        """Plan the way back from a change that was applied."""
        caller, app_id, change_id = await self._caller(request), id_of(request), id_of(request, "change_id")
        return self._made(app_id, await self._changes.undo(caller, app_id, change_id))

    async def discard(self, request: Request) -> Response:
        """Say no to a plan."""
        caller, app_id, change_id = await self._caller(request), id_of(request), id_of(request, "change_id")
        given = await given_form(request, DiscardRequest) or DiscardRequest()
        change = await self._changes.discard(caller, app_id, change_id, given.digest, settled=given.settled)
        return answer(shown_change(change))

    async def backups(self, request: Request) -> Response:
        """List the backups, or make one: one route, which knows both methods of the address."""
        return await (self._back_up if request.method == "POST" else self._backups)(request)

    async def _backups(self, request: Request) -> Response:
        """The backups of the app's databases, the newest first; `?before=` the last one of a page for the next."""
        caller, app_id = await self._caller(request), id_of(request)
        rows = await self._apps.backups(caller, app_id, *_page(request))
        return answer({"backups": [shown_backup(row) for row in rows]})

    async def _back_up(self, request: Request) -> Response:
        """Make a backup, and see that it can be restored."""
        given = await given_form(request, BackupRequest) or BackupRequest()
        return await self._operation(request, "backup", {"label": given.label} if given.label else {})

    async def restore(self, request: Request) -> Response:
        """Give the database what a backup has."""
        given = await _form(request, RestoreRequest)
        return await self._operation(request, "restore", {"backup_id": given.backup})

    async def copy(self, request: Request) -> Response:
        """Make a database for this environment like that of another one."""
        given = await _form(request, CopyRequest)
        return await self._operation(request, "copy", {"from": given.source, "data": given.data})

    async def _operation(self, request: Request, kind: str, arguments: Mapping[str, Any]) -> Response:
        caller, app_id, environment = await self._caller(request), id_of(request), environment_of(request)
        key = idempotency_key(request.headers)

        async def shown() -> Row:
            return status(await self._apps.find(caller, app_id), environment)

        requested = await self._apps.request(caller, app_id, environment, kind, arguments, key)
        code = 201 if requested.status == "created" and kind in ("backup", "copy") else 200
        return await ended(request, self._apps, Asked(caller, app_id, environment, shown), requested, code)

    async def _caller(self, request: Request) -> Caller:
        return await self._verifier.verify(bearer(request.headers))

    def _made(self, app_id: UUID, change: Row) -> Response:
        place = CHANGE.format(app_id=app_id, change_id=change["id"])
        return answer(shown_change(change), 201, {"Location": place})


async def _asked_to_plan(request: Request) -> tuple[Given | None, Choices]:
    """New files, as a zip archive or as JSON, and with the latter what a person says besides."""
    if is_archive(request):
        return Given(archive=await request.body()), Choices()
    asked: PlanRequest = await given_form(request, PlanRequest) or PlanRequest()
    files = None if asked.files is None else Given(files=asked.files)
    return files, Choices(asked.renames, frozenset(asked.restored), asked.fills)


async def _form(request: Request, kind: type[Any]) -> Any:
    given = await given_form(request, kind)
    if given is None:
        raise InvalidRequest("This takes a JSON object.")
    return given


def _page(request: Request) -> tuple[int, UUID | None]:
    limit = number(request, "limit") or PAGE
    before = request.query_params.get("before")
    try:
        return limit, None if before is None else UUID(before)
    except ValueError as error:
        raise InvalidRequest("before must be the id of the last one of the page before.") from error
