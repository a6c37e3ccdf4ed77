-- Reverts 20261122000390_documentation. Removes all documentation that was loaded; the files that it came from are elsewhere.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check to what it looks at, nor a job to its function, so no drop below would fail while they stand.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;

    if to_regclass('private.jobs') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000700_jobs must be reverted first.';
    end if;
end
$$;

drop function private.reindex_documentation();

drop function private.documentation_sections(jsonb, jsonb);

drop function private.search_documentation(jsonb, text, integer);

drop function public.search_documentation(text, integer);

drop function private.documentation_hits(text, integer);

drop table private.documentation_index;

drop table public.documentation_sections;

drop function private.index_section();

drop function private.documentation_vector(uuid, text, text, text[], text);

drop function private.tenant_lexeme(uuid);

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000390';
    end if;
end
$$;

commit;
