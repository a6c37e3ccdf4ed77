"""A backup has all that there was, is opened by nobody else, and leaves nothing behind when it fails."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.encryption import SecretsKeys
from app.local.postgres import binaries
from app.provisioning.backups import bounds
from app.provisioning.backups.backups import Backups, Progress
from app.provisioning.backups.errors import (
    BackupDamaged,
    BackupError,
    BackupMissing,
    BackupNotEqual,
    BackupRefused,
    BackupStoreFailed,
    BackupTimedOut,
    BackupTooLarge,
    BackupToolsMissing,
)
from app.provisioning.backups.store import Store
from app.provisioning.backups.tools import Tools
from app.provisioning.backups.vault import File, Vault
from app.provisioning.server.freezing import freeze, thaw
from app.provisioning.server.place import Hand
from tests.provisioning.backups.conftest import FILE, KEYS, Shelf, backups_of
from tests.provisioning.server.conftest import App, set_up
from tests.versions import NEWEST

WORLD = (Path(__file__).parent / "world.sql").read_text()
HASHES = """
    select format(
        'select %L, count(*), md5(string_agg(md5(t::text), '''' order by md5(t::text))) from only %s as t',
        c.oid::regclass, c.oid::regclass
    )
    from pg_class as c
    where c.relkind in ('r', 'm') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    order by c.oid::regclass::text
"""
OTHERWISE = """
    select format('%s=%s', schemaname || '.' || sequencename, last_value) from pg_sequences
    union all select pg_get_viewdef(oid) from pg_class where relkind = 'v' and relowner = current_user::regrole
    union all select pg_get_functiondef(oid) from pg_proc where proowner = current_user::regrole
    union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select polname || pg_get_expr(polqual, polrelid) from pg_policy
    union all select pg_get_constraintdef(oid) from pg_constraint where conrelid <> 0 and contype in ('f', 'p', 'u')
    union all select encode(lo_get(oid), 'escape') from pg_largeobject_metadata
    union all select stxname || stxkind::text from pg_statistic_ext
    order by 1
"""


one_version = pytest.mark.parametrize("ground", [NEWEST], indirect=True)
"""What does not depend on the server's."""


async def all_of(connection: asyncpg.Connection) -> list[object]:
    """Every row hashed, and how everything else is defined."""
    await connection.execute("set row_security = off; set search_path = pg_catalog")
    hashes = [await connection.fetchrow(row[0]) for row in await connection.fetch(HASHES)]
    return [*(tuple(row or ()) for row in hashes), *(row[0] for row in await connection.fetch(OTHERWISE))]


@asynccontextmanager
async def restored(shelf: Shelf, app: App, sha256: str) -> AsyncIterator[asyncpg.Connection]:
    """What a backup gives in an empty database."""
    async with app.ground.server.scratch() as scratch:
        await shelf.backups.load(scratch, FILE, sha256, Progress())
        async with scratch.link() as link:
            yield link.connection


async def leftovers(app: App) -> list[str]:
    """Scratch databases and hands."""
    async with app.ground.superuser() as connection:
        rows = await connection.fetch(
            "select datname from pg_database where datname ~ '^scratch_' union all"
            " select rolname from pg_roles where rolname ~ '^(scratch|hand)_'"
        )
        return [row[0] for row in rows]


async def test_everything_comes_back(app: App, shelf: Shelf) -> None:
    async with app.signed_in() as connection:
        await connection.execute(WORLD)
        before = await all_of(connection)
    made = await shelf.make(app)
    assert made.content.rows["kinds"] == 501 and made.content.rows["notes"] == 2
    assert made.bytes == (shelf.directory / FILE.name).stat().st_size
    async with app.signed_in() as connection:
        await connection.execute("drop table kinds cascade; delete from notes; truncate measured")
    async with restored(shelf, app, made.sha256) as connection:
        assert await all_of(connection) == before
    assert shelf.files == [FILE.name]
    assert await leftovers(app) == []


@one_version
async def test_the_file_is_private_and_sealed(app: App, shelf: Shelf) -> None:
    async with app.signed_in() as connection:
        await connection.execute("create table secrets as select 'very secret indeed' as secret")
    made = await shelf.make(app)
    path = shelf.directory / FILE.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = path.read_bytes()
    assert b"secret" not in data and b"PGDMP" not in data
    async with app.ground.server.scratch() as scratch:
        for keys, file in (
            (SecretsKeys([b"\1" * 32]), FILE),
            (KEYS, replace(FILE, tenant_id=UUID(int=2))),
        ):
            others = Backups(
                app.ground.server,
                Tools(app.ground.postgres.programs),
                Vault(Store(shelf.directory), keys),
            )
            with pytest.raises(BackupDamaged):
                await others.load(scratch, file, made.sha256, Progress())
        with pytest.raises(BackupMissing):
            await shelf.backups.load(scratch, File(FILE.tenant_id, "other"), made.sha256, Progress())
        for damaged in (data[:-1], data[:100], data[:-40] + b"x" + data[-39:], b"", data + b"x"):
            path.write_bytes(damaged)
            with pytest.raises(BackupDamaged):
                await shelf.backups.load(scratch, FILE, made.sha256, Progress())


@one_version
async def test_what_is_frozen_can_be_kept(app: App, shelf: Shelf) -> None:
    async with app.signed_in() as connection:
        await connection.execute("create table t (id serial primary key, body text); insert into t (body) values ('x')")
    async with app.ground.server.place(app.names) as place:
        await freeze(place)
    try:
        made = await shelf.make(app)
    finally:
        async with app.ground.server.place(app.names) as place:
            await thaw(place)
    async with restored(shelf, app, made.sha256) as connection:
        assert await connection.fetchval("select body from t") == "x"
        assert await connection.fetchval("select count(*) from pg_namespace where nspname ~ '^app_'") == 0


@pytest.mark.parametrize("is_shut", [False, True], ids=["open", "shut"])
async def test_policies_that_hold_for_the_owner_hide_nothing(app: App, shelf: Shelf, is_shut: bool) -> None:
    # Where there is nobody who could be let read all, the policies are lifted while nobody is in.
    may_read_all = app.ground.postgres.version >= 16 and not is_shut
    async with app.ground.superuser() as connection:
        if is_shut:
            await connection.execute("alter role palaver_provisioner nobypassrls")
        else:
            set_up(app.ground.postgres)
    async with app.signed_in() as connection:
        await connection.execute(
            "create table t as select 1 as a; create policy p on t using (false);"
            "alter table t enable row level security, force row level security"
        )
        if not may_read_all:
            with pytest.raises(BackupRefused, match="FORCE ROW LEVEL SECURITY"):
                await shelf.make(app)
        forced = "select relforcerowsecurity from pg_class where relname = 't'"
        made = await shelf.make(app, is_shut=not may_read_all)
        assert made.content.rows == {"t": 1}
        assert await connection.fetchval(forced)
    async with restored(shelf, app, made.sha256) as connection:
        assert await connection.fetchval(forced)
        assert await connection.fetch("table t") == []
        await connection.execute("alter table t no force row level security")
        assert await connection.fetchval("select a from t") == 1


HOSTILE = """
    create function attack() returns integer language plpgsql immutable as $$
    declare said text;
    begin
        foreach said in array array[
            'set role palaver_apps', 'set role palaver_provisioner', 'alter role current_user createdb',
            'copy loot from ''/etc/passwd''', 'copy (select 1) to program ''touch :attacked''',
            'create role mine', 'set session authorization palaver_provisioner'
        ] loop
            begin
                execute said;
                raise warning 'gained %', said;
                execute 'create table public.gained ()';
            exception when others then null;
            end;
        end loop;
        return 1;
    end $$;
    create function attacks() returns trigger language plpgsql as $$ begin perform public.attack(); return new; end $$;
    create table loot (line text, n integer default public.attack(),
        g integer generated always as (public.attack()) stored,
        check (public.attack() = 1));
    create trigger t before insert on loot for each row execute function attacks();
    insert into loot values ('x');
    create index on loot ((public.attack() + length(line)));
    create view seen as select public.attack() as a from loot;
    create materialized view kept as select public.attack() as a;
    create function public.count(text) returns bigint language sql as 'select 1/0';
