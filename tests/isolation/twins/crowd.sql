-- The neighbours of the right world: a Globex with the same ids, other texts and much more of everything, and many more tenants.
-- The model that it takes is Acme's.

update public.tenants
set
    name = 'Global Exports markglobexx7q', slug = 'global-exports', llm_provider = null, llm_model = 'markacmex7q', temperature = 2,
    max_tokens = 7, system_prompt = 'Never answer. markglobexx7q', features = '{}', rate_limit_per_minute = 900000,
    daily_token_limit = 5000000000000, branding = '{"color": "#000000"}'
where id = '00000000-0000-7000-8000-0000000000b0';

delete from public.tenants where id = '00000000-0000-7000-8000-0000000000c0';

delete from public.users where id = '00000000-0000-7000-8000-0000000000b2';

update public.users set name = 'Chloe Two', preferences = '{"a": "b"}' where id = '00000000-0000-7000-8000-0000000000b1';

update public.conversations set title = 'Renamed markglobexx7q', is_archived = true where id = '00000000-0000-7000-8000-00000000b101';

update public.messages set content = 'Rewritten markglobexx7q' where tenant_id = '00000000-0000-7000-8000-0000000000b0';

insert into public.tenants (id, name, slug, features, is_active)
values ('00000000-0000-7000-8000-0000000000d0', 'Hooli markglobexx7q', 'hooli', '{"ai_assistant": false}', false);

insert into public.tenants (name, slug) select
    'Tenant markglobexx7q',
    'tenant-' || n
from generate_series(1, 30) as n;

-- People with the names of Acme's, some of them invited and not here yet.

insert into public.users (tenant_id, id, email, name, role, is_active, joined_at)
select
    '00000000-0000-7000-8000-0000000000b0' as tenant_id,
    ('00000000-0000-7000-8000-000000c0' || lpad(to_hex(n), 4, '0'))::uuid as id,
    coalesce((array['ada', 'ben', 'vera', 'gil', 'ivy'])[n], 'walt' || n) || '@globex.test' as email,
    'Walt markglobexx7q' as name,
    (array['admin', 'member', 'viewer'])[1 + n % 3] as role,
    n % 7 <> 0 as is_active,
    case when n % 5 <> 0 then now() end as joined_at
from generate_series(1, 40) as n;

insert into public.users (tenant_id, email, joined_at)
values
('00000000-0000-7000-8000-0000000000b0', 'new@acme.test', now()),
('00000000-0000-7000-8000-0000000000b0', 'kim@partner.test', null);

insert into public.conversations (tenant_id, id, user_id, title, is_archived)
select
    '00000000-0000-7000-8000-0000000000b0' as tenant_id,
    ('00000000-0000-7000-8000-000000c1' || lpad(to_hex(n), 4, '0'))::uuid as id,
    ('00000000-0000-7000-8000-000000c0' || lpad(to_hex(1 + n % 40), 4, '0'))::uuid as user_id,
    'Talk markglobexx7q' as title,
    n % 4 = 0 as is_archived
from generate_series(1, 300) as n;

insert into public.messages (tenant_id, id, conversation_id, user_id, role, content, model_used)
select
    c.tenant_id,
    ('00000000-0000-7000-8000-000000c2' || lpad(to_hex(n), 4, '0'))::uuid as id,
    c.id as conversation_id,
    c.user_id,
    case when n % 2 = 0 then 'assistant' else 'user' end as role,
    'Said markglobexx7q ' || n as content,
    'big' as model_used
from generate_series(1, 1500) as n
inner join public.conversations as c
    on c.id = ('00000000-0000-7000-8000-000000c1' || lpad(to_hex(1 + (n - 1) / 5), 4, '0'))::uuid;

insert into public.feedback (tenant_id, id, message_id, user_id, rating, comment)
select
    m.tenant_id,
    ('00000000-0000-7000-8000-000000c8' || right(m.id::text, 4))::uuid as id,
    m.id as message_id,
    m.user_id,
    1 as rating,
    'Fine markglobexx7q' as comment
