"""The people and rows that isolation is tried on, and everybody who may try."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

import asyncpg

IDS: Final = {
    "acme": "00000000-0000-7000-8000-0000000000a0",
    "globex": "00000000-0000-7000-8000-0000000000b0",
    "initech": "00000000-0000-7000-8000-0000000000c0",
    "hooli": "00000000-0000-7000-8000-0000000000d0",
    "nowhere": "00000000-0000-7000-8000-00000000dead",
    "ada": "00000000-0000-7000-8000-0000000000a1",
    "ben": "00000000-0000-7000-8000-0000000000a2",
    "gil": "00000000-0000-7000-8000-0000000000a3",
    "chloe": "00000000-0000-7000-8000-0000000000b1",
    "dan": "00000000-0000-7000-8000-0000000000b2",
    "finn": "00000000-0000-7000-8000-0000000000c2",
    "hana": "00000000-0000-7000-8000-0000000000d1",
    "adas_talk": "00000000-0000-7000-8000-00000000a101",
    "bens_talk": "00000000-0000-7000-8000-00000000a103",
    "chloes_talk": "00000000-0000-7000-8000-00000000b101",
    "adas_answer": "00000000-0000-7000-8000-0000000a1012",
    "bens_question": "00000000-0000-7000-8000-0000000a1031",
    "chloes_answer": "00000000-0000-7000-8000-0000000b1012",
    "adas_turn": "00000000-0000-7000-8000-0000000a9002",
    "bens_turn": "00000000-0000-7000-8000-0000000a9003",
    "chloes_turn": "00000000-0000-7000-8000-0000000b9001",
    "adas_share": "00000000-0000-7000-8000-0000000a8002",
    "bens_share": "00000000-0000-7000-8000-0000000a8003",
    "chloes_share": "00000000-0000-7000-8000-0000000b8001",
    "worker": "00000000-0000-7000-8000-00000000f001",
    "dead_worker": "00000000-0000-7000-8000-00000000f002",
    "adas_prompt": "00000000-0000-7000-8000-0000000a5001",
    "adas_team_prompt": "00000000-0000-7000-8000-0000000a5002",
    "bens_prompt": "00000000-0000-7000-8000-0000000a5003",
    "bens_public_prompt": "00000000-0000-7000-8000-0000000a5004",
    "chloes_prompt": "00000000-0000-7000-8000-0000000b5001",
    "dans_prompt": "00000000-0000-7000-8000-0000000b5002",
    "hanas_prompt": "00000000-0000-7000-8000-0000000d5001",
    "adas_project": "00000000-0000-7000-8000-0000000a4001",
    "bens_project": "00000000-0000-7000-8000-0000000a4002",
    "nobodys_project": "00000000-0000-7000-8000-0000000a4003",
    "gils_project": "00000000-0000-7000-8000-0000000a4004",
    "chloes_project": "00000000-0000-7000-8000-0000000b4001",
    "adas_suggestion": "00000000-0000-7000-8000-0000000a3001",
    "bens_suggestion": "00000000-0000-7000-8000-0000000a3002",
    "nobodys_suggestion": "00000000-0000-7000-8000-0000000a3003",
    "chloes_suggestion": "00000000-0000-7000-8000-0000000b3001",
    "bens_session": "00000000-0000-7000-8000-00000000a104",
    "finns_project": "00000000-0000-7000-8000-0000000c4001",
    "adas_app": "00000000-0000-7000-8000-0000000a2001",
    "bens_app": "00000000-0000-7000-8000-0000000a2002",
    "chloes_app": "00000000-0000-7000-8000-0000000b2001",
    "bens_database": "00000000-0000-7000-8000-0000000a2102",
    "chloes_database": "00000000-0000-7000-8000-0000000b2101",
    "bens_operation": "00000000-0000-7000-8000-0000000a2202",
    "chloes_operation": "00000000-0000-7000-8000-0000000b2201",
    "bens_change": "00000000-0000-7000-8000-0000000a2302",
    "chloes_change": "00000000-0000-7000-8000-0000000b2301",
    "bens_backup": "00000000-0000-7000-8000-0000000a2402",
    "chloes_backup": "00000000-0000-7000-8000-0000000b2401",
    "bens_revision": "00000000-0000-7000-8000-0000000a2502",
    "chloes_revision": "00000000-0000-7000-8000-0000000b2501",
    "price": "00000000-0000-7000-8000-00000000f003",
}
ACCOUNTS: Final = {
    "member": "00000000-0000-7000-8000-00000000aa02",
    "admin": "00000000-0000-7000-8000-00000000aa01",
    "viewer": "00000000-0000-7000-8000-00000000cc02",
    "rival": "00000000-0000-7000-8000-00000000bb02",
    "rival admin": "00000000-0000-7000-8000-00000000bb01",
    "deactivated": "00000000-0000-7000-8000-00000000aa03",
    "switched off": "00000000-0000-7000-8000-00000000dd01",
    "outsider": "00000000-0000-4000-8000-0000000000ff",
    "invited": "00000000-0000-7000-8000-00000000ee01",
}

# Besides the demo's: Gil, an administrator of Acme, deactivated; Hana, who administers Hooli, which is switched off;
# something of each kind for Finn, the viewer, and more for Ben; branches, parts and clients' own ids; counters on days
# that do not depend on today's; a ledger and judgements with a month for each person; turns that run, with all that is
# kept for them, one of them at a worker that is dead; limits, a run; corrections since; and Ivy, whom Acme and Globex
# invite, Hooli too, and Initech no more.
MORE = """
    insert into auth.users (id, email)
    values ('00000000-0000-7000-8000-00000000aa03', 'gil@acme.test'),
    ('00000000-0000-7000-8000-00000000ee01', 'ivy@partner.test'),
    ('00000000-0000-7000-8000-00000000dd01', 'hana@hooli.test');
    insert into public.tenants (id, name, slug, is_active) values (:hooli, 'Hooli', 'hooli', false);
    insert into public.users (tenant_id, id, auth_id, email, role, is_active)
    values (:acme, :gil, '00000000-0000-7000-8000-00000000aa03', 'gil@acme.test', 'admin', false),
    (:hooli, :hana, '00000000-0000-7000-8000-00000000dd01', 'hana@hooli.test', 'admin', true);
    insert into public.conversations (tenant_id, user_id, is_archived)
    values (:acme, :gil, false), (:hooli, :hana, false), (:acme, :ben, false), (:acme, :ben, true),
    (:initech, :finn, false), (:initech, :finn, true);
    insert into public.messages (tenant_id, conversation_id, user_id, content)
    select tenant_id, id, user_id, 'Hello' from public.conversations as c
    where not exists (select from public.messages as m where m.conversation_id = c.id);
    insert into public.feedback (tenant_id, message_id, user_id, rating)
    select tenant_id, id, user_id, 1 from public.messages where user_id in (:gil, :hana, :finn);
    insert into public.messages (tenant_id, conversation_id, user_id, role, content)
    select tenant_id, id, user_id, 'tool', 'It is so' from public.conversations where user_id = :gil;
    delete from public.usage_metrics;
    insert into public.usage_metrics (tenant_id, user_id, day, total_tokens, prompt_tokens)
    select u.tenant_id, u.id, d.day, 1, 1
    from public.users as u cross join (values ((now() at time zone 'utc')::date), ('2024-05-31')) as d (day);
    insert into public.turns (tenant_id, id, user_id, conversation_id, dialect, response_id)
    select tenant_id, coalesce(t.id, private.uuid_v7()), user_id, c.id, 'ui', 'answer-' || c.id
    from public.conversations as c
    left join (
        values (:adas_talk, :adas_turn), (:bens_talk, :bens_turn), (:chloes_talk, :chloes_turn)
    ) as n (talk, turn) on c.id = n.talk::uuid
    cross join lateral (select n.turn::uuid as id) as t
    where not is_archived;
    update public.conversations as c set client_id = 'chat-' || id, head_id = (
        select m.id from public.messages as m
        where m.tenant_id = c.tenant_id and m.conversation_id = c.id order by m.created_at, m.id limit 1
    ) where not is_archived;
    update public.messages set client_id = 'message-' || id, parts = '[{"type": "text", "text": "Hi"}]';
    insert into public.prompts (tenant_id, id, user_id, name, text, visibility)
    values (:acme, :bens_public_prompt, :ben, 'Ben''s', 'Of {{ what }}', 'team'),
    (:hooli, :hanas_prompt, :hana, 'Hana''s', 'Of {{ what }}', 'team'),
    (:acme, private.uuid_v7(), :gil, 'Gil''s', 'Of {{ what }}', 'private'),
    (:acme, private.uuid_v7(), null, 'Somebody''s who is gone', 'Of {{ what }}', 'team'),
    (:initech, private.uuid_v7(), :finn, 'Finn''s', 'Of {{ what }}', 'private'),
    (:initech, private.uuid_v7(), :finn, 'Finn''s own', 'Of {{ what }}', 'team');
    update public.prompts set visibility = 'public'
    where name in ('Ben''s', 'Hana''s', 'Finn''s own');
    insert into public.conversations (tenant_id, user_id, is_archived, prompt_id, prompt_values)
    select u.tenant_id, u.id, true, :bens_public_prompt::uuid, '{"what": "it"}'::jsonb from public.users as u
    union all
    select :acme, :gil, true, p.id, '{"what": "it"}'::jsonb from public.prompts as p where p.name = 'Gil''s';
    insert into public.conversation_shares (tenant_id, id, conversation_id, user_id, is_live, may_continue)
    select c.tenant_id, coalesce(n.share::uuid, private.uuid_v7()), c.id, c.user_id, true, true
    from public.conversations as c
    left join (
        values (:adas_talk, :adas_share), (:bens_talk, :bens_share), (:chloes_talk, :chloes_share)
    ) as n (talk, share) on c.id = n.talk::uuid;
    insert into public.conversation_shares (tenant_id, conversation_id, user_id, head_id)
    select tenant_id, id, user_id, head_id from public.conversations where head_id is not null;
    insert into private.share_secrets (tenant_id, share_id, auth_id, token_hash)
    select s.tenant_id, s.id, u.auth_id, sha256(convert_to(
        case when s.is_live then 'share--' else 'share==' end || s.conversation_id, 'utf8'
    ))
    from public.conversation_shares as s inner join public.users as u on s.tenant_id = u.tenant_id and s.user_id = u.id;
    insert into private.share_views (tenant_id, share_id, counter, views, last_viewed_at)
    select tenant_id, id, n, 3, '2024-05-31' from public.conversation_shares cross join generate_series(1, 2) as n;
    insert into private.model_prices (id, provider, model, valid_from, input_price, output_price)
    values (:price, 'p', 'm', '2024-01-01', 1, 2);
    delete from public.usage_ledger;
    insert into public.usage_ledger (
        tenant_id, user_id, day, provider, model, prompt_tokens, completion_tokens, cost, price_id, conversation_id
    )
    select
        u.tenant_id, u.id, '2024-05-31'::date - 31 * (row_number() over (order by u.id))::integer, 'p', 'm', 1, 0,
        0.000001, :price, (select min(c.id::text)::uuid from public.conversations as c where c.user_id = u.id)
    from public.users as u;
    update public.feedback as f set created_at = l.day::timestamp at time zone 'utc'
    from public.usage_ledger as l
    where l.tenant_id = f.tenant_id and l.user_id = f.user_id;
    insert into private.allowances (tenant_id, user_id, day, reserved_tokens)
    select id, '00000000-0000-0000-0000-000000000000', (now() at time zone 'utc')::date, 1000 from public.tenants
    union all
    select tenant_id, id, (now() at time zone 'utc')::date, 10 from public.users;
    insert into private.workers (id, seen_at, steady_since) values (:worker, 'infinity', now() - interval '1 hour');
    insert into private.open_turns (
        tenant_id, turn_id, user_id, conversation_id, worker_id, prompt_estimate, reserved_tokens, user_reserved_tokens,
        provider, model
    )
    select tenant_id, id, user_id, conversation_id, :worker, 1, 10, 1, 'p', 'm' from public.turns;
    update private.open_turns set worker_id = :dead_worker where turn_id = :adas_turn;
    insert into private.turn_pieces (tenant_id, turn_id, seq, pieces)
    select tenant_id, turn_id, 0, '["So"]' from private.open_turns;
    insert into private.idempotency_keys (tenant_id, user_id, dialect, key, fingerprint, turn_id)
    select tenant_id, user_id, dialect, 'once', '\\xab', id from public.turns where id not in (
        select t.id from public.turns as t inner join public.turns as o using (tenant_id, user_id) where t.id > o.id
    );
    insert into private.cached_responses (tenant_id, key, user_id, provider, model, content)
    select distinct on (tenant_id) tenant_id, sha256('same'), id, 'p', 'm', 'So it is.'
    from public.users order by tenant_id, id;
    update public.tenants set response_cache_seconds = 3600;
    insert into private.tenant_keys (tenant_id, id, wrapped_key)
    select id, id, convert_to(repeat('k', 28) || id, 'utf8') from public.tenants;
    insert into public.documentation_sections (tenant_id, file, anchor, heading, content)
    select id, 'guide.md', 'start', 'Start', 'Begin here.' from public.tenants;
    insert into private.ledger_checks (findings) values (0);
    update public.tenants set consent_version = 'v1', consent_text = 'We keep what you say.';
    insert into public.consents (tenant_id, user_id, version, withdrawn_at)
    select tenant_id, id, 'v1', case when id = :finn then now() end from public.users;
    insert into public.legal_holds (tenant_id, user_id, reason, placed_by, released_at)
    select tenant_id, id, 'A dispute', id, '2024-06-01' from public.users;
    insert into private.erasures (tenant_id, person_hash, user_id, requested_by, state)
    select
        tenant_id, private.person_hash(tenant_id, id), id, id, case when id = :gil then 'finished' else 'requested' end
    from public.users;
    insert into public.projects (
        tenant_id, id, owner_id, slug, name, description, configuration, yaml, secret_paths, synced_configuration,
        synced_yaml, synced_at, synced_by
    )
    select
        p.tenant_id, coalesce(n.project::uuid, private.uuid_v7()), p.owner_id, 'desk-' || row_number() over (), 'Desk',
        'A desk', '{"a": 1}', 'a: 1', array['token'], '{"a": 1}', 'a: 1', '2024-06-01', p.owner_id
    from (
        select u.tenant_id, u.id as owner_id from public.users as u union all select :acme, null
    ) as p
    left join (
        values (:ada, :adas_project), (:ben, :bens_project), (:chloe, :chloes_project), (:finn, :finns_project),
        (:gil, :gils_project), (null, :nobodys_project)
    ) as n (person, project) on p.owner_id is not distinct from n.person::uuid;
    insert into public.project_members (tenant_id, project_id, user_id, access)
    values (:acme, :adas_project, :ben, 'viewer'), (:acme, :nobodys_project, :ben, 'editor'),
    (:acme, :bens_project, :gil, 'editor'), (:acme, :gils_project, :ada, 'editor'),
    (:globex, :chloes_project, :dan, 'editor');
    insert into public.project_members (tenant_id, project_id, user_id, access)
    select tenant_id, id, :finn, 'editor' from public.projects where tenant_id = :initech and owner_id <> :finn
    union all
    select tenant_id, :finns_project, id, 'viewer' from public.users where tenant_id = :initech and id <> :finn
    union all
    select tenant_id, id, owner_id, 'viewer' from public.projects where tenant_id = :hooli;
    insert into public.conversations (tenant_id, id, user_id, context_type, project_id)
    select
        tenant_id, case when id = :bens_project then :bens_session::uuid else private.uuid_v7() end, owner_id,
        'project', id
    from public.projects where owner_id is not null;
    insert into public.configuration_suggestions (
        tenant_id, id, project_id, user_id, type, title, explanation, changes, base_version, fingerprint, rests_on
    )
    select
        p.tenant_id, coalesce(n.suggestion::uuid, private.uuid_v7()), p.id, p.owner_id, 'workflow', 'Another b',
        'So be it', '[{"operation": "add", "path": ["b"], "after": "x"}]', 1, 'once', 'all'
    from public.projects as p
    left join (
        values (:adas_project, :adas_suggestion), (:bens_project, :bens_suggestion),
        (:chloes_project, :chloes_suggestion), (:nobodys_project, :nobodys_suggestion)
    ) as n (project, suggestion) on p.id = n.project::uuid;
    insert into public.configuration_suggestions (
        tenant_id, project_id, user_id, type, title, explanation, changes, base_version, fingerprint, rests_on, status,
        decided_by, decided_at, applied_changes, applied_version, patch, inverse
    )
    select
        tenant_id, project_id, user_id, type, title, explanation, changes, 1, 'twice', 'all', 'accepted', user_id,
        '2024-06-01', array[0], 2, '[]', '[]'
    from public.configuration_suggestions;
    insert into public.generated_apps (tenant_id, id, owner_id, name, description)
    select p.tenant_id, coalesce(n.app::uuid, private.uuid_v7()), p.owner_id, 'Shop', 'A shop'
    from (
        select u.tenant_id, u.id as owner_id from public.users as u union all select :acme, null
    ) as p
    left join (
        values (:ada, :adas_app), (:ben, :bens_app), (:chloe, :chloes_app)
    ) as n (person, app) on p.owner_id = n.person::uuid;
    insert into public.generated_app_files (tenant_id, app_id, path, content)
    select tenant_id, id, 'schema.prisma', 'model Basket' from public.generated_apps;
    insert into public.app_revisions (tenant_id, id, app_id, number, schema, source_digest, created_by)
    select
        a.tenant_id, coalesce(n.revision::uuid, private.uuid_v7()), a.id, 1, '{"tables": []}', repeat('0', 64),
        a.owner_id
    from public.generated_apps as a
    left join (
        values (:bens_app, :bens_revision), (:chloes_app, :chloes_revision)
    ) as n (app, revision) on a.id = n.app::uuid;
    insert into public.app_databases (
        tenant_id, id, app_id, environment, state, host, server_version, receipt, usage, error_code, error_detail
    )
    select
        a.tenant_id, coalesce(n.database::uuid, private.uuid_v7()), a.id, 'production', 'removed', 'db.test', '18',
        '[]', '{}', 'NONE', 'None'
    from public.generated_apps as a
    left join (
        values (:bens_app, :bens_database), (:chloes_app, :chloes_database)
    ) as n (app, database) on a.id = n.app::uuid;
    insert into private.app_credentials (tenant_id, database_id, password, pending)
    select tenant_id, id, convert_to(repeat('k', 28) || id, 'utf8'), convert_to(repeat('p', 28) || id, 'utf8')
    from public.app_databases;
    insert into public.app_operations (
        tenant_id, id, app_id, database_id, kind, state, step, result, error_code, error_detail, requested_by,
        finished_at
    )
    select
        d.tenant_id, coalesce(n.operation::uuid, private.uuid_v7()), d.app_id, d.id, 'remove', 'succeeded', 'done',
        '{}', 'NONE', 'None', a.owner_id, '2024-06-01'
    from public.app_databases as d
    inner join public.generated_apps as a on d.tenant_id = a.tenant_id and d.app_id = a.id
    left join (
        values (:bens_database, :bens_operation), (:chloes_database, :chloes_operation)
    ) as n (database, operation) on d.id = n.database::uuid;
    insert into public.app_backups (
        tenant_id, id, app_id, database_id, kind, state, file, label, bytes, sha256, server_version, tables, error_code,
        error_detail, verified_at
    )
    select
        d.tenant_id, coalesce(n.backup::uuid, private.uuid_v7()), d.app_id, d.id, 'manual', 'verified', 'file', 'Mine',
        1, repeat('0', 64), '18', '{}', 'NONE', 'None', '2024-06-01'
    from public.app_databases as d
    left join (
        values (:bens_database, :bens_backup), (:chloes_database, :chloes_backup)
    ) as n (database, backup) on d.id = n.database::uuid;
    insert into public.app_changes (
        tenant_id, id, app_id, database_id, to_revision_id, digest, catalog_digest, steps, state, error_code,
        error_detail, requested_by, confirmed_by, backup_id
    )
    select
        d.tenant_id, coalesce(n.change::uuid, private.uuid_v7()), d.app_id, d.id, r.id, repeat('a', 64),
        repeat('a', 64), '[{"number": 0, "kind": "additive"}]',
        case when n.change is null then 'discarded' else 'planned' end, 'NONE', 'None', a.owner_id, a.owner_id, b.id
    from public.app_databases as d
    inner join public.generated_apps as a on d.tenant_id = a.tenant_id and d.app_id = a.id
    inner join public.app_revisions as r on d.tenant_id = r.tenant_id and d.app_id = r.app_id
    inner join public.app_backups as b on d.tenant_id = b.tenant_id and d.id = b.database_id
    left join (
        values (:bens_database, :bens_change), (:chloes_database, :chloes_change)
    ) as n (database, change) on d.id = n.database::uuid;
    insert into public.users (tenant_id, email, role, is_active)
    values (:acme, 'ivy@partner.test', 'viewer', true), (:globex, 'Ivy@Partner.Test', 'admin', true),
    (:hooli, 'ivy@partner.test', 'admin', true), (:initech, 'ivy@partner.test', 'admin', false)
