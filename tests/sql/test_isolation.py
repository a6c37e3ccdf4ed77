"""Isolation: every object, column, verb and shape of statement against what each audience is meant to get.

What is meant is declared here and reviewed, not derived from the policies; the objects come from the catalog, so
a new one fails until it is declared. That these tests see enough is itself tested: each policy is changed, and
something here must change with it.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from tests.world import Database

IDS = {
    "acme": "00000000-0000-7000-8000-0000000000a0",
    "globex": "00000000-0000-7000-8000-0000000000b0",
    "initech": "00000000-0000-7000-8000-0000000000c0",
    "hooli": "00000000-0000-7000-8000-0000000000d0",
    "nowhere": "00000000-0000-7000-8000-00000000dead",
    "ada": "00000000-0000-7000-8000-0000000000a1",
    "ben": "00000000-0000-7000-8000-0000000000a2",
    "gil": "00000000-0000-7000-8000-0000000000a3",
    "chloe": "00000000-0000-7000-8000-0000000000b1",
    "finn": "00000000-0000-7000-8000-0000000000c2",
    "hana": "00000000-0000-7000-8000-0000000000d1",
    "adas_talk": "00000000-0000-7000-8000-00000000a101",
    "bens_talk": "00000000-0000-7000-8000-00000000a103",
    "chloes_talk": "00000000-0000-7000-8000-00000000b101",
    "adas_answer": "00000000-0000-7000-8000-0000000a1012",
    "bens_question": "00000000-0000-7000-8000-0000000a1031",
    "chloes_answer": "00000000-0000-7000-8000-0000000b1012",
}
ACCOUNTS = {
    "member": "00000000-0000-7000-8000-00000000aa02",
    "admin": "00000000-0000-7000-8000-00000000aa01",
    "viewer": "00000000-0000-7000-8000-00000000cc02",
    "deactivated": "00000000-0000-7000-8000-00000000aa03",
    "switched off": "00000000-0000-7000-8000-00000000dd01",
    "outsider": "00000000-0000-4000-8000-0000000000ff",
    "invited": "00000000-0000-7000-8000-00000000ee01",
}

# Besides the demo's: Gil of Acme, deactivated; Hana, who administers Hooli, which is switched off; something of each
# kind for Finn, the viewer; usage on days that do not depend on today's; turns, limits, a run; corrections since; and
# Ivy, whom Acme and Globex invite, Hooli too, and Initech no more.
MORE = """
    insert into auth.users (id, email)
    values ('00000000-0000-7000-8000-00000000aa03', 'gil@acme.test'),
    ('00000000-0000-7000-8000-00000000ee01', 'ivy@partner.test'),
    ('00000000-0000-7000-8000-00000000dd01', 'hana@hooli.test');
    insert into public.tenants (id, name, slug, is_active) values (:hooli, 'Hooli', 'hooli', false);
    insert into public.users (tenant_id, id, auth_id, email, role, is_active)
    values (:acme, :gil, '00000000-0000-7000-8000-00000000aa03', 'gil@acme.test', 'member', false),
    (:hooli, :hana, '00000000-0000-7000-8000-00000000dd01', 'hana@hooli.test', 'admin', true);
    insert into public.conversations (tenant_id, user_id) values (:acme, :gil), (:hooli, :hana), (:initech, :finn);
    insert into public.messages (tenant_id, conversation_id, user_id, content)
    select tenant_id, id, user_id, 'Hello' from public.conversations where user_id in (:gil, :hana, :finn);
    insert into public.feedback (tenant_id, message_id, user_id, rating)
    select tenant_id, id, user_id, 1 from public.messages where user_id in (:gil, :hana, :finn);
    delete from public.usage_metrics;
    insert into public.usage_metrics (tenant_id, user_id, day, total_tokens, prompt_tokens)
    select u.tenant_id, u.id, d.day, 1, 1
    from public.users as u cross join (values ((now() at time zone 'utc')::date), ('2024-05-31')) as d (day);
    insert into public.turns (tenant_id, user_id, conversation_id)
    select tenant_id, user_id, id from public.conversations where not is_archived;
    insert into private.rate_limits (tenant_id, next_at) select id, now() from public.tenants;
    select private.run_job('refresh_summaries');
    update public.feedback set rating = -1 where message_id in (:adas_answer, :chloes_answer);
    update public.usage_metrics set total_tokens = 2, prompt_tokens = 2
    where day = '2024-05-31' and tenant_id in (:acme, :globex);
    insert into public.users (tenant_id, email, role, is_active)
    values (:acme, 'ivy@partner.test', 'viewer', true), (:globex, 'Ivy@Partner.Test', 'admin', true),
    (:hooli, 'ivy@partner.test', 'admin', true), (:initech, 'ivy@partner.test', 'admin', false)