from public.messages as m
where m.id::text like '00000000-0000-7000-8000-000000c2%' and m.role = 'assistant';

insert into public.turns (tenant_id, id, user_id, conversation_id, question_id, status, finished_at)
select
    m.tenant_id,
    ('00000000-0000-7000-8000-000000c9' || right(m.id::text, 4))::uuid as id,
    m.user_id,
    m.conversation_id,
    m.id as question_id,
    'completed' as status,
    now() as finished_at
from public.messages as m
where m.id::text like '00000000-0000-7000-8000-000000c2%' and m.role = 'user';

insert into public.usage_metrics (tenant_id, user_id, day, total_tokens, prompt_tokens, request_count, estimated_cost)
select
    u.tenant_id,
    u.id as user_id,
    (now() at time zone 'utc')::date - n as day,
    1000 * n as total_tokens,
    1000 * n as prompt_tokens,
    n as request_count,
    n as estimated_cost
from public.users as u
cross join generate_series(0, 90, 3) as n
where u.id::text like '00000000-0000-7000-8000-000000c0%';

insert into public.prompts (tenant_id, id, user_id, name, text, tags, visibility)
select
    '00000000-0000-7000-8000-0000000000b0' as tenant_id,
    ('00000000-0000-7000-8000-000000c5' || lpad(to_hex(n), 4, '0'))::uuid as id,
    ('00000000-0000-7000-8000-000000c0' || lpad(to_hex(1 + n % 40), 4, '0'))::uuid as user_id,
    'Prompt markglobexx7q' as name,
    'Of markglobexx7q and {{text}}' as text,
    '{figures}' as tags,
    (array['private', 'team'])[1 + n % 2] as visibility
from generate_series(1, 200) as n;

update public.prompts set text = text || ', once more', variables = '{"text": {"default": "markglobexx7q"}}'
where id::text like '00000000-0000-7000-8000-000000c5%1';

-- Acme's public prompts may be used by all; and ids of prompts are unique within a tenant only.

insert into public.conversations (tenant_id, user_id, title, prompt_id, prompt_values)
select
    '00000000-0000-7000-8000-0000000000b0' as tenant_id,
    '00000000-0000-7000-8000-0000000000b1' as user_id,
    'Translated markglobexx7q' as title,
    '00000000-0000-7000-8000-0000000a5001' as prompt_id,
    '{"text": "markglobexx7q"}' as prompt_values
from generate_series(1, 30);

insert into public.prompts (tenant_id, id, user_id, name, text, visibility)
select
    '00000000-0000-7000-8000-0000000000b0',
    id,
    '00000000-0000-7000-8000-0000000000b1',
    'Double markglobexx7q',
    'Double markglobexx7q {{notes}}',
    'team'
from public.prompts
where tenant_id = '00000000-0000-7000-8000-0000000000a0' and visibility <> 'public';

insert into public.projects (tenant_id, id, owner_id, slug, name, configuration, yaml, secret_paths)
select
    '00000000-0000-7000-8000-0000000000b0' as tenant_id,
    ('00000000-0000-7000-8000-000000c4' || lpad(to_hex(n), 4, '0'))::uuid as id,
    ('00000000-0000-7000-8000-000000c0' || lpad(to_hex(1 + n % 40), 4, '0'))::uuid as owner_id,
    'project-' || n as slug,
    'Project markglobexx7q' as name,
    '{"a": "markglobexx7q"}' as configuration,
    'a: markglobexx7q' as yaml,
    '{markglobexx7q}' as secret_paths
from generate_series(1, 100) as n;

update public.projects set configuration = '{"b": "markglobexx7q"}' where id::text like '00000000-0000-7000-8000-000000c4%1';

update public.tenants set configuration_schema = '{"required": ["a"], "description": "markglobexx7q"}'
where id = '00000000-0000-7000-8000-0000000000b0';

-- Ids are unique within a tenant only, so Globex can have Acme's: a person, a conversation, messages, feedback, a turn.

