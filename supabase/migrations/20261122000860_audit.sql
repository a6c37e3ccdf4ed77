-- Audit: who changed what, from what to what, when, in which request.
--
-- Creates:  public.audit_log; private.request_id(), audited(), record_change(), redact_audit(); triggers on public.tenants, users,
--           prompts, projects, project_members, conversation_shares, legal_holds and consents, and private.erasures;
--           triggers on public.generated_apps, app_databases and app_operations;
--           triggers on public.app_changes and app_backups;
--           private.record_documentation() and triggers on public.documentation_sections.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on these tables, for the triggers and the foreign key.
-- Rollback: rollbacks/20261122000860_audit.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- The request that a statement belongs to, as far as somebody said which.

create function private.request_id()
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return left(
        coalesce(
            nullif(nullif(current_setting('request.headers', true), '')::pg_catalog.json ->> 'x-request-id', ''),
            nullif(current_setting('palaver.request_id', true), '')
        ),
        200
    );
exception when data_exception or statement_too_complex then
    return null;
end
$$;

comment on function private.request_id() is
'The X-Request-Id that the Data API was called with, else the setting palaver.request_id, else null. It is what the client says, cut at 200 characters.';

revoke execute on function private.request_id() from public;

grant execute on function private.request_id() to palaver_definer;

create table public.audit_log (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    at timestamptz not null default clock_timestamp(),
    actor_id uuid,
    actor_role text not null,
    action text not null,
    object text not null,
    object_id uuid,
    subject_id uuid,
    before jsonb,
    after jsonb,
    request_id text,
    constraint audit_log_pkey primary key (tenant_id, id),
    constraint audit_log_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint audit_log_action_check check (action in ('insert', 'update', 'delete', 'read')),
    constraint audit_log_before_check check ((before is null) = (action in ('insert', 'read'))),
    constraint audit_log_after_check check ((after is null) = (action = 'delete'))
);

comment on table public.audit_log is
'What was changed in a tenant''s settings, people and what they share: a row for each changed row, written by triggers, and for each look at a secret. Nobody changes or deletes one; it goes with its tenant. Only erasure takes a person out of it.';

comment on column public.audit_log.actor_id is
'users.id of whoever asked; null: nobody of the tenant''s, but the system or a server. No foreign key: what somebody did stays when they are gone.';

comment on column public.audit_log.actor_role is 'The database role that asked: authenticated, service_role, palaver_worker, or whoever else was logged in.';

comment on column public.audit_log.object is 'The table.';

comment on column public.audit_log.object_id is 'The row''s id.';

comment on column public.audit_log.subject_id is 'users.id of the person whose row it is, where it is somebody''s.';

comment on column public.audit_log.before is
'The row as it was; of an update, the columns that it changed. A value of more than 2,000 characters stands as its length and SHA-256, a secret as {"withheld": true}, and so does what a private row says.';

comment on column public.audit_log.after is 'The same as it is now; of a look at a secret, where it was looked at.';

comment on column public.audit_log.request_id is 'See private.request_id().';

create index audit_log_at_idx on public.audit_log (tenant_id, at desc, id desc);

comment on index public.audit_log_at_idx is 'A tenant''s log, newest first, a page by key, or of a range of time.';

create index audit_log_object_idx on public.audit_log (tenant_id, object, object_id, at desc, id desc);

comment on index public.audit_log_object_idx is 'What became of one row, or of one table''s, newest first.';

alter table public.audit_log
alter column actor_role set statistics 0,
alter column action set statistics 0,
alter column object set statistics 0,
alter column before set statistics 0,
alter column after set statistics 0,
alter column request_id set statistics 0;

alter table public.audit_log enable row level security;

revoke all on public.audit_log from public, anon, authenticated, service_role;

create policy "Tenant admins read their tenant's log"
on public.audit_log for select to authenticated
using (tenant_id = (select private.administered_tenant_id()));

create policy "The trigger records changes"
on public.audit_log for insert to palaver_definer
with check (true);

create policy "Redaction finds a person"
on public.audit_log for select to palaver_definer
using (true);

create policy "Redaction takes a person out"
on public.audit_log for update to palaver_definer
using (true)
with check (true);

grant select (
    tenant_id, id, at, actor_id, actor_role, action, object, object_id, subject_id, before, after, request_id
) on public.audit_log to authenticated;

grant select, insert on public.audit_log to palaver_definer;

grant update (actor_id, object_id, subject_id, before, after) on public.audit_log to palaver_definer;

grant select on public.audit_log to service_role;

-- What a log that tenant admins read may hold of a row: nothing that opens something, and nothing of what a person keeps to themselves.

