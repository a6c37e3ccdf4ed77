-- Demo data: three tenants with different settings, six people who can sign in, conversations in different states.
--
-- Safe to repeat: it replaces its own rows and touches no others.
-- It stops where an app of these tenants has a database: remove that first.
-- Refuses where it could do harm: a database marked as production, or one that holds tenants that are not the demo's.
-- Sign-ins: ada@acme.test, ben@acme.test, chloe@globex.test, dan@globex.test, emma@initech.test, finn@initech.test;
--           the password of each is palaver-demo.

begin;

do $$
begin
    if current_setting('palaver.environment', true) = 'production' then
        raise exception using
            errcode = 'PA403',
            message = 'Demo data is not for production, and this database is marked as production.';
    end if;

    if exists (select from public.tenants where slug not in ('acme', 'globex', 'initech') or id::text not like '00000000-0000-7000-8000-%') then
        raise exception using
            errcode = 'PA403',
            message = 'Demo data is not for production, and this database holds tenants that are not the demo''s.',
            hint = 'Use an empty database.';
    end if;
end
$$;

delete from public.tenants
where id in (
    '00000000-0000-7000-8000-0000000000a0',
    '00000000-0000-7000-8000-0000000000b0',
    '00000000-0000-7000-8000-0000000000c0'
);

insert into public.tenants (
    id, name, slug, llm_provider, llm_model, temperature, max_tokens, system_prompt, features, rate_limit_per_minute, daily_token_limit,
    branding, created_at
)
values
(
    '00000000-0000-7000-8000-0000000000a0', 'Acme', 'acme', null, null, null, null,
    'You are the assistant of Acme, a maker of dependable tools. Answer briefly.',
    '{"ai_assistant": true}', 60, null, '{"color": "#c2410c"}', now() - interval '90 days'
),
(
    '00000000-0000-7000-8000-0000000000b0', 'Globex', 'globex', 'openai', 'gpt-5-mini', 0.2, 1024,
    'You help the analysts of Globex. Show your figures.',
    '{"ai_assistant": true}', 20, 200000, '{"color": "#1d4ed8"}', now() - interval '60 days'
),
(
    '00000000-0000-7000-8000-0000000000c0', 'Initech', 'initech', null, null, 0.9, 256, null,
    '{"ai_assistant": true, "beta": ["search"]}', 5, 10000, '{}', now() - interval '30 days'
);

-- Accounts at Supabase Auth, with their e-mail identities. The hash is bcrypt's of palaver-demo.

insert into auth.users (
    id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select
    p.id,
    'authenticated' as aud,
    'authenticated' as role,
    p.email,
    '$2a$10$pmk/rS5dnphZr/0wJtO8L../OQGkI08XYi0okFOyR5Hs4yw6WuL/q' as encrypted_password,
    now() as email_confirmed_at,
    '{"provider": "email", "providers": ["email"]}' as raw_app_meta_data,
    jsonb_build_object('sub', p.id, 'email', p.email, 'email_verified', true) as raw_user_meta_data,
    now() as created_at,
    now() as updated_at
from (
    values
    ('00000000-0000-7000-8000-00000000aa01'::uuid, 'ada@acme.test'),
    ('00000000-0000-7000-8000-00000000aa02'::uuid, 'ben@acme.test'),
    ('00000000-0000-7000-8000-00000000bb01'::uuid, 'chloe@globex.test'),
    ('00000000-0000-7000-8000-00000000bb02'::uuid, 'dan@globex.test'),
    ('00000000-0000-7000-8000-00000000cc01'::uuid, 'emma@initech.test'),
    ('00000000-0000-7000-8000-00000000cc02'::uuid, 'finn@initech.test')
) as p (id, email)
on conflict (id) do update set encrypted_password = excluded.encrypted_password;

-- Supabase Auth looks people up within an instance, and reads the other columns as text that is never null.

do $$
declare
    v_column text;
begin
    if exists (
        select from information_schema.columns as c
        where c.table_schema = 'auth' and c.table_name = 'users' and c.column_name = 'instance_id'
    ) then
        update auth.users
        set instance_id = '00000000-0000-0000-0000-000000000000'
        where instance_id is null and id::text like '00000000-0000-7000-8000-%';
    end if;

    for v_column in
        select c.column_name
        from information_schema.columns as c
        where
            c.table_schema = 'auth'
            and c.table_name = 'users'
            and c.column_name in (
                'confirmation_token', 'recovery_token', 'email_change', 'email_change_token_new',
                'email_change_token_current', 'phone_change', 'phone_change_token', 'reauthentication_token'
            )
    loop
        execute format(
            'update auth.users set %1$I = '''' where %1$I is null and id::text like ''00000000-0000-7000-8000-%%''', v_column
        );
    end loop;
end
$$;

insert into auth.identities (id, provider, provider_id, user_id, identity_data, last_sign_in_at, created_at, updated_at)
select
    u.id,
    'email' as provider,
    u.id::text as provider_id,
    u.id as user_id,
    jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true) as identity_data,
    null as last_sign_in_at,
    now() as created_at,
    now() as updated_at
