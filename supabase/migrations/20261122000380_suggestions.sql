-- Suggestions: sessions of the configuration assistant, what it says in a message's metadata, and the changes that it suggests, which
-- only a person's accept applies.
--
-- Creates:  public.configuration_suggestions, configuration_sessions; public.open_configuration_session(), accept_suggestion(),
--           reject_suggestion(), undo_suggestion(); private.place_of(), element_tests(), check_changes(), apply_change(), apply_changes(),
--           refreshed_changes(), pointed(), patched(), metadata_schema(), metadata_errors(), check_metadata(), open_session(),
--           find_session(), list_sessions(), suggestion_fingerprint(), suggestion_basis(), shown_suggestion(), propose_suggestions(), held_suggestion(),
--           change_configuration(), take_suggestion(), decline_suggestion(), take_back_suggestion(), decide_suggestion(),
--           read_suggestions(), read_suggestion().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, public.users and public.projects, for the foreign keys, and on
--           public.messages, for the trigger.
-- Rollback: rollbacks/20261122000380_suggestions.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- Changes. What a change names, it names by keys and ids, and says what it found there. It is resolved against the configuration of the
-- moment, and becomes a JSON Patch (RFC 6902) of that: the tests first, then the operation.

create function private.place_of(p_value jsonb, p_token jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    case jsonb_typeof(p_value) || ' ' || jsonb_typeof(p_token)
        when 'object string' then
            return case when p_value ? (p_token #>> '{}') then p_token #>> '{}' end;
        when 'array number' then
            return case when p_token::integer < jsonb_array_length(p_value) then p_token::integer::text end;
        when 'array object' then
            return (
                select (e.place - 1)::text
                from jsonb_array_elements(p_value) with ordinality as e (element, place)
                where
                    case
                        when p_token ? '=' then e.element = p_token -> '='
                        -- Containment is cheap and almost it, but takes a part of a value for the whole.
                        else e.element @> p_token and not exists (
                            select from jsonb_each(p_token) as s where e.element -> s.key <> s.value
                        )
                    end
                order by e.place
                limit 1
            );
        else
            return null;
    end case;
end
$$;

comment on function private.place_of(jsonb, jsonb) is
'The key or index at which a value has what a token of a path names: a key, an index, or the first element that has the values of a selector, such as {"id": "done"}, or is equal to that of {"=": …}. Null: there is none.';

create function private.element_tests(p_document jsonb, p_path jsonb, p_place text[])
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object('op', 'test', 'path', private.pointer(k.place), 'value', p_document #> k.place)
                    order by t.number
                ),
                '[]'
            )
        from jsonb_array_elements(p_path) with ordinality as t (token, number)
        cross join lateral jsonb_object_keys(case jsonb_typeof(t.token) when 'object' then t.token else '{}' end) as s (key)
        cross join lateral (
            select p_place[:t.number] || case when s.key <> '=' then array[s.key] else '{}' end as place
        ) as k
        where t.number < cardinality(p_place) and p_document #> k.place is not null
    );
end
$$;

comment on function private.element_tests(jsonb, jsonb, text[]) is
'Tests (RFC 6902) that the elements of lists on the way to a place are those that the path selects, by what a document has there.';

create function private.pointer(p_place text[])
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return coalesce(
        (
            select string_agg('/' || replace(replace(p.token, '~', '~0'), '/', '~1'), '' order by p.number)
            from unnest(p_place) with ordinality as p (token, number)
        ),
        ''
    );
end
$$;

comment on function private.pointer(text[]) is 'Keys and indexes as a JSON Pointer (RFC 6901).';

create function private.check_changes(p_changes jsonb)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_wrong pg_catalog.text;
begin
    if jsonb_typeof(p_changes) is distinct from 'array' or jsonb_array_length(p_changes) > 200 then
        raise exception using errcode = 'PA422', message = 'Changes are an array of up to 200.';
    end if;

    select format('Change %s: ', c.number - 1) || case
        when jsonb_typeof(c.change) <> 'object' then 'it is no object.'
        when coalesce(c.change ->> 'operation', '') not in ('add', 'replace', 'remove') then 'its operation is none of add, replace, remove.'
        when (c.change ->> 'operation' <> 'remove') <> (c.change ? 'after') then 'add and replace have an after, remove has none.'
        when jsonb_typeof(coalesce(c.change -> 'position', '0')) <> 'number' then 'its position is no number.'
        when (coalesce(c.change -> 'position', '0'))::numeric not between 0 and 1000000000 then 'its position is no index.'
        when jsonb_typeof(c.change -> 'path') is distinct from 'array' then 'its path is no array.'
        when jsonb_array_length(c.change -> 'path') not between 1 and 64 then 'its path has none, or more than 64 steps.'
        when exists (
            select from jsonb_array_elements(c.change -> 'path') as t (token)
            where
                case jsonb_typeof(t.token)
                    when 'string' then false
                    when 'object' then t.token = '{}'
                    when 'number' then t.token::numeric not between 0 and 1000000000 or t.token::numeric <> trunc(t.token::numeric)
                    else true
                end
        )
            then 'its path has something that is neither key nor index nor selector.'
    end
    into v_wrong
    from jsonb_array_elements(p_changes) with ordinality as c (change, number)
    order by 1
    limit 1;

    if v_wrong is not null then
        raise exception using errcode = 'PA422', message = v_wrong;
    end if;
end
$$;

comment on function private.check_changes(jsonb) is 'Refuses what is no array of changes. Errors: PA422, with the first that is wrong.';

create function private.apply_change(
    p_document jsonb,
    p_change jsonb,
    out document jsonb,
    out patch jsonb,
    out inverse jsonb,
    out present jsonb,
    out failure text
)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_operation pg_catalog.text := p_change ->> 'operation';
    v_path constant pg_catalog.jsonb := p_change -> 'path';
    v_before constant pg_catalog.jsonb := nullif(p_change -> 'before', 'null');
    v_after constant pg_catalog.jsonb := p_change -> 'after';
    v_steps constant integer := jsonb_array_length(v_path);
    v_parent pg_catalog.jsonb := p_document;
    v_token pg_catalog.jsonb;
    v_step pg_catalog.text;
    v_place pg_catalog.text[] := '{}';
    v_pointer pg_catalog.text;
