"""The people of the benchmarks: 64 in one tenant, and 64 in a tenant each, with nothing limited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tests.world import Database, token

SIZE: Final = 64

TENANTS: Final = """
insert into public.tenants (name, slug, rate_limit_per_minute)
select 'Bench ' || number, 'bench-' || number, 1000000
from generate_series(0, $1::integer) as number
"""

PEOPLE: Final = """
with accounts as (
    insert into auth.users (id) select gen_random_uuid() from generate_series(1, $2::integer) returning id
), numbered as (
    select id, row_number() over () as number from accounts
), people as (
    insert into public.users (tenant_id, auth_id, email)
    select t.id, n.id, n.id || '@bench.example'
    from numbered as n
    inner join public.tenants as t on t.slug = 'bench-' || case when $1::boolean then 0 else n.number end
    returning tenant_id, id, auth_id
), begun as (
    insert into public.conversations (tenant_id, user_id, title)
    select tenant_id, id, 'Bench' from people
    returning tenant_id, user_id, id
)
select p.tenant_id, p.id, p.auth_id, b.id as conversation_id
from people as p
inner join begun as b on p.tenant_id = b.tenant_id and p.id = b.user_id
"""


@dataclass(frozen=True)
class Person:
    """Somebody who asks, and a conversation of theirs."""

    tenant_id: UUID
    user_id: UUID
    auth_id: UUID
    conversation_id: UUID

    @property
    def claims(self) -> str:
        """The claims as the worker hands them on."""
        return json.dumps({"sub": str(self.auth_id), "role": "authenticated"})

    @property
    def bearer(self) -> str:
        """The value of an Authorization header."""
        return f"Bearer {token(self.auth_id)}"


@dataclass(frozen=True)
class Crowd:
    """Everybody."""

    in_one_tenant: Sequence[Person]
    in_many: Sequence[Person]

    @property
    def tenancies(self) -> dict[str, Sequence[Person]]:
        """The two groups by what tables call them."""
        return {"a tenant each": self.in_many, "one tenant": self.in_one_tenant}


async def gather_crowd(database: Database) -> Crowd:
    """Add them to a database that has the schema and nothing else."""
    await database.fetch(TENANTS, SIZE, role="supabase_admin")
    in_one, in_many = [
        [Person(*row) for row in await database.fetch(PEOPLE, in_one, SIZE, role="supabase_admin")]
        for in_one in (True, False)
    ]
    return Crowd(in_one, in_many)
