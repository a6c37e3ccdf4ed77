-- Every statement of the worker and its commands, by name; app/queries.py loads them.

-- name: ping
select 1

-- name: begin_turn
select * from private.begin_turn($1::jsonb, $2, $3::jsonb, $4, $5)

-- name: begin_title
select * from private.begin_title($1::jsonb, $2, $3, $4)

-- name: set_title
select private.set_title($1::jsonb, $2, $3)

-- name: find_cached_response
select * from private.find_cached_response($1::jsonb, $2)

-- name: find_turn
select * from private.find_turn($1::jsonb, $2, $3)

-- name: stop_turn
select turn_id from private.stop_turn($1::jsonb, $2, $3) as turn_id

-- name: model_choice
select * from private.model_choice($1::jsonb)

-- name: keep_lease
select * from private.keep_lease($1, $2, $3)

-- name: save_pieces
select turn_id from private.save_pieces($1, $2::jsonb) as turn_id

-- name: read_pieces
select * from private.read_pieces($1::jsonb)

-- name: finish_turns
select * from private.finish_turns($1, $2::jsonb)

-- name: open_share
select private.open_share($1, $2)::text as answer

-- name: watch_shares
select token_hash, state, conversation::text from private.watch_shares($1::jsonb)

-- name: open_session
select * from private.open_session($1::jsonb, $2)

-- name: find_session
select context_type, project_id from private.find_session($1::jsonb, $2)

-- name: list_sessions
select
    id, context_type, project_id, project_slug, project_name, title, created_at, updated_at, newest_message::text as newest_message
from private.list_sessions($1::jsonb, $2, $3, $4, $5, $6)

-- name: propose_suggestions
select private.propose_suggestions($1::jsonb, $2, $3, $4, $5, $6::jsonb)::text as outcomes

-- name: decide_suggestion
select private.decide_suggestion($1::jsonb, $2::jsonb)::text as decision

-- name: read_suggestions
select id, suggestion::text as suggestion from private.read_suggestions($1::jsonb, $2, $3, $4, $5)

-- name: read_suggestion
select
    s.suggestion::text as suggestion,
    s.project_id as id,
    s.slug,
    s.name,
    s.access,
    s.configuration::text as configuration,
    s.configuration_version,
    s.yaml,
    s.yaml_file,
    s.yaml_version,
    null as synced_configuration,
    null as synced_yaml,
    null as synced_at,
    s.schema::text as schema,
    s.secret_paths
from private.read_suggestion($1::jsonb, $2) as s

-- name: read_projects
select * from private.read_projects($1::jsonb, $2)

-- name: read_project
select * from private.read_project($1::jsonb, $2)

-- name: read_revisions
select * from private.read_revisions($1::jsonb, $2, $3, $4, $5)

-- name: search_documentation
select file, anchor, heading, breadcrumb, content from private.search_documentation($1::jsonb, $2, $3)

-- name: documentation_sections
select file, section from private.documentation_sections($1::jsonb, $2::jsonb)

-- name: rehearse
select case when failures = '[]' then document::text end as document from private.apply_changes($1::jsonb, $2::jsonb)

-- name: message_key
select * from private.message_key($1::jsonb)

-- name: add_tenant_key
select * from private.add_tenant_key($1, $2, $3)

-- name: tenant_key
select * from private.tenant_key($1, $2)

-- name: app_credential_batch
select tenant_id, database_id, password, pending
from private.app_credentials
where (tenant_id, database_id) > ($1::uuid, $2::uuid)
order by tenant_id, database_id
limit $3

-- name: rewrap_app_credential
update private.app_credentials
set password = $5, pending = $6
where
    tenant_id = $1
    and database_id = $2
    and password is not distinct from $3
    and pending is not distinct from $4

-- name: read_messages
select * from private.read_messages($1::jsonb, $2)

-- name: tenant_by_slug
select id, encrypts_messages from public.tenants where slug = $1

-- name: lock_tenant_keys
select pg_try_advisory_lock(hashtext('palaver.encryption'), hashtext($1::uuid::text)) as is_locked

-- name: tenant_keys
select tenant_id, id, wrapped_key, retired_at is null as is_in_use
from private.tenant_keys
where tenant_id = $1 or $1 is null
order by tenant_id, id

-- name: retire_tenant_key
update private.tenant_keys set retired_at = clock_timestamp() where tenant_id = $1 and retired_at is null

-- name: rewrap_tenant_key
update private.tenant_keys set wrapped_key = $4 where tenant_id = $1 and id = $2 and wrapped_key = $3

-- name: count_messages
select count(*) as messages from public.messages where tenant_id = $1

