"""The part of the OpenAPI document that is about databases of apps."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app import errors
from app.provisioning.forms import ENVIRONMENTS, FilesRequest
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
    nullable,
    operation,
    operation_events,
    parameter,
    record,
    ref,
)

_AT: Final = {**TEXT, "format": "date-time"}
_FLAG: Final = {"type": "boolean"}
_SHARE: Final = {"type": "number", "minimum": 0, "maximum": 1}
_STATES: Final = ("requested", "creating", "applying", "ready", "failed", "removing", "removed", "not_provisioned")
_APP: Final = {**parameter("path", "app_id", "An app: a row of generated_apps.", required=True), "schema": UUID}
_ENVIRONMENT: Final = {
    **parameter("query", "environment", "Which of the app's databases."),
    "schema": {"enum": list(ENVIRONMENTS), "default": ENVIRONMENTS[0]},
}
_DOING: Final = (
    *ASKING,
    errors.InvalidRequest,
    errors.IdempotencyKeyReused,
    errors.AppDatabaseMissing,
    errors.AppDatabaseBusy,
    errors.ProvisioningFailed,
    errors.ProvisioningUnavailable,
    errors.EncryptionUnavailable,
)
_FAULT: Final = {"anyOf": [record({"code": TEXT, "detail": nullable(TEXT)}), {"type": "null"}]}
_EVIDENCE: Final = record({"file": TEXT, "line": COUNT, "rule": TEXT, "confidence": _SHARE})
_FINDING: Final = record(
    {"severity": {"enum": ["error", "warning"]}, "file": TEXT, "line": COUNT, "rule": TEXT, "message": TEXT}
)
_REJECTED: Final = record({"name": TEXT, "reason": TEXT, "evidence": _EVIDENCE})
_TRIED: Final = record(
    {"attempt": TEXT, "description": TEXT, "outcome": TEXT, "sqlstate": nullable(TEXT), "ms": {"type": "number"}}
)
_STEP: Final = record({"step": TEXT, "at": _AT, "detail": nullable(TEXT)})


def _list(items: dict[str, Any], text: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": text}


def apps_paths(settings: Settings) -> dict[str, Any]:
    """The paths under an app's database."""
    return {
        f"{BASE}/preview": {"post": _preview(settings)},
        f"{BASE}/provision": {"post": _provision(settings)},
        f"{BASE}/deprovision": {"delete": _deprovision()},
        f"{BASE}/undo-deprovision": {
            "post": _done("undoDeprovision", "Have a database back that is being removed, within its grace")
        },
        f"{BASE}/rotate-password": {
            "post": _done("rotatePassword", "Give the database a new password; connections live on")
        },
        f"{BASE}/status": {"get": _status()},
        f"{BASE}/connection": {"get": _connection()},
    }


def _preview(settings: Settings) -> dict[str, Any]:
    return operation(
        "previewDatabase",
        "What would be made of the app's files, or of those that come with the request; nothing is kept",
        {"200": answer("What they say.", ["application/json"], ref("Extraction"))},
        (*ASKING, *BODY, errors.RateLimited),
        parameters=[_APP],
        security="accessToken",
        requestBody=_files(settings),
    )


def _provision(settings: Settings) -> dict[str, Any]:
    empty = {**parameter("query", "empty", "Also where the files say nothing of tables."), "schema": _FLAG}
    return _done(
        "provisionDatabase",
        "Make the database of an app, with the tables that its files say; the same again gives what there is",
        (*BODY[1:], errors.NoTablesFound, errors.AppLimitReached, errors.RateLimited),
        [empty],
        made=True,
        requestBody=_files(settings),
    )


def _deprovision() -> dict[str, Any]:
    days = {"type": "integer", "minimum": 0, "maximum": 30, "default": 7}
    return _done(
        "deprovisionDatabase",
        "Shut the database at once, and remove it for good after a grace time",
        (errors.UnprocessableRequest,),
        [
            {**parameter("query", "graceDays", "How long it can be had back; 0 removes it at once."), "schema": days},
            {**parameter("query", "backup", "Whether a backup is made first."), "schema": {**_FLAG, "default": True}},
        ],
    )


def _status() -> dict[str, Any]:
    last = parameter("header", "Last-Event-ID", "As events: the id of the last one that the reader was told.")
    return operation(
        "databaseStatus",
        "How the database is; as events, until what is being done to it has ended",
        {"200": _answered("It is so.")},
        (*ASKING, errors.InvalidRequest),
        parameters=[_APP, _ENVIRONMENT, last],
        security="accessToken",
    )


def _connection() -> dict[str, Any]:
    return operation(
        "databaseConnection",
        "What opens the database, for the app's owner; each look is noted in the audit log",
        {"200": answer("Keep it secret.", ["application/json"], ref("DatabaseConnection"))},
        (
            *ASKING,
            errors.InvalidRequest,
            errors.AppDatabaseMissing,
            errors.ProvisioningUnavailable,
            errors.EncryptionUnavailable,
        ),
        parameters=[_APP, _ENVIRONMENT],
        security="accessToken",
    )


