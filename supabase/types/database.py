# Generated from the migrations by `make types`. Do not edit.
# fmt: off
# ruff: noqa

from __future__ import annotations

import datetime
import uuid
from typing import (
    Annotated,
    Any,
    List,
    Literal,
    Optional,
    TypedDict,
)
from typing_extensions import NotRequired, TypeAlias

from pydantic import BaseModel, Field, JsonValue



class PublicAppBackups(BaseModel):
    app_id: uuid.UUID = Field(alias="app_id")
    bytes: Optional[int] = Field(alias="bytes")
    created_at: datetime.datetime = Field(alias="created_at")
    database_id: uuid.UUID = Field(alias="database_id")
    error_code: Optional[str] = Field(alias="error_code")
    error_detail: Optional[str] = Field(alias="error_detail")
    expires_at: Optional[datetime.datetime] = Field(alias="expires_at")
    file: str = Field(alias="file")
    id: uuid.UUID = Field(alias="id")
    kind: str = Field(alias="kind")
    label: Optional[str] = Field(alias="label")
    revision_id: Optional[uuid.UUID] = Field(alias="revision_id")
    server_version: Optional[str] = Field(alias="server_version")
    sha256: Optional[str] = Field(alias="sha256")
    state: str = Field(alias="state")
    tables: Optional[JsonValue] = Field(alias="tables")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    verified_at: Optional[datetime.datetime] = Field(alias="verified_at")

class PublicAppBackupsInsert(TypedDict):
    app_id: Annotated[uuid.UUID, Field(alias="app_id")]
    bytes: NotRequired[Annotated[Optional[int], Field(alias="bytes")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_id: Annotated[uuid.UUID, Field(alias="database_id")]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="expires_at")]]
    file: Annotated[str, Field(alias="file")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: Annotated[str, Field(alias="kind")]
    label: NotRequired[Annotated[Optional[str], Field(alias="label")]]
    revision_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="revision_id")]]
    server_version: NotRequired[Annotated[Optional[str], Field(alias="server_version")]]
    sha256: NotRequired[Annotated[Optional[str], Field(alias="sha256")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    tables: NotRequired[Annotated[Optional[JsonValue], Field(alias="tables")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    verified_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="verified_at")]]

class PublicAppBackupsUpdate(TypedDict):
    app_id: NotRequired[Annotated[uuid.UUID, Field(alias="app_id")]]
    bytes: NotRequired[Annotated[Optional[int], Field(alias="bytes")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_id: NotRequired[Annotated[uuid.UUID, Field(alias="database_id")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="expires_at")]]
    file: NotRequired[Annotated[str, Field(alias="file")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    label: NotRequired[Annotated[Optional[str], Field(alias="label")]]
    revision_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="revision_id")]]
    server_version: NotRequired[Annotated[Optional[str], Field(alias="server_version")]]
    sha256: NotRequired[Annotated[Optional[str], Field(alias="sha256")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    tables: NotRequired[Annotated[Optional[JsonValue], Field(alias="tables")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    verified_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="verified_at")]]

class PublicAppChanges(BaseModel):
    app_id: uuid.UUID = Field(alias="app_id")
    applied_at: Optional[datetime.datetime] = Field(alias="applied_at")
    backup_id: Optional[uuid.UUID] = Field(alias="backup_id")
    catalog_digest: str = Field(alias="catalog_digest")
    choices: JsonValue = Field(alias="choices")
    confirmed_at: Optional[datetime.datetime] = Field(alias="confirmed_at")
    confirmed_by: Optional[uuid.UUID] = Field(alias="confirmed_by")
    confirmed_steps: List[int] = Field(alias="confirmed_steps")
    created_at: datetime.datetime = Field(alias="created_at")
    database_id: uuid.UUID = Field(alias="database_id")
    digest: str = Field(alias="digest")
    drift: JsonValue = Field(alias="drift")
    error_code: Optional[str] = Field(alias="error_code")
    error_detail: Optional[str] = Field(alias="error_detail")
    from_revision_id: Optional[uuid.UUID] = Field(alias="from_revision_id")
    id: uuid.UUID = Field(alias="id")
    is_complete: bool = Field(alias="is_complete")
    possible_renames: JsonValue = Field(alias="possible_renames")
    ran: JsonValue = Field(alias="ran")
    requested_by: Optional[uuid.UUID] = Field(alias="requested_by")
    state: str = Field(alias="state")
    steps: JsonValue = Field(alias="steps")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    to_revision_id: uuid.UUID = Field(alias="to_revision_id")
    undoes_id: Optional[uuid.UUID] = Field(alias="undoes_id")

class PublicAppChangesInsert(TypedDict):
    app_id: Annotated[uuid.UUID, Field(alias="app_id")]
    applied_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="applied_at")]]
    backup_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="backup_id")]]
    catalog_digest: Annotated[str, Field(alias="catalog_digest")]
    choices: NotRequired[Annotated[JsonValue, Field(alias="choices")]]
    confirmed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="confirmed_at")]]
    confirmed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="confirmed_by")]]
    confirmed_steps: NotRequired[Annotated[List[int], Field(alias="confirmed_steps")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_id: Annotated[uuid.UUID, Field(alias="database_id")]
    digest: Annotated[str, Field(alias="digest")]
    drift: NotRequired[Annotated[JsonValue, Field(alias="drift")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    from_revision_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="from_revision_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_complete: NotRequired[Annotated[bool, Field(alias="is_complete")]]
    possible_renames: NotRequired[Annotated[JsonValue, Field(alias="possible_renames")]]
    ran: NotRequired[Annotated[JsonValue, Field(alias="ran")]]
    requested_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="requested_by")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    steps: Annotated[JsonValue, Field(alias="steps")]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    to_revision_id: Annotated[uuid.UUID, Field(alias="to_revision_id")]
    undoes_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="undoes_id")]]