-- name: messages_to_rewrite
with sized as (
    select m.id, sum(octet_length(m.content) + coalesce(octet_length(m.parts::text), 0)) over (order by m.id) as octets
    from (
        select r.id, r.content, r.parts
        from public.messages as r
        where r.tenant_id = $1 and r.id > $2
        order by r.id
        limit 500
    ) as m
)

select m.id, m.client_id, m.content, m.parts::text as parts
from public.messages as m
where
    m.tenant_id = $1
    and m.id in (select s.id from sized as s where s.octets < 16000000 or s.id = (select f.id from sized as f order by f.id limit 1))
order by m.id
for no key update

-- name: rewrite_messages
update public.messages as m
set content = n.content, parts = n.parts::jsonb
from unnest($2::uuid[], $3::text[], $4::text[]) as n (id, content, parts)
where m.tenant_id = $1 and m.id = n.id

-- name: conversations_to_untitle
select id, updated_at
from public.conversations
where tenant_id = $1 and ((titled_by <> 'person' and title <> 'New conversation') or prompt_values <> '{}')
order by id
limit 500
for no key update

-- name: untitle_conversations
update public.conversations
set
    title = case titled_by when 'person' then title else 'New conversation' end,
    prompt_values = case when prompt_values is not null then '{}'::jsonb end
where tenant_id = $1 and id = any($2::uuid[])

-- name: restore_updated_at
update public.conversations as c
set updated_at = n.updated_at
from unnest($2::uuid[], $3::timestamptz[]) as n (id, updated_at)
where c.tenant_id = $1 and c.id = n.id

-- name: forget_tenants_responses
delete from private.cached_responses where tenant_id = $1

-- name: ledger_check
select checked_at, findings from private.ledger_checks order by checked_at desc limit 1

-- name: jobs
select name from private.jobs order by name

-- name: run_if_due
select job, outcome, error, extract(epoch from finished_at - started_at)::float8 as seconds
from private.run_job($1, true)
where id is not null

-- name: run_job
select job, outcome, error, extract(epoch from finished_at - started_at)::float8 as seconds
from private.run_job($1)
where id is not null

-- name: job_status
select
    j.name,
    j.description,
    j.every,
    (select max(r.finished_at) from private.job_runs as r where r.job = j.name and r.outcome = 'succeeded') as last_success,
    l.started_at as last_run,
    l.outcome as last_outcome,
    l.error as last_error
from private.jobs as j
left join lateral (
    select r.started_at, r.outcome, r.error
    from private.job_runs as r
    where r.job = j.name
    order by r.started_at desc
    limit 1
) as l on true
order by j.name

-- name: find_people
select u.tenant_id, u.id, u.auth_id, u.email, u.name, t.name as tenant
from public.users as u
inner join public.tenants as t on u.tenant_id = t.id
where u.id::text = lower($1) or lower(u.email) = lower($1)
union all
select e.tenant_id, (e.person ->> 'id')::uuid, (e.person ->> 'account')::uuid, e.person ->> 'email', e.person ->> 'name', t.name
from private.erasures as e
inner join public.tenants as t on e.tenant_id = t.id
where e.user_id is null and (e.person ->> 'id' = lower($1) or lower(e.person ->> 'email') = lower($1))
order by 1, 2

-- name: export_header
select private.export_header($1, $2)::text

-- name: export_statements
select table_name, statement from private.export_statements($1, $2, $3)

-- name: export_trailer
select private.export_trailer($1::jsonb)::text

-- name: personal_row_counts
select table_name, erasure, row_count from private.personal_row_counts($1, $2)

-- name: begin_erasure
select id from private.begin_erasure($1, $2)

-- name: erase_person_step
select table_name, row_count from private.erase_person_step($1, $2, $3)

-- name: finish_erasure
select private.finish_erasure($1, $2)::text

-- name: traces_of
select table_name, column_name, needle, row_count from private.traces_of($1, $2)

-- name: may_delete_accounts
select has_table_privilege('auth.users', 'delete')

-- name: forget_account
delete from auth.audit_log_entries where payload ->> 'actor_id' = $1::uuid::text

-- name: delete_account
delete from auth.users where id = $1

-- name: open_erasures
select e.tenant_id, coalesce(e.user_id, (e.person ->> 'id')::uuid) as person_id
from private.erasures as e
where e.state <> 'finished' and (e.user_id is not null or e.person is not null)
order by e.requested_at

