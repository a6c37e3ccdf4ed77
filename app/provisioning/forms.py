"""What the routes of apps' databases take, and in which words they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

Environment: TypeAlias = Literal["production", "staging", "development"]
ENVIRONMENTS: Final[tuple[Environment, ...]] = ("production", "staging", "development")
Row: TypeAlias = Mapping[str, Any]


class FilesRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The files of an app, by their path within it; they take the place of those that are kept of it."""

    files: dict[str, str]


class PlanRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """New files, if they are to be kept as the app's, and what a person says besides, in the names that plans use.

    `renames`: `users.name` to `users.title`, or to null where it was not renamed; `restored`: drift that is to become
    as the code has it; `fills`: SQL for the rows in which a column that must have a value has none.
    """

    files: dict[str, str] | None = None
    renames: dict[str, str | None] = {}
    restored: list[str] = []
    fills: dict[str, str] = {}


class ApplyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The digest of the plan that a person saw, and the steps of it that they confirm, by their numbers.

    `without_backup`: also where data goes and nothing is kept of it.
    """

    digest: str
    confirmed: list[Annotated[int, msgspec.Meta(ge=0)]] = []
    without_backup: bool = False


class DiscardRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The digest of the plan, where only that one is meant; `settled`: the database stays as it is for good."""

    digest: str | None = None
    settled: bool = False


class CopyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """From which environment a copy is made, and whether with the rows in it."""

    source: Environment
    data: bool = True


class BackupRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup is for, in a person's words."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class RestoreRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which backup is restored."""

    backup: UUID


def status(found: Row, environment: Environment) -> dict[str, Any]:
    """How the database of an app in one environment is; `state` is `not_provisioned` where there is none."""
    database = next((each for each in found["databases"] if each["environment"] == environment), None)
    app = found["app"]
    return {
        "appId": app["id"],
        "name": app["name"],
        "access": found["access"],
        "revision": found["revision"] and {"id": found["revision"]["id"], "number": found["revision"]["number"]},
        "environments": {each["environment"]: each["state"] for each in found["databases"]},
        "limits": {
            "plan": found["limits"]["plan"],
            "maxDatabases": found["limits"]["max_databases"],
            "maxBytes": found["limits"]["max_bytes"],
            "maxConnections": found["limits"]["max_connections"],
            "maxApps": found["limits"]["max_apps"],
        },
        "environment": environment,
        **(_NONE if database is None else shown_database(database)),
        "pending": pending(found, environment),
        "operation": None if database is None else shown_operation(database["operation"]),
    }


def pending(found: Row, environment: Environment) -> dict[str, Any] | None:
    """The revision of the files that are kept, where a database that is ready has another schema; None: it has that."""
    newest = found["revision"]
    is_behind = any(each["is_behind"] for each in found["databases"] if each["environment"] == environment)
    return {"id": newest["id"], "number": newest["number"]} if is_behind else None


_NONE: Final[dict[str, Any]] = {"state": "not_provisioned"}


def shown_database(row: Row) -> dict[str, Any]:
    """A database; nothing that opens it."""
    return {
        "state": row["state"],
        "databaseId": row["id"],
        "databaseName": row["database_name"],
        "host": row["host"],
        "port": row["port"],
        "serverVersion": row["server_version"],
        "revisionId": row["revision_id"],
        "tablesCreated": row["tables_created"],
        "sizeBytes": row["size_bytes"],
        "sizeMeasuredAt": row["size_measured_at"],
        "sizeState": row["size_state"],
        "maxBytes": row["max_bytes"],
        "maxConnections": row["max_connections"],
        "usage": row["usage"],
        "receipt": row["receipt"],
        "error": _error(row),
        "removalDueAt": row["removal_due_at"],
        "createdAt": row["created_at"],
        "readyAt": row["ready_at"],
    }


def shown_operation(row: Row | None) -> dict[str, Any] | None:
    """What was last done to a database, or is being done."""
    if row is None:
        return None
    return {
        "id": row["id"],
        "kind": row["kind"],
        "state": row["state"],
        "step": row["step"],
        "progress": row["progress"],
        "attempts": row["attempts"],
        "result": row["result"],
        "error": _error(row),
        "createdAt": row["created_at"],
        "finishedAt": row["finished_at"],
    }


def change_in_list(row: Row) -> dict[str, Any]:
    """A plan, and what became of it, without its steps."""
    return {
        "id": row["id"],
        "databaseId": row["database_id"],
        "state": row["state"],
        "fromRevisionId": row["from_revision_id"],
        "toRevisionId": row["to_revision_id"],
        "undoesId": row["undoes_id"],
        "stepCount": len(row["steps"]),
        "confirmed": row["confirmed_steps"],
        "confirmedAt": row["confirmed_at"],
        "backupId": row["backup_id"],
        "isComplete": row["is_complete"],
        "error": _error(row),
        "createdAt": row["created_at"],
        "appliedAt": row["applied_at"],
    }


def shown_change(row: Row) -> dict[str, Any]:
    """A plan, and what became of it."""
    return {**change_in_list(row), "choices": row["choices"], "ran": row["ran"], **shown_steps(row)}


def shown_steps(plan: Row) -> dict[str, Any]:
    """What a plan does, and what it leaves."""
    return {
        "digest": plan["digest"],
        "steps": [{_CAMEL.get(name, name): value for name, value in step.items()} for step in plan["steps"]],
        "drift": plan["drift"],
        "possibleRenames": plan["possible_renames"],
    }


_CAMEL: Final[Mapping[str, str]] = {"depends_on": "dependsOn", "renamed_from": "renamedFrom"}


def shown_backup(row: Row) -> dict[str, Any]:
    """A backup."""
    return {
        "id": row["id"],
        "databaseId": row["database_id"],
        "kind": row["kind"],
        "state": row["state"],
        "label": row["label"],
        "bytes": row["bytes"],
        "sha256": row["sha256"],
        "serverVersion": row["server_version"],
        "revisionId": row["revision_id"],
        "tables": row["tables"],
        "error": _error(row),
        "createdAt": row["created_at"],
        "verifiedAt": row["verified_at"],
        "expiresAt": row["expires_at"],
    }


def _error(row: Row) -> dict[str, Any] | None:
    return None if row["error_code"] is None else {"code": row["error_code"], "detail": row["error_detail"]}