insert into public.users (tenant_id, id, email, name, role, joined_at)
select
    '00000000-0000-7000-8000-0000000000b0',
    id,
    replace(email, 'acme', 'globex'),
    'Double markglobexx7q',
    'admin',
    now()
from public.users
where id in ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-0000000000a2');

insert into public.projects (tenant_id, id, owner_id, slug, name, configuration, yaml)
select
    '00000000-0000-7000-8000-0000000000b0',
    id,
    owner_id,
    slug,
    'Double markglobexx7q',
    '{"a": "markglobexx7q"}',
    'a: markglobexx7q'
from public.projects
where tenant_id = '00000000-0000-7000-8000-0000000000a0';

insert into public.project_members (tenant_id, project_id, user_id, access)
select
    '00000000-0000-7000-8000-0000000000b0',
    p.id,
    u.id,
    'editor'
from public.projects as p
inner join public.users as u on p.tenant_id = u.tenant_id and u.name = 'Double markglobexx7q'
where p.tenant_id = '00000000-0000-7000-8000-0000000000b0';

insert into public.configuration_suggestions (
    tenant_id, id, project_id, user_id, type, title, explanation, changes, base_version, fingerprint, rests_on
)
select
    '00000000-0000-7000-8000-0000000000b0',
    id,
    project_id,
    user_id,
    type,
    'Double markglobexx7q',
    'markglobexx7q',
    '[{"operation": "add", "path": ["markglobexx7q"], "after": "markglobexx7q"}]',
    1,
    fingerprint,
    rests_on
from public.configuration_suggestions
where tenant_id = '00000000-0000-7000-8000-0000000000a0';

insert into public.conversations (tenant_id, id, user_id, title, context_type, project_id)
select
    '00000000-0000-7000-8000-0000000000b0',
    id,
    user_id,
    'Double markglobexx7q',
    context_type,
    project_id
from public.conversations
where
    id in (
        '00000000-0000-7000-8000-00000000a101', '00000000-0000-7000-8000-00000000a103', '00000000-0000-7000-8000-00000000a305',
        '00000000-0000-7000-8000-00000000a306'
    );

insert into public.messages (tenant_id, id, conversation_id, user_id, role, content)
select
    '00000000-0000-7000-8000-0000000000b0',
    m.id,
    m.conversation_id,
    m.user_id,
    m.role,
    'Double markglobexx7q'
from public.messages as m
where
    m.tenant_id = '00000000-0000-7000-8000-0000000000a0'
    and m.conversation_id in ('00000000-0000-7000-8000-00000000a101', '00000000-0000-7000-8000-00000000a103');

insert into public.feedback (tenant_id, id, message_id, user_id, rating, comment)
select
    '00000000-0000-7000-8000-0000000000b0',
    f.id,
    f.message_id,
    f.user_id,
    -f.rating,
    'Double markglobexx7q'
from public.feedback as f
inner join public.messages as m on m.tenant_id = '00000000-0000-7000-8000-0000000000b0' and f.message_id = m.id
where f.tenant_id = '00000000-0000-7000-8000-0000000000a0';

insert into public.turns (tenant_id, id, user_id, conversation_id, question_id, status)
select
    '00000000-0000-7000-8000-0000000000b0',
    t.id,
    t.user_id,
    t.conversation_id,
    t.question_id,
    'running'
from public.turns as t
where t.tenant_id = '00000000-0000-7000-8000-0000000000a0';

insert into public.usage_metrics (tenant_id, user_id, day, total_tokens, prompt_tokens, request_count)
select
    '00000000-0000-7000-8000-0000000000b0',
    m.user_id,
    m.day,
    999,
    999,
    9
from public.usage_metrics as m
where
    m.tenant_id = '00000000-0000-7000-8000-0000000000a0'
    and m.user_id in ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-0000000000a2');

insert into public.audit_log (tenant_id, id, at, actor_id, actor_role, action, object, object_id, subject_id, before, after)
select
    '00000000-0000-7000-8000-0000000000b0',
    a.id,
    a.at,
    a.actor_id,
    a.actor_role,
    a.action,
    a.object,
    a.object_id,
    a.subject_id,
    case when a.before is not null then '{"name": "Double markglobexx7q"}'::jsonb end,
    case when a.after is not null then '{"name": "Double markglobexx7q"}'::jsonb end
