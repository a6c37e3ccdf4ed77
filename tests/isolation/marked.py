"""Each tenant's marker in every text of that tenant, so that a text which strays can be told wherever it turns up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg

MARKED: Final = {
    "tenants": (
        *("name", "slug", "llm_model", "system_prompt", "features", "tools", "consent_text", "branding"),
        "configuration_schema",
    ),
    "users": ("email", "name", "preferences"),
    "conversations": ("title", "metadata", "client_id", "prompt_text", "prompt_values"),
    "prompts": ("name", "description", "text", "variables", "category", "tags"),
    "prompt_versions": ("text", "variables"),
    "projects": (
        *("slug", "name", "description", "configuration", "yaml", "yaml_file", "secret_paths"),
        *("synced_configuration", "synced_yaml"),
    ),
    "configuration_suggestions": ("title", "explanation", "changes", "suspects", "reason", "patch", "inverse"),
    "messages": ("content", "parts", "client_id", "model_used", "provider_message_id", "metadata"),
    "feedback": ("comment",),
    "usage_ledger": ("provider", "model"),
    "project_revisions": ("configuration", "yaml", "user_name"),
    "legal_holds": ("reason",),
    "turns": ("response_id", "finish_reason", "provider_message_id", "error_code"),
    "documentation_sections": ("file", "anchor", "heading", "breadcrumb", "content"),
    "audit_log": ("before", "after", "request_id"),
    "generated_apps": ("name", "description"),
    "generated_app_files": ("path", "content"),
    "app_revisions": ("schema", "report"),
    "app_databases": ("host", "server_version", "receipt", "usage", "error_code", "error_detail"),
    "app_operations": ("arguments", "step", "progress", "idempotency_key", "result", "error_code", "error_detail"),
    "app_changes": ("choices", "steps", "drift", "possible_renames", "ran", "error_code", "error_detail"),
    "app_backups": ("label", "server_version", "tables", "error_code", "error_detail"),
}
"""Columns that take a marker, by table of schema public."""

PRIVATE: Final = {
    "open_turns": ("provider", "model"),
    "turn_pieces": ("pieces",),
    "idempotency_keys": ("key",),
    "cached_responses": ("content", "provider", "model"),
}
"""And by table of schema private."""

UNMARKED: Final = {
    "tenants": ("llm_provider", "search_language", "consent_version", "app_plan", "app_plan_limits"),
    "users": ("role",),
    "conversations": ("titled_by", "status", "context_type"),
    "project_revisions": ("side", "cause"),
    "project_members": ("access",),
    "configuration_suggestions": ("type", "status", "applied_changes"),
    "prompts": ("visibility",),
    "messages": ("role",),
    "turns": ("status", "dialect"),
    "consents": ("version", "text_hash"),
    "audit_log": ("actor_role", "action", "object"),
    "app_plans": ("name",),
    "app_revisions": ("source_digest", "schema_digest"),
    "app_databases": ("environment", "state", "database_name", "role_name", "size_state"),
    "app_operations": ("kind", "state", "lease_owner"),
    "app_changes": ("state", "digest", "catalog_digest", "confirmed_steps"),
    "app_backups": ("kind", "state", "file", "sha256"),
}
"""Columns of text whose values come from a fixed list."""


ARRAYS: Final = {
    "tags": "$1::text",
    "breadcrumb": "$1::text",
    "secret_paths": "$1::text",
    "tools": "jsonb_build_object('type', 'function', 'function', jsonb_build_object('name', $1::text))",
    "parts": "jsonb_build_object('type', 'text', 'text', $1::text)",
    "pieces": "$1::text",
    "progress": "jsonb_build_object('step', $1::text)",
    "steps": "jsonb_build_object('number', 1, 'kind', 'additive', 'subject', $1::text)",
    "drift": "jsonb_build_object('subject', $1::text)",
    "possible_renames": "jsonb_build_object('from', $1::text)",
    "ran": "jsonb_build_object('number', $1::text)",
    "suspects": "jsonb_build_object('change', 1, 'reason', 'free_text', 'sources', jsonb_build_array($1::text))",
    "patch": "jsonb_build_object('op', 'test', 'path', '/mark', 'value', $1::text)",
    "inverse": "jsonb_build_object('op', 'test', 'path', '/mark', 'value', $1::text)",
}
"""What an array takes, so that it stays one that the worker can read."""


def marker(slug: str) -> str:
    """The marker of the tenant with this slug: lower case letters and digits, fit for slugs and e-mail addresses."""
    return f"mark{slug}x7q"


async def mark(owner: asyncpg.Connection) -> None:
    """Put each tenant's marker in every text of that tenant; `owner` is exempt from Row Level Security."""
    slugs = {row["id"]: row["slug"] for row in await owner.fetch("select id, slug from public.tenants")}
    for schema, tables in (("public", MARKED), ("private", PRIVATE)):
        for table, columns in tables.items():
            await _mark(owner, f"{schema}.{table}", columns, slugs)


async def _mark(owner: asyncpg.Connection, table: str, columns: Sequence[str], slugs: Mapping[UUID, str]) -> None:
    rows = await owner.fetch(
        "select attname::text as name, atttypid::regtype::text as type from pg_attribute"
        " where attrelid = $1::text::regclass and attnum > 0",
        table,
    )
    types = {row["name"]: row["type"] for row in rows}
    changes = ", ".join(f"{column} = {_marked(column, types[column])}" for column in columns)
    key = "id" if table == "public.tenants" else "tenant_id"
    for tenant_id, slug in slugs.items():
        await owner.execute(f"update {table} set {changes} where {key} = $2", marker(slug), tenant_id)


def _marked(column: str, kind: str) -> str:
    if column.startswith("prompt_"):
        # Of conversations: these are set together, or none of them is.
        changed = "prompt_text || $1::text" if kind == "text" else f"{column} || jsonb_build_object('mark', $1::text)"
        return f"case when {column} is not null then {changed} end"
    if column == "variables":
        # Of prompts: those that the text has, and no others.
        one = "variable || jsonb_build_object('description', $1::text)"
        return (
            f"(select coalesce(jsonb_object_agg(name, {one}), '{{}}') from jsonb_each(variables) as v (name, variable))"
        )
    if column == "configuration_schema":
        # Of tenants: a word of JSON Schema that says nothing.
        return f"{column} || jsonb_build_object('description', $1::text)"
    if column == "changes":
        # Of suggestions: what they would put there, so that they can be accepted still.
        return f"jsonb_set({column}, '{{0,after}}', to_jsonb($1::text))"
    if kind == "text[]":
        return f"array_append({column}, {ARRAYS[column]})"
    if column in ARRAYS:
        return f"{column} || jsonb_build_array({ARRAYS[column]})"
    if column == "yaml":
        # Of revisions: one of the other side has none.
        return "yaml || ' # ' || $1::text"
    if column in ("client_id", "response_id"):
        # No id is no id, and the same of every row would not be unique.
        return f"{column} || ' ' || $1::text"
    if kind == "jsonb":
        return f"{column} || jsonb_build_object('mark', $1::text)"
    if column == "slug":
        return "slug || '-' || $1::text"
    if column == "email":
        return "replace(email, '@', '@' || $1::text || '.')"
    return f"concat_ws(' ', {column}, $1::text)"