begin
    document := p_document;
    patch := '[]';
    inverse := '[]';

    for v_number in 0..v_steps - 2 loop
        v_step := private.place_of(v_parent, v_path -> v_number);

        if v_step is null then
            failure := 'missing';

            return;
        end if;

        v_place := v_place || v_step;
        v_parent := v_parent #> array[v_step];
    end loop;

    v_token := v_path -> v_steps - 1;

    if jsonb_typeof(v_parent) || ' ' || jsonb_typeof(v_token) not in ('object string', 'array number', 'array object') then
        failure := 'missing';

        return;
    end if;

    v_step := private.place_of(v_parent, v_token);

    -- What is added to a list by index, or as one more of the same, meets nothing.
    if v_operation = 'add' and (jsonb_typeof(v_token) = 'number' or v_token ? '=') and jsonb_typeof(v_parent) = 'array' then
        v_step := null;
    end if;

    present := v_parent #> array[v_step];

    if v_operation = 'remove' and present is null or v_operation <> 'remove' and present = v_after then
        failure := 'same';
    elsif v_operation = 'replace' and present is null and jsonb_typeof(v_parent) = 'array' then
        failure := 'missing';
    elsif v_operation = 'add' and nullif(present, 'null') is not null then
        failure := 'exists';
    elsif v_operation <> 'add' and nullif(present, 'null') is distinct from v_before then
        failure := 'changed';
    end if;

    if failure is not null then
        return;
    end if;

    -- Null and nothing are the same to a change, but not to a patch.
    if v_operation <> 'remove' then
        v_operation := case when present is null then 'add' else 'replace' end;
    end if;

    if v_step is null then
        v_step := case
            when jsonb_typeof(v_parent) = 'object' then v_token #>> '{}'
            else least(
                case when jsonb_typeof(v_token) = 'number' then v_token::integer else (p_change -> 'position')::integer end,
                jsonb_array_length(v_parent)
            )::text
        end;
    end if;

    v_place := v_place || v_step;
    v_pointer := private.pointer(v_place);

    document := case
        when v_operation = 'remove' then p_document #- v_place
        when v_operation = 'add' and jsonb_typeof(v_parent) = 'array' then jsonb_insert(p_document, v_place, v_after)
        else jsonb_set(p_document, v_place, v_after)
    end;

    patch := private.element_tests(p_document, v_path, v_place)
        || case
            when present is null then '[]'
            else jsonb_build_array(jsonb_build_object('op', 'test', 'path', v_pointer, 'value', present))
        end
        || jsonb_build_array(
            jsonb_build_object('op', v_operation, 'path', v_pointer)
            || case when v_operation = 'remove' then '{}' else jsonb_build_object('value', v_after) end
        );

    inverse := private.element_tests(document, v_path, v_place)
        || case
            when v_operation = 'remove' then '[]'
            else jsonb_build_array(jsonb_build_object('op', 'test', 'path', v_pointer, 'value', v_after))
        end
        || jsonb_build_array(
            case v_operation
                when 'add' then jsonb_build_object('op', 'remove', 'path', v_pointer)
                when 'remove' then jsonb_build_object('op', 'add', 'path', v_pointer, 'value', present)
                else jsonb_build_object('op', 'replace', 'path', v_pointer, 'value', present)
            end
        );
end
$$;

comment on function private.apply_change(jsonb, jsonb) is
'Makes one change of a document, if what it rests on holds: the new document, the patch that makes it and the one that takes it back. Else failure says why not: missing, its path leads nowhere; changed, something else stands there than it found; exists, something stands where it adds; same, it is so already. present is what stands there, null where nothing does.';

create function private.apply_changes(
    p_document jsonb,
    p_changes jsonb,
    out document jsonb,
    out patch jsonb,
    out inverse jsonb,
    out failures jsonb
)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_one record;
begin
    perform private.check_changes(p_changes);

    document := p_document;
    patch := '[]';
    inverse := '[]';
    failures := '[]';

    for v_number in 0..jsonb_array_length(p_changes) - 1 loop
        v_one := private.apply_change(document, p_changes -> v_number);
        document := v_one.document;
        patch := patch || v_one.patch;
        inverse := v_one.inverse || inverse;

        if v_one.failure is not null then
            failures := failures || jsonb_build_array(jsonb_build_object('index', v_number, 'kind', v_one.failure));
        end if;
    end loop;

    if failures <> '[]' then
        document := p_document;
        patch := '[]';
        inverse := '[]';
    end if;
end
$$;

comment on function private.apply_changes(jsonb, jsonb) is
'Makes changes of a document, each of the document that the ones before it left: all of them or, where failures (an array of index and kind: see private.apply_change()) has any, none. patch is what it did as RFC 6902, inverse what takes it back exactly. Errors: PA422 what is given is no array of up to 200 changes.';

create function private.refreshed_changes(p_document jsonb, p_changes jsonb, out changes jsonb, out kept integer[], out failures jsonb)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_document pg_catalog.jsonb := p_document;
    v_change pg_catalog.jsonb;
    v_one record;
begin
    changes := '[]';
    kept := '{}';
    failures := '[]';

    for v_number in 0..jsonb_array_length(p_changes) - 1 loop
        v_change := p_changes -> v_number;
        v_one := private.apply_change(v_document, v_change);

        if v_one.failure in ('changed', 'exists') then
            v_change := v_change - 'before'
                || case when v_one.present is null then '{}' else jsonb_build_object('before', v_one.present) end
                || case
                    when v_change ->> 'operation' = 'remove' then '{}'
                    else jsonb_build_object('operation', case when v_one.present is null then 'add' else 'replace' end)
                end;
            v_one := private.apply_change(v_document, v_change);
        end if;

        if v_one.failure = 'same' then
            continue;
        elsif v_one.failure is not null then
            failures := failures || jsonb_build_array(jsonb_build_object('index', v_number, 'kind', v_one.failure));
        end if;

        v_document := v_one.document;
        changes := changes || jsonb_build_array(v_change);
        kept := kept || v_number;
    end loop;
end
$$;

comment on function private.refreshed_changes(jsonb, jsonb) is
'The same changes as they rest on a document of now: with what stands there now, without those that are so already. kept are the indexes that the others had; failures has those whose path leads nowhere any more.';

create function private.pointed(
    p_document jsonb,
    p_pointer text,
    out place text[],
    out parent jsonb,
    out present jsonb
)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_step pg_catalog.text;
begin
    present := p_document;
    place := '{}';

    foreach v_step in array (string_to_array(p_pointer, '/'))[2:] loop
        parent := present;
        v_step := replace(replace(v_step, '~1', '/'), '~0', '~');
        place := place || v_step;

        -- Where SQL/JSON counts from the end, and takes 01 for 1, a pointer does not.
        present := case
            when jsonb_typeof(parent) = 'object' then parent -> v_step
            when jsonb_typeof(parent) = 'array' and v_step ~ '^(0|[1-9][0-9]{0,8})$' then parent -> v_step::integer
        end;
    end loop;
end
$$;

comment on function private.pointed(jsonb, text) is
'What a JSON Pointer (RFC 6901) leads to: its steps, what holds it, and what stands there; null where nothing does.';