from public.audit_log as a
where a.tenant_id = '00000000-0000-7000-8000-0000000000a0';

insert into private.open_turns (tenant_id, turn_id, user_id, conversation_id, worker_id, prompt_estimate, reserved_tokens)
select
    t.tenant_id,
    t.id as turn_id,
    t.user_id,
    t.conversation_id,
    '00000000-0000-7000-8000-00000000f002' as worker_id,
    10 as prompt_estimate,
    100 as reserved_tokens
from public.turns as t
where t.status = 'running'
on conflict do nothing;

insert into private.turn_pieces (tenant_id, turn_id, seq, pieces)
select
    o.tenant_id,
    o.turn_id,
    n as seq,
    '["Another markglobexx7q"]' as pieces
from private.open_turns as o
cross join generate_series(1, 5) as n
where o.tenant_id = '00000000-0000-7000-8000-0000000000b0';

insert into private.idempotency_keys (tenant_id, user_id, dialect, key, fingerprint, turn_id)
select
    t.tenant_id,
    t.user_id,
    d.dialect,
    'once' as key,
    '\xcd' as fingerprint,
    t.id as turn_id
from public.turns as t
cross join (values ('plain'), ('ui'), ('openai')) as d (dialect)
where t.tenant_id = '00000000-0000-7000-8000-0000000000b0'
on conflict do nothing;

insert into private.model_prices (provider, model, valid_from, input_price, output_price)
values ('openai', 'markglobexx7q', '2024-01-01', 7, 8);

insert into public.usage_ledger (tenant_id, user_id, provider, model, prompt_tokens, completion_tokens, cost)
select
    u.tenant_id,
    u.id as user_id,
    'p' as provider,
    'markglobexx7q' as model,
    1000 * n as prompt_tokens,
    n as completion_tokens,
    n as cost
from public.users as u
cross join generate_series(1, 20) as n
where u.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into private.allowances (tenant_id, user_id, next_at, day, used_tokens, reserved_tokens)
select
    id as tenant_id,
    '00000000-0000-0000-0000-000000000000' as user_id,
    now() + interval '1 day' as next_at,
    (now() at time zone 'utc')::date as day,
    1000000000 as used_tokens,
    1000000000 as reserved_tokens
from public.tenants
on conflict (tenant_id, user_id) do nothing;

-- Shares under the ids of Acme's.

insert into public.conversation_shares (tenant_id, id, conversation_id, user_id, is_live)
select
    '00000000-0000-7000-8000-0000000000b0' as tenant_id,
    s.id,
    s.conversation_id,
    s.user_id,
    true as is_live
from public.conversation_shares as s
where s.tenant_id = '00000000-0000-7000-8000-0000000000a0';

insert into private.share_secrets (tenant_id, share_id, auth_id, token_hash)
select
    s.tenant_id,
    s.id as share_id,
    s.user_id as auth_id,
    sha256(convert_to('other--' || s.conversation_id, 'utf8')) as token_hash
from public.conversation_shares as s
where not exists (select from private.share_secrets as k where k.tenant_id = s.tenant_id and k.share_id = s.id);

insert into private.share_views (tenant_id, share_id, counter, views, last_viewed_at)
select
    s.tenant_id,
    s.id as share_id,
    1 as counter,
    999 as views,
    now() as last_viewed_at
from public.conversation_shares as s
where not exists (select from private.share_views as v where v.tenant_id = s.tenant_id and v.share_id = s.id);

-- The same question asked, and a key under the id of Acme's.

insert into private.cached_responses (tenant_id, key, user_id, provider, model, content)
select
    r.tenant_id,
    sha256('same') as key,
    r.user_id,
    'p' as provider,
    'm' as model,
    'Said again markglobexx7q' as content
from (
    values ('00000000-0000-7000-8000-0000000000b0'::uuid, '00000000-0000-7000-8000-0000000000b1'::uuid)
) as r (tenant_id, user_id);