from auth.users as u
where u.id::text like '00000000-0000-7000-8000-%'
on conflict (provider, provider_id) do nothing;

insert into public.users (tenant_id, id, auth_id, email, name, role, preferences, last_active_at, created_at)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-00000000aa01',
    'ada@acme.test', 'Ada', 'admin', '{"theme": "dark"}', now() - interval '2 hours', now() - interval '90 days'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000000a2', '00000000-0000-7000-8000-00000000aa02',
    'ben@acme.test', 'Ben', 'member', '{}', now() - interval '1 day', now() - interval '80 days'
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-00000000bb01',
    'chloe@globex.test', 'Chloe', 'admin', '{}', now() - interval '3 hours', now() - interval '60 days'
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000000b2', '00000000-0000-7000-8000-00000000bb02',
    'dan@globex.test', 'Dan', 'member', '{"language": "de"}', now() - interval '4 days', now() - interval '55 days'
),
(
    '00000000-0000-7000-8000-0000000000c0', '00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000cc01',
    'emma@initech.test', 'Emma', 'admin', '{}', now() - interval '5 days', now() - interval '30 days'
),
(
    '00000000-0000-7000-8000-0000000000c0', '00000000-0000-7000-8000-0000000000c2', '00000000-0000-7000-8000-00000000cc02',
    'finn@initech.test', 'Finn', 'viewer', '{}', null, now() - interval '20 days'
);

insert into public.conversations (tenant_id, id, user_id, title, metadata, is_archived, created_at, updated_at)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-00000000a101', '00000000-0000-7000-8000-0000000000a1',
    'Which drill for oak?', '{"source": "web"}', false, now() - interval '3 days', now() - interval '3 days'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-00000000a102', '00000000-0000-7000-8000-0000000000a1',
    'Return of an order', '{"source": "mobile"}', true, now() - interval '20 days', now() - interval '20 days'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-00000000a103', '00000000-0000-7000-8000-0000000000a2',
    'Warranty in short', '{}', false, now() - interval '1 day', now() - interval '1 day'
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-00000000b101', '00000000-0000-7000-8000-0000000000b1',
    'Third quarter by region', '{"pinned": true}', false, now() - interval '5 days', now() - interval '5 days'
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-00000000b102', '00000000-0000-7000-8000-0000000000b2',
    'Outliers in the survey', '{}', false, now() - interval '4 days', now() - interval '4 days'
),
(
    '00000000-0000-7000-8000-0000000000c0', '00000000-0000-7000-8000-00000000c101', '00000000-0000-7000-8000-0000000000c1',
    'Cover sheet for the report', '{}', false, now() - interval '6 days', now() - interval '6 days'
),
(
    '00000000-0000-7000-8000-0000000000c0', '00000000-0000-7000-8000-00000000c102', '00000000-0000-7000-8000-0000000000c1',
    'New conversation', '{}', false, now() - interval '5 days', now() - interval '5 days'
);

