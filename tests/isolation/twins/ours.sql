-- What Acme has besides the demo data, and the demo's neighbours' rows that operations name, under fixed ids.

insert into auth.users (id, email)
values
('00000000-0000-7000-8000-00000000aa03', 'gil@acme.test'),
('00000000-0000-7000-8000-00000000aa04', 'vera@acme.test'),
('00000000-0000-7000-8000-00000000ee01', 'ivy@partner.test'),
('00000000-0000-7000-8000-0000000000ff', 'outsider@nowhere.test');

-- So many that no run reaches it: when a request is refused must not depend on how fast the machine is.

update public.tenants
set rate_limit_per_minute = 1000000, temperature = 0.5, max_tokens = 100
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

insert into public.turns (tenant_id, id, user_id, conversation_id, question_id, answer_id, status, model, finished_at)
select
    c.tenant_id,
    t.id,
    c.user_id,
    c.id as conversation_id,
    t.question_id,
    t.answer_id,
    t.status,
    'a model' as model,
    case when t.status <> 'running' then now() end as finished_at
from (
    values
    ('00000000-0000-7000-8000-0000000a9001'::uuid, '00000000-0000-7000-8000-0000000a1011'::uuid, '00000000-0000-7000-8000-0000000a1012'::uuid, 'completed'),
    ('00000000-0000-7000-8000-0000000a9003', '00000000-0000-7000-8000-0000000a1031', null, 'running'),
    ('00000000-0000-7000-8000-0000000b9001', '00000000-0000-7000-8000-0000000b1011', '00000000-0000-7000-8000-0000000b1012', 'completed'),
    ('00000000-0000-7000-8000-0000000b9002', '00000000-0000-7000-8000-0000000b1021', null, 'running')
) as t (id, question_id, answer_id, status)
inner join public.messages as m on t.question_id = m.id
inner join public.conversations as c on m.tenant_id = c.tenant_id and m.conversation_id = c.id;

update public.feedback as f
set id = n.id
from (
    values
    ('00000000-0000-7000-8000-0000000b8001'::uuid, '00000000-0000-7000-8000-0000000b1012'::uuid),
    ('00000000-0000-7000-8000-0000000b8002', '00000000-0000-7000-8000-0000000b1022')
) as n (id, message_id)
where f.message_id = n.message_id;

insert into private.rate_limits (tenant_id, next_at) select
    id,
    now()
from public.tenants;

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