create function private.patched(p_document jsonb, p_patch jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_document pg_catalog.jsonb := p_document;
    v_step pg_catalog.jsonb;
    v_at record;
    v_is_right boolean;
begin
    for v_step in select e.value from jsonb_array_elements(p_patch) as e loop
        v_at := private.pointed(v_document, v_step ->> 'path');

        v_is_right := case v_step ->> 'op'
            when 'test' then v_at.present = v_step -> 'value'
            when 'replace' then v_at.present is not null
            when 'remove' then v_at.present is not null and v_at.place <> '{}'
            when 'add' then
                v_at.place = '{}'
                or jsonb_typeof(v_at.parent) = 'object'
                or jsonb_typeof(v_at.parent) = 'array' and (
                    v_at.present is not null
                    or v_at.place[cardinality(v_at.place)] in ('-', jsonb_array_length(v_at.parent)::text)
                )
        end;

        if v_is_right is not true then
            raise exception using
                errcode = 'PA430',
                message = format('What the change rests on does not hold any more at %s.', left(v_step ->> 'path', 500));
        end if;

        v_document := case
            when v_step ->> 'op' = 'test' then v_document
            when v_at.place = '{}' then v_step -> 'value'
            when v_step ->> 'op' = 'remove' then v_document #- v_at.place
            when v_step ->> 'op' = 'add' and jsonb_typeof(v_at.parent) = 'array' then jsonb_insert(
                v_document,
                v_at.place[:cardinality(v_at.place) - 1]
                || coalesce(nullif(v_at.place[cardinality(v_at.place)], '-'), jsonb_array_length(v_at.parent)::text),
                v_step -> 'value'
            )
            else jsonb_set(v_document, v_at.place, v_step -> 'value')
        end;
    end loop;

    return v_document;
end
$$;

comment on function private.patched(jsonb, jsonb) is
'A document with a JSON Patch (RFC 6902: add, remove, replace, test) applied. Errors: PA430 a test fails, or a path leads nowhere.';

revoke execute on function private.place_of(jsonb, jsonb) from public;

revoke execute on function private.element_tests(jsonb, jsonb, text[]) from public;

revoke execute on function private.pointer(text[]) from public;

revoke execute on function private.check_changes(jsonb) from public;

revoke execute on function private.apply_change(jsonb, jsonb) from public;

revoke execute on function private.apply_changes(jsonb, jsonb) from public;

revoke execute on function private.refreshed_changes(jsonb, jsonb) from public;

revoke execute on function private.pointed(jsonb, text) from public;

revoke execute on function private.patched(jsonb, jsonb) from public;

grant execute on function private.place_of(jsonb, jsonb) to palaver_definer, palaver_worker;

grant execute on function private.element_tests(jsonb, jsonb, text[]) to palaver_definer, palaver_worker;

grant execute on function private.pointer(text[]) to palaver_definer, palaver_worker;

grant execute on function private.check_changes(jsonb) to palaver_definer, palaver_worker;

grant execute on function private.apply_change(jsonb, jsonb) to palaver_definer, palaver_worker;

grant execute on function private.apply_changes(jsonb, jsonb) to palaver_definer, palaver_worker;

grant execute on function private.refreshed_changes(jsonb, jsonb) to palaver_definer, palaver_worker;

grant execute on function private.pointed(jsonb, text) to palaver_definer;

grant execute on function private.patched(jsonb, jsonb) to palaver_definer;

-- What the assistant says of a configuration, in a message's metadata. Other keys are the client's own affair.

create function private.metadata_schema()
returns jsonb
language sql
immutable
parallel safe
security invoker
set search_path = ''
as $$
    select '{
        "type": "object",
        "properties": {
            "configReferences": {
                "type": "array",
                "maxItems": 100,
                "items": {
                    "type": "object",
                    "properties": {
                        "path": {"type": "string", "minLength": 1, "maxLength": 2000},
                        "type": {"enum": ["yaml", "database", "both"]}
                    },
                    "required": ["path", "type"],
                    "additionalProperties": false
                }
            },
            "documentationLinks": {
                "type": "array",
                "maxItems": 50,
                "items": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "minLength": 1, "maxLength": 1000},
                        "section": {"type": "string", "maxLength": 1000}
                    },
                    "required": ["file"],
                    "additionalProperties": false
                }
            },
            "suggestions": {
                "type": "array",
                "maxItems": 20,
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {
                            "type": "string",
                            "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
                        },
                        "type": {"enum": ["workflow", "custom_field", "automation_rule", "infrastructure"]},
                        "title": {"type": "string", "minLength": 1, "maxLength": 200},
                        "explanation": {"type": "string", "minLength": 1, "maxLength": 10000},
                        "config": {"type": "object"},
                        "status": {"enum": ["pending", "accepted", "rejected", "stale", "undone"]}
                    },
                    "required": ["type", "config", "explanation"],
                    "additionalProperties": false
                }
            },
            "comparisonResults": {
                "type": "object",
                "properties": {
                    "differences": {
                        "type": "array",
                        "maxItems": 500,
                        "items": {
                            "type": "object",
                            "properties": {
                                "path": {"type": "string", "maxLength": 2000},
                                "type": {"enum": ["missing_in_db", "missing_in_yaml", "value_mismatch"]},
                                "yamlValue": {},
                                "dbValue": {},
                                "yamlPointer": {"type": ["string", "null"], "maxLength": 4000},
                                "databasePointer": {"type": ["string", "null"], "maxLength": 4000},
                                "element": {"type": ["string", "null"], "maxLength": 1000},
                                "changedIn": {"enum": ["yaml", "database", "both", "unknown", null]},
                                "conflict": {"type": ["boolean", "null"]},
                                "line": {"type": ["integer", "null"], "minimum": 1},
                                "column": {"type": ["integer", "null"], "minimum": 1},
                                "changed": {"type": ["object", "null"]}
                            },
                            "required": ["path", "type", "yamlValue", "dbValue"],
                            "additionalProperties": false
                        }
                    }
                },
                "required": ["differences"],
                "additionalProperties": false
            }
        }
    }'::pg_catalog.jsonb
$$;

comment on function private.metadata_schema() is
'The form of what the configuration assistant says in a message''s metadata, as a JSON Schema: configReferences, documentationLinks, suggestions, comparisonResults. In a difference, null stands for what one of the two sides does not have.';

