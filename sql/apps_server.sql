-- The PostgreSQL server on which apps' databases are made: what a DBA runs there once, before PROVISIONER_DATABASE_URL is set.
--
-- Purpose:  roles palaver_apps (owns all apps' databases) and palaver_provisioner (makes them); nobody enters the databases that
--           are there already, but who could so far.
-- Run it:   on the server for apps (15 or newer), in the database of PROVISIONER_DATABASE_URL, as a superuser; then give the
--           login its password with \password palaver_provisioner, and have pg_hba.conf ask for scram-sha-256.
-- Safe to repeat, and to be repeated after other roles were made that have to enter its other databases.

do $$
begin
    if to_regrole('palaver_apps') is null then
        create role palaver_apps nologin;
    end if;

    if to_regrole('palaver_provisioner') is null then
        create role palaver_provisioner login createdb createrole;
    end if;
end
$$;

-- Also where somebody took that away.

alter role palaver_provisioner login createdb createrole;

-- An app's role does not own its database: an owner could lift its own limits, and let others in.

grant palaver_apps to palaver_provisioner;

-- To see sizes and sessions, and to end the sessions of databases that are removed.

grant pg_monitor to palaver_provisioner;

grant pg_signal_backend to palaver_provisioner;

-- So that apps that take all connections do not keep it out: with reserved_connections of 5, say (PostgreSQL 16 and newer).

do $$
begin
    if to_regrole('pg_use_reserved_connections') is not null then
        execute 'grant pg_use_reserved_connections to palaver_provisioner';
    end if;
end
$$;

-- So that a table can be dumped whose policies hold for its owner as well (PostgreSQL 16 and newer, where it can hand that on).

do $$
begin
    if current_setting('server_version_num')::integer >= 160000 then
        execute 'alter role palaver_provisioner bypassrls';
    end if;
end
$$;

do $$
begin
    execute 'grant set on parameter temp_file_limit to palaver_provisioner';
end
$$;

-- Every role may connect to every database unless that is taken back. Who could log in here before keeps that, by name.

do $$
declare
    v_database name;
    v_role name;
begin
    for v_database in
        select d.datname
        from pg_catalog.pg_database as d
        where d.datname <> 'template0' and d.datname !~ '^(app_[0-9a-f]{32}|scratch_[0-9a-f]{16})$'
    loop
        for v_role in
            select r.rolname
            from pg_catalog.pg_roles as r
            where
                r.rolcanlogin
                and not r.rolsuper
                and r.rolname !~ '^(app|hand|scratch)_[0-9a-f]{16}'
                and pg_catalog.has_database_privilege(r.oid, v_database, 'connect')
        loop
            execute format('grant connect, temporary on database %I to %I', v_database, v_role);
        end loop;
        execute format('revoke connect, temporary on database %I from public', v_database);
    end loop;
end
$$;