insert into private.tenant_keys (tenant_id, id, wrapped_key)
values ('00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000ac001', '\xcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd');

-- Documentation with the names of Acme's, and with its words.

insert into public.documentation_sections (tenant_id, id, file, anchor, position, heading, content)
select
    t.id as tenant_id,
    case when t.id = '00000000-0000-7000-8000-0000000000b0' then s.id else private.uuid_v7() end as id,
    s.file,
    s.anchor,
    s.position,
    s.heading,
    s.content || ' markglobexx7q' as content
from public.documentation_sections as s
cross join public.tenants as t
where t.id <> s.tenant_id;

-- Apps like Acme's, whose databases are gone, and a plan with room for one of each person.

update public.tenants
set app_plan = 'enterprise'
where id <> '00000000-0000-7000-8000-0000000000a0';

insert into public.generated_apps (tenant_id, id, owner_id, name, description)
select
    u.tenant_id,
    u.id,
    u.id as owner_id,
    'Tool library markglobexx7q' as name,
    'markglobexx7q' as description
from public.users as u
where u.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into public.generated_app_files (tenant_id, app_id, path, content)
select
    a.tenant_id,
    a.id as app_id,
    f.path,
    f.content || ' markglobexx7q' as content
from public.generated_apps as a
cross join public.generated_app_files as f
where a.tenant_id <> '00000000-0000-7000-8000-0000000000a0' and f.tenant_id = '00000000-0000-7000-8000-0000000000a0';

insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest, created_by)
select
    a.tenant_id,
    a.id as app_id,
    1 as number,
    '{"mark": "markglobexx7q"}' as schema,
    repeat('0', 64) as source_digest,
    a.owner_id as created_by
from public.generated_apps as a
where a.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into public.app_databases (tenant_id, id, app_id, environment, state, host, usage)
select
    a.tenant_id,
    a.id,
    a.id as app_id,
    'production' as environment,
    'removed' as state,
    'markglobexx7q' as host,
    '{"mark": "markglobexx7q"}' as usage
from public.generated_apps as a
where a.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into private.app_credentials (tenant_id, database_id, password)
select
    d.tenant_id,
    d.id as database_id,
    sha256('markglobexx7q') as password
from public.app_databases as d
where d.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into public.app_operations (tenant_id, app_id, database_id, kind, state, result, finished_at)
select
    d.tenant_id,
    d.app_id,
    d.id as database_id,
    'remove' as kind,
    'succeeded' as state,
    '{"mark": "markglobexx7q"}' as result,
    now() as finished_at
from public.app_databases as d
where d.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into public.app_backups (tenant_id, id, app_id, database_id, kind, file, label)
select
    d.tenant_id,
    d.id,
    d.app_id,
    d.id as database_id,
    'checkpoint' as kind,
    'a.dump' as file,
    'markglobexx7q' as label
from public.app_databases as d
where d.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into public.app_changes (tenant_id, id, app_id, database_id, to_revision_id, digest, catalog_digest, steps, requested_by)
select
    r.tenant_id,
    r.app_id as id,
    r.app_id,
    r.app_id as database_id,
    r.id as to_revision_id,
    repeat('a', 64) as digest,
    repeat('b', 64) as catalog_digest,
    '[{"number": 0, "kind": "additive", "subject": "markglobexx7q"}]' as steps,
    r.created_by as requested_by
from public.app_revisions as r
where r.tenant_id <> '00000000-0000-7000-8000-0000000000a0';

insert into public.consents (tenant_id, user_id, version, text_hash)
select
    u.tenant_id,
    u.id as user_id,
    'v1' as version,
    encode(sha256('markglobexx7q'), 'hex') as text_hash
from public.users as u
where u.tenant_id = '00000000-0000-7000-8000-0000000000b0';

insert into public.legal_holds (tenant_id, user_id, reason)
select
    u.tenant_id,
    u.id as user_id,
    'Kept markglobexx7q' as reason
from public.users as u
where u.tenant_id = '00000000-0000-7000-8000-0000000000b0';

analyze;