create function private.metadata_errors(p_metadata jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if jsonb_exists_any(p_metadata, '{configReferences,documentationLinks,suggestions,comparisonResults}') then
        return private.schema_errors(private.metadata_schema(), p_metadata);
    end if;

    return '[]';
end
$$;

comment on function private.metadata_errors(jsonb) is
'What in a message''s metadata is not of the form of private.metadata_schema(): an array of path and message, empty where all is well.';

create function private.check_metadata()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_errors constant pg_catalog.jsonb := private.metadata_errors(new.metadata);
begin
    if v_errors <> '[]' then
        raise exception using
            errcode = 'PA422',
            message = format('The metadata is not of the form that it should be: %s', v_errors -> 0 ->> 'message'),
            detail = jsonb_build_object('errors', v_errors);
    end if;

    return new;
end
$$;

comment on function private.check_metadata() is
'Trigger: what the configuration assistant says in a message''s metadata has its form. Errors: PA422, with the places in detail.';

revoke execute on function private.metadata_schema() from public;

revoke execute on function private.metadata_errors(jsonb) from public;

revoke execute on function private.check_metadata() from public;

grant execute on function private.metadata_schema() to authenticated, service_role, palaver_definer;

grant execute on function private.metadata_errors(jsonb) to authenticated, service_role, palaver_definer;

create trigger messages_check_metadata
before insert or update of metadata on public.messages
for each row when (new.metadata <> '{}')
execute function private.check_metadata();

-- Sessions: the conversations on a project, or on the infrastructure.

create function public.open_configuration_session(p_project_id uuid default null)
returns public.conversations
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_user_id constant pg_catalog.uuid := private.current_user_id();
    v_title pg_catalog.text := 'Infrastructure';
    v_session public.conversations;
begin
    if not private.may_use_assistant() then
        raise exception using
            errcode = 'PA403',
            message = 'This account may not use the assistant.',
            hint = 'An administrator of your organisation can give you access.';
    end if;

    if p_project_id is not null then
        select p.name into v_title from public.projects as p where p.tenant_id = v_tenant_id and p.id = p_project_id;

        if not found then
            raise exception using errcode = 'PA404', message = 'There is no such project.';
        end if;
    end if;

    if exists (select from public.tenants as t where t.id = v_tenant_id and t.encrypts_messages) then
        raise exception using
            errcode = 'PA422',
            message = 'Your organisation encrypts its messages; what the assistant says of a configuration could not be.';
    end if;

    -- Whoever opens it on two devices at once opens one.
    perform from public.users as u where u.tenant_id = v_tenant_id and u.id = v_user_id for no key update;

    select * into v_session
    from public.conversations as c
    where
        c.tenant_id = v_tenant_id
        and c.user_id = v_user_id
        and c.project_id is not distinct from p_project_id
        and c.context_type = case when p_project_id is null then 'infrastructure' else 'project' end
        and not c.is_archived
    order by c.updated_at desc, c.id desc
    limit 1;

    if not found then
        -- A title that is given is the person's, which the model leaves alone.
        insert into public.conversations (tenant_id, user_id, title, context_type, project_id)
        values (
            v_tenant_id,
            v_user_id,
            v_title,
            case when p_project_id is null then 'infrastructure' else 'project' end,
            p_project_id
        )
        returning * into v_session;
    end if;

    return v_session;
end
$$;

comment on function public.open_configuration_session(uuid) is
'The caller''s conversation with the configuration assistant on a project, without one on the infrastructure: the newest that is not archived, else a new one. Errors: PA403 who may not use the assistant, PA404 no such project, PA422 the organisation encrypts its messages.';

revoke execute on function public.open_configuration_session(uuid) from public, anon;

grant execute on function public.open_configuration_session(uuid) to authenticated;

create view public.configuration_sessions
with (security_invoker = true)
as
select
    c.tenant_id,
    c.id,
    c.user_id,
    c.context_type,
    c.project_id,
    p.slug as project_slug,
    p.name as project_name,
    c.title,
    c.created_at,
    c.updated_at,
    (
        select jsonb_build_object('id', m.id, 'role', m.role, 'text', left(m.content, 200), 'at', m.created_at)
        from public.messages as m
        where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.user_id = c.user_id
        order by m.created_at desc, m.id desc
        limit 1
    ) as newest_message
from public.conversations as c
left join public.projects as p on c.tenant_id = p.tenant_id and c.project_id = p.id
where c.context_type is not null and not c.is_archived and (c.project_id is null or p.id is not null)
order by c.updated_at desc, c.id desc;

comment on view public.configuration_sessions is
'A person''s conversations with the configuration assistant that are not archived, newest first, on the infrastructure and on projects that they see.';

comment on column public.configuration_sessions.newest_message is
'Its newest message for a preview: id, role, at, and text, the first 200 characters; null while there is none.';

revoke all on public.configuration_sessions from public, anon, authenticated, service_role;

grant select on public.configuration_sessions to authenticated, service_role;

create function private.open_session(p_claims jsonb, p_project text)
returns public.conversations
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_project_id pg_catalog.uuid;
begin
    perform private.become(p_claims);

    if p_project is not null then
        select p.id into v_project_id
        from public.projects as p
        where p.tenant_id = private.current_tenant_id() and (p.id = private.as_uuid(p_project) or p.slug = p_project)
        order by p.id = private.as_uuid(p_project) desc nulls last
        limit 1;

        if not found then
            raise exception using errcode = 'PA404', message = 'There is no such project.';
        end if;
    end if;

    return public.open_configuration_session(v_project_id);
end
$$;

comment on function private.open_session(jsonb, text) is
'public.open_configuration_session() for the person of the claims, with the project by its id or slug. Errors: as there.';

create function private.list_sessions(
    p_claims jsonb,
    p_context_type text default null,
    p_project_id uuid default null,
    p_limit integer default 50,
    p_before_updated_at timestamptz default null,
    p_before_id uuid default null
)
returns setof public.configuration_sessions
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return query
    select s.*
    from public.configuration_sessions as s
    where
        s.tenant_id = private.current_tenant_id()
        and s.user_id = private.current_user_id()
        and (p_context_type is null or s.context_type = p_context_type)
        and (p_project_id is null or s.project_id = p_project_id)
        and (p_before_id is null or (s.updated_at, s.id) < (p_before_updated_at, p_before_id))
    order by s.updated_at desc, s.id desc
    limit greatest(1, least(coalesce(p_limit, 50), 200));
end
$$;

comment on function private.list_sessions(jsonb, text, uuid, integer, timestamptz, uuid) is
'A page of the sessions of the person of the claims, newest first, up to 200; the next one begins before the last one''s updated_at and id.';

create function private.find_session(p_claims jsonb, p_conversation_id uuid)
returns table (context_type text, project_id uuid)
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    return query
    select c.context_type, c.project_id
    from public.conversations as c
    where
        c.tenant_id = private.current_tenant_id()
        and c.user_id = private.current_user_id()
        and c.id = p_conversation_id
        and c.context_type is not null
        and (c.project_id is null or private.project_access(c.project_id) is not null);

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such session.';
    end if;
end
$$;

comment on function private.find_session(jsonb, uuid) is
'What a session of the person of the claims is about. Errors: PA404 there is none, it is somebody else''s, or on a project that they see no more.';

revoke execute on function private.find_session(jsonb, uuid) from public;

grant execute on function private.find_session(jsonb, uuid) to palaver_worker;

revoke execute on function private.open_session(jsonb, text) from public;

revoke execute on function private.list_sessions(jsonb, text, uuid, integer, timestamptz, uuid) from public;

grant execute on function private.open_session(jsonb, text) to palaver_worker;

grant execute on function private.list_sessions(jsonb, text, uuid, integer, timestamptz, uuid) to palaver_worker;

-- Suggestions.

create table public.configuration_suggestions (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    project_id uuid not null,
    conversation_id uuid,
    turn_id uuid,
    user_id uuid,
    type text not null,
    title text not null,
    explanation text not null,
    changes jsonb not null,
    suspects jsonb not null default '[]',
    base_version integer not null,
    version integer not null default 1,
    fingerprint bytea not null,
    rests_on bytea not null,
    status text not null default 'pending',
    decided_by uuid,
    decided_at timestamptz,
    reason text,
    applied_changes integer[],
    applied_version integer,
    patch jsonb,
    inverse jsonb,
    created_at timestamptz not null default now(),
    refreshed_at timestamptz,
    constraint configuration_suggestions_pkey primary key (tenant_id, id),
    constraint configuration_suggestions_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint configuration_suggestions_project_id_fkey foreign key (tenant_id, project_id)
    references public.projects (tenant_id, id) on delete cascade,
    constraint configuration_suggestions_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete set null (user_id),
    constraint configuration_suggestions_decided_by_fkey foreign key (tenant_id, decided_by)
    references public.users (tenant_id, id) on delete set null (decided_by),
    constraint configuration_suggestions_type_check check (type in ('workflow', 'custom_field', 'automation_rule', 'infrastructure')),
    constraint configuration_suggestions_title_check check (char_length(title) between 1 and 200 and title ~ '\S'),
    constraint configuration_suggestions_explanation_check check (char_length(explanation) between 1 and 10000),
    constraint configuration_suggestions_changes_check check (
        case when jsonb_typeof(changes) = 'array' then jsonb_array_length(changes) between 0 and 200 else false end
        and octet_length(changes::text) <= 262144
    ),
    constraint configuration_suggestions_suspects_check check (
        jsonb_typeof(suspects) = 'array' and octet_length(suspects::text) <= 65536
    ),
    constraint configuration_suggestions_status_check check (status in ('pending', 'accepted', 'rejected', 'stale', 'undone')),
    constraint configuration_suggestions_decided_check check ((decided_at is null) = (status in ('pending', 'stale'))),
    constraint configuration_suggestions_reason_check check (char_length(reason) between 1 and 2000),
    constraint configuration_suggestions_applied_check check (
        num_nulls(applied_changes, applied_version, patch, inverse) = case when status in ('accepted', 'undone') then 0 else 4 end
    )
);

comment on table public.configuration_suggestions is 'Changes of a project''s configuration that the assistant suggested, and what became of them. Whoever sees the project sees them; only a person''s accept applies one.';

comment on column public.configuration_suggestions.conversation_id is 'Where it was suggested. No foreign key: what was suggested, and done, stays with the project when the conversation is gone.';

comment on column public.configuration_suggestions.turn_id is 'The answer that suggested it. No foreign key: it comes before the turn is settled.';

comment on column public.configuration_suggestions.user_id is 'Who asked; null once they are gone.';

comment on column public.configuration_suggestions.changes is 'An array of operation (add, replace, remove), path (keys, indexes and selectors such as {"id": "done"}), before, what it rests on, after and position.';

comment on column public.configuration_suggestions.suspects is 'Changes that want to be confirmed one by one, for what they set stems only from words for people, or hides characters: an array of change (its index), reason and sources.';

comment on column public.configuration_suggestions.base_version is 'The configuration_version that its changes rest on.';

comment on column public.configuration_suggestions.version is 'Counts up each time that its changes are put on what holds now: what an accept was meant for.';

comment on column public.configuration_suggestions.fingerprint is 'SHA-256 of what it would do: the same is not suggested twice.';

comment on column public.configuration_suggestions.rests_on is 'SHA-256 of what it found: while that is so, what was rejected is not suggested again.';

comment on column public.configuration_suggestions.status is 'pending; accepted, rejected, undone: a person''s decision; stale: what it would change is not there any more, or is so already.';

comment on column public.configuration_suggestions.decided_at is 'When it came to its status; decided_by says by whom.';

comment on column public.configuration_suggestions.reason is 'Why it was rejected, in the words of whoever did.';

comment on column public.configuration_suggestions.applied_changes is 'The indexes of the changes that were accepted.';

comment on column public.configuration_suggestions.applied_version is 'The configuration_version that it made.';

comment on column public.configuration_suggestions.patch is 'What it did, as a JSON Patch (RFC 6902) with its tests.';

comment on column public.configuration_suggestions.inverse is 'The JSON Patch that takes it back.';

create index configuration_suggestions_project_idx on public.configuration_suggestions (tenant_id, project_id, id);

comment on index public.configuration_suggestions_project_idx is 'A project''s suggestions, newest first, a page by key, for ids are in order; the foreign key to projects.';

create index configuration_suggestions_pending_idx on public.configuration_suggestions (tenant_id, project_id, id) where status = 'pending';

comment on index public.configuration_suggestions_pending_idx is 'Those of a project that nobody has decided on, newest first.';

create unique index configuration_suggestions_pending_key on public.configuration_suggestions (tenant_id, project_id, fingerprint)
where status = 'pending';

comment on index public.configuration_suggestions_pending_key is 'The same is pending once.';

create index configuration_suggestions_rejected_idx on public.configuration_suggestions (tenant_id, project_id, fingerprint)
where status = 'rejected';

comment on index public.configuration_suggestions_rejected_idx is 'Was the same rejected before?';

create index configuration_suggestions_user_idx on public.configuration_suggestions (tenant_id, user_id);

comment on index public.configuration_suggestions_user_idx is 'The foreign key to users of who asked.';

create index configuration_suggestions_decided_by_idx on public.configuration_suggestions (tenant_id, decided_by);

comment on index public.configuration_suggestions_decided_by_idx is 'The foreign key to users of who decided.';

alter table public.configuration_suggestions
alter column type set statistics 0,
alter column title set statistics 0,
alter column explanation set statistics 0,
alter column changes set statistics 0,
alter column suspects set statistics 0,
alter column fingerprint set statistics 0,
alter column rests_on set statistics 0,
alter column status set statistics 0,
alter column reason set statistics 0,
alter column applied_changes set statistics 0,
alter column patch set statistics 0,
alter column inverse set statistics 0;

alter table public.configuration_suggestions enable row level security;

revoke all on public.configuration_suggestions from public, anon, authenticated, service_role;

create policy "People see the suggestions for their projects"
on public.configuration_suggestions for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and project_id = any((select private.project_ids('viewer'))::uuid[])
);