-- name: finished_erasures
select jsonb_build_object(
    'tenant_id', e.tenant_id,
    'person_hash', e.person_hash,
    'requested_at', e.requested_at,
    'finished_at', e.finished_at,
    'erased_by', e.erased_by,
    'counts', e.counts
)::text as line
from private.erasures as e
where e.state = 'finished'
order by e.finished_at

-- name: erased_people
select u.tenant_id, u.id
from unnest($1::uuid[], $2::text[]) as e (tenant_id, person_hash)
inner join public.users as u on u.tenant_id = e.tenant_id and private.person_hash(u.tenant_id, u.id) = e.person_hash
order by 1, 2

-- name: find_projects
select
    t.slug as tenant,
    p.id,
    p.slug,
    p.name,
    'owner' as access,
    p.configuration::text as configuration,
    p.configuration_version,
    p.yaml,
    p.yaml_file,
    p.yaml_version,
    p.synced_configuration::text as synced_configuration,
    p.synced_yaml,
    p.synced_at,
    p.secret_paths,
    private.configuration_schema(p.tenant_id)::text as schema
from public.projects as p
inner join public.tenants as t on p.tenant_id = t.id
where $1 in (p.slug, p.id::text, t.slug || '/' || p.slug)
order by t.slug

-- name: store_project_yaml
update public.projects set yaml = $2, yaml_file = coalesce($3, yaml_file) where id = $1

-- name: project_revisions
select r.version, r.created_at, r.user_id, u.name as user_name, r.cause, r.configuration::text as configuration, r.yaml
from public.project_revisions as r
left join public.users as u on r.tenant_id = u.tenant_id and r.user_id = u.id
where r.project_id = $1 and r.side = $2 and ($4::integer is null or r.version < $4)
order by r.version desc
limit $3

-- name: apply_project_yaml
update public.projects as p
set
    configuration = $2::jsonb,
    synced_configuration = $2::jsonb,
    synced_yaml = p.yaml,
    synced_at = clock_timestamp(),
    synced_by = null
where p.id = $1

-- name: note_project_synced
update public.projects as p
set synced_configuration = p.configuration, synced_yaml = p.yaml, synced_at = clock_timestamp(), synced_by = null
where p.id = $1

-- name: lock_documentation
select pg_try_advisory_xact_lock(hashtext('palaver.documentation'), hashtext($1::uuid::text))

-- name: load_documentation
with given as (
    select g.*
    from jsonb_to_recordset($3::jsonb) as g (
        anchor text, part integer, position integer, level integer, heading text, breadcrumb text[], content text
    )
),

gone as (
    delete from public.documentation_sections as d
    where
        d.tenant_id = $1
        and d.file = $2
        and not exists (select from given as g where g.anchor = d.anchor and g.part = d.part)
    returning d.id
),

written as (
    insert into public.documentation_sections as d (
        tenant_id, file, anchor, part, position, level, heading, breadcrumb, content
    )
    select $1, $2, g.anchor, g.part, g.position, g.level, g.heading, g.breadcrumb, g.content from given as g
    on conflict (tenant_id, file, anchor, part) do update set
        position = excluded.position,
        level = excluded.level,
        heading = excluded.heading,
        breadcrumb = excluded.breadcrumb,
        content = excluded.content,
        loaded_at = excluded.loaded_at
    where
        (d.position, d.level, d.heading, d.breadcrumb, d.content)
        is distinct from (excluded.position, excluded.level, excluded.heading, excluded.breadcrumb, excluded.content)
    returning d.xmax = 0 as is_new
)

select
    (select count(*) from written as w where w.is_new) as added,
    (select count(*) from written as w where not w.is_new) as changed,
    (select count(*) from gone) as removed

-- name: prune_documentation
with gone as (
    delete from public.documentation_sections as d
    where d.tenant_id = $1 and d.file <> all ($2::text[]) and ($3::text = '' or starts_with(d.file, $3 || '/'))
    returning d.file
)

select file, count(*) as sections from gone group by file order by file

-- name: documentation_files
select file, count(*) as sections, max(loaded_at) as loaded_at
from public.documentation_sections
where tenant_id = $1
group by file
order by file

-- name: remove_documentation
with gone as (
    delete from public.documentation_sections as d where d.tenant_id = $1 and d.file = any ($2::text[]) returning d.file
)

select file, count(*) as sections from gone group by file order by file

-- name: read_generated_app
select private.read_generated_app($1::jsonb, $2) as found

-- name: request_app_operation
select private.request_app_operation($1::jsonb, $2, $3, $4, $5::jsonb, $6) as asked

-- name: check_app_room
select private.check_app_room($1::jsonb, $2, $3)

-- name: read_app_operation
select private.read_app_operation($1::jsonb, $2) as found

