"""The SQL that makes a cluster look like a hosted Supabase project, and that reads back what is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

HOSTED_SHAPE = Path(__file__).with_name("hosted_shape.sql")
LITE_ROLE = Path(__file__).with_name("lite_role.sql")
PLAIN_POSTGRES = Path(__file__).parents[2] / "sql" / "plain_postgres.sql"
APPS_SERVER = PLAIN_POSTGRES.with_name("apps_server.sql")

ALLOW_LOGIN = "select format('alter role %I with login password %L', $1::text, $2::text)"
AUTH_TABLES_EXIST = "select to_regclass('auth.users') is not null"
HAS_TENANTS = "select exists (select from public.tenants)"
DEMO_SIGN_INS = """
select users.email, users.role, tenants.name as tenant
from public.users
join public.tenants on tenants.id = users.tenant_id
join auth.users as sign_in on sign_in.id = users.auth_id
where users.is_active and tenants.is_active and users.email like '%.test'
order by tenants.created_at, tenants.name, users.role, users.email
"""


@dataclass(frozen=True)
class SignIn:
    """A demo person who can sign in."""

    email: str
    role: str
    tenant: str


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[Any]:
    """A connection that is closed in the end."""
    link = await asyncpg.connect(url, ssl=False, timeout=30)
    try:
        yield link
    finally:
        await link.close(timeout=10)


async def make_hosted(superuser_url: str, owner_password: str, lite_password: str) -> bool:
    """Roles, owners and grants as on hosted Supabase; True when the Auth server has made its tables."""
    async with connection(superuser_url) as link:
        await link.execute(HOSTED_SHAPE.read_text())
        await link.execute(LITE_ROLE.read_text())
        for role, password in (("postgres", owner_password), ("supabase_lite", lite_password)):
            await link.execute(await link.fetchval(ALLOW_LOGIN, role, password))
        return bool(await link.fetchval(AUTH_TABLES_EXIST))


async def complete_auth(superuser_url: str) -> None:
    """What Supabase Lite lacks of schema auth; needed after each of its starts, which put its own back."""
    async with connection(superuser_url) as link:
        await link.execute(PLAIN_POSTGRES.read_text())
        await link.execute(LITE_ROLE.read_text())


async def set_password(owner_url: str, role: str, password: str) -> None:
    """Let a role log in with a password."""
    async with connection(owner_url) as link:
        await link.execute(await link.fetchval(ALLOW_LOGIN, role, password))


async def serve_apps(superuser_url: str, password: str) -> None:
    """Let `palaver_provisioner` make databases for apps here; needed after the migrations, which make a login."""
    async with connection(superuser_url) as link:
        await link.execute(APPS_SERVER.read_text())
        await link.execute(await link.fetchval(ALLOW_LOGIN, "palaver_provisioner", password))


async def has_tenants(owner_url: str) -> bool:
    """Whether anybody lives in this database yet."""
    async with connection(owner_url) as link:
        return bool(await link.fetchval(HAS_TENANTS))


async def demo_sign_ins(owner_url: str) -> list[SignIn]:
    """The demo people, who alone have addresses under .test, which is reserved (RFC 2606)."""
    async with connection(owner_url) as link:
        return [SignIn(*row) for row in await link.fetch(DEMO_SIGN_INS)]