def _done(
    name: str,
    summary: str,
    kinds: tuple[type[errors.PalaverError], ...] = (),
    parameters: list[dict[str, Any]] | None = None,
    *,
    made: bool = False,
    **more: Any,
) -> dict[str, Any]:
    """An operation on a database: awaited for a while, or followed as events."""
    answers = {"200": _answered("It is so."), "202": _answered("It is under way: Location says where to look.")}
    if made:
        answers["201"] = _answered("It is made.")
    return operation(
        name,
        summary,
        answers,
        (*_DOING, *kinds),
        parameters=[_APP, _ENVIRONMENT, OPERATION_KEY, *(parameters or [])],
        security="accessToken",
        **more,
    )


def _answered(text: str) -> dict[str, Any]:
    """The status as JSON, or as the last of a stream of events where text/event-stream is accepted."""
    given = answer(text, ["application/json"], ref("DatabaseStatus"))
    given["content"]["text/event-stream"] = operation_events("DatabaseStatus")
    return given


def _files(settings: Settings) -> dict[str, Any]:
    return {
        "description": f"The app's files, {settings.max_app_bytes} bytes at most; those that are kept without it.",
        "required": False,
        "content": {
            "application/json": {
                "schema": ref("FilesRequest"),
                "example": {"files": {"prisma/schema.prisma": "model User {\n  id Int @id\n}\n"}},
            },
            "application/zip": {"schema": {**TEXT, "format": "binary"}},
        },
    }


def _forms() -> dict[str, Any]:
    _, components = msgspec.json.schema_components((FilesRequest,), ref_template="#/components/schemas/{name}")
    return components


_NUMBER_OR_NONE: Final = nullable({"type": "integer"})
APPS_SCHEMAS: Final = {
    **_forms(),
    "Extraction": record(
        {
            "reader": nullable(TEXT, description="What the schema was read from; null: nothing says what is stored."),
            "schema": {"type": "object", "description": "Tables, enums, schemas, extensions, each with its evidence."},
            "findings": _list(
                record(
                    {
                        "severity": {"enum": ["error", "warning"]},
                        "file": TEXT,
                        "line": COUNT,
                        "rule": TEXT,
                        "message": TEXT,
                    }
                ),
                "What could not be read, or became something else.",
            ),
            "rejected": _list(
                record({"name": TEXT, "reason": TEXT, "evidence": _EVIDENCE}), "What was seen and not taken."
            ),
            "offers": _list(
                record({"table": TEXT, "index": {"type": "object"}, "reason": TEXT}), "Indexes that the source lacks."
            ),
            "features": _list(TEXT, "What the app is seen to do."),
            "leftOut": _list(record({"path": TEXT, "reason": TEXT}), "Files that were not read."),
            "sql": nullable(TEXT, description="The DDL; null: no database can have such a schema."),
        }
    ),
    "DatabaseStep": _STEP,
    "DatabaseOperation": record(
        {
            "id": UUID,
            "kind": TEXT,
            "state": {"enum": ["queued", "running", "succeeded", "failed"]},
            "step": nullable(TEXT),
            "progress": _list(_STEP, "So far."),
            "attempts": COUNT,
            "result": nullable({"type": "object"}),
            "error": _FAULT,
            "createdAt": _AT,
            "finishedAt": nullable(_AT),
        }
    ),
    "DatabaseConnection": record(
        {
            "connectionString": {**TEXT, "format": "uri"},
            "host": TEXT,
            "port": COUNT,
            "database": TEXT,
            "user": TEXT,
            "password": TEXT,
            "sslMode": nullable(TEXT, description="null: none is said, as on one machine."),
        }
    ),
    "DatabaseStatus": record(
        {
            "appId": UUID,
            "name": TEXT,
            "access": {"enum": ["owner", "admin"]},
            "revision": {"anyOf": [record({"id": UUID, "number": COUNT}), {"type": "null"}]},
            "environments": {"type": "object", "additionalProperties": {"enum": list(_STATES)}},
            "limits": record(
                {
                    "plan": TEXT,
                    "maxDatabases": _NUMBER_OR_NONE,
                    "maxBytes": _NUMBER_OR_NONE,
                    "maxConnections": _NUMBER_OR_NONE,
                    "maxApps": _NUMBER_OR_NONE,
                }
            ),
            "environment": {"enum": list(ENVIRONMENTS)},
            "state": {"enum": list(_STATES)},
            "pending": {
                "anyOf": [record({"id": UUID, "number": COUNT}), {"type": "null"}],
                "description": "The revision of the app's files, if the database has another schema: plan the change.",
            },
            "operation": {"anyOf": [ref("DatabaseOperation"), {"type": "null"}]},
        },
        databaseId=UUID,
        databaseName=TEXT,
        host=nullable(TEXT),
        port=_NUMBER_OR_NONE,
        serverVersion=nullable(TEXT),
        revisionId=nullable(UUID),
        tablesCreated=_NUMBER_OR_NONE,
        sizeBytes=_NUMBER_OR_NONE,
        sizeMeasuredAt=nullable(_AT),
        sizeState={"enum": ["within", "warned", "read_only"]},
        maxBytes=_NUMBER_OR_NONE,
        maxConnections=_NUMBER_OR_NONE,
        usage=nullable({"type": "object"}),
        receipt={
            "anyOf": [
                _list(
                    _TRIED,
                    "What was tried to get out of the database, and how that was refused.",
                ),
                {"type": "null"},
            ]
        },
        error=_FAULT,
        removalDueAt=nullable(_AT),
        createdAt=_AT,
        readyAt=nullable(_AT),
        connection=ref("DatabaseConnection"),
    ),
}