insert into public.messages (tenant_id, id, conversation_id, user_id, role, content, token_count, model_used, latency_ms, created_at)
select
    m.tenant_id,
    m.id,
    c.id as conversation_id,
    c.user_id,
    m.role,
    m.content,
    m.token_count,
    m.model_used,
    m.latency_ms,
    c.created_at + m.after as created_at
from (
    values
    ('00000000-0000-7000-8000-0000000000a0'::uuid, '00000000-0000-7000-8000-0000000a1011'::uuid, '00000000-0000-7000-8000-00000000a101'::uuid, 'user', 'Which drill bit do I need for oak?', 9, null, null, interval '0'),
    ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1012', '00000000-0000-7000-8000-00000000a101', 'assistant', 'A brad-point bit: it starts without wandering and leaves a clean edge in hardwood.', 18, 'palaver-demo', 840, interval '1 second'),
    ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1013', '00000000-0000-7000-8000-00000000a101', 'user', 'And the speed?', 4, null, null, interval '40 seconds'),
    ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1014', '00000000-0000-7000-8000-00000000a101', 'assistant', 'About 1,500 turns a minute for 6 mm, less for larger bits.', 15, 'palaver-demo', 690, interval '41 seconds'),
    ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1021', '00000000-0000-7000-8000-00000000a102', 'user', 'How do I send an order back?', 8, null, null, interval '0'),
    ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1022', '00000000-0000-7000-8000-00000000a102', 'assistant', 'Print the label from your account and hand the parcel in within 30 days.', 16, 'palaver-demo', 720, interval '1 second'),
    ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1031', '00000000-0000-7000-8000-00000000a103', 'user', 'Sum up our warranty in one sentence.', 8, null, null, interval '0'),
    ('00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a1032', '00000000-0000-7000-8000-00000000a103', 'assistant', 'Five years on parts and work, for the first owner, with the receipt.', 15, 'palaver-demo', 610, interval '1 second'),
    ('00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000b1011', '00000000-0000-7000-8000-00000000b101', 'user', 'Which region grew most in the third quarter?', 9, null, null, interval '0'),
    ('00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000b1012', '00000000-0000-7000-8000-00000000b101', 'assistant', 'North, by 12 per cent against the quarter before; the mean of all regions was 4.', 19, 'gpt-5-mini', 1320, interval '2 seconds'),
    ('00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000b1021', '00000000-0000-7000-8000-00000000b102', 'user', 'How do I spot outliers in 200 answers?', 10, null, null, interval '0'),
    ('00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000b1022', '00000000-0000-7000-8000-00000000b102', 'assistant', 'Look beyond 1.5 times the interquartile range first, then read those answers one by one.', 21, 'gpt-5-mini', 1480, interval '2 seconds'),
    ('00000000-0000-7000-8000-0000000000c0', '00000000-0000-7000-8000-0000000c1011', '00000000-0000-7000-8000-00000000c101', 'user', 'Do all our reports need a cover sheet?', 9, null, null, interval '0'),
    ('00000000-0000-7000-8000-0000000000c0', '00000000-0000-7000-8000-0000000c1012', '00000000-0000-7000-8000-00000000c101', 'assistant', 'Yes, the new one, on every report.', 9, 'palaver-demo', 430, interval '1 second')
) as m (tenant_id, id, conversation_id, role, content, token_count, model_used, latency_ms, after)
inner join public.conversations as c on m.tenant_id = c.tenant_id and m.conversation_id = c.id
order by m.id;

-- What is public was the author's before it was published.

