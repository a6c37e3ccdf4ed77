-- Reverts 20261122000400_feedback. Removes all feedback.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop table public.feedback;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000400';
    end if;
end
$$;

commit;