"""

# What is granted, by relation and role: verbs of the whole table, or of columns where they are named.
USERS_WRITTEN = "insert(email,name,role,tenant_id) update(is_active,name,preferences,role)"
RIGHTS = {
    "public.tenants": {
        "authenticated": "select update(branding,daily_token_limit,features,llm_model,llm_provider,max_tokens,name,"
        "rate_limit_per_minute,system_prompt,temperature)",
        "palaver_definer": "select(features,id,is_active,name)",
        "service_role": "delete insert select update",
    },
    "public.users": {
        "authenticated": f"delete select {USERS_WRITTEN}",
        "palaver_definer": "select(auth_id,created_at,email,id,is_active,joined_at,role,tenant_id) update(auth_id)",
        "palaver_worker": "update(last_active_at)",
        "service_role": "delete insert select update",
    },
    "public.conversations": {
        "authenticated": "select insert(metadata,tenant_id,title,user_id) update(is_archived,metadata,title)",
        "palaver_definer": "select(id,tenant_id,updated_at) update(updated_at)",
        "service_role": "delete insert select update",
    },
    "public.messages": {
        "authenticated": "select insert(content,conversation_id,metadata,role,tenant_id,user_id)",
        "palaver_worker": "insert",
        "service_role": "delete insert select update",
    },
    "public.feedback": {
        "authenticated": "delete select insert(comment,message_id,rating,tenant_id,user_id)"
        " update(comment,message_id,rating)",
        "palaver_definer": "select",
        "service_role": "delete insert select update",
    },
    "public.usage_metrics": {
        "authenticated": "select",
        "palaver_definer": "select",
        "palaver_worker": "insert update(completion_tokens,estimated_cost,prompt_tokens,request_count,total_tokens,"
        "updated_at)",
        "service_role": "delete insert select update",
    },
    "public.turns": {
        "authenticated": "select",
        "palaver_worker": "insert update(answer_id,completion_tokens,error_code,finish_reason,finished_at,latency_ms,"
        "model,prompt_tokens,provider,provider_message_id,status,tokens_estimated)",
        "service_role": "delete insert select update",
    },
    "public.my_invitations": {"authenticated": "select"},
    "public.current_day_usage": {"authenticated": "select", "service_role": "select"},
    "public.monthly_usage_summary": {"authenticated": "select", "service_role": "select"},
    "public.message_feedback_summary": {"authenticated": "select", "service_role": "select"},
    "private.monthly_usage_closed": {},
    "private.message_feedback_closed": {},
    "private.feedback_changes": {"palaver_definer": "delete insert select"},
    "private.feedback_changes_id_seq": {},
    "private.usage_changes": {"palaver_definer": "delete insert select"},
    "private.usage_changes_id_seq": {},
    "private.jobs": {"palaver_definer": "select", "palaver_worker": "select", "service_role": "select"},
    "private.job_runs": {
        "palaver_definer": "delete insert select",
        "palaver_worker": "select",
        "service_role": "select",
    },
    "private.rate_limits": {"palaver_worker": "insert select update"},
    "private.default_privileges_before": {},
}

# Who may execute what; the owner may always.
CALLERS = {
    "private.administered_tenant_id": "authenticated service_role",
    "private.auth_email": "authenticated palaver_definer service_role",
    "private.auth_id": "authenticated palaver_definer service_role",
    "private.become": "palaver_worker",
    "private.begin_turn": "palaver_worker",
    "private.caller_bypasses_rls": "authenticated palaver_definer service_role",
    "private.claimed_tenant_id": "palaver_worker",
    "private.claimed_user_id": "palaver_worker",
    "private.closed_monthly_usage": "authenticated service_role",
    "private.current_tenant_id": "authenticated service_role",
    "private.current_user_id": "authenticated service_role",
    "private.feedback_summary": "authenticated service_role",
    "private.finish_turn": "palaver_worker",
    "private.guard_user_update": "",
    "private.may_use_assistant": "authenticated",
    "private.note_joining": "",
    "private.pending_invitations": "authenticated",
    "private.prune_job_runs": "",
    "private.record_feedback_change": "",
    "private.record_usage_change": "",
    "private.refresh_summaries": "",
    "private.run_due_jobs": "palaver_worker service_role",
    "private.run_job": "palaver_worker service_role",
    "private.schedule_jobs": "",
    "private.set_updated_at": "",
    "private.summaries_refreshed_at": "authenticated service_role",
    "private.take_invitation": "authenticated",
    "private.take_request": "palaver_worker",
    "private.touch_conversations": "",
    "private.unschedule_jobs": "",
    "private.usage_closed_before": "authenticated service_role",
    "private.usage_months": "authenticated service_role",
    "private.uuid_v7": "authenticated palaver_definer service_role",
    "public.accept_invitation": "authenticated",
    "public.increment_usage_metrics": "palaver_worker service_role",
}

# What each audience gets from a statement: a number of rows, or the SQLSTATE of the refusal (- for 42501).
# A stranger is anyone signed in who is no active person of an active tenant; invited is one whose address has been
# invited; acting is the worker with Ben's claims.
AUDIENCES = ("member", "admin", "viewer", "stranger", "invited", "anon", "worker", "acting", "service")
OUTCOMES = """
    1     1     1     0     0     -     0     1     4 | select * from public.tenants
    1     4     1     0     0     -     0     1    12 | select * from public.users
    1     2     1     0     0     -     0     1    10 | select * from public.conversations
    2     6     1     0     0     -     0     2    17 | select * from public.messages
    1     5     1     0     0     -     0     1    10 | select * from public.feedback
    2     6     2     0     0     -     0     2    16 | select * from public.usage_metrics
    1     3     1     0     0     -     0     1     9 | select * from public.turns
    1     3     1     0     0     -     0     1     8 | select * from public.current_day_usage
    2     6     2     0     0     -     0     2    16 | select * from public.monthly_usage_summary
    1     5     1     0     0     -     0     1    10 | select * from public.message_feedback_summary
    -     -     -     -     -     -     2     2     2 | select * from private.jobs
    -     -     -     -     -     -     1     1     1 | select * from private.job_runs
    -     -     -     -     -     -     0     1     - | select * from private.rate_limits
    0     1     0     0     0     -     0     0     4 | select 1 from public.tenants for update
    1     4     1     0     0     -     0     1    12 | select 1 from public.users for update
    1     2     1     0     0     -     0     1    10 | select 1 from public.conversations for update
    -     -     -     -     -     -     -     -    17 | select 1 from public.messages for share
    1     3     1     0     0     -     0     1    10 | select 1 from public.feedback for update
    -     -     -     -     -     -     0     2    16 | select 1 from public.usage_metrics for update
    -     -     -     -     -     -     0     1     9 | select 1 from public.turns for no key update
    -     -     -     -     -     -     -     -     1 | insert into public.tenants (name, slug) values ('New', 'new')
    0     1     0     0     0     -     0     0     4 | update public.tenants set name = 'X' where true
    0     0     0     0     0     -     0     0     1 | update public.tenants set name = 'X' where id = :globex
    0     0     0     0     0     -     0     0     1 | update public.tenants set name = 'X' where id = :globex returning *
    -     -     -     -     -     -     -     -     0 | delete from public.tenants where id = :nowhere
    -     1     -     -     -     -     -     -     1 | insert into public.users (tenant_id, email) values (:acme, 'new@acme.test')
    -     1     -     -     -     -     -     -     1 | insert into public.users (tenant_id, email) values (:acme, 'new@acme.test') returning *
    -     -     -     -     -     -     -     -     1 | insert into public.users (tenant_id, email) values (:globex, 'new@acme.test')
    -     -     -     -     -     -     -     - 23503 | insert into public.users (tenant_id, email) values (:nowhere, 'new@acme.test')
    -     -     -     -     -     -     -     -     0 | insert into public.users (tenant_id, email) values (:globex, 'dan@globex.test') on conflict do nothing
    0     3     1     0     0     -     0     0    11 | update public.users set name = 'X' where id <> :ben
    0     0     1     0     0     -     0     0     8 | update public.users set name = 'X' where tenant_id <> :acme returning *
    1     1     0     0     0     -     0     1     1 | update public.users set name = 'X' where id = :ben returning *