insert into public.prompts (tenant_id, id, user_id, name, description, text, variables, category, tags, visibility, created_at, updated_at)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a5001', '00000000-0000-7000-8000-0000000000a1',
    'Translate', 'Any text into any language.', 'Translate into {{language}}, keep the tone: {{text}}',
    '{"language": {"description": "Such as French", "default": "English"}, "text": {}}', 'Writing', '{translation}', 'team',
    now() - interval '40 days', now() - interval '40 days'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a5002', '00000000-0000-7000-8000-0000000000a1',
    'Warranty answer', null, 'Answer a customer who asks about the warranty of our {{product}}. Be {{tone}}.',
    '{"product": {}, "tone": {"options": ["brief", "friendly"], "default": "brief"}}', 'Support', '{warranty, customers}', 'team',
    now() - interval '30 days', now() - interval '30 days'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a5003', '00000000-0000-7000-8000-0000000000a2',
    'My notes', null, 'Turn these notes into three sentences: {{notes}}', '{}', null, '{}', 'private',
    now() - interval '10 days', now() - interval '10 days'
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000b5001', '00000000-0000-7000-8000-0000000000b1',
    'Explain a table', 'For figures that somebody else must understand.',
    'Explain this table to {{audience}} in five sentences: {{table}}',
    '{"audience": {"default": "somebody new to it"}, "table": {"description": "Pasted as CSV"}}', 'Analysis', '{figures, writing}', 'team',
    now() - interval '25 days', now() - interval '25 days'
),
(
    '00000000-0000-7000-8000-0000000000b0', '00000000-0000-7000-8000-0000000b5002', '00000000-0000-7000-8000-0000000000b2',
    'Outliers', null, 'Which of these values are outliers, and why? {{values}}', '{}', 'Analysis', '{figures}', 'team',
    now() - interval '20 days', now() - interval '20 days'
),
(
    '00000000-0000-7000-8000-0000000000c0', '00000000-0000-7000-8000-0000000c5001', '00000000-0000-7000-8000-0000000000c1',
    'Cover sheet', null, 'Write a cover sheet for the report "{{title}}".', '{}', null, '{reports}', 'private',
    now() - interval '6 days', now() - interval '6 days'
);

update public.prompts set visibility = 'public'
where id in ('00000000-0000-7000-8000-0000000a5001', '00000000-0000-7000-8000-0000000b5001');

-- A project whose database and YAML document agreed three days ago. Since then each side has changed once.

insert into public.projects (tenant_id, id, owner_id, slug, name, description, configuration, yaml, yaml_file, secret_paths, created_at)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a4010', '00000000-0000-7000-8000-0000000000a1',
    'helpdesk', 'Help desk', 'Questions and complaints of customers.',
    '{
        "name": "Help desk",
        "description": "Questions and complaints of customers.",
        "workflow": {
            "statuses": [
                {"id": "open", "name": "Open", "category": "todo"},
                {"id": "in_progress", "name": "In progress", "category": "doing"},
                {"id": "review", "name": "Review", "category": "doing"},
                {"id": "testing", "name": "Testing", "category": "doing"},
                {"id": "done", "name": "Done", "category": "done"}
            ],
            "transitions": [
                {"from": "open", "to": "in_progress", "name": "Start"},
                {"from": "in_progress", "to": "review", "name": "Ask for review"},
                {"from": "review", "to": "in_progress", "name": "Send back"},
                {"from": "review", "to": "testing", "name": "Hand over"},
                {
                    "from": "testing",
                    "to": "done",
                    "name": "Accept",
                    "conditions": [{"custom_field": "resolution", "operator": "is_set"}]
                },
                {"from": "*", "to": "open", "name": "Reopen"}
            ]
        },
        "custom_fields": [
            {
                "id": "severity",
                "name": "Severity",
                "type": "select",
                "required": true,
                "options": ["low", "normal", "high"],
                "default": "normal",
                "description": "How much it hurts the customer."
            },
            {"id": "resolution", "name": "Resolution", "type": "text"},
            {"id": "due", "name": "Due", "type": "date"}
        ],
        "automation_rules": [
            {
                "id": "escalate",
                "name": "Escalate what is severe",
                "trigger": "created",
                "conditions": [{"custom_field": "severity", "operator": "equals", "value": "high"}],
                "actions": [{"type": "assign", "to": "on-call"}, {"type": "notify", "channel": "support"}]
            },
            {
                "id": "remind",
                "name": "Remind after a week",
                "enabled": false,
                "trigger": {"schedule": "0 9 * * 1"},
                "actions": [{"type": "comment", "text": "Still open?"}]
            }
        ],
        "infrastructure": {
            "environments": [
                {"name": "staging", "replicas": 1, "region": "eu-central-1"},
                {
                    "name": "production",
                    "replicas": 2,
                    "region": "eu-central-1",
                    "limits": {"cpu": 1, "memory": "2Gi"},
                    "env": {"LOG_LEVEL": "info"}
                }
            ]
        },
        "integrations": [{"id": "chat", "name": "Team chat", "channel": "support", "token": "not-a-real-token"}]
    }',
    $yaml$# Acme's help desk. Changed by pull request; loaded with: python -m app config load helpdesk