-- name: app_credentials
select private.app_credentials($1::jsonb, $2, $3) as found

-- name: put_app_files
select private.put_app_files($1::jsonb, $2, $3::text[], $4::text[], $5) as kept

-- name: read_app_files
select path, content from private.read_app_files($1::jsonb, $2)

-- name: record_app_revision
select private.record_app_revision($1::jsonb, $2, $3::jsonb, $4::jsonb, $5, $6) as revision

-- name: app_databases_on_record
select
    d.tenant_id,
    d.id,
    d.database_name,
    d.role_name,
    d.environment,
    d.state,
    d.size_state,
    t.slug as tenant,
    a.name as app,
    c.password,
    o.kind as operation,
    o.created_at as operation_since,
    o.error_code as operation_error
from public.app_databases as d
inner join public.tenants as t on d.tenant_id = t.id
inner join public.generated_apps as a on d.tenant_id = a.tenant_id and d.app_id = a.id
left join private.app_credentials as c on d.tenant_id = c.tenant_id and d.id = c.database_id
left join public.app_operations as o
    on d.tenant_id = o.tenant_id and d.id = o.database_id and o.state in ('queued', 'running')
where d.state <> 'removed'
order by t.slug, a.name, d.environment, d.id

-- name: list_generated_apps
select
    a.id,
    t.slug as tenant,
    u.email as owner,
    a.name,
    (
        select coalesce(jsonb_object_agg(d.environment, d.state), '{}')
        from public.app_databases as d
        where d.tenant_id = a.tenant_id and d.app_id = a.id and d.state <> 'removed'
    ) as databases
from public.generated_apps as a
inner join public.tenants as t on a.tenant_id = t.id
left join public.users as u on a.tenant_id = u.tenant_id and a.owner_id = u.id
order by t.slug, a.name, a.id

-- name: find_generated_apps
select a.id, t.slug as tenant, u.email as owner, u.auth_id
from public.generated_apps as a
inner join public.tenants as t on a.tenant_id = t.id
left join public.users as u on a.tenant_id = u.tenant_id and a.owner_id = u.id
where a.id::text = lower($1) or a.name = $1
order by t.slug, a.id

-- name: create_generated_app
insert into public.generated_apps (tenant_id, owner_id, name)
select u.tenant_id, u.id, $1
from public.users as u
where lower(u.email) = lower($2) and u.is_active and u.auth_id is not null
returning id

-- name: claim_app_operation
select private.claim_app_operation($1, $2, $3)::text

-- name: note_app_step
select private.note_app_step($1, $2, $3, $4::jsonb, $5)

-- name: finish_app_operation
select private.finish_app_operation($1, $2, $3::jsonb)::text

-- name: begin_app_change
select private.begin_app_change($1, $2, $3)::text as begun

-- name: finish_app_change
select private.finish_app_change($1, $2, $3::jsonb)::text as ended

-- name: read_change_basis
select private.read_change_basis($1::jsonb, $2, $3, $4)::text as basis

-- name: record_app_change
select private.record_app_change($1::jsonb, $2, $3, $4, $5::jsonb)::text as change

-- name: confirm_app_change
select private.confirm_app_change($1::jsonb, $2, $3, $4)::text as change

-- name: discard_app_change
select private.discard_app_change($1::jsonb, $2, $3, $4)::text as change

-- name: read_app_changes
select changes::text as change from private.read_app_changes($1::jsonb, $2, $3, $4, $5) as changes

-- name: read_app_backups
select backups::text as backup from private.read_app_backups($1::jsonb, $2, $3, $4) as backups
-- name: begin_app_backup
select private.begin_app_backup($1, $2, $3::jsonb)::text

-- name: finish_app_backup
select private.finish_app_backup($1, $2, $3, $4::jsonb)::text

-- name: app_backup_to_restore
select private.app_backup_to_restore($1, $2, $3)::text

-- name: expired_app_backups
select tenant_id, backup_id, file from private.expired_app_backups()

-- name: forget_app_backup
select private.forget_app_backup($1, $2)

-- name: unmatched_app_backups
select file, is_known from private.unmatched_app_backups($1)

-- name: due_app_work
select operation_id, tenant_id, kind, arguments::text from private.due_app_work()

-- name: note_app_sizes
select tenant_id, database_id, database_name, role_name, size_bytes, max_bytes, size_state, size_state_at
from private.note_app_sizes($1::jsonb)

-- name: note_size_state
select private.note_size_state($1, $2, $3, $4)

-- name: lost_app_databases
select private.lost_app_databases($1)

-- name: missing_app_databases
select private.missing_app_databases($1)
