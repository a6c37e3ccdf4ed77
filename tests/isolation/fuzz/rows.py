"""What is in the tables, apart from what a caller may change."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

import asyncpg

from tests.isolation.fuzz.people import Caller

_TABLES: Final = """
    select format('%I.%I', n.nspname, c.relname) as name, array_agg(a.attname::text) as columns
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'private')
    group by n.nspname, c.relname having c.relname = 'tenants' or 'tenant_id' = any (array_agg(a.attname::text))
"""

_DECIDED: Final = frozenset(
    f"public.{name}" for name in ("projects", "project_revisions", "configuration_suggestions", "audit_log")
)
"""What a decision on a suggestion changes; whoever may take one is the matrix's to show."""

_UNDER_WAY: Final = """
    select count(*)
    from private.open_turns as o
    inner join private.workers as w on w.id = o.worker_id
    where w.seen_at < 'infinity'
"""


async def rows_besides(owner: asyncpg.Connection, caller: Caller) -> dict[str, str]:
    """A digest of each table's rows that a caller's requests must leave as they are.

    That is all of them, but for the questions, answers and usage of somebody who may ask, and their tenant's limits,
    which are those of the nil person.
    """
    # What the callers before have asked and left goes on, and a title follows an answer, after a moment.
    async with asyncio.timeout(30):
        quiet = 0
        while quiet < 2:
            quiet = 0 if await owner.fetchval(_UNDER_WAY) else quiet + 1
            await asyncio.sleep(0.05)
    person = None
    if caller.auth_id is not None:
        person = await owner.fetchrow("select tenant_id, id from public.users where auth_id = $1", caller.auth_id)
    digests = {}
    for table in await owner.fetch(_TABLES):
        own = "false"
        # Whoever may not ask may still stop what they asked before, and decide on what was suggested.
        decided = caller.tenant is not None and table["name"] in _DECIDED
        may = caller.asks or decided or table["name"] == "private.open_turns"
        if person is not None and may and "tenant_id" in table["columns"]:
            own = f"tenant_id = '{person['tenant_id']}'"
            whose = "id" if table["name"] == "public.users" else "user_id"
            if whose in table["columns"] and not decided:
                own += f" and {whose} in ('{person['id']}', '{UUID(int=0)}')"
        digests[table["name"]] = await owner.fetchval(
            f"select md5(coalesce(string_agg(r::text, e'\\n' order by r::text), ''))"
            f" from {table['name']} as r where not ({own})"
        )
    return digests