name: Help desk
description: Questions and complaints of customers.

workflow:
  statuses:
    - {id: open, name: Open, category: todo}
    - {id: in_progress, name: In progress, category: doing}
    - {id: review, name: Review, category: doing}
    - {id: testing, name: Testing, category: doing}
    - {id: done, name: Done, category: done}
  transitions:
    - {from: open, to: in_progress, name: Start}
    - {from: in_progress, to: review, name: Ask for review}
    - {from: review, to: in_progress, name: Send back}
    # Nothing is done that nobody has tried: there is no way from review to done.
    - {from: review, to: testing, name: Hand over}
    - from: testing
      to: done
      name: Accept
      conditions:
        - custom_field: resolution
          operator: is_set
    - {from: "*", to: open, name: Reopen}

custom_fields:
  - id: severity
    name: Severity
    type: select
    required: true
    options: [low, normal, high]
    default: normal
    description: How much it hurts the customer.
  - id: resolution
    name: Resolution
    type: text
  - id: due
    name: Due
    type: date

automation_rules:
  - id: escalate
    name: Escalate what is severe
    trigger: created
    conditions:
      - {custom_field: severity, operator: equals, value: high}
    actions:
      - {type: assign, to: on-call}
      - {type: notify, channel: support}
  - id: remind
    name: Remind after a week
    enabled: false
    trigger: {schedule: "0 9 * * 1"}
    actions:
      - {type: comment, text: "Still open?"}

infrastructure:
  environments:
    - name: staging
      replicas: 1
      region: eu-central-1
    - name: production
      replicas: 2 # one is enough at night
      region: eu-central-1
      limits: {cpu: 1, memory: 2Gi}
      env:
        LOG_LEVEL: info

integrations:
  - id: chat
    name: Team chat
    channel: support
    token: not-a-real-token
$yaml$, 'config/helpdesk.yaml', '{integrations[*].token}', now() - interval '14 days'
);

insert into public.project_members (tenant_id, project_id, user_id, access)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a4010', '00000000-0000-7000-8000-0000000000a2', 'editor'
);

update public.projects
set
    synced_configuration = configuration,
    synced_yaml = yaml,
    synced_at = now() - interval '3 days',
    synced_by = '00000000-0000-7000-8000-0000000000a1'
where id = '00000000-0000-7000-8000-0000000a4010';

update public.projects
set configuration = jsonb_set(configuration, '{infrastructure,environments,1,replicas}', '4')
where id = '00000000-0000-7000-8000-0000000a4010';

update public.projects
set yaml = replace(yaml, 'options: [low, normal, high]', 'options: [low, normal, high, critical]')
where id = '00000000-0000-7000-8000-0000000a4010';

update public.project_revisions as r
set user_id = c.user_id, user_name = c.user_name, created_at = now() - c.ago
from (
    values
    ('database', 1, '00000000-0000-7000-8000-0000000000a1'::uuid, 'Ada', interval '14 days'),
    ('yaml', 1, '00000000-0000-7000-8000-0000000000a1', 'Ada', interval '14 days'),
    ('database', 2, '00000000-0000-7000-8000-0000000000a2', 'Ben', interval '2 days'),
    ('yaml', 2, '00000000-0000-7000-8000-0000000000a1', 'Ada', interval '1 day')
) as c (side, version, user_id, user_name, ago)
where r.project_id = '00000000-0000-7000-8000-0000000a4010' and r.side = c.side and r.version = c.version;

