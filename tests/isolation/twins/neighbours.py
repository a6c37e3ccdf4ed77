"""The neighbours in the right world: what they are, and what they do between Acme's operations.

What is let in by design is left out: an invitation to the address of one of Acme's people is shown to that person, and
public prompts to everybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from tests.isolation.twins.people import ACCOUNTS, FIXED

OURS: Final = Path(__file__).with_name("ours.sql")
CHANGES: Final = Path(__file__).with_name("changes.sql")

_CHLOE: Final = json.dumps({"sub": FIXED + ACCOUNTS["chloe"], "role": "authenticated"})

_WORKER: Final = FIXED + "00000000f002"
_ASKED: Final = json.dumps(
    {"dialect": "ui", "chat": "chat-9", "messages": [{"role": "user", "content": "What of markglobexx7q?"}]}
)
_ANSWER: Final = json.dumps(
    {
        "status": "completed",
        "content": "Nothing of markglobexx7q.",
        "provider": "p",
        "model": "markglobexx7q",
        "prompt_tokens": 100000,
        "completion_tokens": 1,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
        "tokens_estimated": False,
        "latency_ms": 1,
    }
)


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
        from private.begin_turn('{_CHLOE}', '{_WORKER}', '{_ASKED}') as b
        cross join lateral private.finish_turns('{_WORKER}', jsonb_build_array('{_ANSWER}'::jsonb || jsonb_build_object(
            'tenant_id', b.tenant_id, 'turn_id', b.turn_id
        ))) as f
        """,
    )
    SPEAK = (
        "postgres",
        """
        with o as (
            select p.tenant_id, p.turn_id, max(p.seq) + 1 as seq from private.turn_pieces as p
            inner join public.tenants as t on p.tenant_id = t.id and t.slug not like 'acme%'
            group by p.tenant_id, p.turn_id
        ), s as (
            update private.open_turns as t set stop_requested_at = now() from o
            where t.tenant_id = o.tenant_id and t.turn_id = o.turn_id
        )
        insert into private.turn_pieces (tenant_id, turn_id, seq, pieces)
        select tenant_id, turn_id, seq, '["More of markglobexx7q"]' from o
        """,
    )
    BRANCH = (
        "postgres",
        f"""
        update public.conversations as c set client_id = 'chat-' || right(id::text, 2), head_id = (
            select m.id from public.messages as m where m.tenant_id = c.tenant_id and m.conversation_id = c.id
            order by m.id limit 1
        )
        where tenant_id = '{FIXED}0000000000b0' and id::text like '%a1__'
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
    PROMPT = (
        "postgres",
        f"""
        with added as (
            insert into public.prompts (tenant_id, user_id, name, text, tags, visibility)
            select tenant_id, id, 'More markglobexx7q', 'More of markglobexx7q', '{{figures}}', 'team'
            from public.users where name like 'Chloe%'
        ), used as (
            insert into public.conversations (tenant_id, user_id, title, prompt_id, prompt_values)
            select tenant_id, id, 'Used markglobexx7q', '{FIXED}0000000a5001', '{{"text": "markglobexx7q"}}'
            from public.users where name like 'Chloe%'
        )
        update public.prompts set text = text || ' once more markglobexx7q', name = 'Changed markglobexx7q'
        where tenant_id = '{FIXED}0000000000b0' and name like 'Double%'
        """,
    )
    CONFIGURE = (
        "postgres",
        f"""
        with added as (
            insert into public.projects (tenant_id, owner_id, slug, name, configuration, yaml)
            select u.tenant_id, u.id, 'more-' || count(p.id), 'More markglobexx7q', '{{"a": "markglobexx7q"}}', 'a: 1'
            from public.users as u left join public.projects as p on u.tenant_id = p.tenant_id
            where u.name like 'Chloe%' group by u.tenant_id, u.id
            on conflict do nothing
        ), documented as (
            update public.documentation_sections set content = content || ' More of markglobexx7q.'
            where tenant_id = '{FIXED}0000000000b0'
        ), suggested as (
            update public.configuration_suggestions set title = 'Changed markglobexx7q', version = version + 1
            where tenant_id = '{FIXED}0000000000b0'
        )
        update public.projects
        set
            configuration = jsonb_build_object('a', configuration_version, 'of', 'markglobexx7q'),
            yaml = concat(yaml, ' # markglobexx7q'), synced_configuration = '{{}}', synced_yaml = 'markglobexx7q',
            synced_at = now()
        where tenant_id = '{FIXED}0000000000b0' and (name like 'Double%' or slug in ('survey', 'project-1'))
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
            temperature = 1, max_tokens = 3, daily_token_limit = 5, user_rate_limit_per_minute = 1,
            user_daily_token_limit = 5, tools = '[{{"type": "function", "function": {{"name": "markglobexx7q"}}}}]'
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
        insert into private.allowances (tenant_id, user_id, next_at, day, used_tokens)
        select id, '{UUID(int=0)}', now() + interval '1 day', (now() at time zone 'utc')::date, 1e18
        from public.tenants where id <> '{FIXED}0000000000a0'
        on conflict (tenant_id, user_id) do update set next_at = excluded.next_at, used_tokens = excluded.used_tokens
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
        "vacuum analyze public.users, public.conversations, public.messages, public.feedback, public.turns,"
        " public.usage_ledger, private.open_turns, private.turn_pieces, private.allowances",
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