create function private.audited(p_row jsonb, p_is_private boolean)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select jsonb_object_agg(
            e.key,
            case
                when
                    e.key ~ '(password_hash|token_hash|secret|salt)' and e.key <> 'secret_paths'
                    or (e.key in ('configuration', 'yaml', 'synced_configuration', 'synced_yaml') and jsonb_typeof(e.value) <> 'null')
                    or (p_is_private and jsonb_typeof(e.value) <> 'null' and e.key !~ '(^id|_id|_at|^version|^visibility)$')
                    then '{"withheld": true}'
                when char_length(e.value #>> '{}') > 2000 then jsonb_build_object(
                    'length', char_length(e.value #>> '{}'),
                    'sha256', encode(sha256(convert_to(e.value #>> '{}', 'UTF8')), 'hex')
                )
                else e.value
            end
        )
        from jsonb_each(p_row) as e
    );
end
$$;

comment on function private.audited(jsonb, boolean) is
'Columns and values as the audit log holds them: secrets withheld, and configurations, which may hold some, and of a private row all but ids and times; long values as their length and SHA-256.';

revoke execute on function private.audited(jsonb, boolean) from public;

grant execute on function private.audited(jsonb, boolean) to palaver_definer;

create function private.record_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_left_out constant pg_catalog.text[] := array['updated_at'] || tg_argv::pg_catalog.text[];
    v_old constant pg_catalog.jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - v_left_out end;
    v_new constant pg_catalog.jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - v_left_out end;
    v_row constant pg_catalog.jsonb := coalesce(v_new, v_old);
    v_tenant_id constant pg_catalog.uuid := coalesce(v_row ->> 'tenant_id', v_row ->> 'id');
    v_before pg_catalog.jsonb := v_old;
    v_after pg_catalog.jsonb := v_new;
begin
    if v_old = v_new then
        return null;
    end if;

    -- What goes with its tenant goes with the log.
    if tg_op = 'DELETE' and not exists (select from public.tenants as t where t.id = v_tenant_id) then
        return null;
    end if;

    if tg_op = 'UPDATE' then
        select jsonb_object_agg(b.key, b.value), jsonb_object_agg(b.key, a.value)
        into v_before, v_after
        from jsonb_each(v_old) as b
        inner join jsonb_each(v_new) as a on b.key = a.key
        where b.value <> a.value;
    end if;

    insert into public.audit_log (
        tenant_id, actor_id, actor_role, action, object, object_id, subject_id, before, after, request_id
    )
    values (
        v_tenant_id,
        private.claimed_user_id(),
        coalesce(nullif(current_setting('role', true), 'none'), session_user),
        lower(tg_op),
        tg_table_name,
        (v_row ->> 'id')::pg_catalog.uuid,
        case tg_table_name
            when 'users' then v_row ->> 'id' else coalesce(v_new ->> 'user_id', v_old ->> 'user_id')
        end::pg_catalog.uuid,
        private.audited(v_before, v_old ->> 'visibility' = 'private'),
        private.audited(v_after, v_new ->> 'visibility' = 'private'),
        private.request_id()
    );

    return null;
end
$$;

comment on function private.record_change() is
'Trigger: writes a change to the audit log, but for updated_at and the columns that the trigger names. An update that changes nothing else writes nothing. Definer: nobody else may write to the log.';

revoke execute on function private.record_change() from public;

alter function private.record_change() owner to palaver_definer;

create trigger tenants_record_change
after insert or update or delete on public.tenants
for each row execute function private.record_change();

-- Preferences are the person's own affair, and nobody else can change them.

create trigger users_record_change
after insert or update or delete on public.users
for each row execute function private.record_change('last_active_at', 'preferences');

create trigger prompts_record_change
after insert or update or delete on public.prompts
for each row execute function private.record_change();

create trigger projects_record_change
after insert or update or delete on public.projects
for each row execute function private.record_change();

create trigger project_members_record_change
after insert or update or delete on public.project_members
for each row execute function private.record_change();

create trigger conversation_shares_record_change
after insert or update or delete on public.conversation_shares
for each row execute function private.record_change();

-- A suggestion is recorded once somebody decides on it: until then it does nothing. What it says of a configuration is left out, which may
-- hold what only those who see the project may know.

create trigger configuration_suggestions_record_change
after update of status on public.configuration_suggestions
for each row execute function private.record_change(
    'title', 'explanation', 'changes', 'suspects', 'base_version', 'version', 'fingerprint', 'rests_on', 'reason', 'patch', 'inverse',
    'refreshed_at'
);

-- Of an app's files nothing is recorded, and of what is done to its database not the steps, but what was asked for and how it ended.

create trigger generated_apps_record_change
after insert or update or delete on public.generated_apps
for each row execute function private.record_change('file_count', 'byte_count');

create trigger app_databases_record_change
after insert or update or delete on public.app_databases
for each row execute function private.record_change('size_bytes', 'size_measured_at', 'receipt', 'usage');

create trigger app_operations_record_change
after insert or update of state on public.app_operations
for each row when (new.state <> 'running') execute function private.record_change('step', 'progress', 'attempts', 'due_at', 'lease_owner', 'lease_until', 'started_at', 'idempotency_key');

create trigger app_changes_record_change
after insert or update of state on public.app_changes
for each row execute function private.record_change('digest', 'catalog_digest', 'steps', 'drift', 'possible_renames', 'ran');

create trigger app_backups_record_change
after insert or update of state on public.app_backups
for each row execute function private.record_change('sha256', 'tables');

create trigger legal_holds_record_change
after insert or update or delete on public.legal_holds
for each row execute function private.record_change();

create trigger consents_record_change
after insert or update or delete on public.consents
for each row execute function private.record_change();

-- Who is to be found and erased again after a restore is for the operator alone.

create trigger erasures_record_change
after insert or update or delete on private.erasures
for each row execute function private.record_change('person', 'person_hash', 'counts');

-- Documentation comes in files of many sections: a row for each file that a statement touches.

create function private.record_documentation()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- What goes with its tenant goes with the log.
    insert into public.audit_log (tenant_id, actor_id, actor_role, action, object, before, after, request_id)
    select
        f.tenant_id,
        private.claimed_user_id(),
        coalesce(nullif(current_setting('role', true), 'none'), session_user),
        lower(tg_op),
        tg_table_name,
        case when tg_op <> 'INSERT' then f.said end,
        case when tg_op <> 'DELETE' then f.said end,
        private.request_id()
    from (
        select c.tenant_id, jsonb_build_object('file', c.file, 'sections', count(*)) as said
        from changed as c
        group by c.tenant_id, c.file
    ) as f
    where exists (select from public.tenants as t where t.id = f.tenant_id);

    return null;
end
$$;

comment on function private.record_documentation() is
'Trigger: writes to the audit log of which files sections were added, changed or removed, and how many. Definer: nobody else may write to the log.';

revoke execute on function private.record_documentation() from public;

alter function private.record_documentation() owner to palaver_definer;

create trigger documentation_sections_record_added
after insert on public.documentation_sections
referencing new table as changed
for each statement execute function private.record_documentation();

create trigger documentation_sections_record_changed
after update on public.documentation_sections
referencing new table as changed
for each statement execute function private.record_documentation();

create trigger documentation_sections_record_removed
after delete on public.documentation_sections
referencing old table as changed
for each statement execute function private.record_documentation();

create function private.redact_audit(p_tenant_id uuid, p_user_id uuid)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id constant pg_catalog.text := p_user_id;
    v_nobody constant pg_catalog.text := '00000000-0000-0000-0000-000000000000';
    v_withheld constant pg_catalog.jsonb := '{"withheld": true}';
    v_redacted pg_catalog.int8;
begin
    update public.audit_log as a
    set
        actor_id = nullif(a.actor_id, p_user_id),
        object_id = nullif(a.object_id, p_user_id),
        subject_id = nullif(a.subject_id, p_user_id),
        before = case
            when a.subject_id = p_user_id then (select jsonb_object_agg(e.key, v_withheld) from jsonb_each(a.before) as e)
            else replace(a.before::pg_catalog.text, v_id, v_nobody)::pg_catalog.jsonb
        end,
        after = case
            when a.subject_id = p_user_id then (select jsonb_object_agg(e.key, v_withheld) from jsonb_each(a.after) as e)
            else replace(a.after::pg_catalog.text, v_id, v_nobody)::pg_catalog.jsonb
        end
    where
        a.tenant_id = p_tenant_id
        and (
            p_user_id in (a.actor_id, a.object_id, a.subject_id)
            or strpos(a.before::pg_catalog.text, v_id) > 0
            or strpos(a.after::pg_catalog.text, v_id) > 0
        );

    get diagnostics v_redacted = row_count;

    return v_redacted;
end
$$;

comment on function private.redact_audit(uuid, uuid) is
'Takes a person out of the audit log: the values of rows that were theirs are withheld, what they did was done by nobody, and their id elsewhere becomes the nil one. That something was changed, and when, stays. Erasure calls it last, when everything else of theirs is deleted, which is recorded too. Returns how many rows it changed. Definer: nobody else may change the log.';

revoke execute on function private.redact_audit(uuid, uuid) from public;

alter function private.redact_audit(uuid, uuid) owner to palaver_definer;