insert into public.feedback (tenant_id, message_id, user_id, rating, comment, created_at, updated_at)
select
    m.tenant_id,
    m.id as message_id,
    m.user_id,
    f.rating,
    f.comment,
    m.created_at + interval '1 minute' as created_at,
    m.created_at + interval '1 minute' as updated_at
from (
    values
    ('00000000-0000-7000-8000-0000000a1012'::uuid, 1, 'Just what I needed.'),
    ('00000000-0000-7000-8000-0000000a1014', 1, null),
    ('00000000-0000-7000-8000-0000000a1022', -1, 'The label was not in my account.'),
    ('00000000-0000-7000-8000-0000000a1032', 1, null),
    ('00000000-0000-7000-8000-0000000b1012', 1, 'Right, checked against the report.'),
    ('00000000-0000-7000-8000-0000000b1022', -1, null),
    ('00000000-0000-7000-8000-0000000c1012', -1, 'I did get that memo.')
) as f (message_id, rating, comment)
inner join public.messages as m on f.message_id = m.id;

-- An app that has no database yet.

insert into public.generated_apps (tenant_id, id, owner_id, name, description)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a6001', '00000000-0000-7000-8000-0000000000a2', 'Tool library',
    'Who has borrowed which of our demonstration tools.'
);

insert into public.generated_app_files (tenant_id, app_id, path, content)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a6001', 'package.json',
    '{
  "name": "tool-library",
  "private": true,
  "dependencies": { "@prisma/client": "^6.0.0", "react": "^19.0.0" }
}
'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a6001', 'prisma/schema.prisma',
    'datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client-js"
}

enum Condition {
  good
  worn
  broken
}

model Tool {
  id        Int       @id @default(autoincrement())
  name      String
  condition Condition @default(good)
  loans     Loan[]
}

model Borrower {
  id    Int    @id @default(autoincrement())
  email String @unique
  loans Loan[]
}

model Loan {
  id         Int       @id @default(autoincrement())
  tool       Tool      @relation(fields: [toolId], references: [id])
  toolId     Int
  borrower   Borrower  @relation(fields: [borrowerId], references: [id])
  borrowerId Int
  lentAt     DateTime  @default(now())
  returnedAt DateTime?

  @@index([toolId, returnedAt])
}
'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a6001', 'src/ToolList.tsx',
    'import type { Tool } from "@prisma/client";

export function ToolList({ tools }: { tools: Tool[] }) {
  return (
    <ul>
      {tools.map((tool) => (
        <li key={tool.id}>{tool.name}</li>
      ))}
    </ul>
  );
}
'
);

-- Documentation, as python -m app docs load would cut it.

insert into public.documentation_sections (tenant_id, id, file, anchor, position, level, heading, breadcrumb, content)
values
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a7001', 'handbook/workflow.md', 'workflow', 0, 1, 'Workflow',
    '{}',
    'An issue is in one of the statuses of its project and goes from one to another by a transition. Both are part of the
project''s configuration: `workflow.statuses` and `workflow.transitions`.'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a7002', 'handbook/workflow.md', 'transitions', 1, 2, 'Transitions',
    '{Workflow}',
    'A transition leads `from` a status `to` another. An issue can go only where a transition leads: two statuses with none
between them are not connected, however close they stand on the board.

When issues can''t go from Review to Done, look at `workflow.transitions` for the one from `review` to `done`:

- it is not there: add it;
- it is there, but asks for something that the issue does not have, such as an approval or a field.'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a7003', 'handbook/workflow.md', 'adding-a-transition', 2, 2, 'Adding a transition',
    '{Workflow}',
    'Statuses are named by their id, not by the name that people see.

