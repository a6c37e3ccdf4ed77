-- Configuration schema: what a project's configuration may look like, in a subset of JSON Schema, and what a tenant adds to it.
--
-- Creates:  private.base_configuration_schema(), merged_schema(), configuration_schema(), schema_errors(), schema_step(),
--           schema_token(), schema_targets(), schema_faults(), schema_faults_of(), schema_reach(), check_configuration_schema();
--           a trigger on public.tenants.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, for the trigger.
-- Rollback: rollbacks/20261122000240_configuration_schema.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- The subset: type, enum, const, properties, required, additionalProperties, items, minItems, maxItems, uniqueItems, minLength,
-- maxLength, pattern, minimum, maximum, anyOf, oneOf, allOf, $ref to #/$defs/…, and what only explains. Our own words:
--   x-key          a property, or an array of them: by which the elements of a list are known; no two have the same
--   x-ordered      whether the order of a list matters
--   x-secret       what stands here is shown to nobody
--   x-free-text    words that people write for people
--   x-refers-to    a path, or an array of them, such as workflow.statuses[*].id: a text or number here is "*" or one of what stands
--                  there. Elements that are plain values count themselves; of an object, whose elements have no such property, its keys

create function private.base_configuration_schema()
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return '{
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of a project",
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 500},
            "description": {"$ref": "#/$defs/free_text"},
            "version": {"type": ["string", "number"]},
            "workflow": {"$ref": "#/$defs/workflow"},
            "custom_fields": {
                "type": ["array", "object", "null"], "x-key": "id", "uniqueItems": true, "maxItems": 1000,
                "items": {"$ref": "#/$defs/custom_field"}, "additionalProperties": {"$ref": "#/$defs/custom_field"}
            },
            "automation_rules": {
                "type": ["array", "object", "null"], "x-key": "id", "maxItems": 1000,
                "items": {"$ref": "#/$defs/automation_rule"}, "additionalProperties": {"$ref": "#/$defs/automation_rule"}
            },
            "infrastructure": {"$ref": "#/$defs/infrastructure"},
            "integrations": {
                "type": ["array", "object", "null"], "x-key": "id", "maxItems": 1000,
                "items": {"$ref": "#/$defs/integration"}, "additionalProperties": {"$ref": "#/$defs/integration"}
            }
        },
        "$defs": {
            "free_text": {"type": ["string", "null"], "maxLength": 20000, "x-free-text": true},
            "id": {"type": ["string", "integer"], "maxLength": 500},
            "status_reference": {
                "type": ["string", "integer"], "maxLength": 500,
                "x-refers-to": ["workflow.statuses[*].id", "workflow.statuses[*].key", "workflow.statuses[*].name"]
            },
            "workflow": {
                "type": ["object", "null"],
                "properties": {
                    "name": {"type": "string", "maxLength": 500},
                    "description": {"$ref": "#/$defs/free_text"},
                    "initial": {"$ref": "#/$defs/status_reference"},
                    "statuses": {
                        "type": ["array", "object", "null"], "x-key": "id", "uniqueItems": true, "maxItems": 1000,
                        "items": {"$ref": "#/$defs/status"}, "additionalProperties": {"$ref": "#/$defs/status"}
                    },
                    "transitions": {
                        "type": ["array", "null"], "x-key": ["from", "to"], "maxItems": 5000, "items": {"$ref": "#/$defs/transition"}
                    }
                }
            },
            "status": {
                "type": ["string", "object", "null"], "minLength": 1, "maxLength": 500,
                "properties": {
                    "id": {"$ref": "#/$defs/id"},
                    "key": {"$ref": "#/$defs/id"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 500},
                    "category": {"type": "string", "maxLength": 100},
                    "description": {"$ref": "#/$defs/free_text"}
                }
            },
            "transition": {
                "type": "object",
                "required": ["to"],
                "properties": {
                    "id": {"$ref": "#/$defs/id"},
                    "name": {"type": "string", "maxLength": 500},
                    "from": {
                        "type": ["string", "integer", "array", "null"], "uniqueItems": true, "items": {"$ref": "#/$defs/status_reference"},
                        "x-refers-to": ["workflow.statuses[*].id", "workflow.statuses[*].key", "workflow.statuses[*].name"]
                    },
                    "to": {"$ref": "#/$defs/status_reference"},
                    "conditions": {"$ref": "#/$defs/conditions"},
                    "description": {"$ref": "#/$defs/free_text"},
                    "notes": {"$ref": "#/$defs/free_text"}
                }
            },
            "custom_field": {
                "type": ["object", "null"],
                "properties": {
                    "id": {"$ref": "#/$defs/id"},
                    "key": {"$ref": "#/$defs/id"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 500},
                    "type": {"type": "string", "minLength": 1, "maxLength": 100},
                    "required": {"type": "boolean", "default": false},
                    "options": {"type": ["array", "object", "null"], "uniqueItems": true, "maxItems": 10000},
                    "description": {"$ref": "#/$defs/free_text"},
                    "help": {"$ref": "#/$defs/free_text"}
                }
            },
            "field_reference": {
                "type": ["string", "integer"], "maxLength": 500,
                "x-refers-to": ["custom_fields[*].id", "custom_fields[*].key", "custom_fields[*].name"]
            },
            "conditions": {"type": ["array", "object", "string", "null"], "items": {"$ref": "#/$defs/step"}, "maxItems": 1000},
            "step": {
                "type": ["object", "string", "null"],
                "properties": {
                    "custom_field": {"$ref": "#/$defs/field_reference"},
                    "status": {"type": ["string", "integer", "array", "object"], "items": {"$ref": "#/$defs/status_reference"},
                        "x-refers-to": ["workflow.statuses[*].id", "workflow.statuses[*].key", "workflow.statuses[*].name"]},
                    "description": {"$ref": "#/$defs/free_text"},
                    "comment": {"$ref": "#/$defs/free_text"},
                    "password": {"x-secret": true},
                    "secret": {"x-secret": true},
                    "token": {"x-secret": true}
                }
            },
            "automation_rule": {
                "type": "object",
                "properties": {
                    "id": {"$ref": "#/$defs/id"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 500},
                    "enabled": {"type": "boolean", "default": true},
                    "trigger": {"type": ["string", "object", "array", "null"]},
                    "conditions": {"$ref": "#/$defs/conditions"},
                    "actions": {
                        "type": ["array", "object", "string", "null"], "x-ordered": true, "items": {"$ref": "#/$defs/step"}, "maxItems": 1000
                    },
                    "description": {"$ref": "#/$defs/free_text"},
                    "notes": {"$ref": "#/$defs/free_text"}
                }
            },
            "infrastructure": {
                "type": ["object", "null"],
                "properties": {
                    "description": {"$ref": "#/$defs/free_text"},
                    "region": {"type": "string", "maxLength": 500},
                    "regions": {"type": ["array", "null"], "uniqueItems": true, "items": {"type": ["string", "object"]}},
                    "environments": {
                        "type": ["array", "object", "null"], "x-key": "name", "maxItems": 1000,
                        "items": {"$ref": "#/$defs/environment"}, "additionalProperties": {"$ref": "#/$defs/environment"}
                    },
                    "services": {"$ref": "#/$defs/services"},
                    "env": {"$ref": "#/$defs/variables"},
                    "secrets": {"x-secret": true},
                    "limits": {"$ref": "#/$defs/limits"}
                }
            },
            "environment": {
                "type": ["object", "string", "null"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 500},
                    "description": {"$ref": "#/$defs/free_text"},
                    "notes": {"$ref": "#/$defs/free_text"},
                    "region": {"type": "string", "maxLength": 500},
                    "regions": {"type": ["array", "null"], "uniqueItems": true, "items": {"type": ["string", "object"]}},
                    "replicas": {"$ref": "#/$defs/replicas"},
                    "services": {"$ref": "#/$defs/services"},
                    "limits": {"$ref": "#/$defs/limits"},
                    "env": {"$ref": "#/$defs/variables"},
                    "secrets": {"x-secret": true}
                }
            },
            "services": {
                "type": ["array", "object", "null"], "x-key": "name", "maxItems": 1000,
                "items": {"$ref": "#/$defs/service"}, "additionalProperties": {"$ref": "#/$defs/service"}
            },
            "service": {
                "type": ["object", "string", "null"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 500},
                    "description": {"$ref": "#/$defs/free_text"},
                    "notes": {"$ref": "#/$defs/free_text"},
                    "image": {"type": "string", "maxLength": 2000},
                    "replicas": {"$ref": "#/$defs/replicas"},
                    "port": {"$ref": "#/$defs/port"},
                    "ports": {"type": "array", "items": {"type": ["integer", "string", "object"]}},
                    "limits": {"$ref": "#/$defs/limits"},
                    "env": {"$ref": "#/$defs/variables"},
                    "secrets": {"x-secret": true},
                    "password": {"x-secret": true},
                    "token": {"x-secret": true}
                }
            },
            "replicas": {
                "type": ["integer", "object"], "minimum": 0, "maximum": 100000,
                "properties": {
                    "min": {"type": "integer", "minimum": 0, "maximum": 100000},
                    "max": {"type": "integer", "minimum": 0, "maximum": 100000}
                }
            },
            "port": {"type": ["integer", "string"], "minimum": 0, "maximum": 65535, "maxLength": 100},
            "limits": {
                "type": ["object", "null"],
                "properties": {
                    "cpu": {"type": ["number", "string"], "minimum": 0, "maxLength": 100},
                    "memory": {"type": ["number", "string"], "minimum": 0, "maxLength": 100},
                    "storage": {"type": ["number", "string"], "minimum": 0, "maxLength": 100}
                }
            },
            "variables": {
                "type": ["object", "array", "null"], "x-key": "name",
                "properties": {"password": {"x-secret": true}, "secret": {"x-secret": true}, "token": {"x-secret": true}}
            },
            "integration": {
                "type": ["object", "string", "boolean", "null"],
                "properties": {
                    "id": {"$ref": "#/$defs/id"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 500},
                    "type": {"type": "string", "maxLength": 100},
                    "enabled": {"type": "boolean", "default": true},
                    "description": {"$ref": "#/$defs/free_text"},
                    "notes": {"$ref": "#/$defs/free_text"},
                    "password": {"x-secret": true},
                    "secret": {"x-secret": true},
                    "secrets": {"x-secret": true},
                    "token": {"x-secret": true},
                    "access_token": {"x-secret": true},
                    "refresh_token": {"x-secret": true},
                    "api_key": {"x-secret": true},
                    "access_key": {"x-secret": true},
                    "private_key": {"x-secret": true},
                    "client_secret": {"x-secret": true},
                    "signing_secret": {"x-secret": true},
                    "webhook_secret": {"x-secret": true},
                    "credentials": {"x-secret": true}
                }
            }
        }
    }'::pg_catalog.jsonb;