class PublicAppChangesUpdate(TypedDict):
    app_id: NotRequired[Annotated[uuid.UUID, Field(alias="app_id")]]
    applied_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="applied_at")]]
    backup_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="backup_id")]]
    catalog_digest: NotRequired[Annotated[str, Field(alias="catalog_digest")]]
    choices: NotRequired[Annotated[JsonValue, Field(alias="choices")]]
    confirmed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="confirmed_at")]]
    confirmed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="confirmed_by")]]
    confirmed_steps: NotRequired[Annotated[List[int], Field(alias="confirmed_steps")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_id: NotRequired[Annotated[uuid.UUID, Field(alias="database_id")]]
    digest: NotRequired[Annotated[str, Field(alias="digest")]]
    drift: NotRequired[Annotated[JsonValue, Field(alias="drift")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    from_revision_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="from_revision_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_complete: NotRequired[Annotated[bool, Field(alias="is_complete")]]
    possible_renames: NotRequired[Annotated[JsonValue, Field(alias="possible_renames")]]
    ran: NotRequired[Annotated[JsonValue, Field(alias="ran")]]
    requested_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="requested_by")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    steps: NotRequired[Annotated[JsonValue, Field(alias="steps")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    to_revision_id: NotRequired[Annotated[uuid.UUID, Field(alias="to_revision_id")]]
    undoes_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="undoes_id")]]

class PublicAppDatabases(BaseModel):
    app_id: uuid.UUID = Field(alias="app_id")
    created_at: datetime.datetime = Field(alias="created_at")
    database_name: str = Field(alias="database_name")
    environment: str = Field(alias="environment")
    error_code: Optional[str] = Field(alias="error_code")
    error_detail: Optional[str] = Field(alias="error_detail")
    host: Optional[str] = Field(alias="host")
    id: uuid.UUID = Field(alias="id")
    max_bytes: Optional[int] = Field(alias="max_bytes")
    max_connections: Optional[int] = Field(alias="max_connections")
    port: Optional[int] = Field(alias="port")
    ready_at: Optional[datetime.datetime] = Field(alias="ready_at")
    receipt: Optional[JsonValue] = Field(alias="receipt")
    removal_due_at: Optional[datetime.datetime] = Field(alias="removal_due_at")
    removed_at: Optional[datetime.datetime] = Field(alias="removed_at")
    revision_id: Optional[uuid.UUID] = Field(alias="revision_id")
    role_name: str = Field(alias="role_name")
    server_version: Optional[str] = Field(alias="server_version")
    size_bytes: Optional[int] = Field(alias="size_bytes")
    size_measured_at: Optional[datetime.datetime] = Field(alias="size_measured_at")
    size_state: str = Field(alias="size_state")
    size_state_at: Optional[datetime.datetime] = Field(alias="size_state_at")
    state: str = Field(alias="state")
    tables_created: Optional[int] = Field(alias="tables_created")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    usage: Optional[JsonValue] = Field(alias="usage")

class PublicAppDatabasesInsert(TypedDict):
    app_id: Annotated[uuid.UUID, Field(alias="app_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_name: Annotated[str, Field(alias="database_name")]
    environment: Annotated[str, Field(alias="environment")]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    host: NotRequired[Annotated[Optional[str], Field(alias="host")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    max_bytes: NotRequired[Annotated[Optional[int], Field(alias="max_bytes")]]
    max_connections: NotRequired[Annotated[Optional[int], Field(alias="max_connections")]]
    port: NotRequired[Annotated[Optional[int], Field(alias="port")]]
    ready_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="ready_at")]]
    receipt: NotRequired[Annotated[Optional[JsonValue], Field(alias="receipt")]]
    removal_due_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="removal_due_at")]]
    removed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="removed_at")]]
    revision_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="revision_id")]]
    role_name: Annotated[str, Field(alias="role_name")]
    server_version: NotRequired[Annotated[Optional[str], Field(alias="server_version")]]
    size_bytes: NotRequired[Annotated[Optional[int], Field(alias="size_bytes")]]
    size_measured_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="size_measured_at")]]
    size_state: NotRequired[Annotated[str, Field(alias="size_state")]]
    size_state_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="size_state_at")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    tables_created: NotRequired[Annotated[Optional[int], Field(alias="tables_created")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    usage: NotRequired[Annotated[Optional[JsonValue], Field(alias="usage")]]

class PublicAppDatabasesUpdate(TypedDict):
    app_id: NotRequired[Annotated[uuid.UUID, Field(alias="app_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_name: NotRequired[Annotated[str, Field(alias="database_name")]]
    environment: NotRequired[Annotated[str, Field(alias="environment")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    host: NotRequired[Annotated[Optional[str], Field(alias="host")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    max_bytes: NotRequired[Annotated[Optional[int], Field(alias="max_bytes")]]
    max_connections: NotRequired[Annotated[Optional[int], Field(alias="max_connections")]]
    port: NotRequired[Annotated[Optional[int], Field(alias="port")]]
    ready_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="ready_at")]]
    receipt: NotRequired[Annotated[Optional[JsonValue], Field(alias="receipt")]]
    removal_due_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="removal_due_at")]]
    removed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="removed_at")]]
    revision_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="revision_id")]]
    role_name: NotRequired[Annotated[str, Field(alias="role_name")]]
    server_version: NotRequired[Annotated[Optional[str], Field(alias="server_version")]]
    size_bytes: NotRequired[Annotated[Optional[int], Field(alias="size_bytes")]]
    size_measured_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="size_measured_at")]]
    size_state: NotRequired[Annotated[str, Field(alias="size_state")]]
    size_state_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="size_state_at")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    tables_created: NotRequired[Annotated[Optional[int], Field(alias="tables_created")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    usage: NotRequired[Annotated[Optional[JsonValue], Field(alias="usage")]]

class PublicAppOperations(BaseModel):
    app_id: uuid.UUID = Field(alias="app_id")
    arguments: JsonValue = Field(alias="arguments")
    attempts: int = Field(alias="attempts")
    created_at: datetime.datetime = Field(alias="created_at")
    database_id: uuid.UUID = Field(alias="database_id")
    due_at: datetime.datetime = Field(alias="due_at")
    error_code: Optional[str] = Field(alias="error_code")
    error_detail: Optional[str] = Field(alias="error_detail")
    finished_at: Optional[datetime.datetime] = Field(alias="finished_at")
    id: uuid.UUID = Field(alias="id")
    idempotency_key: Optional[str] = Field(alias="idempotency_key")
    kind: str = Field(alias="kind")
    lease_owner: Optional[str] = Field(alias="lease_owner")
    lease_until: Optional[datetime.datetime] = Field(alias="lease_until")
    progress: JsonValue = Field(alias="progress")
    requested_by: Optional[uuid.UUID] = Field(alias="requested_by")
    result: Optional[JsonValue] = Field(alias="result")
    started_at: Optional[datetime.datetime] = Field(alias="started_at")
    state: str = Field(alias="state")
    step: Optional[str] = Field(alias="step")
    tenant_id: uuid.UUID = Field(alias="tenant_id")

class PublicAppOperationsInsert(TypedDict):
    app_id: Annotated[uuid.UUID, Field(alias="app_id")]
    arguments: NotRequired[Annotated[JsonValue, Field(alias="arguments")]]
    attempts: NotRequired[Annotated[int, Field(alias="attempts")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_id: Annotated[uuid.UUID, Field(alias="database_id")]
    due_at: NotRequired[Annotated[datetime.datetime, Field(alias="due_at")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    idempotency_key: NotRequired[Annotated[Optional[str], Field(alias="idempotency_key")]]
    kind: Annotated[str, Field(alias="kind")]
    lease_owner: NotRequired[Annotated[Optional[str], Field(alias="lease_owner")]]
    lease_until: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="lease_until")]]
    progress: NotRequired[Annotated[JsonValue, Field(alias="progress")]]
    requested_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="requested_by")]]
    result: NotRequired[Annotated[Optional[JsonValue], Field(alias="result")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    step: NotRequired[Annotated[Optional[str], Field(alias="step")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]

class PublicAppOperationsUpdate(TypedDict):
    app_id: NotRequired[Annotated[uuid.UUID, Field(alias="app_id")]]
    arguments: NotRequired[Annotated[JsonValue, Field(alias="arguments")]]
    attempts: NotRequired[Annotated[int, Field(alias="attempts")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    database_id: NotRequired[Annotated[uuid.UUID, Field(alias="database_id")]]
    due_at: NotRequired[Annotated[datetime.datetime, Field(alias="due_at")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    error_detail: NotRequired[Annotated[Optional[str], Field(alias="error_detail")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    idempotency_key: NotRequired[Annotated[Optional[str], Field(alias="idempotency_key")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    lease_owner: NotRequired[Annotated[Optional[str], Field(alias="lease_owner")]]
    lease_until: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="lease_until")]]
    progress: NotRequired[Annotated[JsonValue, Field(alias="progress")]]
    requested_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="requested_by")]]
    result: NotRequired[Annotated[Optional[JsonValue], Field(alias="result")]]
    started_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="started_at")]]
    state: NotRequired[Annotated[str, Field(alias="state")]]
    step: NotRequired[Annotated[Optional[str], Field(alias="step")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]

class PublicAppPlans(BaseModel):
    max_apps: Optional[int] = Field(alias="max_apps")
    max_bytes: Optional[int] = Field(alias="max_bytes")
    max_connections: Optional[int] = Field(alias="max_connections")
    max_databases: Optional[int] = Field(alias="max_databases")
    name: str = Field(alias="name")

class PublicAppPlansInsert(TypedDict):
    max_apps: NotRequired[Annotated[Optional[int], Field(alias="max_apps")]]
    max_bytes: NotRequired[Annotated[Optional[int], Field(alias="max_bytes")]]
    max_connections: NotRequired[Annotated[Optional[int], Field(alias="max_connections")]]
    max_databases: NotRequired[Annotated[Optional[int], Field(alias="max_databases")]]
    name: Annotated[str, Field(alias="name")]

class PublicAppPlansUpdate(TypedDict):
    max_apps: NotRequired[Annotated[Optional[int], Field(alias="max_apps")]]
    max_bytes: NotRequired[Annotated[Optional[int], Field(alias="max_bytes")]]
    max_connections: NotRequired[Annotated[Optional[int], Field(alias="max_connections")]]
    max_databases: NotRequired[Annotated[Optional[int], Field(alias="max_databases")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]

class PublicAppRevisions(BaseModel):
    app_id: uuid.UUID = Field(alias="app_id")
    created_at: datetime.datetime = Field(alias="created_at")
    created_by: Optional[uuid.UUID] = Field(alias="created_by")
    id: uuid.UUID = Field(alias="id")
    number: int = Field(alias="number")
    report: JsonValue = Field(alias="report")
    schema: JsonValue = Field(alias="schema")
    schema_digest: Optional[str] = Field(alias="schema_digest")
    source_digest: str = Field(alias="source_digest")
    tenant_id: uuid.UUID = Field(alias="tenant_id")

class PublicAppRevisionsInsert(TypedDict):
    app_id: Annotated[uuid.UUID, Field(alias="app_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    number: Annotated[int, Field(alias="number")]
    report: NotRequired[Annotated[JsonValue, Field(alias="report")]]
    schema: Annotated[JsonValue, Field(alias="schema")]
    schema_digest: NotRequired[Annotated[Optional[str], Field(alias="schema_digest")]]
    source_digest: Annotated[str, Field(alias="source_digest")]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]

class PublicAppRevisionsUpdate(TypedDict):
    app_id: NotRequired[Annotated[uuid.UUID, Field(alias="app_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    created_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="created_by")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    number: NotRequired[Annotated[int, Field(alias="number")]]
    report: NotRequired[Annotated[JsonValue, Field(alias="report")]]
    schema: NotRequired[Annotated[JsonValue, Field(alias="schema")]]
    schema_digest: NotRequired[Annotated[Optional[str], Field(alias="schema_digest")]]
    source_digest: NotRequired[Annotated[str, Field(alias="source_digest")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]

class PublicAuditLog(BaseModel):
    action: str = Field(alias="action")
    actor_id: Optional[uuid.UUID] = Field(alias="actor_id")
    actor_role: str = Field(alias="actor_role")
    after: Optional[JsonValue] = Field(alias="after")
    at: datetime.datetime = Field(alias="at")
    before: Optional[JsonValue] = Field(alias="before")
    id: uuid.UUID = Field(alias="id")
    object: str = Field(alias="object")
    object_id: Optional[uuid.UUID] = Field(alias="object_id")
    request_id: Optional[str] = Field(alias="request_id")
    subject_id: Optional[uuid.UUID] = Field(alias="subject_id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")

class PublicAuditLogInsert(TypedDict):
    action: Annotated[str, Field(alias="action")]
    actor_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="actor_id")]]
    actor_role: Annotated[str, Field(alias="actor_role")]
    after: NotRequired[Annotated[Optional[JsonValue], Field(alias="after")]]
    at: NotRequired[Annotated[datetime.datetime, Field(alias="at")]]
    before: NotRequired[Annotated[Optional[JsonValue], Field(alias="before")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    object: Annotated[str, Field(alias="object")]
    object_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="object_id")]]
    request_id: NotRequired[Annotated[Optional[str], Field(alias="request_id")]]
    subject_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="subject_id")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]

class PublicAuditLogUpdate(TypedDict):
    action: NotRequired[Annotated[str, Field(alias="action")]]
    actor_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="actor_id")]]
    actor_role: NotRequired[Annotated[str, Field(alias="actor_role")]]
    after: NotRequired[Annotated[Optional[JsonValue], Field(alias="after")]]
    at: NotRequired[Annotated[datetime.datetime, Field(alias="at")]]
    before: NotRequired[Annotated[Optional[JsonValue], Field(alias="before")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    object: NotRequired[Annotated[str, Field(alias="object")]]
    object_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="object_id")]]
    request_id: NotRequired[Annotated[Optional[str], Field(alias="request_id")]]
    subject_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="subject_id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]