create policy "The worker makes suggestions to the person it acts for"
on public.configuration_suggestions for insert to palaver_worker
with check (
    tenant_id = (select private.current_tenant_id())
    and user_id = (select private.current_user_id())
    and project_id = any((select private.project_ids('viewer'))::uuid[])
);

create policy "Decisions find suggestions"
on public.configuration_suggestions for select to palaver_definer
using (tenant_id = (select private.current_tenant_id()));

create policy "Editors' decisions are written down"
on public.configuration_suggestions for update to palaver_definer
using (
    tenant_id = (select private.current_tenant_id())
    and project_id = any((select private.project_ids('editor'))::uuid[])
)
with check (tenant_id = (select private.current_tenant_id()));

grant select (
    tenant_id, id, project_id, conversation_id, turn_id, user_id, type, title, explanation, changes, suspects, base_version, version,
    fingerprint, rests_on, status, decided_by, decided_at, reason, applied_changes, applied_version, patch, inverse, created_at,
    refreshed_at
) on public.configuration_suggestions to authenticated;

grant insert (
    tenant_id, project_id, conversation_id, turn_id, user_id, type, title, explanation, changes, suspects, base_version, fingerprint,
    rests_on
) on public.configuration_suggestions to palaver_worker;

grant select on public.configuration_suggestions to palaver_definer;

grant update (
    changes, suspects, base_version, version, rests_on, status, decided_by, decided_at, reason, applied_changes, applied_version, patch,
    inverse, refreshed_at
) on public.configuration_suggestions to palaver_definer;

grant select on public.configuration_suggestions to service_role;

-- The definer functions below change a project for whoever may, and say what its revision comes from, which no client can.

grant update (configuration) on public.projects to palaver_definer;

create function private.suggestion_fingerprint(p_type text, p_changes jsonb)
returns bytea
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select sha256(convert_to(concat(p_type, jsonb_agg(c.change - '{operation,before,position}'::pg_catalog.text[] order by c.number)), 'UTF8'))
        from jsonb_array_elements(p_changes) with ordinality as c (change, number)
    );
end
$$;

comment on function private.suggestion_fingerprint(text, jsonb) is 'What changes would do, wherever they find it: a digest of the type, and of their paths and what comes there.';

create function private.suggestion_basis(p_changes jsonb)
returns bytea
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select sha256(convert_to(coalesce(jsonb_agg(coalesce(c.change -> 'before', 'null') order by c.number), '[]')::pg_catalog.text, 'UTF8'))
        from jsonb_array_elements(p_changes) with ordinality as c (change, number)
    );
end
$$;

comment on function private.suggestion_basis(jsonb) is 'What changes rest on: a digest of what they found.';

create function private.shown_suggestion(p_suggestion public.configuration_suggestions)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return to_jsonb(p_suggestion) - '{fingerprint,rests_on}'::pg_catalog.text[];
end
$$;

comment on function private.shown_suggestion(public.configuration_suggestions) is 'A suggestion as the functions that decide on it return it.';

create function private.kept_suspects(p_suspects jsonb, p_kept integer[])
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select
            coalesce(
                jsonb_agg(
                    s.suspect || jsonb_build_object('change', array_position(p_kept, (s.suspect -> 'change')::integer) - 1) order by s.number
                ),
                '[]'
            )
        from jsonb_array_elements(p_suspects) with ordinality as s (suspect, number)
        where (s.suspect -> 'change')::integer = any(p_kept)
    );
end
$$;

comment on function private.kept_suspects(jsonb, integer[]) is 'Suspects of those changes that are kept, by the indexes that these have now.';

