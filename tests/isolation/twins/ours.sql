-- What Acme has besides the demo data, and the demo's neighbours' rows that operations name, under fixed ids.

insert into auth.users (id, email)
values
('00000000-0000-7000-8000-00000000aa03', 'gil@acme.test'),
('00000000-0000-7000-8000-00000000aa04', 'vera@acme.test'),
('00000000-0000-7000-8000-00000000ee01', 'ivy@partner.test'),
('00000000-0000-7000-8000-0000000000ff', 'outsider@nowhere.test');

-- So many that no run reaches it: when a request is refused must not depend on how fast the machine is.

update public.tenants
set rate_limit_per_minute = 1000000, daily_token_limit = 1000000000000, temperature = 0.5, max_tokens = 100
where id = '00000000-0000-7000-8000-0000000000a0';

insert into public.users (tenant_id, id, auth_id, email, name, role, is_active)
select
    '00000000-0000-7000-8000-0000000000a0' as tenant_id,
    p.id,
    p.auth_id,
    p.email,
    p.name,
    p.role,
    p.is_active
from (
    values
    ('00000000-0000-7000-8000-0000000000a3'::uuid, '00000000-0000-7000-8000-00000000aa03'::uuid, 'gil@acme.test', 'Gil', 'member', false),
    ('00000000-0000-7000-8000-0000000000a4', '00000000-0000-7000-8000-00000000aa04', 'vera@acme.test', 'Vera', 'viewer', true),
    ('00000000-0000-7000-8000-0000000000a5', null, 'ivy@partner.test', null, 'member', true)
) as p (id, auth_id, email, name, role, is_active);

insert into public.conversations (tenant_id, id, user_id, title)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-00000000a104', '00000000-0000-7000-8000-0000000000a4',
    'From before'
);

insert into public.messages (tenant_id, id, conversation_id, user_id, content)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1041', '00000000-0000-7000-8000-00000000a104',
    '00000000-0000-7000-8000-0000000000a4', 'Am I still allowed to ask?'
);

insert into public.feedback (tenant_id, message_id, user_id, rating, comment)
select
    tenant_id,
    id,
    '00000000-0000-7000-8000-0000000000a2',
    -1,
    'Ben says no.'
from public.messages
where id = '00000000-0000-7000-8000-0000000a1012';

insert into public.turns (tenant_id, id, user_id, conversation_id, question_id, answer_id, status, dialect, response_id, finished_at)
select
    c.tenant_id,
    t.id,
    c.user_id,
    c.id as conversation_id,
    t.question_id,
    t.answer_id,
    t.status,
    'ui' as dialect,
    'response-' || t.id as response_id,
    case when t.status <> 'running' then now() end as finished_at
from (
    values
    ('00000000-0000-7000-8000-0000000a9001'::uuid, '00000000-0000-7000-8000-0000000a1011'::uuid, null::uuid, 'completed'),
    ('00000000-0000-7000-8000-0000000a9003', '00000000-0000-7000-8000-0000000a1031', null, 'running'),
    ('00000000-0000-7000-8000-0000000b9001', '00000000-0000-7000-8000-0000000b1011', null, 'completed'),
    ('00000000-0000-7000-8000-0000000b9002', '00000000-0000-7000-8000-0000000b1021', null, 'running')
) as t (id, question_id, answer_id, status)
inner join public.messages as m on t.question_id = m.id
inner join public.conversations as c on m.tenant_id = c.tenant_id and m.conversation_id = c.id;

-- Clients' own ids, the same of each tenant's, and parts.

update public.conversations set client_id = 'chat-' || right(id::text, 1) where id::text like '%1' or id::text like '%3';

update public.messages set client_id = 'message-' || right(id::text, 2), parts = jsonb_build_array(
    jsonb_build_object('type', 'text', 'text', content)
)
where id::text like '%1';

-- Public prompts are shown to everybody by intent: here only Acme has any.

update public.prompts set visibility = 'team' where tenant_id <> '00000000-0000-7000-8000-0000000000a0' and visibility = 'public';

insert into public.conversations (tenant_id, id, user_id, is_archived, prompt_id, prompt_values)
select
    u.tenant_id,
    ('00000000-0000-7000-8000-00000000a20' || right(u.id::text, 1))::uuid as id,
    u.id as user_id,
    true as is_archived,
    '00000000-0000-7000-8000-0000000a5001' as prompt_id,
    '{"text": "Good morning"}' as prompt_values
from public.users as u
where u.tenant_id = '00000000-0000-7000-8000-0000000000a0';

-- Projects: Ben's, which Vera may see, and one of Globex's; each has been changed once.

insert into public.projects (tenant_id, id, owner_id, slug, name, configuration, yaml)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a4011', '00000000-0000-7000-8000-0000000000a2',
    'saws', 'Saws', '{"custom_fields": [{"id": "size"}]}', 'custom_fields: [{id: size}]'
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000b4001', '00000000-0000-7000-8000-0000000000b1',
    'survey', 'Survey', '{"custom_fields": [{"id": "region"}]}', 'custom_fields: [{id: region}]'
);