```yaml
workflow:
  transitions:
    # Who reviews may close.
    - from: review
      to: done
```'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a7004', 'handbook/custom-fields.md', 'custom-fields', 0, 1, 'Custom fields',
    '{}',
    'What a project records of an issue besides title, text and status stands in `custom_fields`: a key, a name and a type.'
),
(
    '00000000-0000-7000-8000-0000000000a0', '00000000-0000-7000-8000-0000000a7005', 'handbook/custom-fields.md', 'required-fields', 1, 2, 'Required fields',
    '{"Custom fields"}',
    'A field with `required: true` must be filled before an issue leaves its first status. It does not hold up issues that
have left it already.'
);

-- The counters are the sums of the ledger, here as everywhere.

insert into public.usage_ledger (tenant_id, user_id, day, prompt_tokens, completion_tokens, request_count, cost)
select
    u.tenant_id,
    u.id as user_id,
    (now() at time zone 'utc')::date - d.days_ago as day,
    d.prompt_tokens,
    d.completion_tokens,
    d.request_count,
    d.cost
from (
    values
    ('ada@acme.test', 0, 1200, 480, 3, 0.0012),
    ('ada@acme.test', 3, 4100, 1650, 9, 0.0041),
    ('ada@acme.test', 20, 800, 300, 2, 0.0008),
    ('ada@acme.test', 45, 2600, 990, 6, 0.0026),
    ('ben@acme.test', 1, 900, 350, 2, 0.0009),
    ('ben@acme.test', 2, 1500, 700, 4, 0.0016),
    ('chloe@globex.test', 0, 5200, 2100, 8, 0.0094),
    ('chloe@globex.test', 5, 7700, 3050, 12, 0.0139),
    ('dan@globex.test', 4, 2300, 880, 5, 0.0041),
    ('emma@initech.test', 5, 600, 240, 2, 0.0006),
    ('emma@initech.test', 6, 700, 310, 3, 0.0007)
) as d (email, days_ago, prompt_tokens, completion_tokens, request_count, cost)
inner join public.users as u on d.email = u.email and u.id::text like '00000000-0000-7000-8000-%';

insert into public.usage_metrics (
    tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
)
select
    l.tenant_id,
    l.user_id,
    l.day,
    sum(l.prompt_tokens + l.completion_tokens) as total_tokens,
    sum(l.prompt_tokens) as prompt_tokens,
    sum(l.completion_tokens) as completion_tokens,
    sum(l.request_count) as request_count,
    sum(l.cost) as estimated_cost
from public.usage_ledger as l
where l.user_id::text like '00000000-0000-7000-8000-%'
group by l.tenant_id, l.user_id, l.day;

-- Usage of closed days comes from the summaries, and these days are in the past.

do $$
begin
    if to_regprocedure('private.refresh_summaries()') is not null then
        perform private.refresh_summaries();
    end if;
end
$$;

do $$
declare
    v_line record;
begin
    for v_line in
        select
            t.name,
            (select count(*) from public.users as x where x.tenant_id = t.id) as people,
            (select count(*) from public.conversations as x where x.tenant_id = t.id) as conversations,
            (select count(*) from public.messages as x where x.tenant_id = t.id) as messages,
            (select count(*) from public.feedback as x where x.tenant_id = t.id) as feedback,
            (select count(*) from public.usage_metrics as x where x.tenant_id = t.id) as usage_rows,
            (select count(*) from public.prompts as x where x.tenant_id = t.id) as prompts,
            (select count(*) from public.projects as x where x.tenant_id = t.id) as projects
        from public.tenants as t
        where t.id::text like '00000000-0000-7000-8000-%'
        order by t.name
    loop
        raise notice '%: % people, % conversations, % messages, % feedback entries, % usage rows, % prompts, % projects',
            v_line.name, v_line.people, v_line.conversations, v_line.messages, v_line.feedback, v_line.usage_rows, v_line.prompts, v_line.projects;
    end loop;
end
$$;

commit;