class PublicConfigurationSuggestions(BaseModel):
    applied_changes: Optional[List[int]] = Field(alias="applied_changes")
    applied_version: Optional[int] = Field(alias="applied_version")
    base_version: int = Field(alias="base_version")
    changes: JsonValue = Field(alias="changes")
    conversation_id: Optional[uuid.UUID] = Field(alias="conversation_id")
    created_at: datetime.datetime = Field(alias="created_at")
    decided_at: Optional[datetime.datetime] = Field(alias="decided_at")
    decided_by: Optional[uuid.UUID] = Field(alias="decided_by")
    explanation: str = Field(alias="explanation")
    fingerprint: bytes = Field(alias="fingerprint")
    id: uuid.UUID = Field(alias="id")
    inverse: Optional[JsonValue] = Field(alias="inverse")
    patch: Optional[JsonValue] = Field(alias="patch")
    project_id: uuid.UUID = Field(alias="project_id")
    reason: Optional[str] = Field(alias="reason")
    refreshed_at: Optional[datetime.datetime] = Field(alias="refreshed_at")
    rests_on: bytes = Field(alias="rests_on")
    status: str = Field(alias="status")
    suspects: JsonValue = Field(alias="suspects")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    title: str = Field(alias="title")
    turn_id: Optional[uuid.UUID] = Field(alias="turn_id")
    type: str = Field(alias="type")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")
    version: int = Field(alias="version")

class PublicConfigurationSuggestionsInsert(TypedDict):
    applied_changes: NotRequired[Annotated[Optional[List[int]], Field(alias="applied_changes")]]
    applied_version: NotRequired[Annotated[Optional[int], Field(alias="applied_version")]]
    base_version: Annotated[int, Field(alias="base_version")]
    changes: Annotated[JsonValue, Field(alias="changes")]
    conversation_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="conversation_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    decided_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="decided_at")]]
    decided_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="decided_by")]]
    explanation: Annotated[str, Field(alias="explanation")]
    fingerprint: Annotated[bytes, Field(alias="fingerprint")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    inverse: NotRequired[Annotated[Optional[JsonValue], Field(alias="inverse")]]
    patch: NotRequired[Annotated[Optional[JsonValue], Field(alias="patch")]]
    project_id: Annotated[uuid.UUID, Field(alias="project_id")]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    refreshed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="refreshed_at")]]
    rests_on: Annotated[bytes, Field(alias="rests_on")]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    suspects: NotRequired[Annotated[JsonValue, Field(alias="suspects")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    title: Annotated[str, Field(alias="title")]
    turn_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="turn_id")]]
    type: Annotated[str, Field(alias="type")]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]