insert into public.project_members (tenant_id, project_id, user_id, access)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a4011', '00000000-0000-7000-8000-0000000000a4', 'viewer'
);

update public.projects set configuration = '{}' where slug in ('saws', 'survey');

-- Sessions of the configuration assistant: Ben's and Chloe's on their projects, Ada's on the infrastructure.

insert into public.conversations (tenant_id, id, user_id, title, context_type, project_id)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-00000000a305', '00000000-0000-7000-8000-0000000000a2', 'Saws',
    'project', '00000000-0000-7000-8000-0000000a4011'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-00000000a306', '00000000-0000-7000-8000-0000000000a1',
    'Infrastructure', 'infrastructure', null
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-00000000b305', '00000000-0000-7000-8000-0000000000b1', 'Survey',
    'project', '00000000-0000-7000-8000-0000000b4001'
);

-- What was suggested for them, and for the help desk.

insert into public.configuration_suggestions (
    tenant_id, id, project_id, user_id, type, title, explanation, changes, base_version, fingerprint, rests_on
)
select
    p.tenant_id,
    s.suggestion_id as id,
    p.id as project_id,
    p.owner_id as user_id,
    'custom_field' as type,
    'Units' as title,
    'So that sizes can be compared.' as explanation,
    '[{"operation": "add", "path": ["units"], "after": "mm"}]' as changes,
    p.configuration_version as base_version,
    'once' as fingerprint,
    'all' as rests_on
from (
    values
    ('00000000-0000-7000-8000-0000000a4011'::uuid, '00000000-0000-7000-8000-0000000a3001'::uuid),
    ('00000000-0000-7000-8000-0000000a4010', '00000000-0000-7000-8000-0000000a3002'),
    ('00000000-0000-7000-8000-0000000b4001', '00000000-0000-7000-8000-0000000b3001')
) as s (project_id, suggestion_id)
inner join public.projects as p on s.project_id = p.id;

-- What is kept for turns that run: Acme's at one worker, the neighbours' at another, neither of which is ever silent.

insert into private.workers (id, seen_at, steady_since)
values
('00000000-0000-7000-8000-00000000f001', 'infinity', now()),
('00000000-0000-7000-8000-00000000f002', 'infinity', now());

insert into private.open_turns (tenant_id, turn_id, user_id, conversation_id, worker_id, prompt_estimate, reserved_tokens)
select
    t.tenant_id,
    t.id as turn_id,
    t.user_id,
    t.conversation_id,
    case t.tenant_id
        when '00000000-0000-7000-8000-0000000000a0' then '00000000-0000-7000-8000-00000000f001'::uuid
        else '00000000-0000-7000-8000-00000000f002'
    end as worker_id,
    10 as prompt_estimate,
    100 as reserved_tokens
from public.turns as t
where t.status = 'running';

insert into private.turn_pieces (tenant_id, turn_id, seq, pieces)
select
    o.tenant_id,
    o.turn_id,
    0 as seq,
    jsonb_build_array('Said by ' || t.llm_model) as pieces
from private.open_turns as o
inner join public.tenants as t on o.tenant_id = t.id;

insert into private.idempotency_keys (tenant_id, user_id, dialect, key, fingerprint, turn_id)
select
    t.tenant_id,
    t.user_id,
    t.dialect,
    'once' as key,
    '\xab' as fingerprint,
    t.id as turn_id
from public.turns as t;

insert into private.model_prices (id, provider, model, valid_from, input_price, output_price)
values ('00000000-0000-7000-8000-00000000f003', 'p', 'm', '2024-01-01', 1, 2);

insert into public.usage_ledger (
    tenant_id, id, user_id, conversation_id, provider, model, prompt_tokens, completion_tokens, cost, price_id
)
select
    t.tenant_id,
    t.id,
    t.user_id,
    t.conversation_id,
    'p' as provider,
    'a model' as model,
    3 as prompt_tokens,
    4 as completion_tokens,
    0.000011 as cost,
    '00000000-0000-7000-8000-00000000f003' as price_id
from public.turns as t
where t.status = 'completed';

update public.feedback as f
set id = n.id
from (
    values
    ('00000000-0000-7000-8000-0000000b8001'::uuid, '00000000-0000-7000-8000-0000000b1012'::uuid),
    ('00000000-0000-7000-8000-0000000b8002', '00000000-0000-7000-8000-0000000b1022')
) as n (id, message_id)
where f.message_id = n.message_id;

insert into private.allowances (tenant_id, user_id, day, reserved_tokens)
select
    t.id as tenant_id,
    '00000000-0000-0000-0000-000000000000' as user_id,
    (now() at time zone 'utc')::date as day,
    (select coalesce(sum(o.reserved_tokens), 0) from private.open_turns as o where o.tenant_id = t.id) as reserved_tokens
from public.tenants as t;