create function private.propose_suggestions(
    p_claims jsonb,
    p_conversation_id uuid,
    p_turn_id uuid,
    p_project_id uuid,
    p_base_version integer,
    p_suggestions jsonb
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_most_at_once constant integer := 20;
    v_most_pending constant integer := 200;
    v_project record;
    v_schema pg_catalog.jsonb;
    v_pending integer;
    v_outcomes pg_catalog.jsonb := '[]';
    v_outcome pg_catalog.jsonb;
    v_suggestion pg_catalog.jsonb;
    v_fresh record;
    v_rehearsed record;
    v_errors pg_catalog.jsonb;
    v_fingerprint pg_catalog.bytea;
    v_basis pg_catalog.bytea;
    v_known record;
begin
    perform private.become(p_claims);

    select p.tenant_id, p.configuration, p.configuration_version into v_project
    from public.projects as p
    inner join public.conversations as c on c.tenant_id = p.tenant_id and c.id = p_conversation_id
    where
        p.tenant_id = private.current_tenant_id()
        and p.id = p_project_id
        and c.user_id = private.current_user_id()
        and (c.context_type = 'infrastructure' or c.project_id = p.id);

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such session on this project.';
    end if;

    v_schema := private.configuration_schema(v_project.tenant_id);

    select count(*) into v_pending
    from public.configuration_suggestions as s
    where s.tenant_id = v_project.tenant_id and s.project_id = p_project_id and s.status = 'pending';

    for v_number in 0..jsonb_array_length(p_suggestions) - 1 loop
        if v_number >= v_most_at_once then
            v_outcomes := v_outcomes || '[{"status": "too_many"}]';

            continue;
        end if;

        v_suggestion := p_suggestions -> v_number;

        -- One that makes no sense does not take the others with it.
        begin
            v_rehearsed := private.apply_changes(v_project.configuration, v_suggestion -> 'changes');

            -- What is so already is left out.
            select
                coalesce(jsonb_agg(c.change order by c.number), '[]') as changes,
                coalesce(array_agg(c.number::integer - 1 order by c.number), '{}') as kept
            into v_fresh
            from jsonb_array_elements(v_suggestion -> 'changes') with ordinality as c (change, number)
            where not v_rehearsed.failures @> jsonb_build_array(jsonb_build_object('index', c.number - 1, 'kind', 'same'));

            v_fingerprint := private.suggestion_fingerprint(v_suggestion ->> 'type', v_suggestion -> 'changes');
            v_basis := private.suggestion_basis(v_fresh.changes);

            select s.id, s.status into v_known
            from public.configuration_suggestions as s
            where
                s.tenant_id = v_project.tenant_id
                and s.project_id = p_project_id
                and s.fingerprint = v_fingerprint
                and (s.status = 'pending' or s.status = 'rejected' and s.rests_on = v_basis)
            order by s.status, s.id desc
            limit 1;

            if found then
                v_outcome := jsonb_build_object('status', v_known.status, 'id', v_known.id);
            elsif v_fresh.changes = '[]' then
                v_outcome := '{"status": "nothing"}';
            else
                v_rehearsed := private.apply_changes(v_project.configuration, v_fresh.changes);
                v_errors := case when v_rehearsed.failures = '[]' then private.schema_errors(v_schema, v_rehearsed.document) end;

                if v_errors is null then
                    v_outcome := jsonb_build_object(
                        'status', case when p_base_version = v_project.configuration_version then 'invalid' else 'stale' end,
                        'failures', (
                            select
                                jsonb_agg(
                                    f.failure || jsonb_build_object('index', v_fresh.kept[(f.failure -> 'index')::integer + 1])
                                    order by f.number
                                )
                            from jsonb_array_elements(v_rehearsed.failures) with ordinality as f (failure, number)
                        )
                    );
                elsif v_errors <> '[]' then
                    v_outcome := jsonb_build_object('status', 'invalid', 'errors', v_errors);
                elsif v_pending >= v_most_pending then
                    v_outcome := '{"status": "too_many"}';
                else
                    insert into public.configuration_suggestions (
                        tenant_id, project_id, conversation_id, turn_id, user_id, type, title, explanation, changes, suspects,
                        base_version, fingerprint, rests_on
                    )
                    values (
                        v_project.tenant_id,
                        p_project_id,
                        p_conversation_id,
                        p_turn_id,
                        private.current_user_id(),
                        v_suggestion ->> 'type',
                        v_suggestion ->> 'title',
                        v_suggestion ->> 'explanation',
                        v_fresh.changes,
                        private.kept_suspects(coalesce(v_suggestion -> 'suspects', '[]'), v_fresh.kept),
                        v_project.configuration_version,
                        v_fingerprint,
                        v_basis
                    )
                    on conflict (tenant_id, project_id, fingerprint) where status = 'pending' do nothing
                    returning id, 'new' as status into v_known;

                    if not found then
                        -- Somebody else's session has just been told the same.
                        select s.id, s.status into v_known
                        from public.configuration_suggestions as s
                        where
                            s.tenant_id = v_project.tenant_id
                            and s.project_id = p_project_id
                            and s.fingerprint = v_fingerprint
                            and s.status = 'pending';
                    end if;

                    v_pending := v_pending + 1;
                    v_outcome := jsonb_build_object('status', v_known.status, 'id', v_known.id);
                end if;
            end if;
        exception when sqlstate 'PA422' or sqlstate 'PA433' or integrity_constraint_violation or data_exception then
            v_outcome := jsonb_build_object(
                'status', 'invalid', 'errors', jsonb_build_array(jsonb_build_object('path', '', 'message', sqlerrm))
            );
        end;

        v_outcomes := v_outcomes || jsonb_build_array(v_outcome);
    end loop;

    return v_outcomes;
end
$$;

comment on function private.propose_suggestions(jsonb, uuid, uuid, uuid, integer, jsonb) is
'Keeps what the assistant suggests for a project in a session of the person of the claims: an array of type, title, explanation, changes and suspects, of which the first 20 count. Each is rehearsed on the configuration of now. Returns an array with the outcome of each: status new, with its id; pending, the same is, with its id; rejected, the same was, and rests on the same; nothing, all is so already; invalid, with failures (see private.apply_changes()) or errors of the schema; stale, it fails, and the configuration is not that of p_base_version any more; too_many, also where a project has 200 pending. Errors: PA404 no such session.';

-- Decisions. Rows are locked in one order: the project, then the suggestion. Access counts as it is when both are held.

create function private.held_suggestion(p_suggestion_id uuid)
returns public.configuration_suggestions
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_suggestion public.configuration_suggestions;
    v_access pg_catalog.text;
begin
    select * into v_suggestion
    from public.configuration_suggestions as s
    where s.tenant_id = v_tenant_id and s.id = p_suggestion_id;

    v_access := private.project_access(v_suggestion.project_id);

    if v_access in ('owner', 'editor') then
        perform from public.projects as p
        where p.tenant_id = v_tenant_id and p.id = v_suggestion.project_id
        for no key update;

        select * into v_suggestion
        from public.configuration_suggestions as s
        where s.tenant_id = v_tenant_id and s.id = p_suggestion_id
        for no key update;

        v_access := private.project_access(v_suggestion.project_id);
    end if;

    if v_access is null then
        raise exception using errcode = 'PA404', message = 'There is no such suggestion.';
    end if;

    if v_access not in ('owner', 'editor') then
        raise exception using
            errcode = 'PA403',
            message = 'You may see this project, but not change it.',
            hint = 'Its owner, or an administrator of your organisation, can make you an editor.';
    end if;

    return v_suggestion;
end
$$;

comment on function private.held_suggestion(uuid) is
'A suggestion for a project that whoever asks may change, with both locked. Errors: PA404 there is none that they see, PA403 they may not change the project.';

create function private.change_configuration(
    p_suggestion public.configuration_suggestions,
    p_configuration jsonb,
    p_cause text,
    out version integer,
    out errors jsonb
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_detail pg_catalog.text;
begin
    update public.projects as p
    set configuration = p_configuration
    where p.tenant_id = p_suggestion.tenant_id and p.id = p_suggestion.project_id
    returning p.configuration_version into version;

    update public.project_revisions as r
    set cause = p_cause, suggestion_id = p_suggestion.id
    where
        r.tenant_id = p_suggestion.tenant_id
        and r.project_id = p_suggestion.project_id
        and r.side = 'database'
        and r.version = change_configuration.version;
exception when sqlstate 'PA433' or check_violation then
    get stacked diagnostics v_detail = pg_exception_detail;
    version := null;
    errors := coalesce(
        case sqlstate when 'PA433' then v_detail::pg_catalog.jsonb -> 'errors' end,
        jsonb_build_array(jsonb_build_object('path', '', 'message', sqlerrm))
    );
end
$$;

comment on function private.change_configuration(public.configuration_suggestions, jsonb, text) is
'Gives a suggestion''s project a configuration, and its revision the cause; errors says why not where that does not fit the schema.';

create function private.take_suggestion(p_suggestion_id uuid, p_changes integer[], p_confirmed integer[], p_version integer)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_suggestion public.configuration_suggestions := private.held_suggestion(p_suggestion_id);
    v_configuration pg_catalog.jsonb;
    v_version pg_catalog.int4;
    v_chosen pg_catalog.int4[];
    v_applied record;
    v_fresh record;
    v_suspects pg_catalog.jsonb;
    v_changed record;
begin
    if v_suggestion.status not in ('pending', 'stale') then
        return jsonb_build_object('status', 'decided', 'suggestion', private.shown_suggestion(v_suggestion));
    end if;

    if v_suggestion.status = 'stale' or p_version <> v_suggestion.version then
        return jsonb_build_object('status', 'stale', 'suggestion', private.shown_suggestion(v_suggestion), 'failures', '[]'::pg_catalog.jsonb);
    end if;

    v_chosen := array(
        select distinct c.number
        from unnest(coalesce(p_changes, array(select generate_series(0, jsonb_array_length(v_suggestion.changes) - 1)))) as c (number)
        order by c.number
    );

    if v_chosen = '{}' or v_chosen[1] < 0 or coalesce(v_chosen[cardinality(v_chosen)] >= jsonb_array_length(v_suggestion.changes), true) then
        raise exception using
            errcode = 'PA422',
            message = format('The changes of this suggestion are 0 to %s.', jsonb_array_length(v_suggestion.changes) - 1),
            hint = 'Leave p_changes out to accept them all.';
    end if;

    select p.configuration, p.configuration_version into v_configuration, v_version
    from public.projects as p
    where p.tenant_id = v_suggestion.tenant_id and p.id = v_suggestion.project_id;

    v_applied := private.apply_changes(
        v_configuration,
        (select jsonb_agg(v_suggestion.changes -> c.number order by c.number) from unnest(v_chosen) as c (number))
    );

    if v_applied.failures <> '[]' then
        v_fresh := private.refreshed_changes(v_configuration, v_suggestion.changes);

        update public.configuration_suggestions as s
        set
            status = case when v_fresh.failures = '[]' and v_fresh.changes <> '[]' then 'pending' else 'stale' end,
            changes = v_fresh.changes,
            suspects = private.kept_suspects(s.suspects, v_fresh.kept),
            rests_on = private.suggestion_basis(v_fresh.changes),
            base_version = v_version,
            version = s.version + 1,
            refreshed_at = clock_timestamp()
        where s.tenant_id = v_suggestion.tenant_id and s.id = v_suggestion.id
        returning * into v_suggestion;

        return jsonb_build_object(
            'status', 'stale',
            'suggestion', private.shown_suggestion(v_suggestion),
            'failures', (
                select jsonb_agg(f.failure || jsonb_build_object('index', v_chosen[(f.failure -> 'index')::pg_catalog.int4 + 1]) order by f.number)
                from jsonb_array_elements(v_applied.failures) with ordinality as f (failure, number)
            )
        );
    end if;

    select jsonb_agg(s.suspect order by s.number) into v_suspects
    from jsonb_array_elements(v_suggestion.suspects) with ordinality as s (suspect, number)
    where
        (s.suspect -> 'change')::pg_catalog.int4 = any(v_chosen)
        and (s.suspect -> 'change')::pg_catalog.int4 <> all(array_remove(coalesce(p_confirmed, '{}'), null));

    if v_suspects is not null then
        return jsonb_build_object(
            'status', 'confirmation_required', 'suggestion', private.shown_suggestion(v_suggestion), 'changes', v_suspects
        );
    end if;

    v_changed := private.change_configuration(v_suggestion, v_applied.document, 'suggestion');

    if v_changed.errors is not null then
        return jsonb_build_object(
            'status', 'invalid', 'suggestion', private.shown_suggestion(v_suggestion), 'errors', v_changed.errors
        );
    end if;

    update public.configuration_suggestions as s
    set
        status = 'accepted',
        decided_by = private.current_user_id(),
        decided_at = clock_timestamp(),
        applied_changes = v_chosen,
        applied_version = v_changed.version,
        patch = v_applied.patch,
        inverse = v_applied.inverse
    where s.tenant_id = v_suggestion.tenant_id and s.id = v_suggestion.id
    returning * into v_suggestion;

    return jsonb_build_object(
        'status', 'accepted',
        'suggestion', private.shown_suggestion(v_suggestion),
        'configurationVersion', v_changed.version,
        'patch', v_applied.patch,
        'inverse', v_applied.inverse
    );
end
$$;

comment on function private.take_suggestion(uuid, integer[], integer[], integer) is
'What public.accept_suggestion() does. Definer: nobody may write down a decision themselves, nor what a revision comes from; access is asked as the person''s.';

create function public.accept_suggestion(
    p_suggestion_id uuid,
    p_changes integer[] default null,
    p_confirmed integer[] default '{}',
    p_version integer default null
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    return private.take_suggestion(p_suggestion_id, p_changes, p_confirmed, p_version);
end
$$;

comment on function public.accept_suggestion(uuid, integer[], integer[], integer) is
'Applies a suggestion, or those of its changes that p_changes names by their indexes from 0, to the project''s configuration, in one transaction, if all that they rest on still holds. Returns an object whose status says what came of it: accepted, with configurationVersion, patch and inverse (RFC 6902); stale, what they rest on has changed, or p_version is not the suggestion''s version: nothing is applied, suggestion holds the changes as they would be now, failures says what was different, and a suggestion whose status is stale can be accepted no more; confirmation_required, with changes, those of suspects that p_confirmed does not name; invalid, with errors: the configuration would not fit its schema; decided, somebody was faster. Errors: PA403 may not change the project, PA404 no such suggestion, PA422 no such change.';

create function private.decline_suggestion(p_suggestion_id uuid, p_reason text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_suggestion public.configuration_suggestions := private.held_suggestion(p_suggestion_id);
begin
    if v_suggestion.status <> 'pending' then
        return jsonb_build_object('status', 'decided', 'suggestion', private.shown_suggestion(v_suggestion));
    end if;

    if char_length(p_reason) > 2000 then
        raise exception using errcode = 'PA422', message = 'A reason has up to 2,000 characters.';
    end if;

    update public.configuration_suggestions as s
    set
        status = 'rejected',
        reason = nullif(p_reason, ''),
        decided_by = private.current_user_id(),
        decided_at = clock_timestamp()
    where s.tenant_id = v_suggestion.tenant_id and s.id = v_suggestion.id
    returning * into v_suggestion;

    return jsonb_build_object('status', 'rejected', 'suggestion', private.shown_suggestion(v_suggestion));
end
$$;

comment on function private.decline_suggestion(uuid, text) is
'What public.reject_suggestion() does. Definer: nobody may write down a decision themselves; access is asked as the person''s.';

create function public.reject_suggestion(p_suggestion_id uuid, p_reason text default null)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    return private.decline_suggestion(p_suggestion_id, p_reason);
end
$$;

comment on function public.reject_suggestion(uuid, text) is
'Rejects a suggestion, which is then not made again while what it rests on stays the same. Returns an object of status (rejected, or decided: somebody was faster) and suggestion. Errors: PA403 may not change the project, PA404 no such suggestion, PA422 the reason is too long.';

create function private.take_back_suggestion(p_suggestion_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_suggestion public.configuration_suggestions := private.held_suggestion(p_suggestion_id);
    v_configuration pg_catalog.jsonb;
    v_before pg_catalog.jsonb;
    v_changed record;
begin
    if v_suggestion.status <> 'accepted' then
        return jsonb_build_object('status', 'decided', 'suggestion', private.shown_suggestion(v_suggestion));
    end if;

    select p.configuration into v_configuration
    from public.projects as p
    where p.tenant_id = v_suggestion.tenant_id and p.id = v_suggestion.project_id;

    -- There and back again must end where it began: a patch cannot test that nothing stands where it puts something back.
    begin
        v_before := private.patched(v_configuration, v_suggestion.inverse);

        if private.patched(v_before, v_suggestion.patch) <> v_configuration then
            v_before := null;
        end if;
    exception when sqlstate 'PA430' then
        v_before := null;
    end;

    if v_before is null then
        return jsonb_build_object('status', 'stale', 'suggestion', private.shown_suggestion(v_suggestion));
    end if;

    v_changed := private.change_configuration(v_suggestion, v_before, 'undo');

    if v_changed.errors is not null then
        return jsonb_build_object('status', 'invalid', 'suggestion', private.shown_suggestion(v_suggestion), 'errors', v_changed.errors);
    end if;

    update public.configuration_suggestions as s
    set status = 'undone', decided_by = private.current_user_id(), decided_at = clock_timestamp()
    where s.tenant_id = v_suggestion.tenant_id and s.id = v_suggestion.id
    returning * into v_suggestion;

    return jsonb_build_object(
        'status', 'undone',
        'suggestion', private.shown_suggestion(v_suggestion),
        'configurationVersion', v_changed.version,
        'patch', v_suggestion.inverse
    );
end
$$;

comment on function private.take_back_suggestion(uuid) is
'What public.undo_suggestion() does. Definer: nobody may write down a decision themselves, nor what a revision comes from; access is asked as the person''s.';

create function public.undo_suggestion(p_suggestion_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    return private.take_back_suggestion(p_suggestion_id);
end
$$;

comment on function public.undo_suggestion(uuid) is
'Takes an accepted suggestion back, if what it changed is still as it left it; other changes since do not matter. Returns an object of suggestion and status: undone, with configurationVersion and patch (RFC 6902); stale, it is not; invalid, with errors: the configuration would not fit its schema; decided, it is not accepted, or not any more. Errors: PA403 may not change the project, PA404 no such suggestion.';

create function private.decide_suggestion(p_claims jsonb, p_decision jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_id constant pg_catalog.uuid := private.as_uuid(p_decision ->> 'id');
begin
    perform private.become(p_claims);

    case p_decision ->> 'action'
        when 'accept' then
            return public.accept_suggestion(
                v_id,
                case
                    when jsonb_typeof(p_decision -> 'changes') = 'array'
                        then array(select (e.value)::integer from jsonb_array_elements(p_decision -> 'changes') as e)
                end,
                case
                    when jsonb_typeof(p_decision -> 'confirmed') = 'array'
                        then array(select (e.value)::integer from jsonb_array_elements(p_decision -> 'confirmed') as e)
                end,
                (p_decision ->> 'version')::integer
            );
        when 'reject' then
            return public.reject_suggestion(v_id, p_decision ->> 'reason');
        when 'undo' then
            return public.undo_suggestion(v_id);
        else
            raise exception using errcode = 'PA422', message = 'A suggestion can be accepted, rejected, or taken back.';
    end case;
end
$$;

comment on function private.decide_suggestion(jsonb, jsonb) is
'public.accept_suggestion(), reject_suggestion() or undo_suggestion() for the person of the claims: an object of id, action (accept, reject, undo) and, where they apply, changes, confirmed, version, reason. Errors: as there.';

create function private.read_suggestions(
    p_claims jsonb,
    p_project_id uuid,
    p_status text default null,
    p_limit integer default 50,
    p_before uuid default null
)
returns table (id uuid, suggestion jsonb)
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    return query
    select s.id, private.shown_suggestion(s)
    from public.configuration_suggestions as s
    where
        s.tenant_id = private.current_tenant_id()
        and (p_project_id is null or s.project_id = p_project_id)
        and (p_status is null or s.status = p_status)
        and (p_before is null or s.id < p_before)
    order by s.id desc
    limit greatest(1, least(coalesce(p_limit, 50), 200));
end
$$;

comment on function private.read_suggestions(jsonb, uuid, text, integer, uuid) is
'A page of the suggestions for a project that the person of the claims sees, or for all of them, newest first, up to 200; the next one begins before the last one''s id.';

create function private.read_suggestion(p_claims jsonb, p_suggestion_id uuid)
returns table (
    suggestion jsonb,
    project_id uuid,
    slug text,
    name text,
    access text,
    configuration jsonb,
    configuration_version integer,
    yaml text,
    yaml_file text,
    yaml_version integer,
    secret_paths text[],
    schema jsonb
)
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    return query
    select
        private.shown_suggestion(s),
        p.id,
        p.slug,
        p.name,
        private.project_access(p.id),
        p.configuration,
        p.configuration_version,
        p.yaml,
        p.yaml_file,
        p.yaml_version,
        p.secret_paths,
        private.configuration_schema(p.tenant_id)
    from public.configuration_suggestions as s
    inner join public.projects as p on p.tenant_id = s.tenant_id and p.id = s.project_id
    where s.tenant_id = private.current_tenant_id() and s.id = p_suggestion_id;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such suggestion.';
    end if;
end
$$;

comment on function private.read_suggestion(jsonb, uuid) is
'A suggestion that the person of the claims sees, and its project as it is now. Errors: PA404.';

revoke execute on function private.suggestion_fingerprint(text, jsonb) from public;

revoke execute on function private.suggestion_basis(jsonb) from public;

revoke execute on function private.shown_suggestion(public.configuration_suggestions) from public;

revoke execute on function private.kept_suspects(jsonb, integer[]) from public;

revoke execute on function private.propose_suggestions(jsonb, uuid, uuid, uuid, integer, jsonb) from public;

revoke execute on function private.held_suggestion(uuid) from public;

revoke execute on function private.change_configuration(public.configuration_suggestions, jsonb, text) from public;

revoke execute on function private.take_suggestion(uuid, integer[], integer[], integer) from public;

revoke execute on function private.decline_suggestion(uuid, text) from public;

revoke execute on function private.take_back_suggestion(uuid) from public;

revoke execute on function private.decide_suggestion(jsonb, jsonb) from public;

revoke execute on function private.read_suggestions(jsonb, uuid, text, integer, uuid) from public;

revoke execute on function private.read_suggestion(jsonb, uuid) from public;

revoke execute on function public.accept_suggestion(uuid, integer[], integer[], integer) from public, anon;

revoke execute on function public.reject_suggestion(uuid, text) from public, anon;

revoke execute on function public.undo_suggestion(uuid) from public, anon;

grant execute on function private.suggestion_fingerprint(text, jsonb) to palaver_worker;

grant execute on function private.suggestion_basis(jsonb) to palaver_definer, palaver_worker;

grant execute on function private.shown_suggestion(public.configuration_suggestions) to palaver_definer, palaver_worker;

grant execute on function private.kept_suspects(jsonb, integer[]) to palaver_definer, palaver_worker;

grant execute on function private.propose_suggestions(jsonb, uuid, uuid, uuid, integer, jsonb) to palaver_worker;

grant execute on function private.held_suggestion(uuid) to palaver_definer;

grant execute on function private.change_configuration(public.configuration_suggestions, jsonb, text) to palaver_definer;

grant execute on function private.take_suggestion(uuid, integer[], integer[], integer) to authenticated;

grant execute on function private.decline_suggestion(uuid, text) to authenticated;

grant execute on function private.take_back_suggestion(uuid) to authenticated;

grant execute on function private.decide_suggestion(jsonb, jsonb) to palaver_worker;

grant execute on function private.read_suggestions(jsonb, uuid, text, integer, uuid) to palaver_worker;

grant execute on function private.read_suggestion(jsonb, uuid) to palaver_worker;

grant execute on function public.accept_suggestion(uuid, integer[], integer[], integer) to authenticated;

grant execute on function public.reject_suggestion(uuid, text) to authenticated;

grant execute on function public.undo_suggestion(uuid) to authenticated;

alter function private.take_suggestion(uuid, integer[], integer[], integer) owner to palaver_definer;

alter function private.decline_suggestion(uuid, text) owner to palaver_definer;

alter function private.take_back_suggestion(uuid) owner to palaver_definer;
