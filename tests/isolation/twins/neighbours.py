"""The neighbours in the right world: what they are, and what they do between Acme's operations.

What is let in by design is left out: an invitation to the address of one of Acme's people is shown to that person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Final

import asyncpg

from tests.isolation.twins.people import ACCOUNTS, FIXED

OURS: Final = Path(__file__).with_name("ours.sql")
CHANGES: Final = Path(__file__).with_name("changes.sql")

_CHLOE: Final = json.dumps({"sub": FIXED + ACCOUNTS["chloe"], "role": "authenticated"})


class Neighbours(Enum):
    """What there is in the right world besides Acme: the SQL that makes it of the demo's neighbours."""

    CROWD = Path(__file__).with_name("crowd.sql").read_text()
    NOBODY = f"delete from public.tenants where id <> '{FIXED}0000000000a0'"

    def __repr__(self) -> str:
        return str(self)


class Act(Enum):
    """Something that neighbours do: a login, and a statement that does as much as there is to do it with."""

    ASK = (
        "palaver_worker",
        f"""
        select f.*
        from private.begin_turn('{_CHLOE}', 'What of markglobexx7q?') as b
        cross join lateral private.finish_turn(
            '{_CHLOE}', b.turn_id, 'completed', 'Nothing of markglobexx7q.', 'p', 'm', 100000, 1, false, 1
        ) as f
        """,
    )
    TALK = (
        "postgres",
        """
        with c as (
            insert into public.conversations (tenant_id, user_id, title)
            select tenant_id, id, 'Another markglobexx7q' from public.users where name like 'Chloe%' limit 1
            returning *
        )
        insert into public.messages (tenant_id, conversation_id, user_id, content)
        select tenant_id, id, user_id, 'More of markglobexx7q' from c, generate_series(1, 20)
        union all
        select tenant_id, id, user_id, 'More of markglobexx7q' from public.conversations where title like 'Double%'
        """,
    )
    RATE = (
        "postgres",
        f"""
        insert into public.feedback (tenant_id, message_id, user_id, rating, comment)
        select tenant_id, id, user_id, -1, 'Changed markglobexx7q' from public.messages
        where tenant_id = '{FIXED}0000000000b0' order by id limit 30
        on conflict (tenant_id, message_id, user_id) do update set rating = -public.feedback.rating
        """,
    )
    WITHDRAW = ("postgres", f"delete from public.feedback where tenant_id = '{FIXED}0000000000b0' and rating = -1")
    INVITE = (
        "postgres",
        f"""
        insert into public.users (tenant_id, email, role)
        select id, e.email, 'admin' from public.tenants
        cross join (values ('new@acme.test'), ('kim@partner.test'), ('lee@partner.test')) as e (email)
        where id <> '{FIXED}0000000000a0'
        on conflict do nothing
        """,
    )
    SETTLE = (
        "postgres",
        f"""
        update public.tenants
        set
            features = '{{"ai_assistant": true}}', rate_limit_per_minute = 7, system_prompt = 'Be markglobexx7q.',
            temperature = 1, max_tokens = 3
        where id <> '{FIXED}0000000000a0'
        """,
    )
    CORRECT = (
        "postgres",
        f"""
        update public.usage_metrics set total_tokens = total_tokens + 7, prompt_tokens = prompt_tokens + 7
        where tenant_id <> '{FIXED}0000000000a0'
        """,
    )
    EXHAUST = (
        "postgres",
        f"""
        insert into private.rate_limits (tenant_id, next_at)
        select id, now() + interval '1 day' from public.tenants where id <> '{FIXED}0000000000a0'
        on conflict (tenant_id) do update set next_at = excluded.next_at
        """,
    )
    FOUND = (
        "postgres",
        """
        with t as (
            insert into public.tenants (name, slug)
            select 'New markglobexx7q', 'new-' || count(*) from public.tenants
            on conflict do nothing
            returning id
        )
        insert into public.users (tenant_id, email, role, joined_at)
        select id, n || '@new.test', 'admin', now() from t, generate_series(1, 5) as n
        """,
    )
    LEAVE = (
        "postgres",
        "delete from public.tenants"
        " where id in (select max(id::text)::uuid from public.tenants where slug like 'tenant-%')",
    )
    TIDY = (
        "postgres",
        "vacuum analyze public.users, public.conversations, public.messages, public.feedback, public.turns",
    )
    HOLD = (
        "holder",
        f"""
        rollback;
        begin;
        update public.users set name = 'Held markglobexx7q' where email like 'walt%';
        update public.conversations set title = 'Held markglobexx7q' where title like 'Talk%';
        insert into public.users (tenant_id, email) select id, 'held@acme.test' from public.tenants
        where id <> '{FIXED}0000000000a0' and slug not like 'new-%' and slug not like 'tenant-%' on conflict do nothing;
        insert into public.feedback (tenant_id, message_id, user_id, rating)
        select m.tenant_id, m.id, m.user_id, 1 from public.messages as m
        where m.content like 'Said%' and m.role = 'user' order by m.id desc limit 5;
        """,
    )
    """A transaction of theirs that stays open, with locks and rows that nobody sees yet."""

    def __repr__(self) -> str:
        return str(self)


async def act(connections: Mapping[str, asyncpg.Connection], what: Act) -> str:
    """Have the right world's neighbours do something; the command tag."""
    login, sql = what.value
    tag: str = await connections[login].execute(sql)
    return tag
