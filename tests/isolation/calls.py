"""Calls of every function, as everybody, with ids of one's own, a colleague's, another tenant's and nobody's.

Whoever may call a function learns nothing from it of rows that they may not see: with another tenant's id in it a
call answers word for word as with an id that nobody has, and changes no row of others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import asyncpg

from tests.isolation import catalog
from tests.isolation.cells import NO_GRANT, Cell, Sight, outcome
from tests.isolation.intent import AUDIENCES, Intent
from tests.isolation.world import IDS, Actor

CALLED: Final = "called"
UNLIMITED: Final = ("service", "definer")
"""Who sees the rows of all tenants, and so is told of them by what runs with their rights."""
BESIDE_CLAIMS: Final = ("private.tenant_key(uuid, uuid)",)
"""What answers the worker for any tenant, as sql/isolation_channels.md says, whoever its claims name."""
OWN: Final = {"prompts": " and visibility <> 'public'"}
"""Of tables whose rows other tenants may see, those that they may not."""
OWNERS: Final = {
    "projects": "owner_id",
    "generated_apps": "owner_id",
    "app_operations": "requested_by",
    "app_changes": "requested_by",
    "app_backups": "null::uuid",
    "app_databases": "null::uuid",
}
"""Columns that say whose a row is, where that is not user_id."""
NOWHERE: Final = IDS["nowhere"]
TABLES: Final = {
    "tenant": "tenants",
    "user": "users",
    "conversation": "conversations",
    "message": "messages",
    "turn": "turns",
    "prompt": "prompts",
    "share": "conversation_shares",
    "project": "projects",
    "suggestion": "configuration_suggestions",
    "app": "generated_apps",
    "database": "app_databases",
    "operation": "app_operations",
    "change": "app_changes",
    "backup": "app_backups",
}
"""What an argument named p_<kind>_id means."""
PLAIN: Final = {
    "text": "'prune_job_runs'",
    "integer": "60",
    "bigint": "1",
    "numeric": "0",
    "boolean": "false",
    "date": "'2024-05-01'",
    "jsonb": "'[]'",
    "text[]": "'{person}'",
    "timestamp with time zone": "now()",
}
"""A value that a function accepts for an argument of each other type."""
PRIVATE: Final = (
    *("allowances", "open_turns", "turn_pieces", "idempotency_keys", "cached_responses", "tenant_keys"),
    *("share_secrets", "share_views", "app_credentials"),
)
"""Tables of tenants that only functions reach."""

REQUESTS: Final = (
    '"conversation_id": {conversation}',
    '"conversation_id": {own conversation}, "replaces": {message}',
    '"conversation_id": {own conversation}, "regenerates": {message}',
    '"conversation_id": {own conversation}, "regenerates": {turn}',
    '"chat": {conversation}, "regenerates": ""',
)
"""What a turn may be asked of, in the words of private.begin_turn()."""


async def build(owner: asyncpg.Connection, intent: Intent, actors: Sequence[Actor]) -> list[Cell]:
    """The cells of every function that is both there and declared."""
    known = {name: f for name, f in (await catalog.functions(owner)).items() if name in intent.functions}
    # Whoever may not use the schema cannot name its functions, and reaches them through others only.
    within = {schema.name.rpartition(" ")[2]: schema.audiences for schema in intent.schemas if "usage" in schema.name}
    named = {name: within["private"] if name.startswith("private.") else AUDIENCES for name in known}
    ids = await _ids(owner)
    looked = {rival: tuple(_sights(rival)) for rival in {actor.stranger for actor in actors}}
    cells = []
    for (name, function), actor in itertools.product(known.items(), actors):
        if actor.role == function.runs_as:
            continue
        allowed = all(actor.audience in audiences for audiences in (intent.functions[name].audiences, named[name]))
        if function.is_trigger:
            sql = f"select 1 / has_function_privilege({function.oid}, 'execute')::int"
            cells.append(Cell(actor, name, "hang", "trigger", sql, "22012"))
            continue
        rival = actor.stranger
        for arguments in _arguments(function, actor, ids, rival) if allowed else [_plain(function, actor)]:
            sql = f"select * from {function.called}({', '.join(arguments)})"
            like = sql
            for stranger in set(ids[rival].values()) - {"null"}:
                like = like.replace(stranger.strip("'"), NOWHERE)
            strange = like != sql and actor.audience not in UNLIMITED
            verdict = CALLED if allowed else NO_GRANT
            compared = like if strange and name not in BESIDE_CLAIMS else ""
            cells.append(Cell(actor, name, "execute", "call", sql, verdict, looked[rival] if strange else (), compared))
    return cells


def _sights(tenant: str) -> Iterator[Sight]:
    """The rows of a tenant."""
    for table in (*TABLES.values(), "feedback", "usage_metrics", "usage_ledger"):
        column = "id" if table == "tenants" else "tenant_id"
        yield Sight(f"public.{table}", f"select {table}::text from public.{table} where {column} = '{tenant}'")
    for table in PRIVATE:
        yield Sight(f"private.{table}", f"select {table}::text from private.{table} where tenant_id = '{tenant}'")


async def _ids(owner: asyncpg.Connection) -> dict[str, dict[str, str]]:
    """By person and by tenant, an id of each kind."""
    found: dict[str, dict[str, str]] = {NOWHERE: dict.fromkeys(TABLES, "null")}
    for kind, table in TABLES.items():
        person = "id" if kind == "user" else "null::uuid" if kind == "tenant" else OWNERS.get(table, "user_id")
        tenant = "id" if kind == "tenant" else "tenant_id"
        for row in await owner.fetch(
            f"select id, {tenant} as tenant, {person} as person from public.{table}"
            f" where true{OWN.get(table, '')} order by id desc"
        ):
            for whose in (row["tenant"], row["person"]):
                if whose:
                    found.setdefault(str(whose), {})[kind] = f"'{row['id']}'"
    for person, tenant in await owner.fetch("select id, tenant_id from public.users"):
        found[str(person)]["tenant"] = f"'{tenant}'"
    return found


async def strangers(owner: asyncpg.Connection, tenant_id: str) -> list[str]:
    """What only that tenant's rows hold: ids and the marker."""
    found = {
        str(row[0])
        for table in (*TABLES.values(), "feedback")
        for row in await owner.fetch(
            f"select id from public.{table}"
            f" where {'id' if table == 'tenants' else 'tenant_id'}::text = $1{OWN.get(table, '')}",
            tenant_id,
        )
    }
    slug = await owner.fetchval("select slug from public.tenants where id::text = $1", tenant_id)
    return [*sorted(found), slug.partition("-")[2]]


