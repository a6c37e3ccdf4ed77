-- What 20261122000390_documentation made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000390_documentation.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000390_documentation');

call pg_temp.expect_table('public.documentation_sections', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    file text not null,
    anchor text not null default '''',
    part integer not null default 0,
    position integer not null default 0,
    level integer not null default 0,
    heading text not null default '''',
    breadcrumb text[] not null default ''{}'',
    content text not null,
    loaded_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.documentation_sections', 'documentation_sections_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.documentation_sections', 'documentation_sections_anchor_key', 'unique (tenant_id, file, anchor, part)'
);

call pg_temp.expect_key(
    'public.documentation_sections',
    'documentation_sections_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_checks('public.documentation_sections', '
    documentation_sections_file_check,
    documentation_sections_anchor_check,
    documentation_sections_part_check,
    documentation_sections_position_check,
    documentation_sections_level_check,
    documentation_sections_heading_check,
    documentation_sections_breadcrumb_check,
    documentation_sections_content_check
');

call pg_temp.expect_table('private.documentation_index', '
    tenant_id uuid not null,
    section_id uuid not null,
    language text not null,
    vector tsvector not null
');

call pg_temp.expect_key('private.documentation_index', 'documentation_index_pkey', 'primary key (tenant_id, section_id)');

call pg_temp.expect_key(
    'private.documentation_index',
    'documentation_index_section_id_fkey',
    'foreign key (tenant_id, section_id) references public.documentation_sections (tenant_id, id) on update cascade on delete cascade'
);

call pg_temp.expect_index(
    'private.documentation_index',
    'documentation_index_vector_idx',
    'gin (vector) with (gin_pending_list_limit=''64'')'
);

call pg_temp.expect_index('private.documentation_index', 'documentation_index_language_idx', 'btree (tenant_id, language)');

call pg_temp.expect_policy(
    'public.documentation_sections', 'People read their tenant''s documentation', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id())'
);

call pg_temp.expect_policy(
    'public.documentation_sections', 'Tenant admins remove documentation', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.administered_tenant_id())'
);

call pg_temp.expect_policy(
    'public.documentation_sections', 'Re-indexing reads documentation', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.documentation_index', 'The search of documentation reads its index', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.documentation_index', 'The trigger adds documentation', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.documentation_index', 'The trigger and the re-indexing job change documentation', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.documentation_sections', 'authenticated', '
    select (tenant_id, id, file, anchor, part, position, level, heading, breadcrumb, content, loaded_at), delete
');

call pg_temp.expect_grant('public.documentation_sections', 'palaver_definer', '
    select (tenant_id, id, heading, breadcrumb, content)
');

call pg_temp.expect_grant('public.documentation_sections', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_grant('private.documentation_index', 'palaver_definer', 'select, insert, update');

call pg_temp.expect_no_grant('public.documentation_sections', 'authenticated', 'insert, update, truncate');

call pg_temp.expect_no_grant('private.documentation_index', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_trigger(
    'public.documentation_sections',
    'documentation_sections_index',
    'after insert for each row execute function private.index_section()'
);

call pg_temp.expect_trigger(
    'public.documentation_sections',
    'documentation_sections_index_changed',
    'after update of tenant_id, heading, breadcrumb, content for each row when (((old.tenant_id is distinct from new.tenant_id) or (old.heading is distinct from new.heading) or (old.breadcrumb is distinct from new.breadcrumb) or (old.content is distinct from new.content))) execute function private.index_section()'
);

call pg_temp.expect_function('private.tenant_lexeme(uuid)', 'invoker', 'immutable', 'palaver_definer');

call pg_temp.expect_function('private.documentation_vector(uuid, text, text, text[], text)', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function('private.index_section()', 'definer', 'volatile');

call pg_temp.expect_function('private.documentation_hits(text, integer)', 'definer', 'stable', 'authenticated');

call pg_temp.expect_function('public.search_documentation(text, integer)', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_function('private.search_documentation(jsonb, text, integer)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.documentation_sections(jsonb, jsonb)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.reindex_documentation()', 'definer', 'volatile');