"""


def filled(sql: str) -> str:
    """A statement with the ids that its names stand for: `:name` quoted, and `{name}` within a text."""
    return re.sub(r"(?<![:\w]):(\w+)|\{(\w+)\}", lambda name: f"'{IDS[name[1]]}'" if name[1] else IDS[name[2]], sql)


# Some of it closed, and some corrected since.
SETTLED: Final = """
    select private.run_job('refresh_summaries');
    update public.feedback set rating = -1 where message_id in (:adas_answer, :chloes_answer);
    update public.usage_metrics set total_tokens = 2, prompt_tokens = 2
    where day = '2024-05-31' and tenant_id in (:acme, :globex);
    update public.usage_ledger set prompt_tokens = 2, cost = 0.000002 where user_id in (:ada, :chloe)
"""


async def populate(owner: asyncpg.Connection) -> None:
    """Add to the demo's people those in every other state, and something of each kind for everybody."""
    await owner.execute(filled(MORE))
    await settle(owner)


async def settle(owner: asyncpg.Connection) -> None:
    """Refresh the summaries, and correct something of what they hold."""
    await owner.execute(filled(SETTLED))


@dataclass(frozen=True)
class Actor:
    """Somebody who tries: a database role with claims, and who they are, None where they are nobody."""

    name: str
    audience: str
    role: str
    claims: str
    tenant: str | None = None
    person: str | None = None
    account: str | None = None
    email: str | None = None

    @property
    def stranger(self) -> str:
        """A tenant that is not the actor's and does not invite them."""
        if self.email:
            return IDS["initech"]
        return IDS["acme"] if self.tenant == IDS["globex"] else IDS["globex"]

    def setting(self) -> str:
        """The statement that hands the claims to the policies, as the Data API and the worker do."""
        return f"select set_config('request.jwt.claims', $claims${self.claims}$claims$, true)"

    def about(self, predicate: str) -> str:
        """A predicate with the asker's ids in it."""
        values = {"tenant": self.tenant, "person": self.person, "account": self.account, "email": self.email}
        quoted = {name: f"'{value}'" if value else "null" for name, value in values.items()}
        return re.sub(r"(?<!:):(tenant|person|account|email)\b", lambda found: quoted[found[1]], predicate)