end
$$;

comment on function private.base_configuration_schema() is
'What every project''s configuration has to look like as far as it says anything: workflow, custom fields, automation rules, infrastructure, integrations. Properties that it does not know are allowed.';

create function private.merged_schema(p_base jsonb, p_extension jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if jsonb_typeof(p_base) is distinct from 'object' or jsonb_typeof(p_extension) is distinct from 'object' then
        return coalesce(p_extension, p_base);
    end if;

    return (
        select p_base || coalesce(jsonb_object_agg(e.key, private.merged_schema(p_base -> e.key, e.value)), '{}')
        from jsonb_each(p_extension) as e
    );
end
$$;

comment on function private.merged_schema(jsonb, jsonb) is
'A schema with what extends it: objects are merged property by property, anything else of the extension takes the place of what was.';

create function private.configuration_schema(p_tenant_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return private.merged_schema(
        private.base_configuration_schema(),
        (select t.configuration_schema from public.tenants as t where t.id = p_tenant_id)
    );
end
$$;

comment on function private.configuration_schema(uuid) is
'The schema of a tenant''s configurations; of a tenant that whoever asks does not see, the one that all start from.';

-- Whether a value fits. One step looks at one value; what is wrong further down comes back with paths from there.

create function private.schema_token(p_key text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if p_key ~ '^[A-Za-z_][A-Za-z0-9_-]*$' then
        return '.' || p_key;
    end if;

    return '["' || replace(replace(p_key, '\', '\\'), '"', '\"') || '"]';
end
$$;

comment on function private.schema_token(text) is 'The key of an object as a step of a path for people: .name, or ["a b"].';

create function private.schema_targets(p_value jsonb, p_path text)
returns setof text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_place constant pg_catalog.jsonb := p_value #> string_to_array(split_part(p_path, '[*]', 1), '.');
    v_property constant pg_catalog.text := nullif(ltrim(split_part(p_path, '[*]', 2), '.'), '');
begin
    if jsonb_typeof(v_place) = 'array' then
        return query
        select case when jsonb_typeof(e.value) = 'object' then e.value ->> v_property else e.value #>> '{}' end
        from jsonb_array_elements(v_place) as e;
    elsif jsonb_typeof(v_place) = 'object' then
        return query
        select coalesce(case when jsonb_typeof(e.value) = 'object' then e.value ->> v_property end, e.key)
        from jsonb_each(v_place) as e;
    end if;
end
$$;

comment on function private.schema_targets(jsonb, text) is 'What an x-refers-to of this path may name in a configuration.';

create function private.schema_step(
    p_root jsonb,
    p_schema jsonb,
    p_value jsonb,
    p_targets jsonb,
    p_left integer,
    out errors jsonb,
    out remaining integer
)
returns record
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_type constant pg_catalog.text := jsonb_typeof(p_value);
    v_types constant pg_catalog.jsonb := p_schema -> 'type';
    v_message pg_catalog.text;
    v_text pg_catalog.text;
    v_number pg_catalog.numeric;
    v_step pg_catalog.record;
    v_child pg_catalog.record;
    v_schema pg_catalog.jsonb;
    v_word pg_catalog.text;
    v_fitting pg_catalog.int4;
    v_closest pg_catalog.jsonb;
begin
    errors := '[]';
    remaining := p_left - 1;

    if remaining < 0 then
        raise exception using
            errcode = 'PA433',
            message = 'The configuration has too many values to be checked.',
            detail = '{"errors": [{"path": "", "message": "It has too many values to be checked."}]}';
    end if;

    if jsonb_typeof(p_schema) = 'boolean' then
        if p_schema = 'false' then
            errors := '[{"path": "", "message": "Nothing may stand here."}]';
        end if;

        return;
    end if;

    if
        v_types is not null
        and not v_types ? v_type
        and not (v_type = 'number' and v_types ? 'integer' and (p_value #>> '{}')::pg_catalog.numeric % 1 = 0)
    then
        errors := jsonb_build_array(jsonb_build_object(
            'path', '',
            'message', format(
                'It should be %s.',
                case jsonb_typeof(v_types)
                    when 'string' then v_types #>> '{}' else (select string_agg(t.name, ' or ') from jsonb_array_elements_text(v_types) as t (name))
                end
            )
        ));

        return;
    end if;

    if p_schema ? '$ref' then
        v_step := private.schema_step(p_root, p_root -> '$defs' -> substr(p_schema ->> '$ref', 9), p_value, p_targets, remaining);
        errors := v_step.errors;
        remaining := v_step.remaining;
    end if;

    -- Messages quote the schema, never the value, which may be a secret.

    if p_schema ? 'enum' and not exists (select from jsonb_array_elements(p_schema -> 'enum') as e where e.value = p_value) then
        v_message := format('It should be one of %s.', left((
            select string_agg(e.value #>> '{}', ', ') from jsonb_array_elements(p_schema -> 'enum') as e
        ), 500));
    elsif p_schema ? 'const' and p_schema -> 'const' <> p_value then
        v_message := format('It should be %s.', left(p_schema ->> 'const', 500));
    end if;

    if v_message is null and v_type = 'string' then
        v_text := p_value #>> '{}';
        v_message := case
            when char_length(v_text) < (p_schema ->> 'minLength')::pg_catalog.numeric
                then format('It should have at least %s characters.', p_schema ->> 'minLength')
            when char_length(v_text) > (p_schema ->> 'maxLength')::pg_catalog.numeric
                then format('It should have at most %s characters.', p_schema ->> 'maxLength')
            when p_schema ? 'pattern' and (char_length(v_text) > 1000 or v_text !~ (p_schema ->> 'pattern'))
                then format('It should match %s.', p_schema ->> 'pattern')
        end;
    elsif v_message is null and v_type = 'number' and p_schema ?| '{minimum,maximum}' then
        v_number := (p_value #>> '{}')::pg_catalog.numeric;
        v_message := case
            when v_number < (p_schema ->> 'minimum')::pg_catalog.numeric then format('It should be at least %s.', p_schema ->> 'minimum')
            when v_number > (p_schema ->> 'maximum')::pg_catalog.numeric then format('It should be at most %s.', p_schema ->> 'maximum')
        end;
    elsif v_message is null and v_type = 'array' then
        v_message := case
            when jsonb_array_length(p_value) < (p_schema ->> 'minItems')::pg_catalog.numeric
                then format('It should have at least %s elements.', p_schema ->> 'minItems')
            when jsonb_array_length(p_value) > (p_schema ->> 'maxItems')::pg_catalog.numeric
                then format('It should have at most %s elements.', p_schema ->> 'maxItems')
            when
                p_schema -> 'uniqueItems' = 'true'
                and jsonb_array_length(p_value) > (select count(distinct e.value) from jsonb_array_elements(p_value) as e)
                then 'Its elements should differ.'
        end;
    end if;

    if v_message is null and p_schema ? 'x-refers-to' and v_type in ('string', 'number') and p_value <> '"*"' then
        v_schema := p_schema -> 'x-refers-to';

        if not exists (
            select from jsonb_array_elements_text(case jsonb_typeof(v_schema) when 'string' then jsonb_build_array(v_schema) else v_schema end)
                as r (path)
            where p_targets -> r.path ? (p_value #>> '{}')
        ) then
            v_message := format(
                'It should be one of %s, and there is none such.', coalesce(v_schema ->> 0, v_schema #>> '{}')
            );
        end if;
    end if;

    if v_message is not null then
        errors := errors || jsonb_build_object('path', '', 'message', v_message);
    end if;

    if v_type = 'array' then
        if p_schema ? 'x-key' and jsonb_array_length(p_value) > 1 then
            errors := errors || private.schema_doubles(p_value, p_schema -> 'x-key');
        end if;

        if p_schema ? 'items' and p_schema -> 'items' not in ('{}', 'true') then
            v_schema := p_schema -> 'items';

            for v_at in 0 .. jsonb_array_length(p_value) - 1 loop
                exit when jsonb_array_length(errors) >= 50;

                v_step := private.schema_step(p_root, v_schema, p_value -> v_at, p_targets, remaining);
                remaining := v_step.remaining;

                if v_step.errors <> '[]' then
                    errors := errors || private.schema_errors_below('[' || v_at || ']', v_step.errors);
                end if;
            end loop;
        end if;
    elsif v_type = 'object' and p_schema ?| '{required,properties,additionalProperties}' then
        errors := errors || (
            select coalesce(jsonb_agg(jsonb_build_object('path', '', 'message', format('It should have %s.', r.name))), '[]')
            from jsonb_array_elements_text(coalesce(p_schema -> 'required', '[]')) as r (name)
            where not p_value ? r.name
        );

        for v_child in
            select e.key, e.value, coalesce(p_schema -> 'properties' -> e.key, p_schema -> 'additionalProperties') as schema
            from jsonb_each(p_value) as e
            where coalesce(p_schema -> 'properties' -> e.key, p_schema -> 'additionalProperties') not in ('{}', 'true')
        loop
            exit when jsonb_array_length(errors) >= 50;

            v_step := private.schema_step(p_root, v_child.schema, v_child.value, p_targets, remaining);
            remaining := v_step.remaining;

            if v_step.errors <> '[]' then
                errors := errors || private.schema_errors_below(private.schema_token(v_child.key), v_step.errors);
            end if;
        end loop;
    end if;

    if not p_schema ?| '{allOf,anyOf,oneOf}' then
        return;
    end if;

    foreach v_word in array '{allOf,anyOf,oneOf}'::pg_catalog.text [] loop
        continue when not p_schema ? v_word;

        v_fitting := 0;
        v_closest := null;

        for v_schema in select e.value from jsonb_array_elements(p_schema -> v_word) as e loop
            v_step := private.schema_step(p_root, v_schema, p_value, p_targets, remaining);
            remaining := v_step.remaining;

            if v_word = 'allOf' then
                errors := errors || v_step.errors;
            elsif v_step.errors = '[]' then
                v_fitting := v_fitting + 1;
            elsif v_closest is null or v_step.errors -> 0 ->> 'path' <> '' then
                v_closest := v_step.errors;
            end if;
        end loop;

        if v_word <> 'allOf' and v_fitting = 0 then
            errors := errors || v_closest;
        elsif v_word = 'oneOf' and v_fitting > 1 then
            errors := errors || '{"path": "", "message": "It has more than one of the forms of which only one is allowed."}'::pg_catalog.jsonb;
        end if;
    end loop;
end
$$;

comment on function private.schema_step(jsonb, jsonb, jsonb, jsonb, integer) is
'What is wrong with one value and all in it, as private.schema_errors() says it, with paths from here. p_root is the whole schema, p_targets what each x-refers-to may name, p_left how many more values may be looked at.';

create function private.schema_errors_below(p_token text, p_errors jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select jsonb_agg(jsonb_set(e.value, '{path}', to_jsonb(p_token || (e.value ->> 'path'))) order by e.place)
        from jsonb_array_elements(p_errors) with ordinality as e (value, place)
    );
end
$$;

comment on function private.schema_errors_below(text, jsonb) is 'Errors with their paths from one step further up.';

create function private.schema_doubles(p_list jsonb, p_key jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_names constant pg_catalog.text[] := case jsonb_typeof(p_key)
        when 'string' then array[p_key #>> '{}'] else array(select jsonb_array_elements_text(p_key))
    end;
begin
    return (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'path', format('[%s]', d.at),
                        'message', format('It has the same %s as [%s].', array_to_string(v_names, ' and '), d.first_at)
                    )
                    order by d.at
                ),
                '[]'
            )
        from (
            select
                k.at,
                min(k.at) over (partition by k.known_by) as first_at
            from (
                select
                    e.place - 1 as at,
                    (select jsonb_agg(e.value -> n.name order by n.place) from unnest(v_names) with ordinality as n (name, place)) as known_by
                from jsonb_array_elements(p_list) with ordinality as e (value, place)
                where jsonb_typeof(e.value) = 'object' and e.value ?& v_names
            ) as k
        ) as d
        where d.at > d.first_at
    );
end
$$;

comment on function private.schema_doubles(jsonb, jsonb) is 'Elements of a list that are known by the same as an earlier one, by the properties of an x-key.';

create function private.schema_errors(p_schema jsonb, p_value jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_targets pg_catalog.jsonb;
begin
    if jsonb_path_exists(p_value, '$.**{65}') then
        return '[{"path": "", "message": "It should not be nested more than 64 levels deep."}]';
    end if;

    select coalesce(
        jsonb_object_agg(
            r.path,
            (select coalesce(jsonb_object_agg(t.name, true), '{}') from private.schema_targets(p_value, r.path) as t (name) where t.name is not null)
        ),
        '{}'
    )
    into v_targets
    from (
        select distinct e.path
        from jsonb_path_query(p_schema, '$.**."x-refers-to"') as w (words)
        cross join lateral jsonb_array_elements_text(
            case jsonb_typeof(w.words) when 'array' then w.words when 'string' then jsonb_build_array(w.words) else '[]' end
        ) as e (path)
    ) as r;

    return (
        select coalesce(jsonb_agg(jsonb_set(e.value, '{path}', to_jsonb(ltrim(e.value ->> 'path', '.'))) order by e.place), '[]')
        from jsonb_array_elements((private.schema_step(p_schema, p_schema, p_value, v_targets, 100000)).errors) with ordinality as e (value, place)
        where e.place <= 50
    );
end
$$;

comment on function private.schema_errors(jsonb, jsonb) is
'What of a value does not fit a schema that private.schema_faults() finds no fault with: an array of path, such as workflow.statuses[0], and message, the first 50; empty: it fits. Nothing of the value is quoted. Errors: PA433 it has more values than can be checked.';

-- Whether a schema is one.

create function private.schema_reach(p_root jsonb, p_schema jsonb, p_left integer)
returns integer
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_left pg_catalog.int4 := p_left - 1;
    v_schema pg_catalog.jsonb;
begin
    if p_schema ? '$ref' and v_left >= 0 then
        v_left := private.schema_reach(p_root, p_root -> '$defs' -> substr(p_schema ->> '$ref', 9), v_left);
    end if;

    for v_schema in
        select a.value
        from unnest('{allOf,anyOf,oneOf}'::pg_catalog.text []) as w (word)
        cross join lateral jsonb_array_elements(
            case jsonb_typeof(p_schema -> w.word) when 'array' then p_schema -> w.word else '[]' end
        ) as a
    loop
        exit when v_left < 0;

        v_left := private.schema_reach(p_root, v_schema, v_left);
    end loop;

    return v_left;
end
$$;

comment on function private.schema_reach(jsonb, jsonb, integer) is
'How many more schemas may hold for one value, after all that this one brings along by $ref, allOf, anyOf and oneOf: below nought for one that comes back to itself.';

create function private.schema_faults_of(p_root jsonb, p_schema jsonb, p_path text)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_faults pg_catalog.jsonb := '[]';
    v_word pg_catalog.record;
    v_child pg_catalog.record;
    v_type pg_catalog.text;
    v_fault pg_catalog.text;
begin
    if jsonb_typeof(p_schema) = 'boolean' then
        return '[]';
    elsif jsonb_typeof(p_schema) <> 'object' then
        return jsonb_build_array(jsonb_build_object('path', p_path, 'message', 'A schema is an object, true or false.'));
    end if;

    for v_word in select e.key, e.value from jsonb_each(p_schema) as e loop
        v_type := jsonb_typeof(v_word.value);
        v_fault := null;

        if v_word.key in ('properties', '$defs') then
            v_fault := case when v_type <> 'object' then 'It should be an object of schemas.' end;
        elsif v_word.key in ('allOf', 'anyOf', 'oneOf') then
            v_fault := case when v_type <> 'array' or v_word.value = '[]' then 'It should be an array of schemas.' end;
        elsif v_word.key = 'type' then
            if
                v_type not in ('string', 'array')
                or v_word.value = '[]'
                or not '["null", "boolean", "object", "array", "number", "string", "integer"]'::pg_catalog.jsonb @> v_word.value
            then
                v_fault := 'It should be null, boolean, object, array, number, string or integer, or an array of these.';
            end if;
        elsif v_word.key = 'enum' then
            v_fault := case when v_type <> 'array' or v_word.value = '[]' then 'It should be an array of values.' end;
        elsif v_word.key = 'required' then
            v_fault := case
                when v_type <> 'array' or jsonb_path_exists(v_word.value, '$[*] ? (@.type() != "string")')
                    then 'It should be an array of names.'
            end;
        elsif v_word.key in ('minItems', 'maxItems', 'minLength', 'maxLength') then
            v_fault := case
                when v_type <> 'number' or jsonb_path_exists(v_word.value, '$ ? (@ < 0 || @.floor() != @)') then 'It should be a whole number from nought up.'
            end;
        elsif v_word.key in ('minimum', 'maximum') then
            v_fault := case when v_type <> 'number' then 'It should be a number.' end;
        elsif v_word.key in ('uniqueItems', 'x-ordered', 'x-secret', 'x-free-text') then
            v_fault := case when v_type <> 'boolean' then 'It should be true or false.' end;
        elsif v_word.key = 'pattern' then
            if v_type <> 'string' or char_length(v_word.value #>> '{}') > 500 then
                v_fault := 'It should be a regular expression of at most 500 characters.';
            elsif v_word.value #>> '{}' ~ '\\[1-9]' then
                v_fault := 'It should refer back to nothing: what that takes has no bounds.';
            elsif regexp_replace(v_word.value #>> '{}', '^\^?(\(\?[=!][^()]*\))*', '') ~ '\(\?<?[=!]' then
                v_fault := 'It should look ahead at its beginning only, and not within that.';
            elsif (
                select sum(ln(greatest(coalesce(nullif(m.bounds[2], ''), m.bounds[1])::pg_catalog.numeric, 1)))
                from regexp_matches(v_word.value #>> '{}', '\{(\d+)(?:,(\d*))?\}', 'g') as m (bounds)
            ) > ln(2000::pg_catalog.numeric) then
                v_fault := 'It should repeat less: the numbers in its braces, multiplied, are to be 2,000 at most.';
            else
                begin
                    perform '' ~ (v_word.value #>> '{}');
                exception when invalid_regular_expression then
                    v_fault := 'It should be a regular expression.';
                end;
            end if;
        elsif v_word.key = '$ref' then
            if v_type <> 'string' or v_word.value #>> '{}' !~ '^#/\$defs/[^/~%]+$' then
                v_fault := 'It should be #/$defs/ with a name of $defs.';
            elsif not p_root -> '$defs' ? substr(v_word.value #>> '{}', 9) then
                v_fault := 'There is no such name in $defs.';
            end if;
        elsif v_word.key = 'x-key' then
            if
                v_type not in ('string', 'array')
                or v_word.value = '[]'
                or (v_type = 'array' and jsonb_path_exists(v_word.value, '$[*] ? (@.type() != "string")'))
            then
                v_fault := 'It should be the name of a property, or an array of such.';
            end if;
        elsif v_word.key = 'x-refers-to' then
            if
                v_type not in ('string', 'array')
                or v_word.value = '[]'
                or exists (
                    select
                    from jsonb_array_elements(case v_type when 'array' then v_word.value else jsonb_build_array(v_word.value) end) as r
                    where
                        jsonb_typeof(r.value) <> 'string'
                        or r.value #>> '{}' !~ '^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*\[\*\](\.[A-Za-z_][A-Za-z0-9_-]*)?$'
                )
            then
                v_fault := 'It should be a path such as workflow.statuses[*].id, or an array of such.';
            end if;
        elsif v_word.key not in (
            'items', 'additionalProperties', 'const',
            '$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'
        ) then
            v_fault := 'This word is not known here, and would not hold.';
        end if;

        if v_fault is not null then
            v_faults := v_faults || jsonb_build_object('path', p_path || private.schema_token(v_word.key), 'message', v_fault);
            continue;
        end if;

        for v_child in
            select private.schema_token(c.key) as token, c.value
            from jsonb_each(case when v_word.key in ('properties', '$defs') then v_word.value else '{}' end) as c
            union all
            select format('[%s]', c.place - 1), c.value
            from jsonb_array_elements(case when v_word.key in ('allOf', 'anyOf', 'oneOf') then v_word.value else '[]' end)
                with ordinality as c (value, place)
            union all
            select '', v_word.value where v_word.key in ('items', 'additionalProperties')
        loop
            exit when jsonb_array_length(v_faults) >= 50;

            v_faults := v_faults || private.schema_faults_of(
                p_root, v_child.value, p_path || private.schema_token(v_word.key) || v_child.token
            );
        end loop;
    end loop;

    return v_faults;
end
$$;

comment on function private.schema_faults_of(jsonb, jsonb, text) is 'The faults of one schema within p_root and of all in it: see private.schema_faults().';

create function private.schema_faults(p_schema jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_faults pg_catalog.jsonb;
begin
    -- Two levels of what it describes are at most some four of its own.
    if jsonb_path_exists(p_schema, '$.**{129}') then
        return '[{"path": "", "message": "It should not be nested more than 128 levels deep."}]';
    end if;

    v_faults := private.schema_faults_of(p_schema, p_schema, '');

    if v_faults = '[]' then
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'path', d.path,
                    'message', 'It comes back to itself before it says anything, or has too many schemas for one value.'
                )
                order by d.path
            ),
            '[]'
        )
        into v_faults
        from (
            select private.schema_token('$defs') || private.schema_token(e.key) as path, e.value
            from jsonb_each(coalesce(p_schema -> '$defs', '{}')) as e
            union all
            select '', p_schema
        ) as d
        where private.schema_reach(p_schema, d.value, 200) < 0;
    end if;

    return (
        select coalesce(jsonb_agg(jsonb_set(e.value, '{path}', to_jsonb(ltrim(e.value ->> 'path', '.'))) order by e.place), '[]')
        from jsonb_array_elements(v_faults) with ordinality as e (value, place)
        where e.place <= 50
    );
end
$$;

comment on function private.schema_faults(jsonb) is
'What is wrong with a schema: words that would not hold, words with values that they cannot have, references that lead nowhere or round in a circle. An array of path and message; empty: private.schema_errors() may be asked with it.';

create function private.check_configuration_schema()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_faults constant pg_catalog.jsonb := private.schema_faults(
        private.merged_schema(private.base_configuration_schema(), new.configuration_schema)
    );
begin
    if v_faults <> '[]' then
        raise exception using
            errcode = 'PA422',
            message = 'This is no schema that configurations could be held to.',
            detail = jsonb_build_object('errors', v_faults)::pg_catalog.text,
            hint = 'sql/schema_guide.md, "Projects", says which words it may have.';
    end if;

    return new;
end
$$;

comment on function private.check_configuration_schema() is
'Trigger: what a tenant adds to the schema of its configurations is a schema. What is stored already is not looked at again.';

revoke execute on function private.base_configuration_schema() from public;

revoke execute on function private.merged_schema(jsonb, jsonb) from public;

revoke execute on function private.configuration_schema(uuid) from public;

revoke execute on function private.schema_token(text) from public;

revoke execute on function private.schema_targets(jsonb, text) from public;

revoke execute on function private.schema_step(jsonb, jsonb, jsonb, jsonb, integer) from public;

revoke execute on function private.schema_errors_below(text, jsonb) from public;

revoke execute on function private.schema_doubles(jsonb, jsonb) from public;

revoke execute on function private.schema_errors(jsonb, jsonb) from public;

revoke execute on function private.schema_reach(jsonb, jsonb, integer) from public;

revoke execute on function private.schema_faults_of(jsonb, jsonb, text) from public;

revoke execute on function private.schema_faults(jsonb) from public;

revoke execute on function private.check_configuration_schema() from public;

-- Whoever changes a project or a tenant checks it.

grant execute on function private.base_configuration_schema() to authenticated, service_role, palaver_definer;

grant execute on function private.merged_schema(jsonb, jsonb) to authenticated, service_role, palaver_definer;

grant execute on function private.configuration_schema(uuid) to authenticated, service_role, palaver_definer;

grant execute on function private.schema_token(text) to authenticated, service_role, palaver_definer;

grant execute on function private.schema_targets(jsonb, text) to authenticated, service_role, palaver_definer;

grant execute on function private.schema_step(jsonb, jsonb, jsonb, jsonb, integer) to authenticated, service_role, palaver_definer;

grant execute on function private.schema_errors_below(text, jsonb) to authenticated, service_role, palaver_definer;

grant execute on function private.schema_doubles(jsonb, jsonb) to authenticated, service_role, palaver_definer;

grant execute on function private.schema_errors(jsonb, jsonb) to authenticated, service_role, palaver_definer;

grant execute on function private.schema_reach(jsonb, jsonb, integer) to authenticated, service_role;

grant execute on function private.schema_faults_of(jsonb, jsonb, text) to authenticated, service_role;

grant execute on function private.schema_faults(jsonb) to authenticated, service_role;

grant select (configuration_schema) on public.tenants to palaver_definer;

create trigger tenants_check_configuration_schema
before insert or update of configuration_schema on public.tenants
for each row when (new.configuration_schema <> '{}') execute function private.check_configuration_schema();
