"""Each tenant's marker in every text of that tenant, so that a text which strays can be told wherever it turns up."""

from __future__ import annotations

from typing import Final

import asyncpg

MARKED: Final = {
    "tenants": ("name", "slug", "llm_model", "system_prompt", "features", "branding"),
    "users": ("email", "name", "preferences"),
    "conversations": ("title", "metadata"),
    "messages": ("content", "model_used", "provider_message_id", "metadata"),
    "feedback": ("comment",),
    "turns": ("provider", "model", "finish_reason", "provider_message_id", "error_code"),
}
"""Columns that take a marker, by table of schema public."""

UNMARKED: Final = {
    "tenants": ("llm_provider",),
    "users": ("role",),
    "messages": ("role",),
    "turns": ("status",),
}
"""Columns of text whose values come from a fixed list."""


def marker(slug: str) -> str:
    """The marker of the tenant with this slug: lower case letters and digits, fit for slugs and e-mail addresses."""
    return f"mark{slug}x7q"


async def mark(owner: asyncpg.Connection) -> None:
    """Put each tenant's marker in every text of that tenant; `owner` is exempt from Row Level Security."""
    slugs = {row["id"]: row["slug"] for row in await owner.fetch("select id, slug from public.tenants")}
    for table, columns in MARKED.items():
        rows = await owner.fetch(
            "select attname::text as name, atttypid::regtype::text as type from pg_attribute"
            " where attrelid = $1::text::regclass and attnum > 0",
            f"public.{table}",
        )
        types = {row["name"]: row["type"] for row in rows}
        changes = ", ".join(f"{column} = {_marked(column, types[column])}" for column in columns)
        key = "id" if table == "tenants" else "tenant_id"
        for tenant_id, slug in slugs.items():
            await owner.execute(f"update public.{table} set {changes} where {key} = $2", marker(slug), tenant_id)


def _marked(column: str, kind: str) -> str:
    if kind == "jsonb":
        return f"{column} || jsonb_build_object('mark', $1::text)"
    if column == "slug":
        return "slug || '-' || $1::text"
    if column == "email":
        return "replace(email, '@', '@' || $1::text || '.')"
    return f"concat_ws(' ', {column}, $1::text)"