def _arguments(
    function: catalog.Function, actor: Actor, ids: dict[str, dict[str, str]], rival: str
) -> Iterator[tuple[str, ...]]:
    own = ids.get(actor.person or NOWHERE, {})
    colleague = ids[IDS["ada"] if actor.person == IDS["ben"] else IDS["ben"]] if actor.tenant == IDS["acme"] else {}
    pools = []
    for plain, (name, kind) in zip(_plain(function, actor), function.arguments, strict=True):
        of_conversation = name == "p_chat" or (name == "p_id" and "_conversation" in function.called)
        thing = "conversation" if of_conversation else name.removeprefix("p_").removesuffix("_id")
        whose = (own, colleague, ids[rival], dict.fromkeys(TABLES, f"'{NOWHERE}'"))
        if name == "p_request":
            pools.append([_request(form, own, of) for form in REQUESTS for of in whose])
        elif kind == "uuid" or name == "p_chat":
            pools.append(list(dict.fromkeys([*(of.get(thing, "null") for of in whose), f"'{NOWHERE}'", "null"])))
        else:
            pools.append([plain])
    yield from itertools.product(*pools)


def _request(form: str, own: dict[str, str], of: dict[str, str]) -> str:
    for thing in TABLES:
        form = form.replace(f"{{{thing}}}", of.get(thing, "null").replace("'", '"'))
    form = form.replace("{own conversation}", own.get("conversation", "null").replace("'", '"'))
    return f"""'{{"dialect": "ui", "messages": [{{"role": "user", "content": "Hi"}}], {form}}}'"""


def _plain(function: catalog.Function, actor: Actor) -> tuple[str, ...]:
    claims = f"$claims${actor.claims or '{}'}$claims$"
    # Selected, since a call of constants alone is carried out where a plan is made, and a plan that is kept asks no
    # more who may call.
    return tuple(
        claims if name == "p_claims" else f"(select {PLAIN.get(kind, 'null')}::{kind})"
        for name, kind in function.arguments
    )


async def get(link: asyncpg.Connection, cell: Cell, strangers: Sequence[str]) -> tuple[str, str]:
    """What comes of a call, and everything that can be read from its answer."""
    try:
        # In the role's own words: a statement that is kept was parsed with the rights of whoever said it first.
        rows = await link.fetch(f"{cell.sql} -- {cell.actor.role}")
    except asyncpg.PostgresError as error:
        refused = (
            "permission denied for schema",
            f"permission denied for function {cell.target.partition('(')[0].partition('.')[2]}",
        )
        if outcome(error) == NO_GRANT and str(error).startswith(refused):
            return NO_GRANT, ""
        return CALLED, f"{error.sqlstate} {error} {error.detail} {error.hint} {error.constraint_name}"
    said = str(rows)
    told = [stranger for stranger in strangers if stranger in said and stranger not in cell.sql]
    return (f"tells of {told[0]}" if told else CALLED), said