def actors() -> list[Actor]:
    """Everybody, the plainest of each audience first."""

    def signed_in(name: str, audience: str, role: str = "authenticated", **ids: str) -> Actor:
        account = ACCOUNTS[name]
        claims = {"sub": account, "role": role, **({"email": ids["email"]} if "email" in ids else {})}
        return Actor(f"{name} as {role}", audience, role, json.dumps(claims), account=account, **ids)

    def nobody(name: str, claims: str) -> Actor:
        return Actor(name, "nobody", "authenticated", claims)

    ben = {"tenant": IDS["acme"], "person": IDS["ben"]}
    return [
        Actor("not signed in", "anon", "anon", '{"role": "anon"}'),
        nobody("no claims", ""),
        signed_in("viewer", "viewer", tenant=IDS["initech"], person=IDS["finn"]),
        signed_in("member", "member", **ben),
        signed_in("admin", "admin", tenant=IDS["acme"], person=IDS["ada"]),
        Actor("the worker for nobody", "worker", "palaver_worker", ""),
        signed_in("member", "acting", "palaver_worker", **ben),
        signed_in("deactivated", "late", "palaver_worker", tenant=IDS["acme"], person=IDS["gil"]),
        signed_in("member", "definer", "palaver_definer", **ben),
        Actor("a server", "service", "service_role", '{"role": "service_role"}'),
        signed_in("member", "anon", "anon"),
        signed_in("deactivated", "nobody"),
        signed_in("switched off", "nobody"),
        signed_in("outsider", "nobody"),
        signed_in("invited", "nobody", email="ivy@partner.test"),
        *(nobody(f"claims {claims}", claims) for claims in ("{}", "null", '{"sub": null}', "[]")),
        signed_in("rival", "member", tenant=IDS["globex"], person=IDS["dan"]),
        signed_in("rival admin", "admin", tenant=IDS["globex"], person=IDS["chloe"]),
        Actor("the worker with null claims", "worker", "palaver_worker", "null"),
        signed_in("switched off", "late", "palaver_worker", tenant=IDS["hooli"], person=IDS["hana"]),
        signed_in("invited", "definer", "palaver_definer", email="ivy@partner.test"),
    ]