-- Makes a leak seen that a planner's choice would hide: cheaper than any condition, and tells what it is shown.

create schema spying;

grant usage on schema spying to anon, authenticated;

create function spying.look(p_seen text)
returns boolean
language plpgsql
cost 0.0000000001
as $$
begin
    raise notice 'seen: %', p_seen;
    return true;
end
$$;

grant execute on function spying.look(text) to anon, authenticated;

-- Links whose tokens are known: that of a conversation is its id, made as long as a token is.

insert into public.conversation_shares (tenant_id, id, conversation_id, user_id, is_live, may_continue)
select
    c.tenant_id,
    s.share_id,
    c.id as conversation_id,
    c.user_id,
    true as is_live,
    true as may_continue
from (
    values
    ('00000000-0000-7000-8000-00000000a101'::uuid, '00000000-0000-7000-8000-0000000a7001'::uuid),
    ('00000000-0000-7000-8000-00000000a103', '00000000-0000-7000-8000-0000000a7003'),
    ('00000000-0000-7000-8000-00000000b101', '00000000-0000-7000-8000-0000000b7001'),
    ('00000000-0000-7000-8000-00000000b102', '00000000-0000-7000-8000-0000000b7002')
) as s (conversation_id, share_id)
inner join public.conversations as c on s.conversation_id = c.id;

insert into private.share_secrets (tenant_id, share_id, auth_id, token_hash)
select
    s.tenant_id,
    s.id as share_id,
    u.auth_id,
    sha256(convert_to('share--' || s.conversation_id, 'utf8')) as token_hash
from public.conversation_shares as s
inner join public.users as u on s.tenant_id = u.tenant_id and s.user_id = u.id;

insert into private.share_views (tenant_id, share_id, counter, views, last_viewed_at)
select
    s.tenant_id,
    s.id as share_id,
    1 as counter,
    2 as views,
    '2024-05-31' as last_viewed_at
from public.conversation_shares as s;

-- What may be said again, a key, and a text that people have consented to.

update public.tenants set response_cache_seconds = 1000000, consent_version = 'v1', consent_text = 'We keep what you say.'
where id = '00000000-0000-7000-8000-0000000000a0';

insert into private.cached_responses (tenant_id, key, user_id, provider, model, content)
values (
    '00000000-0000-7000-8000-0000000000a0', sha256('same'), '00000000-0000-7000-8000-0000000000a2', 'p', 'm', 'Said again.'
);

insert into public.consents (tenant_id, user_id, version)
select
    u.tenant_id,
    u.id as user_id,
    'v1' as version
from public.users as u
where u.tenant_id = '00000000-0000-7000-8000-0000000000a0' and u.joined_at is not null;

insert into private.tenant_keys (tenant_id, id, wrapped_key)
values ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000ac001', '\xabababababababababababababababababababababababababababab');

-- What the app had: a database that is gone, its backup, and what was made of it and planned.

insert into public.app_revisions (tenant_id, id, app_id, number, schema, source_digest, created_by)
select
    a.tenant_id,
    '00000000-0000-7000-8000-0000000a6002' as id,
    a.id as app_id,
    1 as number,
    '{"tables": []}' as schema,
    repeat('0', 64) as source_digest,
    a.owner_id as created_by
from public.generated_apps as a;

insert into public.app_databases (tenant_id, id, app_id, environment, state)
select
    a.tenant_id,
    '00000000-0000-7000-8000-0000000a6003' as id,
    a.id as app_id,
    'production' as environment,
    'removed' as state
from public.generated_apps as a;

insert into public.app_backups (tenant_id, id, app_id, database_id, kind, state, file, bytes, sha256, tables, verified_at)
select
    d.tenant_id,
    '00000000-0000-7000-8000-0000000a6006' as id,
    d.app_id,
    d.id as database_id,
    'checkpoint' as kind,
    'verified' as state,
    'a.dump' as file,
    1 as bytes,
    repeat('0', 64) as sha256,
    '{"tools": 3}' as tables,
    '2024-05-31' as verified_at
from public.app_databases as d;

insert into public.app_changes (
    tenant_id, id, app_id, database_id, to_revision_id, state, digest, catalog_digest, steps, backup_id, requested_by, applied_at
)
select
    b.tenant_id,
    c.id,
    b.app_id,
    b.database_id,
    '00000000-0000-7000-8000-0000000a6002' as to_revision_id,
    c.state,
    repeat('a', 64) as digest,
    repeat('b', 64) as catalog_digest,
    '[{"number": 0, "kind": "additive"}]' as steps,
    b.id as backup_id,
    '00000000-0000-7000-8000-0000000000a2' as requested_by,
    c.applied_at
from public.app_backups as b
cross join (
    values
    ('00000000-0000-7000-8000-0000000a6004'::uuid, 'planned', null),
    ('00000000-0000-7000-8000-0000000a6005', 'applied', '2024-05-31'::timestamptz)
) as c (id, state, applied_at);