"""


async def test_a_hostile_app_gains_nothing(app: App, shelf: Shelf) -> None:
    # Where the server, which is another user, could write.
    attacked = Path(gettempdir(), f"attacked-{uuid4()}")
    async with app.signed_in() as connection:
        await connection.execute(HOSTILE.replace(":attacked", str(attacked)))
    made = await shelf.make(app)
    async with restored(shelf, app, made.sha256) as connection:
        assert await connection.fetchval("select count(*) from loot") == 1
        assert await connection.fetchval("select to_regclass('public.gained')") is None
    async with app.ground.superuser() as connection:
        assert await connection.fetchval("select to_regrole('mine')") is None
    assert not attacked.exists()


@one_version
async def test_what_cannot_be_restored_is_no_backup(app: App, shelf: Shelf) -> None:
    async with app.signed_in() as connection:
        # Holds while it is made, and not when it is restored.
        await connection.execute(
            "create function first() returns boolean language sql immutable as 'select current_user ~ ''^app_''';"
            "create table t (a integer check (first())); insert into t values (1)"
        )
    with pytest.raises(BackupRefused, match="violates check constraint"):
        await shelf.make(app)
    assert shelf.files == [] and await leftovers(app) == []


@one_version
async def test_what_grows_while_restoring_is_ended(app: App, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(bounds, "LEAST", 0)
    async with app.signed_in() as connection:
        await connection.execute(
            "create table t as select 1 as a; create table huge (body text);"
            "create function fill() returns void language plpgsql as $$ begin"
            " if current_database() ~ '^scratch_' then"
            "  for i in 1..100000 loop"
            "   insert into public.huge select string_agg(md5(i::text || j), '') from generate_series(1, 200) as j;"
            "  end loop;"
            " end if; end $$;"
            "create function filling(a int) returns int language plpgsql immutable as"
            " $$ begin perform public.fill(); return a; end $$;"
            "create index on t (filling(a))"
        )
    with pytest.raises(BackupTooLarge):
        await shelf.make(app)
    assert shelf.files == [] and await leftovers(app) == []


@one_version
async def test_what_changes_while_restoring_is_noticed(app: App, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app.signed_in() as connection:
        await connection.execute("create table t as select 1 as a")
    loads = type(await Tools(app.ground.postgres.programs).of(str(app.ground.postgres.version))).load

    async def lossy(self: object, hand: Hand, archive: AsyncIterator[bytes]) -> None:
        await loads(self, hand, archive)  # type: ignore[arg-type]
        async with hand.link() as link:
            await link.connection.execute("delete from t; alter table t add b text")

    monkeypatch.setattr("app.provisioning.backups.tools.RunningTools.load", lossy)
    with pytest.raises(BackupNotEqual, match=r"column t\.b.*rows of t: 1, restored 0"):
        await shelf.make(app)
    assert shelf.files == [] and await leftovers(app) == []


@one_version
async def test_a_full_disk_leaves_no_file(app: App, shelf: Shelf) -> None:
    async with app.signed_in() as connection:
        await connection.execute(
            "create table t as select string_agg(md5((i * j)::text), '') as a"
            " from generate_series(1, 60) as i, generate_series(1, 1000) as j group by i"
        )
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, usual[1]))
    try:
        with pytest.raises(BackupStoreFailed, match="File too large"):
            await shelf.make(app)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert shelf.files == [] and await leftovers(app) == []


@one_version
async def test_a_directory_that_is_gone_is_not_made_anew(app: App, shelf: Shelf) -> None:
    await shelf.make(app)
    away = shelf.directory.rename(shelf.directory.with_name("unmounted"))
    store = shelf.backups.vault.store
    for attempt in (shelf.make(app), store.remove(FILE.name), anext(store.read(FILE.name, ""))):
        with pytest.raises(BackupStoreFailed, match="APPS_BACKUP_DIRECTORY"):
            await attempt
    for names in (store.names, partial(store.abandoned, 0)):
        with pytest.raises(BackupStoreFailed, match="APPS_BACKUP_DIRECTORY"):
            names()
    assert not shelf.directory.exists()
    away.rename(shelf.directory)
    assert store.names() == [FILE.name]


async def test_tools_of_another_version_are_refused(app: App, tmp_path: Path) -> None:
    other = 16 if app.ground.postgres.version == 18 else 18
    for directory in (binaries(other), tmp_path / "nowhere"):
        backups = Backups(app.ground.server, Tools(directory), Vault(Store(tmp_path), KEYS))
        with pytest.raises(BackupToolsMissing, match=f"The server is PostgreSQL {app.ground.postgres.version}"):
            async with app.ground.server.place(app.names) as place:
                await backups.make(place, FILE, Progress())


@one_version
async def test_a_lock_that_is_never_given_back_ends_it(app: App, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.provisioning.backups.tools.LOCK_SECONDS", 1)
    async with app.signed_in() as connection:
        await connection.execute("create table t ()")
        async with connection.transaction():
            await connection.execute("alter table t add a integer")
            backups = backups_of(app.ground, shelf.directory)
            backups._seconds = 2.0
            with pytest.raises((BackupError, BackupTimedOut)):
                async with app.ground.server.place(app.names) as place:
                    await backups.make(place, FILE, Progress())
    assert shelf.files == [] and await leftovers(app) == []


@one_version
@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
async def test_cancelling_ends_the_programs(
    app: App, shelf: Shelf, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned: list[asyncio.subprocess.Process] = []
    reached = asyncio.Event()
    spawn = asyncio.create_subprocess_exec

    async def spawning(path: str, *arguments: str, **options: object) -> asyncio.subprocess.Process:
        process = await spawn(path, *arguments, **options)  # type: ignore[arg-type]
        assert not any(re.search("//[^/@]*:[^/@]*@", argument) for argument in arguments)
        if Path(path).name == program and "--version" not in arguments:
            spawned.append(process)
            reached.set()
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", spawning)
    making = asyncio.create_task(shelf.make(app))
    await asyncio.wait((making, asyncio.create_task(reached.wait())), return_when=asyncio.FIRST_COMPLETED)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert [process.returncode is not None for process in spawned] == [True]
    with pytest.raises(ProcessLookupError):
        os.killpg(spawned[0].pid, 0)
    assert shelf.files == [] and await leftovers(app) == []


@one_version
async def test_a_copy_with_and_without_data(app: App, other: App, shelf: Shelf) -> None:
    async with app.signed_in() as connection:
        await connection.execute("create table t as select 1 as a; create sequence s; select nextval('s')")
    for data in (False, True):
        async with (
            app.ground.server.place(app.names) as place,
            other.ground.server.place(other.names) as target,
            target.hand() as hand,
        ):
            content = await shelf.backups.copy(place, hand, Progress(), data=data)
        assert content.rows == {"t": int(data)}
        async with other.signed_in() as connection:
            assert await connection.fetchval("select count(*) from t") == int(data)
            assert (
                await connection.fetchval("select tableowner from pg_tables where tablename = 't'") == other.names.role
            )
            await connection.execute("drop table t; drop sequence s")