PA403     1     0     0     0     -     0 PA403     1 | update public.users set role = 'viewer' where id = :ben
    0     1     0     0     0     -     0     0     2 | update public.users set role = 'admin' where id in (:gil, :hana)
    0     1     0     0     0     -     0     0     1 | update public.users set is_active = true where id = :gil
    1 PA403     0     0     0     -     0     1     1 | update public.users set preferences = '{"a": 1}' where id = :ben
    -     -     -     -     -     -     0     1    12 | update public.users set last_active_at = now() where true
    0     0     0     0     0     -     0     0     3 | delete from public.users where tenant_id = :globex
    0     0     0     0     0     -     0     0     1 | delete from public.users where id = :ben returning *
    0     0     0     0     0     -     0     0     3 | merge into public.users as u using (select 1) as s on u.tenant_id = :globex when matched then update set name = 'X'
    -     -     0     0     0     -     0     -     1 | merge into public.users as u using (select 1) as s on u.id = :ben when matched then delete
    1     1     -     -     -     -     -     1 23502 | insert into public.conversations (title) values ('Mine')
    1     -     -     -     -     -     -     1     1 | insert into public.conversations (tenant_id, user_id) values (:acme, :ben)
    -     1     -     -     -     -     -     -     1 | insert into public.conversations (tenant_id, user_id) values (:acme, :ada)
    -     -     -     -     -     -     -     -     1 | insert into public.conversations (tenant_id, user_id) values (:globex, :chloe)
    -     -     -     -     -     -     -     -     1 | insert into public.conversations (tenant_id, user_id) values (:hooli, :hana)
    1     2     1     0     0     -     0     1    10 | update public.conversations set title = 'X' where true
    0     2     0     0     0     -     0     0     2 | update public.conversations set is_archived = true where user_id = :ada
    0     0     0     0     0     -     0     0     1 | update public.conversations set is_archived = true where user_id = :chloe returning *
    -     -     -     -     -     -     -     -     0 | delete from public.conversations where id = :nowhere
    0     2     0     0     0     -     0     0     2 | merge into public.conversations as c using (select 1) as s on c.user_id = :ada when matched then update set title = 'X'
    1     -     -     -     -     -     -     1 23502 | insert into public.messages (conversation_id, content) values (:bens_talk, 'Hello')
    1     -     -     -     -     -     -     1 23502 | insert into public.messages (conversation_id, content) values (:bens_talk, 'Hello') returning *
    -     1     -     -     -     -     -     - 23502 | insert into public.messages (conversation_id, content) values (:adas_talk, 'Hello')
    -     -     -     -     -     -     -     - 23502 | insert into public.messages (conversation_id, content) values (:chloes_talk, 'Hello') on conflict do nothing
    -     -     -     -     -     -     -     - 23502 | insert into public.messages (conversation_id, content) values (:nowhere, 'Hello')
    -     1     -     -     -     -     -     -     1 | insert into public.messages (tenant_id, conversation_id, user_id, content) values (:acme, :adas_talk, :ada, 'Hello')
    -     -     -     -     -     -     -     -     1 | insert into public.messages (tenant_id, conversation_id, user_id, content) values (:globex, :chloes_talk, :chloe, 'Hello')
    -     -     -     -     -     -     -     1 23502 | insert into public.messages (conversation_id, role, content) values (:bens_talk, 'assistant', 'Hello')
    -     -     -     -     -     -     - 23503 23502 | insert into public.messages (conversation_id, role, content) values (:adas_talk, 'assistant', 'Hello')
    -     -     -     -     -     -     -     1     1 | insert into public.messages (tenant_id, conversation_id, user_id, role, content) values (:acme, :bens_talk, :ben, 'assistant', 'Hello')
    -     -     -     -     -     -     -     -     1 | insert into public.messages (tenant_id, conversation_id, user_id, role, content) values (:globex, :chloes_talk, :chloe, 'system', 'Hello')
    -     -     -     -     -     -     -     -     1 | update public.messages set content = 'X' where id = :bens_question
    -     -     -     -     -     -     -     -     1 | delete from public.messages where id = :bens_question
    1     -     -     -     -     -     -     1 23502 | insert into public.feedback (message_id, rating) values (:bens_question, 1)
    - 23505     -     -     -     -     -     - 23502 | insert into public.feedback (message_id, rating) values (:adas_answer, 1)
    -     -     -     -     -     -     -     - 23502 | insert into public.feedback (message_id, rating) values (:chloes_answer, 1)
    -     -     -     -     -     -     -     - 23502 | insert into public.feedback (message_id, rating) values (:nowhere, 1)
    -     -     -     -     -     -     -     - 23505 | insert into public.feedback (tenant_id, message_id, user_id, rating) values (:globex, :chloes_answer, :chloe, 1)
    1     -     -     -     -     -     -     1 23502 | insert into public.feedback (message_id, rating) values (:bens_question, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    -     -     -     -     -     -     -     - 23502 | insert into public.feedback (message_id, rating) values (:chloes_answer, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    1     3     1     0     0     -     0     1    10 | update public.feedback set rating = -1 where true
    0     0     0     0     0     -     0     0     1 | update public.feedback set rating = -1 where user_id = :chloe returning *
    1     0     0     0     0     -     0     1     1 | update public.feedback set message_id = :bens_question where user_id = :ben
    -     0     0     0     0     -     0     -     1 | update public.feedback set message_id = :adas_answer where user_id = :ben
    -     0     0     0     0     -     0     - 23503 | update public.feedback set message_id = :chloes_answer where user_id = :ben
    1     3     1     0     0     -     0     1    10 | delete from public.feedback where true
    0     3     0     0     0     -     0     0     4 | delete from public.feedback where user_id in (:ada, :chloe) returning *
    0     3     0     0     0     -     0     0     4 | merge into public.feedback as f using (select 1) as s on f.user_id in (:ada, :chloe) when matched then delete
    -     -     -     -     -     -     -     1     1 | insert into public.usage_metrics (tenant_id, user_id, day) values (:acme, :ben, '2020-01-01')
    -     -     -     -     -     -     -     -     1 | insert into public.usage_metrics (tenant_id, user_id, day) values (:acme, :ada, '2020-01-01')
    -     -     -     -     -     -     -     -     1 | insert into public.usage_metrics (tenant_id, user_id, day) values (:globex, :chloe, '2020-01-01')
    -     -     -     -     -     -     0     2    16 | update public.usage_metrics set request_count = 0 where true
    -     -     -     -     -     -     0     0     4 | update public.usage_metrics set request_count = 0 where tenant_id = :globex returning *
    -     -     -     -     -     -     -     -     2 | delete from public.usage_metrics where user_id = :ben
    -     -     -     -     -     -     -     1     1 | insert into public.turns (tenant_id, user_id, conversation_id) values (:acme, :ben, :bens_talk)
    -     -     -     -     -     -     - 23503 23503 | insert into public.turns (tenant_id, user_id, conversation_id) values (:acme, :ben, :adas_talk)
    -     -     -     -     -     -     -     -     1 | insert into public.turns (tenant_id, user_id, conversation_id) values (:globex, :chloe, :chloes_talk)
    -     -     -     -     -     -     0     1     9 | update public.turns set model = 'X' where true
    -     -     -     -     -     -     0     0     1 | update public.turns set model = 'X' where user_id = :chloe returning *
    -     -     -     -     -     -     -     -     1 | delete from public.turns where user_id = :ben
    -     -     -     -     -     -     -     1     - | insert into private.rate_limits (tenant_id, next_at) values (:acme, now()) on conflict (tenant_id) do update set next_at = now()
    -     -     -     -     -     -     -     -     - | insert into private.rate_limits (tenant_id, next_at) values (:globex, now()) on conflict (tenant_id) do nothing
    -     -     -     -     -     -     -     -     - | insert into private.rate_limits (tenant_id, next_at) values (:nowhere, now())
    -     -     -     -     -     -     0     1     - | update private.rate_limits set next_at = now() where true
    -     -     -     -     -     -     0     -     - | update private.rate_limits set tenant_id = :nowhere
    -     -     -     -     -     -     -     1     1 | select public.increment_usage_metrics(:acme, :ben, 1, 1)
    -     -     -     -     -     -     -     -     1 | select public.increment_usage_metrics(:acme, :ada, 1, 1)
    -     -     -     -     -     -     -     -     1 | select public.increment_usage_metrics(:globex, :chloe, 1, 1)
    0     1     0     0     0     -     0     0     1 | select * from private.feedback_summary(:acme, :adas_answer)
    0     1     0     0     0     -     0     0     1 | select * from private.feedback_summary(:acme, :adas_answer) where negative_count = 1
    0     0     0     0     0     -     0     0     1 | select * from private.feedback_summary(:globex, :chloes_answer)
    0     0     0     0     0     -     0     0     0 | select * from private.feedback_summary(null, :chloes_answer)
    1     3     1     0     0     -     0     1     8 | select * from private.closed_monthly_usage('2024-05-01')
    1     1     1     0     0     -     0     1     1 | select * from private.usage_months() where usage_months = '2024-05-01'
    1     1     1     0     0     -     0     1     0 | select 1 where private.current_tenant_id() is not null
    0     1     0     0     0     -     0     0     0 | select 1 where private.administered_tenant_id() is not null
    1     1     0     0     0     -     0     1     - | select 1 where private.may_use_assistant()
    -     -     -     -     -     -     0     1     - | select 1 where private.claimed_user_id() is not null
    0     0     0     0     0     -     0     0     1 | select 1 where private.caller_bypasses_rls()
    -     -     -     -     -     -     -     1     - | select private.take_request(:acme, 60)
    -     -     -     -     -     -     -     -     - | select private.take_request(:globex, 60)
    -     -     -     -     -     -     1     1     1 | select 1 from private.run_job('prune_job_runs')
    -     -     -     -     -     -     -     -     - | select private.refresh_summaries()
    0     0     0     0     2     -     0     0     - | select * from public.my_invitations
    0     0     0     0     2     -     0     0     - | select * from private.pending_invitations()
    0     0     0     0     1     -     0     0     - | select * from public.my_invitations where tenant_id = :globex and role = 'admin'
PA422 PA422 PA422 PA404/PA422 1     -     PA404 PA422 - | select * from public.accept_invitation(:acme) where role = 'viewer'
PA422 PA422 PA422 PA404/PA422 1     -     PA404 PA422 - | select * from public.accept_invitation(:globex)
PA422 PA422 PA422 PA404/PA422 PA404     -     PA404 PA422 - | select * from public.accept_invitation(:hooli)
PA422 PA422 PA422 PA404/PA422 PA404     -     PA404 PA422 - | select * from public.accept_invitation(:initech)
PA422 PA422 PA422 PA404/PA422 PA404     -     PA404 PA422 - | select * from public.accept_invitation(:nowhere)
PA422 PA422 PA422 PA404/PA422 PA404     -     PA404 PA422 - | select * from public.accept_invitation(null)
PA422 PA422 PA422 PA404/PA422 1     -     PA404 PA422 - | select private.take_invitation(:globex)
    0     1     0     0     0     -     0     0     4 | update public.users set role = 'admin' where joined_at is null
    0     1     0     0     0     -     0     0     4 | delete from public.users where joined_at is null
    0     0     0     0     1     -     0     0     0 | select 1 where private.auth_email() = 'ivy@partner.test'
    1     3     0     0     0     -     0     1     5 | select * from private.closed_monthly_usage('2024-05-01') where total_tokens = 2
"""  # noqa: E501 - a table, whose rows are read from left to right


def filled(sql: str) -> str:
    """A statement with the ids that its names stand for."""
    return re.sub(r"(?<![:\w]):(\w+)", lambda name: f"'{IDS[name[1]]}'", sql)


def declared() -> dict[str, dict[str, str]]:
    """OUTCOMES by statement and audience."""
    table: dict[str, dict[str, str]] = {}
    for line in filter(None, OUTCOMES.strip().splitlines()):
        got, _, sql = line.partition(" | ")
        table[sql.strip()] = dict(zip(AUDIENCES, got.replace("-", "42501").split(), strict=True))
    return table


@dataclass(frozen=True)
class Audience:
    """Somebody who runs statements that are all undone."""

    connection: asyncpg.Connection
    role: str | None
    claims: str

    async def get(self, sql: str, *, told: bool = False) -> Any:
        """The number of rows or the SQLSTATE; with `told`, all that can be read from the answer."""
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await self.connection.execute(f"select set_config('request.jwt.claims', '{self.claims}', true)")
            if self.role:
                await self.connection.execute(f"set local role {self.role}")
            if told and sql.startswith("select * "):
                return [str(row) for row in await self.connection.fetch(sql)]
            tag: str = await self.connection.execute(sql)
            return tag.rsplit(maxsplit=1)[-1]
        except asyncpg.PostgresError as error:
            # The rest of an answer is the same or it tells something.
            rest = (str(error), error.detail, error.hint, error.constraint_name) if told else ()
            return (error.sqlstate, *rest) if told else error.sqlstate
        finally:
            await transaction.rollback()


@dataclass(frozen=True)
class World:
    """A database with more than the demo's people, and everybody in it."""

    database: Database
    owner: asyncpg.Connection
    people: dict[str, list[Audience]]

    async def outcomes(self, sql: str) -> dict[str, str]:
        """What each audience gets; several who should be alike and are not get both, joined."""
        return {
            name: "/".join(sorted({await who.get(filled(sql)) for who in members}))
            for name, members in self.people.items()
        }

    async def all_outcomes(self) -> dict[str, dict[str, str]]:
        return {sql: await self.outcomes(sql) for sql in declared()}


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """The demo's people and more, as each of the audiences."""
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(database.connected())
        data_api = await stack.enter_async_context(database.connected("authenticator"))
        login = await stack.enter_async_context(database.connected("palaver_worker"))
        await owner.execute(filled(MORE))

        def signed_in(name: str, **more: str) -> Audience:
            claims = {"sub": ACCOUNTS[name], "role": "authenticated", **more}
            return Audience(data_api, "authenticated", json.dumps(claims))

        strangers = [signed_in(name) for name in ("deactivated", "switched off", "outsider")]
        strangers += [
            Audience(data_api, "authenticated", claims) for claims in ("", "{}", "null", '{"sub": null}', "[]")
        ]
        yield World(
            database,
            owner,
            {
                "member": [signed_in("member")],
                "admin": [signed_in("admin")],
                "viewer": [signed_in("viewer")],
                "stranger": strangers,
                "invited": [signed_in("invited", email="IVY@partner.test")],
                "anon": [Audience(data_api, "anon", '{"role": "anon"}')],
                "worker": [Audience(login, None, "")],
                "acting": [Audience(login, None, json.dumps({"sub": ACCOUNTS["member"]}))],
                "service": [Audience(data_api, "service_role", '{"role": "service_role"}')],
            },
        )


async def test_every_grant_is_meant(database: Database) -> None:
    rows = await database.fetch(
        """
        select c.relnamespace::regnamespace || '.' || c.relname as relation, r.rolname as role, g.verb, g.columns
        from pg_class as c
        cross join lateral (
            select x.grantee, lower(x.privilege_type) as verb, null::text as columns
            from aclexplode(
                coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's'::"char" else 'r' end, c.relowner))
            ) as x
            union all
            select y.grantee, lower(y.privilege_type), string_agg(a.attname, ',' order by a.attname)
            from pg_attribute as a cross join lateral aclexplode(a.attacl) as y
            where a.attrelid = c.oid
            group by 1, 2
        ) as g
        left join pg_roles as r on r.oid = g.grantee
        where
            c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
            and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
            and g.grantee <> c.relowner
        order by 1, 2, g.columns nulls first, 3
        """
    )
    found: dict[str, dict[str, str]] = {name: {} for name in RIGHTS}
    for row in rows:
        verb = f"{row['verb']}({row['columns']})" if row["columns"] else row["verb"]
        of_role = found.setdefault(row["relation"], {})
        of_role[row["role"] or "public"] = " ".join(filter(None, (of_role.get(row["role"] or "public"), verb)))

    def in_order(rights: dict[str, dict[str, str]]) -> dict[str, dict[str, list[str]]]:
        return {name: {role: sorted(verbs.split()) for role, verbs in roles.items()} for name, roles in rights.items()}

    assert in_order(found) == in_order(RIGHTS)
    relations = await database.fetch(
        "select relnamespace::regnamespace || '.' || relname as name from pg_class"
        " where relkind in ('r', 'p', 'v', 'm', 'S', 'f')"
        " and relnamespace in ('public'::regnamespace, 'private'::regnamespace)"
    )
    assert {row["name"] for row in relations} == set(RIGHTS)


async def test_every_executable_function_is_meant(database: Database) -> None:
    rows = await database.fetch(
        """
        select
            n.nspname || '.' || p.proname as name,
            array(
                select coalesce(r.rolname, 'public')
                from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x
                left join pg_roles as r on r.oid = x.grantee
                where x.grantee <> p.proowner
                order by 1
            ) as callers
        from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname in ('public', 'private')
        """
    )
    assert {row["name"]: " ".join(row["callers"]) for row in rows} == CALLERS


async def test_every_table_has_row_level_security(database: Database) -> None:
    without = "select oid::regclass from pg_class where relkind in ('r', 'p') and not relrowsecurity"
    assert (
        await database.fetch(without + " and relnamespace in ('public'::regnamespace, 'private'::regnamespace)") == []
    )
    definers = "select 1 from pg_views where schemaname = 'public' and viewname in (select relname from pg_class"
    definers += " where relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false))"
    assert await database.fetch(definers) == []


async def test_every_audience_gets_what_is_meant(world: World) -> None:
    meant = declared()
    assert {sql: got for sql, got in (await world.all_outcomes()).items() if got != meant[sql]} == {}


async def test_every_relation_that_is_read_is_among_the_statements() -> None:
    read = {name for name, rights in RIGHTS.items() if any("select" in verbs for verbs in rights.values())}
    read -= {"private.feedback_changes", "private.usage_changes"}
    assert {f"select * from {name}" for name in read} <= set(declared())


async def test_claims_that_make_no_sense_are_an_error_everywhere(world: World) -> None:
    connection = world.people["member"][0].connection
    for claims in ("garbage", "{", '{"sub": "ben"}', '{"sub": ""}', '{"sub": {"a": 1}}', '{"sub": 7}'):
        who = Audience(connection, "authenticated", claims)
        for name in ("tenants", "users", "conversations", "messages", "feedback", "usage_metrics", "turns"):
            assert await who.get(f"select * from public.{name}") == "22P02"


async def test_what_is_not_granted_is_refused_in_every_shape(world: World) -> None:
    for name, rights in RIGHTS.items():
        if not name.startswith("public.") or "update" not in rights.get("service_role", ""):
            continue
        columns = await world.owner.fetch(
            "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped",
            name,
        )
        granted = {
            verb: set(re.findall(rf"{verb}\(([\w,]+)\)", rights["authenticated"])[0].split(","))
            if f"{verb}(" in rights["authenticated"]
            else set()
            for verb in ("insert", "update")
        }
        for column in (row["attname"] for row in columns):
            statements = []
            if column not in granted["update"]:
                change = f"update {name} set {column} = {column}"
                statements += [change, f"{change} where true", f"{change} where true returning *"]
            if column not in granted["insert"]:
                statements += [f"insert into {name} ({column}) values (default)"]
                statements += [f"insert into {name} ({column}) select {column} from {name}"]
            for sql in statements:
                for audience in ("member", "admin", "viewer", "anon"):
                    assert await world.people[audience][0].get(sql) == "42501", (audience, sql)


async def test_nobody_truncates_references_or_hangs_triggers(world: World) -> None:
    for name in RIGHTS:
        if name.endswith("_seq"):
            continue
        for audience in ("member", "admin", "anon", "acting", "service"):
            who = world.people[audience][0]
            for sql in (
                f"truncate {name}",
                f"alter table {name} disable row level security",
                f"create trigger spy after insert on {name} for each row execute function private.set_updated_at()",
                f"create policy spy on {name} using (true)",
            ):
                assert await who.get(sql) in ("42501", "42809"), (audience, sql)


async def test_nobody_makes_objects_where_others_look(world: World) -> None:
    for audience in ("member", "admin", "anon", "acting", "service"):
        who = world.people[audience][0]
        for schema in ("public", "private", "auth"):
            assert await who.get(f"create table {schema}.spy ()") == "42501"
            assert await who.get(f"create function {schema}.spy() returns int return 1") == "42501"


async def test_copy_obeys_the_policies(world: World) -> None:
    member = world.people["member"][0]
    async with member.connection.transaction():
        await member.connection.execute("select set_config('request.jwt.claims', $1, true)", member.claims)
        await member.connection.execute("set local role authenticated")
        out = io.BytesIO()
        await member.connection.copy_from_table("users", schema_name="public", columns=["email"], output=out)
        assert out.getvalue() == b"ben@acme.test\n"
        row = [(IDS["globex"], IDS["chloes_answer"], IDS["chloe"], "1")]
        with pytest.raises(asyncpg.PostgresError) as refused:
            async with member.connection.transaction():
                await member.connection.copy_to_table(
                    "feedback",
                    schema_name="public",
                    columns=["tenant_id", "message_id", "user_id", "rating"],
                    source=io.BytesIO("\t".join(row[0]).encode()),
                )
        assert refused.value.sqlstate in ("0A000", "42501")


async def test_settings_of_a_session_open_nothing(world: World) -> None:
    for audience in ("member", "worker", "acting"):
        who = world.people[audience][0]
        for sql in (
            "set session_replication_role = replica",
            "set role postgres",
            "set role palaver_definer",
            "set session authorization postgres",
            "set local row_security = off; select * from public.users",
            "set local row_security = off; update public.users set role = 'admin' where true",
            "alter role palaver_worker bypassrls",
        ):
            assert await who.get(sql) in ("42501", "PA403"), (audience, sql)
    for setting in ("search_path = pg_temp, public", "timezone = 'Pacific/Kiritimati'", "datestyle = 'SQL, DMY'"):
        sql = f"set local {setting}; select * from public.conversations"
        assert await world.people["member"][0].get(sql) == "1"


async def test_the_older_claim_names_the_same_person(world: World) -> None:
    # auth.uid() prefers it, so the policies must: no request may be two people.
    sql = "set local \"request.jwt.claim.sub\" = '{}'; select * from public.users where email = '{}'"
    member = world.people["member"][0]
    assert await member.get(sql.format(ACCOUNTS["viewer"], "finn@initech.test")) == "1"
    assert await member.get(sql.format(ACCOUNTS["viewer"], "ben@acme.test")) == "0"


DEFINERS = """
    select p.oid::regprocedure::text as name, p.proconfig, coalesce(s.calls, 0) as calls
    from pg_proc as p
    left join pg_stat_user_functions as s on s.funcid = p.oid
    where p.prosecdef and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    order by 1
"""


async def test_definer_functions_look_into_the_temporary_schema_last(database: Database) -> None:
    definers = await database.fetch(DEFINERS)
    assert len(definers) >= 20
    assert {row["name"]: row["proconfig"] for row in definers} == {
        row["name"]: ["search_path=pg_catalog, pg_temp"] for row in definers
    }


async def test_temporary_objects_run_nothing_with_a_definers_rights(world: World) -> None:
    """Domains that a caller makes in the names of the system's types are used by no definer function, and all run."""
    spy = """
        create function pg_temp.spy() returns boolean language plpgsql as $$
        begin
            if current_user <> current_setting('spy.me') then
                raise warning 'seen as %', current_user;
            end if;
            return true;
        end
        $$;
        do $$
        declare
            v_type text;
        begin
            for v_type in
                select typname from pg_catalog.pg_type
                where typnamespace = 'pg_catalog'::regnamespace and typtype = 'b' and typelem = 0 and typname !~ '^_'
                and typname <> 'spy'
            loop
                execute format('create domain pg_temp.%1$I as pg_catalog.%1$I check (pg_temp.spy())', v_type);
            end loop;
        end
        $$;
    """
    calls = [filled(sql) for sql in declared()]
    calls += ["insert into public.conversations default values", "select private.run_due_jobs()"]
    calls += ["select private.run_job('refresh_summaries')"]
    async with world.database.connected("supabase_admin") as superuser:
        # A definer of a sort that must be seen, so that not to be seen means something.
        await superuser.execute(
            "create function public.bait() returns boolean language plpgsql security definer set search_path = ''"
            " as 'declare v text; begin v := $$x$$; return true; end'"
        )
        await superuser.execute("grant execute on function public.bait() to public")
        await superuser.execute("alter function public.bait() owner to palaver_definer")
        await superuser.execute(f"alter database {world.database.name} set track_functions = 'all'")
    for login, role, claims in (
        ("authenticator", "authenticated", world.people["member"][0].claims),
        ("authenticator", "authenticated", world.people["invited"][0].claims),
        ("authenticator", "service_role", "{}"),
        ("palaver_worker", "palaver_worker", world.people["acting"][0].claims),
    ):
        async with world.database.connected(login) as connection:
            await connection.execute(
                "select set_config('request.jwt.claims', $1, false), set_config('spy.me', $2, false)", claims, role
            )
            if role != login:
                await connection.execute(f"set role {role}")
            await connection.execute(spy)
            seen: list[str] = []
            # A warning is told at once, so that no rollback can hide it.
            connection.add_log_listener(lambda _, said, seen=seen: seen.append(said.message))
            for sql in calls:
                transaction = connection.transaction()
                await transaction.start()
                with suppress(asyncpg.PostgresError):
                    await connection.execute(sql)
                await transaction.rollback()
            await asyncio.sleep(0)
            assert [said for said in seen if said.startswith("seen as")] == []
            assert await connection.fetchval("select public.bait()") is True
            await asyncio.sleep(0)
            assert "seen as palaver_definer" in seen
    # Calls are counted when a function ends well, and told when a session ends.
    assert [row["name"] for row in await world.database.fetch(DEFINERS) if not row["calls"]] == []


async def test_what_the_owner_makes_later_is_nobodys(world: World) -> None:
    await world.owner.execute("create table public.later (id int)")
    await world.owner.execute("create function public.later() returns int language sql as 'select 1'")
    await world.owner.execute("create function private.later() returns int language sql as 'select 1'")
    for audience in ("member", "admin", "anon", "acting", "service"):
        who = world.people[audience][0]
        for sql in ("select * from public.later", "select public.later()", "select private.later()"):
            assert await who.get(sql) == "42501"


async def test_two_worlds_that_differ_in_other_tenants_cannot_be_told_apart(world: World) -> None:
    async def seen() -> dict[tuple[str, str], Any]:
        return {
            (audience, sql): await who.get(filled(sql), told=True)
            for audience in ("member", "admin", "viewer", "stranger", "acting")
            for who in world.people[audience]
            for sql in declared()
            # The newest ids and times are in what a statement returns about one's own new rows.
            if "returning" not in sql
            and not sql.startswith(("select private.take", "select public.incr", "select 1 from private.run"))
            and sql not in ("select * from private.jobs", "select * from private.job_runs")
        }

    with_globex = await seen()
    await world.owner.execute(filled("delete from public.tenants where id in (:globex, :hooli)"))
    without = await seen()
    assert {key: value for key, value in without.items() if value != with_globex[key]} == {}


async def test_statements_against_others_leave_them_as_they_were(world: World) -> None:
    digest = filled(
        """
        select md5(string_agg(r, '' order by r)) from (
            select x::text as r from public.tenants as x where id <> :acme
            union all select x::text from public.users as x where tenant_id <> :acme
            union all select x::text from public.conversations as x where tenant_id <> :acme
            union all select x::text from public.messages as x where tenant_id <> :acme
            union all select x::text from public.feedback as x where tenant_id <> :acme
            union all select x::text from public.usage_metrics as x where tenant_id <> :acme
            union all select x::text from public.turns as x where tenant_id <> :acme
            union all select x::text from private.rate_limits as x where tenant_id <> :acme
        ) as t (r)
        """
    )
    before = await world.owner.fetchval(digest)
    for audience in ("member", "admin", "acting"):
        who = world.people[audience][0]
        for sql in declared():
            try:
                async with who.connection.transaction():
                    await who.connection.execute(f"select set_config('request.jwt.claims', '{who.claims}', true)")
                    if who.role:
                        await who.connection.execute(f"set local role {who.role}")
                    await who.connection.execute(filled(sql))
            except asyncpg.PostgresError:
                continue
    assert await world.owner.fetchval(digest) == before
    changed = filled("select count(*) from public.users where tenant_id = :acme and name = 'X'")
    assert await world.owner.fetchval(changed) > 0


# Part of a policy that no statement can tell from `true`: no column that it compares may be updated, or the function
# that reads through it asks for the same row itself. They are a second lock.
SECOND_LOCKS = {
    ("People change themselves, tenant admins their tenant's people", "check"),
    ("People rename and archive their own conversations", "check"),
    ("Policy helpers read whoever asks and their invitations", "using"),
    ("Tenant admins change their tenant's settings", "check"),
    ("The worker adds to usage of the person it acts for", "check"),
    ("The worker finishes turns of the person it acts for", "check"),
    ("Whoever accepts an invitation takes its row", "using"),
}
# What the tests of summaries, jobs, messages, turns, usage and tenancy notice: these let a job or a trigger work, let
# the worker save the answer of somebody shut out meanwhile, or keep out a token that names nobody.
NOTICED_ELSEWHERE = {
    ("A refresh removes the notes", "using", "false"),
    ("The job runner prunes runs", "using", "false"),
    ("The job runner reads runs", "using", "false"),
    ("The touch trigger finds conversations", "using", "false"),
    ("The touch trigger stamps conversations", "using", "false"),
    ("The worker reads usage of the person it acts for", "using", "false"),
    ("The worker sees turns of the person it acts for", "using", "false"),
    ("Whoever accepts an invitation takes its row", "check", "true"),
}


async def test_each_policy_counts(world: World) -> None:
    """Opened or shut, every policy is noticed by something above."""
    policies = await world.owner.fetch(
        "select policyname as name, schemaname || '.' || tablename as relation, qual as using, with_check as check"
        " from pg_policies where schemaname in ('public', 'private') order by 2, 1"
    )
    assert len(policies) > 40
    meant = declared()
    unnoticed = []
    for policy in policies:
        for part in ("using", "check"):
            now = policy[part]
            if now is None:
                continue
            clause = "with check" if part == "check" else part
            change = 'alter policy "{}" on {} {} ({})'
            for other in ("true", "false"):
                if other == now or (policy["name"], part, other) in NOTICED_ELSEWHERE:
                    continue
                if other == "true" and (policy["name"], part) in SECOND_LOCKS:
                    continue
                await world.owner.execute(change.format(policy["name"], policy["relation"], clause, other))
                if not await differs(world, meant, policy["relation"]):
                    unnoticed.append((policy["relation"], policy["name"], part, other))
            await world.owner.execute(change.format(policy["name"], policy["relation"], clause, now))
    assert unnoticed == []
    assert await world.all_outcomes() == meant


async def differs(world: World, meant: dict[str, dict[str, str]], relation: str) -> bool:
    """Whether any statement has another outcome than is meant; those that name the relation are tried first."""
    for sql in sorted(meant, key=lambda sql: relation not in sql):
        if await world.outcomes(sql) != meant[sql]:
            return True
    return False
