-- What an app's login tries against the server, by name, each with what a person calls it. All must be refused with
-- 42501. Each runs in a transaction that is rolled back, or would do no harm if it were allowed ("alone": commands that
-- no transaction takes).

-- name: raise_own_connection_limit
-- raise its own connection limit
alter role :"login" connection limit 1000

-- name: become_superuser
-- make itself a superuser
alter role :"login" superuser

-- name: allow_itself_databases_and_roles
-- allow itself to create databases and roles
alter role :"login" createdb createrole

-- name: bypass_row_security
-- free itself of Row Level Security
alter role :"login" bypassrls

-- name: load_into_own_sessions
-- have a library loaded into its sessions
alter role :"login" set session_preload_libraries = 'auto_explain'

-- name: change_settings_of_database
-- change the settings of everybody in its database
alter role all in database :"database" set search_path = pg_catalog

-- name: change_settings_of_another
-- change another app's settings
alter role :"other" set search_path = pg_catalog

-- name: lift_limit_of_temporary_files
-- lift the limit on temporary files
set local temp_file_limit = -1

-- name: work_unlogged
-- keep the server from logging what it does
set local log_statement = 'none'

-- name: switch_off_triggers
-- switch off triggers and foreign keys
set local session_replication_role = replica

-- name: write_catalog
-- write to the server's catalog of databases
update pg_catalog.pg_database set datconnlimit = -1 where false

-- name: lock_catalog
-- lock the catalog of databases, so that none can be made
lock table pg_catalog.pg_database in exclusive mode nowait

-- name: create_role
-- create a role
create role palaver_attempt login

-- name: create_database
-- create a database
-- alone
create database palaver_attempt template template0 connection limit 0

-- name: drop_own_database
-- drop its own database
-- alone
drop database :"database"

-- name: lift_database_limits
-- change its own database's limits
alter database :"database" connection limit 1000

-- name: own_database
-- take ownership of its own database
alter database :"database" owner to :"role"

-- name: let_others_in
-- let everybody connect to its database
do $$
begin
    grant connect on database :"database" to public;
    -- Where a grant takes no effect PostgreSQL only warns.
    if not pg_catalog.has_database_privilege('public', pg_catalog.current_database(), 'connect') then
        raise insufficient_privilege;
    end if;
end
$$

-- name: become_owner_of_databases
-- act as the owner of all apps' databases
set role :"owner"

-- name: become_provisioner
-- act as the role that provisions
set role :"provisioner"

-- name: grant_itself_owner
-- make itself a member of the owner of all databases
grant :"owner" to :"login"

-- name: become_another
-- act as another app
set role :"other"

-- name: grant_itself_another
-- make itself a member of another app's role
grant :"other" to :"login"

-- name: change_another_password
-- change another app's password
alter role :"other" password null

-- name: drop_another_role
-- drop another app's role
drop role :"other"

-- name: take_another_database
-- rename another app's database, which takes the same right as dropping it
alter database :"other" rename to :"other"

-- name: set_session_authorization
-- sign in as the role that provisions without its password
set session authorization :"provisioner"

-- name: read_password_hashes
-- read the passwords' hashes
select rolpassword from pg_catalog.pg_authid

-- name: read_user_mappings
-- read the server's shadow passwords
select passwd from pg_catalog.pg_shadow

-- name: see_statements_of_others
-- see what others are running
do $$
begin
    if not exists (
        select from pg_catalog.pg_stat_activity as a
        where a.usename <> session_user and a.query not in ('', '<insufficient privilege>')
    ) then
        raise insufficient_privilege;
    end if;
end
$$

-- name: read_file
-- read a file of the server
select pg_catalog.pg_read_file('PG_VERSION')

-- name: list_directory
-- list a directory of the server
select pg_catalog.pg_ls_dir('.')

-- name: copy_from_file
-- load a file of the server
do $$
begin
    create temporary table palaver_attempt (line text);
    copy palaver_attempt from '/dev/null';
end
$$

-- name: copy_to_file
-- write a file of the server
copy (select 1) to '/dev/null'

-- name: run_program
-- run a program on the server
copy (select 1) to program 'cat > /dev/null'

-- name: import_large_object
-- load a file of the server into a large object
select pg_catalog.lo_import('/dev/null')

-- name: export_large_object
-- write a large object to a file of the server
select pg_catalog.lo_export(0, '/dev/null')

-- name: load_library
-- load a library into the server
load '$libdir/pgoutput'

-- name: create_native_function
-- create a function in C
create function pg_temp.palaver_attempt() returns integer language c as '$libdir/plpgsql', 'plpgsql_call_handler'

-- name: create_internal_function
-- create a function of the server's own internals
create function pg_temp.palaver_attempt() returns integer language internal as 'pg_backend_pid'

-- name: create_language
-- create a language without bounds
create language palaver_attempt handler pg_catalog.plpgsql_call_handler

-- name: create_extension
-- create an extension that only superusers may
create extension :"extension"

-- name: create_foreign_data_wrapper
-- create a way to other servers
create foreign data wrapper palaver_attempt

-- name: create_leakproof_function
-- create a function that policies trust
create function pg_temp.palaver_attempt() returns integer language sql leakproof as 'select 1'

-- name: create_event_trigger
-- watch all commands with an event trigger
create event trigger palaver_attempt on ddl_command_start execute function pg_catalog.plpgsql_call_handler()

-- name: create_tablespace
-- create a tablespace
-- alone
create tablespace palaver_attempt location '/nonexistent/palaver'

-- name: change_server_settings
-- change the server's settings
-- alone
alter system reset application_name

-- name: reload_settings
-- make the server read its settings anew
select pg_catalog.pg_reload_conf()

-- name: switch_log
-- switch the write-ahead log
select pg_catalog.pg_switch_wal()

-- name: replicate
-- read the server's changes through a replication slot
select pg_catalog.pg_create_physical_replication_slot('palaver_attempt', false, true)

-- name: publish_everything
-- publish all tables
create publication palaver_attempt for all tables

-- name: subscribe
-- have the server subscribe to another one
create subscription palaver_attempt connection 'dbname=palaver' publication palaver_attempt with (connect = false)

-- name: read_configuration
-- see where the server's files are
show hba_file

-- name: read_everything
-- take the role that reads all tables
set role pg_read_all_data

-- name: cancel_statement_of_another
-- cancel what somebody else is running
select pg_catalog.pg_cancel_backend(:pid)

-- name: end_session_of_another
-- end somebody else's session
select pg_catalog.pg_terminate_backend(:pid)
