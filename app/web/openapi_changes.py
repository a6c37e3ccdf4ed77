"""The part of the OpenAPI document that is about what becomes of apps' databases: changes, backups, copies."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app import errors
from app.provisioning.change_routes import CHANGE, CHANGES, PAGE
from app.provisioning.forms import ApplyRequest, BackupRequest, CopyRequest, DiscardRequest, PlanRequest, RestoreRequest
from app.provisioning.http import BASE
from app.settings import Settings
from app.web.openapi_parts import (
    ASKING,
    BODY,
    COUNT,
    OPERATION_KEY,
    TEXT,
    UUID,
    answer,
    json_body,
    nullable,
    operation,
    operation_events,
    parameter,
    record,
    ref,
)

_AT: Final = {**TEXT, "format": "date-time"}
_FLAG: Final = {"type": "boolean"}
_APP: Final = {**parameter("path", "app_id", "An app: a row of generated_apps.", required=True), "schema": UUID}
_CHANGE: Final = {**parameter("path", "change_id", "A change of one of its databases.", required=True), "schema": UUID}
_ENVIRONMENT: Final = {
    **parameter("query", "environment", "Which of the app's databases."),
    "schema": {"enum": ["production", "staging", "development"], "default": "production"},
}
_PAGE: Final = [
    _APP,
    {
        **parameter("query", "limit", "How many at most."),
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": PAGE},
    },
    {**parameter("query", "before", "The last one of the page before."), "schema": UUID},
]
_STATES: Final = (
    "planned",
    "confirmed",
    "awaiting_checkpoint",
    "applying",
    "applied",
    "failed",
    "undone",
    "stale",
    "discarded",
)
_DOING: Final = (
    *ASKING,
    errors.AppDatabaseMissing,
    errors.AppDatabaseBusy,
    errors.ProvisioningFailed,
    errors.ProvisioningUnavailable,
)


def changes_paths(settings: Settings) -> dict[str, Any]:
    """The paths of plans and changes, backups, restores and copies."""
    return {
        f"{BASE}/plan": {"post": _plan(settings)},
        CHANGES: {
            "get": _looked_up(
                "listChanges", "The app's changes, the newest first, without their steps", "Changes", _PAGE
            )
        },
        CHANGE: {"get": _looked_up("readChange", "A plan, and what became of it", "Change", [_APP, _CHANGE])},
        f"{CHANGE}/apply": {"post": _apply(settings)},
        f"{CHANGE}/undo": {"post": _undo()},
        f"{CHANGE}/discard": {"post": _discard(settings)},
        f"{BASE}/backups": {
            "get": _looked_up("listBackups", "The backups of the app's databases, newest first", "Backups", _PAGE),
            "post": _done(
                "backUpDatabase",
                "Make a backup, and see that it can be restored",
                json_body(settings, ref("BackupRequest"), {"label": "before the sale"}, required=False),
                made=True,
            ),
        },
        f"{BASE}/restore": {
            "post": _done(
                "restoreDatabase",
                "Give the database what a backup has",
                json_body(settings, ref("RestoreRequest"), {"backup": "019f0000-0000-7000-8000-000000000001"}),
            )
        },
        f"{BASE}/copy": {
            "post": _done(
                "copyDatabase",
                "Make a database for this environment like that of another one",
                json_body(settings, ref("CopyRequest"), {"from": "production", "data": True}),
                (errors.AppLimitReached,),
                made=True,
            )
        },
    }


def _plan(settings: Settings) -> dict[str, Any]:
    return operation(
        "planChange",
        "What the app's files, or those that come with the request, change in its database",
        {
            "200": answer("It would change this; nothing is kept.", ["application/json"], ref("Plan")),
            "201": answer("The plan is kept, in the place of one before.", ["application/json"], ref("Change")),
        },
        (*_DOING, *BODY, errors.NoTablesFound, errors.AppChangeStale, errors.RateLimited),
        parameters=[
            _APP,
            _ENVIRONMENT,
            {**parameter("query", "keep", "Whether files and plan are kept."), "schema": {**_FLAG, "default": True}},
            {**parameter("query", "empty", "Also where the files say nothing of tables."), "schema": _FLAG},
        ],
        security="accessToken",
        requestBody={
            "description": f"New files of the app, {settings.max_app_bytes} bytes at most, and choices.",
            "required": False,
            "content": {
                "application/json": {
                    "schema": ref("PlanRequest"),
                    "example": {"renames": {"users.name": "users.full_name"}, "fills": {"users.country": "'unknown'"}},
                },
                "application/zip": {"schema": {**TEXT, "format": "binary"}},
            },
        },
    )


def _apply(settings: Settings) -> dict[str, Any]:
    done = answer("It is done.", ["application/json"], ref("Change"))
    done["content"]["text/event-stream"] = operation_events("Change")
    return operation(
        "applyChange",
        "Carry a plan out: what needs nobody, and what is confirmed; all of it or nothing",
        {
            "200": done,
            "202": answer("It is under way: Location says where to look.", ["application/json"], ref("Change")),
        },
        (*_DOING, *BODY, errors.AppChangeStale),
        parameters=[_APP, _CHANGE],
        security="accessToken",
        requestBody=json_body(settings, ref("ApplyRequest"), {"digest": "e3b0c44298fc1c14…", "confirmed": [0, 2]}),
    )


def _undo() -> dict[str, Any]:
    return operation(
        "undoChange",
        "Plan the way back from a change that was applied, for the database as it is now",
        {"201": answer("The plan.", ["application/json"], ref("Change"))},
        (*_DOING, errors.UnprocessableRequest, errors.AppChangeStale),
        parameters=[_APP, _CHANGE],
        security="accessToken",
    )


def _discard(settings: Settings) -> dict[str, Any]:
    return operation(
        "discardChange",
        "Say no to a plan",
        {"200": answer("It is not carried out.", ["application/json"], ref("Change"))},
        (*ASKING, *BODY, errors.AppDatabaseBusy, errors.AppChangeStale),
        parameters=[_APP, _CHANGE],
        security="accessToken",
        requestBody=json_body(settings, ref("DiscardRequest"), {"settled": False}, required=False),
    )


def _looked_up(name: str, summary: str, schema: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = (*ASKING, errors.InvalidRequest) if parameters is _PAGE else ASKING
    return operation(
        name,
        summary,
        {"200": answer("It is so.", ["application/json"], ref(schema))},
        kinds,
        parameters=parameters,
        security="accessToken",
    )


def _done(
    name: str,
    summary: str,
    body: dict[str, Any],
    kinds: tuple[type[errors.PalaverError], ...] = (),
    *,
    made: bool = False,
) -> dict[str, Any]:
    status = answer("It is so.", ["application/json"], ref("DatabaseStatus"))
    status["content"]["text/event-stream"] = operation_events("DatabaseStatus")
    answers = {"200": status, "202": {**status, "description": "It is under way: Location says where to look."}}
    if made:
        answers["201"] = {**status, "description": "It is made."}
    return operation(
        name,
        summary,
        answers,
        (*_DOING, *BODY, errors.IdempotencyKeyReused, *kinds),
        parameters=[_APP, _ENVIRONMENT, OPERATION_KEY],
        security="accessToken",
        requestBody=body,
    )


def _forms() -> dict[str, Any]:
    kinds = (PlanRequest, ApplyRequest, DiscardRequest, BackupRequest, RestoreRequest, CopyRequest)
    _, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return components


def _list(items: dict[str, Any], text: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": text}


_FAULT: Final = {"anyOf": [record({"code": TEXT, "detail": nullable(TEXT)}), {"type": "null"}]}
_PLANNED: Final = {
    "digest": {**TEXT, "description": "Of all that it does; it is given back to have it applied."},
    "steps": _list(
        record(
            {
                "number": COUNT,
                "kind": {"enum": ["additive", "safe", "rewriting", "destructive", "rename"]},
                "subject": TEXT,
                "explanation": TEXT,
                "sql": _list(TEXT, "What it runs."),
                "undo": {
                    "anyOf": [
                        _list(TEXT, "What brings back what was, its data too."),
                        {"type": "null", "description": "Only a backup can."},
                    ]
                },
                "lock": {**TEXT, "description": "Who has to wait meanwhile."},
                "asks": {**_FLAG, "description": "Whether it is to be confirmed."},
                "waits": {**_FLAG, "description": "Whether it asks, or cannot go without one that does."},
                "conflict": _FLAG,
                "confidence": {"type": ["number", "null"]},
                "evidence": {"anyOf": [record({"file": TEXT, "line": COUNT, "rule": TEXT}), {"type": "null"}]},
                "dependsOn": _list(COUNT, "Steps that go before it."),
            }
        ),
        "In their order.",
    ),
    "drift": _list(
        record({"kind": TEXT, "what": TEXT, "subject": TEXT, "explanation": TEXT}),
        "What is otherwise in the database than in the code, and stays so.",
    ),
    "possibleRenames": _list(
        record({"what": TEXT, "from": TEXT, "to": TEXT, "confidence": {"type": "number"}}),
        "What may be a rename, and is taken for none.",
    ),
}
_IN_LIST: Final = {
    "id": UUID,
    "databaseId": UUID,
    "state": {"enum": list(_STATES)},
    "fromRevisionId": nullable(UUID),
    "toRevisionId": UUID,
    "undoesId": nullable(UUID),
    "stepCount": COUNT,
    "confirmed": _list(COUNT, "The steps that were confirmed."),
    "confirmedAt": nullable(_AT),
    "backupId": nullable(UUID),
    "isComplete": {**_FLAG, "description": "Whether nothing of it was left out."},
    "error": _FAULT,
    "createdAt": _AT,
    "appliedAt": nullable(_AT),
}
_BACKUP: Final = record(
    {
        "id": UUID,
        "databaseId": UUID,
        "kind": {"enum": ["manual", "checkpoint", "removal", "scheduled"]},
        "state": {"enum": ["making", "verified", "failed", "deleted"]},
        "label": nullable(TEXT),
        "bytes": nullable({"type": "integer"}),
        "sha256": nullable(TEXT),
        "serverVersion": nullable(TEXT),
        "revisionId": nullable(UUID),
        "tables": nullable({"type": "object"}, description="How many rows each table has."),
        "error": _FAULT,
        "createdAt": _AT,
        "verifiedAt": nullable(_AT),
        "expiresAt": nullable(_AT),
    }
)
CHANGES_SCHEMAS: Final = {
    **_forms(),
    "Plan": record(_PLANNED),
    "Change": record(
        {
            **_IN_LIST,
            **_PLANNED,
            "choices": {"type": "object", "description": "What a person said besides."},
            "ran": _list(record({"number": COUNT, "milliseconds": {"type": "number"}}), "What was run."),
        }
    ),
    "Changes": record({"changes": _list(record(_IN_LIST), "The newest first.")}),
    "Backups": record({"backups": _list(_BACKUP, "The newest first.")}),
}