class PublicConfigurationSuggestionsUpdate(TypedDict):
    applied_changes: NotRequired[Annotated[Optional[List[int]], Field(alias="applied_changes")]]
    applied_version: NotRequired[Annotated[Optional[int], Field(alias="applied_version")]]
    base_version: NotRequired[Annotated[int, Field(alias="base_version")]]
    changes: NotRequired[Annotated[JsonValue, Field(alias="changes")]]
    conversation_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="conversation_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    decided_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="decided_at")]]
    decided_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="decided_by")]]
    explanation: NotRequired[Annotated[str, Field(alias="explanation")]]
    fingerprint: NotRequired[Annotated[bytes, Field(alias="fingerprint")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    inverse: NotRequired[Annotated[Optional[JsonValue], Field(alias="inverse")]]
    patch: NotRequired[Annotated[Optional[JsonValue], Field(alias="patch")]]
    project_id: NotRequired[Annotated[uuid.UUID, Field(alias="project_id")]]
    reason: NotRequired[Annotated[Optional[str], Field(alias="reason")]]
    refreshed_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="refreshed_at")]]
    rests_on: NotRequired[Annotated[bytes, Field(alias="rests_on")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    suspects: NotRequired[Annotated[JsonValue, Field(alias="suspects")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    turn_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="turn_id")]]
    type: NotRequired[Annotated[str, Field(alias="type")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]

class PublicConsents(BaseModel):
    given_at: datetime.datetime = Field(alias="given_at")
    id: uuid.UUID = Field(alias="id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    text_hash: str = Field(alias="text_hash")
    user_id: uuid.UUID = Field(alias="user_id")
    version: str = Field(alias="version")
    withdrawn_at: Optional[datetime.datetime] = Field(alias="withdrawn_at")

class PublicConsentsInsert(TypedDict):
    given_at: NotRequired[Annotated[datetime.datetime, Field(alias="given_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    text_hash: Annotated[str, Field(alias="text_hash")]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    version: Annotated[str, Field(alias="version")]
    withdrawn_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="withdrawn_at")]]

class PublicConsentsUpdate(TypedDict):
    given_at: NotRequired[Annotated[datetime.datetime, Field(alias="given_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    text_hash: NotRequired[Annotated[str, Field(alias="text_hash")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]
    version: NotRequired[Annotated[str, Field(alias="version")]]
    withdrawn_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="withdrawn_at")]]

class PublicConversationShares(BaseModel):
    conversation_id: uuid.UUID = Field(alias="conversation_id")
    created_at: datetime.datetime = Field(alias="created_at")
    expires_at: Optional[datetime.datetime] = Field(alias="expires_at")
    has_password: bool = Field(alias="has_password")
    head_id: Optional[uuid.UUID] = Field(alias="head_id")
    id: uuid.UUID = Field(alias="id")
    is_live: bool = Field(alias="is_live")
    may_continue: bool = Field(alias="may_continue")
    revoked_at: Optional[datetime.datetime] = Field(alias="revoked_at")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicConversationSharesInsert(TypedDict):
    conversation_id: Annotated[uuid.UUID, Field(alias="conversation_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="expires_at")]]
    has_password: NotRequired[Annotated[bool, Field(alias="has_password")]]
    head_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="head_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_live: NotRequired[Annotated[bool, Field(alias="is_live")]]
    may_continue: NotRequired[Annotated[bool, Field(alias="may_continue")]]
    revoked_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="revoked_at")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicConversationSharesUpdate(TypedDict):
    conversation_id: NotRequired[Annotated[uuid.UUID, Field(alias="conversation_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    expires_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="expires_at")]]
    has_password: NotRequired[Annotated[bool, Field(alias="has_password")]]
    head_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="head_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_live: NotRequired[Annotated[bool, Field(alias="is_live")]]
    may_continue: NotRequired[Annotated[bool, Field(alias="may_continue")]]
    revoked_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="revoked_at")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicConversations(BaseModel):
    client_id: Optional[str] = Field(alias="client_id")
    context_type: Optional[str] = Field(alias="context_type")
    created_at: datetime.datetime = Field(alias="created_at")
    deleted_at: Optional[datetime.datetime] = Field(alias="deleted_at")
    head_id: Optional[uuid.UUID] = Field(alias="head_id")
    id: uuid.UUID = Field(alias="id")
    is_archived: bool = Field(alias="is_archived")
    metadata: JsonValue = Field(alias="metadata")
    project_id: Optional[uuid.UUID] = Field(alias="project_id")
    prompt_id: Optional[uuid.UUID] = Field(alias="prompt_id")
    prompt_text: Optional[str] = Field(alias="prompt_text")
    prompt_values: Optional[JsonValue] = Field(alias="prompt_values")
    prompt_version: Optional[int] = Field(alias="prompt_version")
    status: str = Field(alias="status")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    title: str = Field(alias="title")
    titled_by: str = Field(alias="titled_by")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicConversationsInsert(TypedDict):
    client_id: NotRequired[Annotated[Optional[str], Field(alias="client_id")]]
    context_type: NotRequired[Annotated[Optional[str], Field(alias="context_type")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deleted_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="deleted_at")]]
    head_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="head_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_archived: NotRequired[Annotated[bool, Field(alias="is_archived")]]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    project_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="project_id")]]
    prompt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="prompt_id")]]
    prompt_text: NotRequired[Annotated[Optional[str], Field(alias="prompt_text")]]
    prompt_values: NotRequired[Annotated[Optional[JsonValue], Field(alias="prompt_values")]]
    prompt_version: NotRequired[Annotated[Optional[int], Field(alias="prompt_version")]]
    status: Annotated[str, Field(alias="status")]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    titled_by: Annotated[str, Field(alias="titled_by")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicConversationsUpdate(TypedDict):
    client_id: NotRequired[Annotated[Optional[str], Field(alias="client_id")]]
    context_type: NotRequired[Annotated[Optional[str], Field(alias="context_type")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    deleted_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="deleted_at")]]
    head_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="head_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_archived: NotRequired[Annotated[bool, Field(alias="is_archived")]]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    project_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="project_id")]]
    prompt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="prompt_id")]]
    prompt_text: NotRequired[Annotated[Optional[str], Field(alias="prompt_text")]]
    prompt_values: NotRequired[Annotated[Optional[JsonValue], Field(alias="prompt_values")]]
    prompt_version: NotRequired[Annotated[Optional[int], Field(alias="prompt_version")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    titled_by: NotRequired[Annotated[str, Field(alias="titled_by")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicDocumentationSections(BaseModel):
    anchor: str = Field(alias="anchor")
    breadcrumb: List[str] = Field(alias="breadcrumb")
    content: str = Field(alias="content")
    file: str = Field(alias="file")
    heading: str = Field(alias="heading")
    id: uuid.UUID = Field(alias="id")
    level: int = Field(alias="level")
    loaded_at: datetime.datetime = Field(alias="loaded_at")
    part: int = Field(alias="part")
    position: int = Field(alias="position")
    tenant_id: uuid.UUID = Field(alias="tenant_id")

class PublicDocumentationSectionsInsert(TypedDict):
    anchor: NotRequired[Annotated[str, Field(alias="anchor")]]
    breadcrumb: NotRequired[Annotated[List[str], Field(alias="breadcrumb")]]
    content: Annotated[str, Field(alias="content")]
    file: Annotated[str, Field(alias="file")]
    heading: NotRequired[Annotated[str, Field(alias="heading")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    level: NotRequired[Annotated[int, Field(alias="level")]]
    loaded_at: NotRequired[Annotated[datetime.datetime, Field(alias="loaded_at")]]
    part: NotRequired[Annotated[int, Field(alias="part")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]

class PublicDocumentationSectionsUpdate(TypedDict):
    anchor: NotRequired[Annotated[str, Field(alias="anchor")]]
    breadcrumb: NotRequired[Annotated[List[str], Field(alias="breadcrumb")]]
    content: NotRequired[Annotated[str, Field(alias="content")]]
    file: NotRequired[Annotated[str, Field(alias="file")]]
    heading: NotRequired[Annotated[str, Field(alias="heading")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    level: NotRequired[Annotated[int, Field(alias="level")]]
    loaded_at: NotRequired[Annotated[datetime.datetime, Field(alias="loaded_at")]]
    part: NotRequired[Annotated[int, Field(alias="part")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]

class PublicFeedback(BaseModel):
    comment: Optional[str] = Field(alias="comment")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    message_id: uuid.UUID = Field(alias="message_id")
    rating: int = Field(alias="rating")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicFeedbackInsert(TypedDict):
    comment: NotRequired[Annotated[Optional[str], Field(alias="comment")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    message_id: Annotated[uuid.UUID, Field(alias="message_id")]
    rating: Annotated[int, Field(alias="rating")]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicFeedbackUpdate(TypedDict):
    comment: NotRequired[Annotated[Optional[str], Field(alias="comment")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    message_id: NotRequired[Annotated[uuid.UUID, Field(alias="message_id")]]
    rating: NotRequired[Annotated[int, Field(alias="rating")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicGeneratedAppFiles(BaseModel):
    app_id: uuid.UUID = Field(alias="app_id")
    bytes: int = Field(alias="bytes")
    content: str = Field(alias="content")
    path: str = Field(alias="path")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicGeneratedAppFilesInsert(TypedDict):
    app_id: Annotated[uuid.UUID, Field(alias="app_id")]
    bytes: NotRequired[Annotated[int, Field(alias="bytes")]]
    content: Annotated[str, Field(alias="content")]
    path: Annotated[str, Field(alias="path")]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicGeneratedAppFilesUpdate(TypedDict):
    app_id: NotRequired[Annotated[uuid.UUID, Field(alias="app_id")]]
    bytes: NotRequired[Annotated[int, Field(alias="bytes")]]
    content: NotRequired[Annotated[str, Field(alias="content")]]
    path: NotRequired[Annotated[str, Field(alias="path")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicGeneratedApps(BaseModel):
    byte_count: int = Field(alias="byte_count")
    created_at: datetime.datetime = Field(alias="created_at")
    description: Optional[str] = Field(alias="description")
    file_count: int = Field(alias="file_count")
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    owner_id: Optional[uuid.UUID] = Field(alias="owner_id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicGeneratedAppsInsert(TypedDict):
    byte_count: NotRequired[Annotated[int, Field(alias="byte_count")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    file_count: NotRequired[Annotated[int, Field(alias="file_count")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    owner_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="owner_id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicGeneratedAppsUpdate(TypedDict):
    byte_count: NotRequired[Annotated[int, Field(alias="byte_count")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    file_count: NotRequired[Annotated[int, Field(alias="file_count")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    owner_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="owner_id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicLegalHolds(BaseModel):
    id: uuid.UUID = Field(alias="id")
    placed_at: datetime.datetime = Field(alias="placed_at")
    placed_by: Optional[uuid.UUID] = Field(alias="placed_by")
    reason: str = Field(alias="reason")
    released_at: Optional[datetime.datetime] = Field(alias="released_at")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")

class PublicLegalHoldsInsert(TypedDict):
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    placed_at: NotRequired[Annotated[datetime.datetime, Field(alias="placed_at")]]
    placed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="placed_by")]]
    reason: Annotated[str, Field(alias="reason")]
    released_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="released_at")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]

class PublicLegalHoldsUpdate(TypedDict):
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    placed_at: NotRequired[Annotated[datetime.datetime, Field(alias="placed_at")]]
    placed_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="placed_by")]]
    reason: NotRequired[Annotated[str, Field(alias="reason")]]
    released_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="released_at")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]

class PublicMessages(BaseModel):
    client_id: Optional[str] = Field(alias="client_id")
    content: str = Field(alias="content")
    conversation_id: uuid.UUID = Field(alias="conversation_id")
    cost: Optional[float] = Field(alias="cost")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    latency_ms: Optional[int] = Field(alias="latency_ms")
    metadata: JsonValue = Field(alias="metadata")
    model_used: Optional[str] = Field(alias="model_used")
    parent_id: Optional[uuid.UUID] = Field(alias="parent_id")
    parts: Optional[JsonValue] = Field(alias="parts")
    provider_message_id: Optional[str] = Field(alias="provider_message_id")
    role: str = Field(alias="role")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    token_count: Optional[int] = Field(alias="token_count")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicMessagesInsert(TypedDict):
    client_id: NotRequired[Annotated[Optional[str], Field(alias="client_id")]]
    content: Annotated[str, Field(alias="content")]
    conversation_id: Annotated[uuid.UUID, Field(alias="conversation_id")]
    cost: NotRequired[Annotated[Optional[float], Field(alias="cost")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    latency_ms: NotRequired[Annotated[Optional[int], Field(alias="latency_ms")]]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    model_used: NotRequired[Annotated[Optional[str], Field(alias="model_used")]]
    parent_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="parent_id")]]
    parts: NotRequired[Annotated[Optional[JsonValue], Field(alias="parts")]]
    provider_message_id: NotRequired[Annotated[Optional[str], Field(alias="provider_message_id")]]
    role: NotRequired[Annotated[str, Field(alias="role")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    token_count: NotRequired[Annotated[Optional[int], Field(alias="token_count")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicMessagesUpdate(TypedDict):
    client_id: NotRequired[Annotated[Optional[str], Field(alias="client_id")]]
    content: NotRequired[Annotated[str, Field(alias="content")]]
    conversation_id: NotRequired[Annotated[uuid.UUID, Field(alias="conversation_id")]]
    cost: NotRequired[Annotated[Optional[float], Field(alias="cost")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    latency_ms: NotRequired[Annotated[Optional[int], Field(alias="latency_ms")]]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    model_used: NotRequired[Annotated[Optional[str], Field(alias="model_used")]]
    parent_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="parent_id")]]
    parts: NotRequired[Annotated[Optional[JsonValue], Field(alias="parts")]]
    provider_message_id: NotRequired[Annotated[Optional[str], Field(alias="provider_message_id")]]
    role: NotRequired[Annotated[str, Field(alias="role")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    token_count: NotRequired[Annotated[Optional[int], Field(alias="token_count")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicProjectMembers(BaseModel):
    access: str = Field(alias="access")
    created_at: datetime.datetime = Field(alias="created_at")
    project_id: uuid.UUID = Field(alias="project_id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicProjectMembersInsert(TypedDict):
    access: NotRequired[Annotated[str, Field(alias="access")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    project_id: Annotated[uuid.UUID, Field(alias="project_id")]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicProjectMembersUpdate(TypedDict):
    access: NotRequired[Annotated[str, Field(alias="access")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    project_id: NotRequired[Annotated[uuid.UUID, Field(alias="project_id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicProjectRevisions(BaseModel):
    cause: str = Field(alias="cause")
    configuration: Optional[JsonValue] = Field(alias="configuration")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    project_id: uuid.UUID = Field(alias="project_id")
    side: str = Field(alias="side")
    suggestion_id: Optional[uuid.UUID] = Field(alias="suggestion_id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")
    user_name: Optional[str] = Field(alias="user_name")
    version: int = Field(alias="version")
    yaml: Optional[str] = Field(alias="yaml")

class PublicProjectRevisionsInsert(TypedDict):
    cause: Annotated[str, Field(alias="cause")]
    configuration: NotRequired[Annotated[Optional[JsonValue], Field(alias="configuration")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    project_id: Annotated[uuid.UUID, Field(alias="project_id")]
    side: Annotated[str, Field(alias="side")]
    suggestion_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="suggestion_id")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]
    user_name: NotRequired[Annotated[Optional[str], Field(alias="user_name")]]
    version: Annotated[int, Field(alias="version")]
    yaml: NotRequired[Annotated[Optional[str], Field(alias="yaml")]]

class PublicProjectRevisionsUpdate(TypedDict):
    cause: NotRequired[Annotated[str, Field(alias="cause")]]
    configuration: NotRequired[Annotated[Optional[JsonValue], Field(alias="configuration")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    project_id: NotRequired[Annotated[uuid.UUID, Field(alias="project_id")]]
    side: NotRequired[Annotated[str, Field(alias="side")]]
    suggestion_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="suggestion_id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]
    user_name: NotRequired[Annotated[Optional[str], Field(alias="user_name")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]
    yaml: NotRequired[Annotated[Optional[str], Field(alias="yaml")]]

class PublicProjects(BaseModel):
    configuration: JsonValue = Field(alias="configuration")
    configuration_version: int = Field(alias="configuration_version")
    created_at: datetime.datetime = Field(alias="created_at")
    description: Optional[str] = Field(alias="description")
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    owner_id: Optional[uuid.UUID] = Field(alias="owner_id")
    secret_paths: List[str] = Field(alias="secret_paths")
    slug: str = Field(alias="slug")
    synced_at: Optional[datetime.datetime] = Field(alias="synced_at")
    synced_by: Optional[uuid.UUID] = Field(alias="synced_by")
    synced_configuration: Optional[JsonValue] = Field(alias="synced_configuration")
    synced_yaml: Optional[str] = Field(alias="synced_yaml")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")
    yaml: Optional[str] = Field(alias="yaml")
    yaml_file: str = Field(alias="yaml_file")
    yaml_version: int = Field(alias="yaml_version")

class PublicProjectsInsert(TypedDict):
    configuration: NotRequired[Annotated[JsonValue, Field(alias="configuration")]]
    configuration_version: NotRequired[Annotated[int, Field(alias="configuration_version")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    owner_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="owner_id")]]
    secret_paths: NotRequired[Annotated[List[str], Field(alias="secret_paths")]]
    slug: Annotated[str, Field(alias="slug")]
    synced_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="synced_at")]]
    synced_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="synced_by")]]
    synced_configuration: NotRequired[Annotated[Optional[JsonValue], Field(alias="synced_configuration")]]
    synced_yaml: NotRequired[Annotated[Optional[str], Field(alias="synced_yaml")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    yaml: NotRequired[Annotated[Optional[str], Field(alias="yaml")]]
    yaml_file: NotRequired[Annotated[str, Field(alias="yaml_file")]]
    yaml_version: NotRequired[Annotated[int, Field(alias="yaml_version")]]

class PublicProjectsUpdate(TypedDict):
    configuration: NotRequired[Annotated[JsonValue, Field(alias="configuration")]]
    configuration_version: NotRequired[Annotated[int, Field(alias="configuration_version")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    owner_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="owner_id")]]
    secret_paths: NotRequired[Annotated[List[str], Field(alias="secret_paths")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]
    synced_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="synced_at")]]
    synced_by: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="synced_by")]]
    synced_configuration: NotRequired[Annotated[Optional[JsonValue], Field(alias="synced_configuration")]]
    synced_yaml: NotRequired[Annotated[Optional[str], Field(alias="synced_yaml")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    yaml: NotRequired[Annotated[Optional[str], Field(alias="yaml")]]
    yaml_file: NotRequired[Annotated[str, Field(alias="yaml_file")]]
    yaml_version: NotRequired[Annotated[int, Field(alias="yaml_version")]]

class PublicPromptPublishers(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    prompt_id: uuid.UUID = Field(alias="prompt_id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicPromptPublishersInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    prompt_id: Annotated[uuid.UUID, Field(alias="prompt_id")]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicPromptPublishersUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    prompt_id: NotRequired[Annotated[uuid.UUID, Field(alias="prompt_id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicPromptVersions(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    is_public: bool = Field(alias="is_public")
    prompt_id: uuid.UUID = Field(alias="prompt_id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    text: str = Field(alias="text")
    variables: JsonValue = Field(alias="variables")
    version: int = Field(alias="version")

class PublicPromptVersionsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    is_public: Annotated[bool, Field(alias="is_public")]
    prompt_id: Annotated[uuid.UUID, Field(alias="prompt_id")]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    text: Annotated[str, Field(alias="text")]
    variables: Annotated[JsonValue, Field(alias="variables")]
    version: Annotated[int, Field(alias="version")]

class PublicPromptVersionsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    is_public: NotRequired[Annotated[bool, Field(alias="is_public")]]
    prompt_id: NotRequired[Annotated[uuid.UUID, Field(alias="prompt_id")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    text: NotRequired[Annotated[str, Field(alias="text")]]
    variables: NotRequired[Annotated[JsonValue, Field(alias="variables")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]

class PublicPrompts(BaseModel):
    category: Optional[str] = Field(alias="category")
    created_at: datetime.datetime = Field(alias="created_at")
    description: Optional[str] = Field(alias="description")
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    tags: List[str] = Field(alias="tags")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    text: str = Field(alias="text")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")
    variables: JsonValue = Field(alias="variables")
    version: int = Field(alias="version")
    visibility: str = Field(alias="visibility")

class PublicPromptsInsert(TypedDict):
    category: NotRequired[Annotated[Optional[str], Field(alias="category")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    tags: NotRequired[Annotated[List[str], Field(alias="tags")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    text: Annotated[str, Field(alias="text")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]
    variables: NotRequired[Annotated[JsonValue, Field(alias="variables")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]
    visibility: NotRequired[Annotated[str, Field(alias="visibility")]]

class PublicPromptsUpdate(TypedDict):
    category: NotRequired[Annotated[Optional[str], Field(alias="category")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    tags: NotRequired[Annotated[List[str], Field(alias="tags")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    text: NotRequired[Annotated[str, Field(alias="text")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]
    variables: NotRequired[Annotated[JsonValue, Field(alias="variables")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]
    visibility: NotRequired[Annotated[str, Field(alias="visibility")]]

class PublicTenants(BaseModel):
    app_plan: str = Field(alias="app_plan")
    app_plan_limits: JsonValue = Field(alias="app_plan_limits")
    branding: JsonValue = Field(alias="branding")
    configuration_schema: JsonValue = Field(alias="configuration_schema")
    consent_text: Optional[str] = Field(alias="consent_text")
    consent_version: Optional[str] = Field(alias="consent_version")
    created_at: datetime.datetime = Field(alias="created_at")
    daily_token_limit: Optional[int] = Field(alias="daily_token_limit")
    deletion_grace_days: int = Field(alias="deletion_grace_days")
    encrypts_messages: bool = Field(alias="encrypts_messages")
    features: JsonValue = Field(alias="features")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    llm_model: Optional[str] = Field(alias="llm_model")
    llm_provider: Optional[str] = Field(alias="llm_provider")
    max_tokens: Optional[int] = Field(alias="max_tokens")
    name: str = Field(alias="name")
    rate_limit_per_minute: int = Field(alias="rate_limit_per_minute")
    response_cache_seconds: Optional[int] = Field(alias="response_cache_seconds")
    retention_days: Optional[int] = Field(alias="retention_days")
    search_language: str = Field(alias="search_language")
    slug: str = Field(alias="slug")
    system_prompt: Optional[str] = Field(alias="system_prompt")
    temperature: Optional[float] = Field(alias="temperature")
    tools: JsonValue = Field(alias="tools")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_daily_token_limit: Optional[int] = Field(alias="user_daily_token_limit")
    user_rate_limit_per_minute: Optional[int] = Field(alias="user_rate_limit_per_minute")

class PublicTenantsInsert(TypedDict):
    app_plan: NotRequired[Annotated[str, Field(alias="app_plan")]]
    app_plan_limits: NotRequired[Annotated[JsonValue, Field(alias="app_plan_limits")]]
    branding: NotRequired[Annotated[JsonValue, Field(alias="branding")]]
    configuration_schema: NotRequired[Annotated[JsonValue, Field(alias="configuration_schema")]]
    consent_text: NotRequired[Annotated[Optional[str], Field(alias="consent_text")]]
    consent_version: NotRequired[Annotated[Optional[str], Field(alias="consent_version")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    daily_token_limit: NotRequired[Annotated[Optional[int], Field(alias="daily_token_limit")]]
    deletion_grace_days: NotRequired[Annotated[int, Field(alias="deletion_grace_days")]]
    encrypts_messages: NotRequired[Annotated[bool, Field(alias="encrypts_messages")]]
    features: NotRequired[Annotated[JsonValue, Field(alias="features")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    llm_model: NotRequired[Annotated[Optional[str], Field(alias="llm_model")]]
    llm_provider: NotRequired[Annotated[Optional[str], Field(alias="llm_provider")]]
    max_tokens: NotRequired[Annotated[Optional[int], Field(alias="max_tokens")]]
    name: Annotated[str, Field(alias="name")]
    rate_limit_per_minute: NotRequired[Annotated[int, Field(alias="rate_limit_per_minute")]]
    response_cache_seconds: NotRequired[Annotated[Optional[int], Field(alias="response_cache_seconds")]]
    retention_days: NotRequired[Annotated[Optional[int], Field(alias="retention_days")]]
    search_language: NotRequired[Annotated[str, Field(alias="search_language")]]
    slug: Annotated[str, Field(alias="slug")]
    system_prompt: NotRequired[Annotated[Optional[str], Field(alias="system_prompt")]]
    temperature: NotRequired[Annotated[Optional[float], Field(alias="temperature")]]
    tools: NotRequired[Annotated[JsonValue, Field(alias="tools")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_daily_token_limit: NotRequired[Annotated[Optional[int], Field(alias="user_daily_token_limit")]]
    user_rate_limit_per_minute: NotRequired[Annotated[Optional[int], Field(alias="user_rate_limit_per_minute")]]

class PublicTenantsUpdate(TypedDict):
    app_plan: NotRequired[Annotated[str, Field(alias="app_plan")]]
    app_plan_limits: NotRequired[Annotated[JsonValue, Field(alias="app_plan_limits")]]
    branding: NotRequired[Annotated[JsonValue, Field(alias="branding")]]
    configuration_schema: NotRequired[Annotated[JsonValue, Field(alias="configuration_schema")]]
    consent_text: NotRequired[Annotated[Optional[str], Field(alias="consent_text")]]
    consent_version: NotRequired[Annotated[Optional[str], Field(alias="consent_version")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    daily_token_limit: NotRequired[Annotated[Optional[int], Field(alias="daily_token_limit")]]
    deletion_grace_days: NotRequired[Annotated[int, Field(alias="deletion_grace_days")]]
    encrypts_messages: NotRequired[Annotated[bool, Field(alias="encrypts_messages")]]
    features: NotRequired[Annotated[JsonValue, Field(alias="features")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    llm_model: NotRequired[Annotated[Optional[str], Field(alias="llm_model")]]
    llm_provider: NotRequired[Annotated[Optional[str], Field(alias="llm_provider")]]
    max_tokens: NotRequired[Annotated[Optional[int], Field(alias="max_tokens")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    rate_limit_per_minute: NotRequired[Annotated[int, Field(alias="rate_limit_per_minute")]]
    response_cache_seconds: NotRequired[Annotated[Optional[int], Field(alias="response_cache_seconds")]]
    retention_days: NotRequired[Annotated[Optional[int], Field(alias="retention_days")]]
    search_language: NotRequired[Annotated[str, Field(alias="search_language")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]
    system_prompt: NotRequired[Annotated[Optional[str], Field(alias="system_prompt")]]
    temperature: NotRequired[Annotated[Optional[float], Field(alias="temperature")]]
    tools: NotRequired[Annotated[JsonValue, Field(alias="tools")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_daily_token_limit: NotRequired[Annotated[Optional[int], Field(alias="user_daily_token_limit")]]
    user_rate_limit_per_minute: NotRequired[Annotated[Optional[int], Field(alias="user_rate_limit_per_minute")]]

class PublicTurns(BaseModel):
    answer_id: Optional[uuid.UUID] = Field(alias="answer_id")
    conversation_id: uuid.UUID = Field(alias="conversation_id")
    dialect: Optional[str] = Field(alias="dialect")
    error_code: Optional[str] = Field(alias="error_code")
    finish_reason: Optional[str] = Field(alias="finish_reason")
    finished_at: Optional[datetime.datetime] = Field(alias="finished_at")
    id: uuid.UUID = Field(alias="id")
    latency_ms: Optional[int] = Field(alias="latency_ms")
    provider_message_id: Optional[str] = Field(alias="provider_message_id")
    question_id: Optional[uuid.UUID] = Field(alias="question_id")
    response_id: Optional[str] = Field(alias="response_id")
    started_at: datetime.datetime = Field(alias="started_at")
    status: str = Field(alias="status")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicTurnsInsert(TypedDict):
    answer_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="answer_id")]]
    conversation_id: Annotated[uuid.UUID, Field(alias="conversation_id")]
    dialect: NotRequired[Annotated[Optional[str], Field(alias="dialect")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    finish_reason: NotRequired[Annotated[Optional[str], Field(alias="finish_reason")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    latency_ms: NotRequired[Annotated[Optional[int], Field(alias="latency_ms")]]
    provider_message_id: NotRequired[Annotated[Optional[str], Field(alias="provider_message_id")]]
    question_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="question_id")]]
    response_id: NotRequired[Annotated[Optional[str], Field(alias="response_id")]]
    started_at: NotRequired[Annotated[datetime.datetime, Field(alias="started_at")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicTurnsUpdate(TypedDict):
    answer_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="answer_id")]]
    conversation_id: NotRequired[Annotated[uuid.UUID, Field(alias="conversation_id")]]
    dialect: NotRequired[Annotated[Optional[str], Field(alias="dialect")]]
    error_code: NotRequired[Annotated[Optional[str], Field(alias="error_code")]]
    finish_reason: NotRequired[Annotated[Optional[str], Field(alias="finish_reason")]]
    finished_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="finished_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    latency_ms: NotRequired[Annotated[Optional[int], Field(alias="latency_ms")]]
    provider_message_id: NotRequired[Annotated[Optional[str], Field(alias="provider_message_id")]]
    question_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="question_id")]]
    response_id: NotRequired[Annotated[Optional[str], Field(alias="response_id")]]
    started_at: NotRequired[Annotated[datetime.datetime, Field(alias="started_at")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicUsageLedger(BaseModel):
    cached_tokens: int = Field(alias="cached_tokens")
    completion_tokens: int = Field(alias="completion_tokens")
    conversation_id: Optional[uuid.UUID] = Field(alias="conversation_id")
    cost: float = Field(alias="cost")
    created_at: datetime.datetime = Field(alias="created_at")
    day: datetime.date = Field(alias="day")
    from_cache: bool = Field(alias="from_cache")
    id: uuid.UUID = Field(alias="id")
    model: Optional[str] = Field(alias="model")
    price_id: Optional[uuid.UUID] = Field(alias="price_id")
    prompt_id: Optional[uuid.UUID] = Field(alias="prompt_id")
    prompt_tokens: int = Field(alias="prompt_tokens")
    prompt_version: Optional[int] = Field(alias="prompt_version")
    provider: Optional[str] = Field(alias="provider")
    reasoning_tokens: int = Field(alias="reasoning_tokens")
    request_count: int = Field(alias="request_count")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    tokens_estimated: bool = Field(alias="tokens_estimated")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")

class PublicUsageLedgerInsert(TypedDict):
    cached_tokens: NotRequired[Annotated[int, Field(alias="cached_tokens")]]
    completion_tokens: Annotated[int, Field(alias="completion_tokens")]
    conversation_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="conversation_id")]]
    cost: NotRequired[Annotated[float, Field(alias="cost")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    day: NotRequired[Annotated[datetime.date, Field(alias="day")]]
    from_cache: NotRequired[Annotated[bool, Field(alias="from_cache")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    model: NotRequired[Annotated[Optional[str], Field(alias="model")]]
    price_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="price_id")]]
    prompt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="prompt_id")]]
    prompt_tokens: Annotated[int, Field(alias="prompt_tokens")]
    prompt_version: NotRequired[Annotated[Optional[int], Field(alias="prompt_version")]]
    provider: NotRequired[Annotated[Optional[str], Field(alias="provider")]]
    reasoning_tokens: NotRequired[Annotated[int, Field(alias="reasoning_tokens")]]
    request_count: NotRequired[Annotated[int, Field(alias="request_count")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    tokens_estimated: NotRequired[Annotated[bool, Field(alias="tokens_estimated")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]

class PublicUsageLedgerUpdate(TypedDict):
    cached_tokens: NotRequired[Annotated[int, Field(alias="cached_tokens")]]
    completion_tokens: NotRequired[Annotated[int, Field(alias="completion_tokens")]]
    conversation_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="conversation_id")]]
    cost: NotRequired[Annotated[float, Field(alias="cost")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    day: NotRequired[Annotated[datetime.date, Field(alias="day")]]
    from_cache: NotRequired[Annotated[bool, Field(alias="from_cache")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    model: NotRequired[Annotated[Optional[str], Field(alias="model")]]
    price_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="price_id")]]
    prompt_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="prompt_id")]]
    prompt_tokens: NotRequired[Annotated[int, Field(alias="prompt_tokens")]]
    prompt_version: NotRequired[Annotated[Optional[int], Field(alias="prompt_version")]]
    provider: NotRequired[Annotated[Optional[str], Field(alias="provider")]]
    reasoning_tokens: NotRequired[Annotated[int, Field(alias="reasoning_tokens")]]
    request_count: NotRequired[Annotated[int, Field(alias="request_count")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    tokens_estimated: NotRequired[Annotated[bool, Field(alias="tokens_estimated")]]
    user_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="user_id")]]

class PublicUsageMetrics(BaseModel):
    completion_tokens: int = Field(alias="completion_tokens")
    created_at: datetime.datetime = Field(alias="created_at")
    day: datetime.date = Field(alias="day")
    estimated_cost: float = Field(alias="estimated_cost")
    prompt_tokens: int = Field(alias="prompt_tokens")
    request_count: int = Field(alias="request_count")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    total_tokens: int = Field(alias="total_tokens")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicUsageMetricsInsert(TypedDict):
    completion_tokens: NotRequired[Annotated[int, Field(alias="completion_tokens")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    day: NotRequired[Annotated[datetime.date, Field(alias="day")]]
    estimated_cost: NotRequired[Annotated[float, Field(alias="estimated_cost")]]
    prompt_tokens: NotRequired[Annotated[int, Field(alias="prompt_tokens")]]
    request_count: NotRequired[Annotated[int, Field(alias="request_count")]]
    tenant_id: Annotated[uuid.UUID, Field(alias="tenant_id")]
    total_tokens: NotRequired[Annotated[int, Field(alias="total_tokens")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: Annotated[uuid.UUID, Field(alias="user_id")]

class PublicUsageMetricsUpdate(TypedDict):
    completion_tokens: NotRequired[Annotated[int, Field(alias="completion_tokens")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    day: NotRequired[Annotated[datetime.date, Field(alias="day")]]
    estimated_cost: NotRequired[Annotated[float, Field(alias="estimated_cost")]]
    prompt_tokens: NotRequired[Annotated[int, Field(alias="prompt_tokens")]]
    request_count: NotRequired[Annotated[int, Field(alias="request_count")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    total_tokens: NotRequired[Annotated[int, Field(alias="total_tokens")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    user_id: NotRequired[Annotated[uuid.UUID, Field(alias="user_id")]]

class PublicUsers(BaseModel):
    auth_id: Optional[uuid.UUID] = Field(alias="auth_id")
    created_at: datetime.datetime = Field(alias="created_at")
    email: str = Field(alias="email")
    id: uuid.UUID = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    joined_at: Optional[datetime.datetime] = Field(alias="joined_at")
    last_active_at: Optional[datetime.datetime] = Field(alias="last_active_at")
    name: Optional[str] = Field(alias="name")
    preferences: JsonValue = Field(alias="preferences")
    role: str = Field(alias="role")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicUsersInsert(TypedDict):
    auth_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="auth_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    email: Annotated[str, Field(alias="email")]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    joined_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="joined_at")]]
    last_active_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="last_active_at")]]
    name: NotRequired[Annotated[Optional[str], Field(alias="name")]]
    preferences: NotRequired[Annotated[JsonValue, Field(alias="preferences")]]
    role: NotRequired[Annotated[str, Field(alias="role")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicUsersUpdate(TypedDict):
    auth_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="auth_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    email: NotRequired[Annotated[str, Field(alias="email")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    joined_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="joined_at")]]
    last_active_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="last_active_at")]]
    name: NotRequired[Annotated[Optional[str], Field(alias="name")]]
    preferences: NotRequired[Annotated[JsonValue, Field(alias="preferences")]]
    role: NotRequired[Annotated[str, Field(alias="role")]]
    tenant_id: NotRequired[Annotated[uuid.UUID, Field(alias="tenant_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicConfigurationSessions(BaseModel):
    context_type: Optional[str] = Field(alias="context_type")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    newest_message: Optional[JsonValue] = Field(alias="newest_message")
    project_id: Optional[uuid.UUID] = Field(alias="project_id")
    project_name: Optional[str] = Field(alias="project_name")
    project_slug: Optional[str] = Field(alias="project_slug")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    title: str = Field(alias="title")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicConversationOverview(BaseModel):
    client_id: Optional[str] = Field(alias="client_id")
    context_type: Optional[str] = Field(alias="context_type")
    cost: Optional[float] = Field(alias="cost")
    created_at: datetime.datetime = Field(alias="created_at")
    deleted_at: Optional[datetime.datetime] = Field(alias="deleted_at")
    head_id: Optional[uuid.UUID] = Field(alias="head_id")
    id: uuid.UUID = Field(alias="id")
    is_archived: bool = Field(alias="is_archived")
    last_message_at: Optional[datetime.datetime] = Field(alias="last_message_at")
    message_count: Optional[int] = Field(alias="message_count")
    metadata: JsonValue = Field(alias="metadata")
    model: Optional[str] = Field(alias="model")
    project_id: Optional[uuid.UUID] = Field(alias="project_id")
    prompt_id: Optional[uuid.UUID] = Field(alias="prompt_id")
    prompt_text: Optional[str] = Field(alias="prompt_text")
    prompt_values: Optional[JsonValue] = Field(alias="prompt_values")
    prompt_version: Optional[int] = Field(alias="prompt_version")
    provider: Optional[str] = Field(alias="provider")
    restorable_until: Optional[datetime.datetime] = Field(alias="restorable_until")
    status: str = Field(alias="status")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    title: str = Field(alias="title")
    titled_by: str = Field(alias="titled_by")
    total_tokens: Optional[int] = Field(alias="total_tokens")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicConversationShareViews(BaseModel):
    conversation_id: uuid.UUID = Field(alias="conversation_id")
    last_viewed_at: Optional[datetime.datetime] = Field(alias="last_viewed_at")
    share_id: uuid.UUID = Field(alias="share_id")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    user_id: uuid.UUID = Field(alias="user_id")
    views: Optional[int] = Field(alias="views")

class PublicCurrentDayUsage(BaseModel):
    completion_tokens: int = Field(alias="completion_tokens")
    day: datetime.date = Field(alias="day")
    estimated_cost: float = Field(alias="estimated_cost")
    prompt_tokens: int = Field(alias="prompt_tokens")
    request_count: int = Field(alias="request_count")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    total_tokens: int = Field(alias="total_tokens")
    updated_at: datetime.datetime = Field(alias="updated_at")
    user_id: uuid.UUID = Field(alias="user_id")

class PublicFeedbackByModel(BaseModel):
    comment_count: Optional[int] = Field(alias="comment_count")
    model: Optional[str] = Field(alias="model")
    month: Optional[datetime.date] = Field(alias="month")
    negative_count: Optional[int] = Field(alias="negative_count")
    positive_count: Optional[int] = Field(alias="positive_count")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")

class PublicFeedbackByPrompt(BaseModel):
    comment_count: Optional[int] = Field(alias="comment_count")
    month: Optional[datetime.date] = Field(alias="month")
    negative_count: Optional[int] = Field(alias="negative_count")
    positive_count: Optional[int] = Field(alias="positive_count")
    prompt_id: Optional[uuid.UUID] = Field(alias="prompt_id")
    prompt_version: Optional[int] = Field(alias="prompt_version")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")

class PublicMessageFeedbackSummary(BaseModel):
    comment_count: Optional[int] = Field(alias="comment_count")
    feedback_count: Optional[int] = Field(alias="feedback_count")
    last_feedback_at: Optional[datetime.datetime] = Field(alias="last_feedback_at")
    message_id: uuid.UUID = Field(alias="message_id")
    negative_count: Optional[int] = Field(alias="negative_count")
    positive_count: Optional[int] = Field(alias="positive_count")
    refreshed_at: Optional[datetime.datetime] = Field(alias="refreshed_at")
    tenant_id: uuid.UUID = Field(alias="tenant_id")

class PublicMonthlyUsageSummary(BaseModel):
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    estimated_cost: Optional[float] = Field(alias="estimated_cost")
    month: Optional[datetime.date] = Field(alias="month")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    refreshed_at: Optional[datetime.datetime] = Field(alias="refreshed_at")
    request_count: Optional[int] = Field(alias="request_count")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")

class PublicMyInvitations(BaseModel):
    invited_at: Optional[datetime.datetime] = Field(alias="invited_at")
    role: Optional[str] = Field(alias="role")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    tenant_name: Optional[str] = Field(alias="tenant_name")

class PublicPromptUsage(BaseModel):
    prompt_id: Optional[uuid.UUID] = Field(alias="prompt_id")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    uses: Optional[int] = Field(alias="uses")
    version: Optional[int] = Field(alias="version")

class PublicUsageByConversation(BaseModel):
    cached_requests: Optional[int] = Field(alias="cached_requests")
    cached_tokens: Optional[int] = Field(alias="cached_tokens")
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    conversation_id: Optional[uuid.UUID] = Field(alias="conversation_id")
    cost: Optional[float] = Field(alias="cost")
    estimated_requests: Optional[int] = Field(alias="estimated_requests")
    last_used_at: Optional[datetime.datetime] = Field(alias="last_used_at")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    reasoning_tokens: Optional[int] = Field(alias="reasoning_tokens")
    requests: Optional[int] = Field(alias="requests")
    tenant_id: uuid.UUID = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")

class PublicUsageByDay(BaseModel):
    cached_requests: Optional[int] = Field(alias="cached_requests")
    cached_tokens: Optional[int] = Field(alias="cached_tokens")
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    cost: Optional[float] = Field(alias="cost")
    day: Optional[datetime.date] = Field(alias="day")
    estimated_requests: Optional[int] = Field(alias="estimated_requests")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    reasoning_tokens: Optional[int] = Field(alias="reasoning_tokens")
    requests: Optional[int] = Field(alias="requests")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")

class PublicUsageByModel(BaseModel):
    cached_requests: Optional[int] = Field(alias="cached_requests")
    cached_tokens: Optional[int] = Field(alias="cached_tokens")
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    cost: Optional[float] = Field(alias="cost")
    day: Optional[datetime.date] = Field(alias="day")
    estimated_requests: Optional[int] = Field(alias="estimated_requests")
    model: Optional[str] = Field(alias="model")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    provider: Optional[str] = Field(alias="provider")
    reasoning_tokens: Optional[int] = Field(alias="reasoning_tokens")
    requests: Optional[int] = Field(alias="requests")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")

class PublicUsageByMonth(BaseModel):
    cached_requests: Optional[int] = Field(alias="cached_requests")
    cached_tokens: Optional[int] = Field(alias="cached_tokens")
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    cost: Optional[float] = Field(alias="cost")
    estimated_requests: Optional[int] = Field(alias="estimated_requests")
    month: Optional[datetime.date] = Field(alias="month")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    reasoning_tokens: Optional[int] = Field(alias="reasoning_tokens")
    requests: Optional[int] = Field(alias="requests")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")

class PublicUsageByPerson(BaseModel):
    cached_requests: Optional[int] = Field(alias="cached_requests")
    cached_tokens: Optional[int] = Field(alias="cached_tokens")
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    cost: Optional[float] = Field(alias="cost")
    day: Optional[datetime.date] = Field(alias="day")
    estimated_requests: Optional[int] = Field(alias="estimated_requests")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    reasoning_tokens: Optional[int] = Field(alias="reasoning_tokens")
    requests: Optional[int] = Field(alias="requests")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")

class PublicUsageByPrompt(BaseModel):
    cached_requests: Optional[int] = Field(alias="cached_requests")
    cached_tokens: Optional[int] = Field(alias="cached_tokens")
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    cost: Optional[float] = Field(alias="cost")
    day: Optional[datetime.date] = Field(alias="day")
    estimated_requests: Optional[int] = Field(alias="estimated_requests")
    prompt_id: Optional[uuid.UUID] = Field(alias="prompt_id")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    prompt_version: Optional[int] = Field(alias="prompt_version")
    reasoning_tokens: Optional[int] = Field(alias="reasoning_tokens")
    requests: Optional[int] = Field(alias="requests")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")

class PublicUsageDetails(BaseModel):
    cached_requests: Optional[int] = Field(alias="cached_requests")
    cached_tokens: Optional[int] = Field(alias="cached_tokens")
    completion_tokens: Optional[int] = Field(alias="completion_tokens")
    cost: Optional[float] = Field(alias="cost")
    day: Optional[datetime.date] = Field(alias="day")
    estimated_requests: Optional[int] = Field(alias="estimated_requests")
    model: Optional[str] = Field(alias="model")
    prompt_id: Optional[uuid.UUID] = Field(alias="prompt_id")
    prompt_tokens: Optional[int] = Field(alias="prompt_tokens")
    prompt_version: Optional[int] = Field(alias="prompt_version")
    provider: Optional[str] = Field(alias="provider")
    reasoning_tokens: Optional[int] = Field(alias="reasoning_tokens")
    requests: Optional[int] = Field(alias="requests")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    total_tokens: Optional[int] = Field(alias="total_tokens")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")

class PublicUsageForecast(BaseModel):
    cost_this_month: Optional[float] = Field(alias="cost_this_month")
    cost_today: Optional[float] = Field(alias="cost_today")
    daily_limit: Optional[int] = Field(alias="daily_limit")
    expected_cost_this_month: Optional[float] = Field(alias="expected_cost_this_month")
    expected_cost_today: Optional[float] = Field(alias="expected_cost_today")
    expected_tokens_this_month: Optional[int] = Field(alias="expected_tokens_this_month")
    expected_tokens_today: Optional[int] = Field(alias="expected_tokens_today")
    limit_reached_at: Optional[datetime.datetime] = Field(alias="limit_reached_at")
    scope: Optional[str] = Field(alias="scope")
    share_used: Optional[float] = Field(alias="share_used")
    tenant_id: Optional[uuid.UUID] = Field(alias="tenant_id")
    tokens_this_month: Optional[int] = Field(alias="tokens_this_month")
    tokens_today: Optional[int] = Field(alias="tokens_today")
    user_id: Optional[uuid.UUID] = Field(alias="user_id")
