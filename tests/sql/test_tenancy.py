"""Tenants and people: who sees whom, who changes what, and how at once it ends."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

PEOPLE = "select email from public.users order by email"
TABLES = ("tenants", "users", "conversations", "messages", "feedback", "usage_metrics", "turns")
VIEWS = ("current_day_usage", "monthly_usage_summary", "message_feedback_summary")


async def emails(actor: Actor) -> list[str]:
    return [row["email"] for row in await actor.fetch(PEOPLE)]


async def everything(actor: Actor) -> int:
    """How many rows of any kind somebody sees."""
    counts = " union all ".join(f"select count(*) as n from public.{name}" for name in (*TABLES, *VIEWS))
    return int(await actor.value(f"select sum(n) from ({counts}) as c"))


async def test_a_member_sees_their_tenant_and_themselves(acme_member: Actor) -> None:
    assert [row["slug"] for row in await acme_member.fetch("select slug from public.tenants")] == ["acme"]
    assert await emails(acme_member) == ["ben@acme.test"]


async def test_an_admin_sees_the_people_of_their_tenant_only(acme_admin: Actor, globex_admin: Actor) -> None:
    assert await emails(acme_admin) == ["ada@acme.test", "ben@acme.test"]
    assert await emails(globex_admin) == ["chloe@globex.test", "dan@globex.test"]


async def test_a_viewer_sees_as_a_member_does(initech_viewer: Actor) -> None:
    assert await emails(initech_viewer) == ["finn@initech.test"]
    assert await initech_viewer.value("select slug from public.tenants") == "initech"


async def test_somebody_without_a_row_sees_nothing(outsider: Actor) -> None:
    assert await everything(outsider) == 0


async def test_whoever_is_not_signed_in_is_refused(anon: Actor) -> None:
    for name in (*TABLES, *VIEWS):
        assert await anon.denied(f"select 1 from public.{name}") == "42501"


async def test_an_admin_invites_into_their_own_tenant(acme_admin: Actor) -> None:
    (made,) = await acme_admin.fetch(
        "insert into public.users (email, name) values ('gil@acme.test', 'Gil') returning *"
    )
    assert made["tenant_id"] == acme_admin.tenant_id
    assert (made["role"], made["is_active"], made["auth_id"]) == ("member", True, None)
    assert made["id"].version == 7


async def test_nobody_else_invites_and_nobody_elsewhere(
    acme_admin: Actor, acme_member: Actor, initech_viewer: Actor, outsider: Actor, globex_admin: Actor
) -> None:
    invite = "insert into public.users (email) values ('gil@acme.test')"
    for actor in (acme_member, initech_viewer, outsider):
        assert await actor.denied(invite) == "42501"
    elsewhere = "insert into public.users (tenant_id, email) values ($1, 'gil@acme.test')"
    assert await acme_admin.denied(elsewhere, globex_admin.tenant_id) == "42501"
    nowhere = UUID("00000000-0000-7000-8000-00000000dead")
    assert await acme_admin.denied(elsewhere, nowhere) == "42501"


async def test_an_invitation_carries_no_account_and_no_id(acme_admin: Actor) -> None:
    for column, value in (
        ("auth_id", "gen_random_uuid()"),
        ("id", "gen_random_uuid()"),
        ("is_active", "true"),
        ("joined_at", "now()"),
        ("created_at", "now()"),
    ):
        sql = f"insert into public.users (email, {column}) values ('gil@acme.test', {value})"
        assert await acme_admin.denied(sql) == "42501"


async def test_an_admin_withdraws_an_invitation_but_removes_nobody(
    acme_admin: Actor, acme_member: Actor, globex_admin: Actor
) -> None:
    await acme_admin.execute("insert into public.users (email) values ('gil@acme.test')")
    withdraw = "delete from public.users where email = 'gil@acme.test'"
    assert await acme_member.execute(withdraw) == "DELETE 0"
    assert await globex_admin.execute(withdraw) == "DELETE 0"
    assert await acme_admin.execute(withdraw) == "DELETE 1"
    assert await acme_admin.execute("delete from public.users") == "DELETE 0"
    assert await emails(acme_admin) == ["ada@acme.test", "ben@acme.test"]


async def test_nobody_changes_their_own_role_or_active_flag(acme_member: Actor, database: Database) -> None:
    for shape in ("", " where true", " where true returning id"):
        for change in ("role = 'admin'", "role = 'viewer'", "is_active = false"):
            assert await acme_member.denied(f"update public.users set {change}{shape}") == "PA403"
            (ben,) = await database.fetch("select role, is_active from public.users where email = 'ben@acme.test'")
            assert tuple(ben) == ("member", True)


async def test_an_older_snapshot_changes_nobody(acme_admin: Actor, acme_member: Actor) -> None:
    # In it, whoever was demoted meanwhile would still be an administrator.
    async def demote(level: Any) -> None:
        link = acme_admin.connection
        async with link.transaction(isolation=level):
            await link.execute("select set_config('request.jwt.claims', $1, true)", acme_admin.claims_text)
            await link.execute("set local role authenticated")
            await link.execute("update public.users set role = 'viewer' where id = $1", acme_member.user_id)

    for level in ("repeatable_read", "serializable"):
        with pytest.raises(asyncpg.SerializationError):
            await demote(level)
    await demote("read_committed")


async def test_an_admin_does_not_demote_or_shut_out_themselves(acme_admin: Actor) -> None:
    for change in ("role = 'member'", "is_active = false"):
        assert await acme_admin.denied(f"update public.users set {change} where id = $1", acme_admin.user_id) == "PA403"


async def test_an_admin_changes_role_name_and_active_flag_of_their_people(
    acme_admin: Actor, acme_member: Actor, database: Database
) -> None:
    sql = "update public.users set role = 'viewer', name = 'Benjamin', is_active = false where id = $1"
    assert await acme_admin.execute(sql, acme_member.user_id) == "UPDATE 1"
    (ben,) = await database.fetch(
        "select role, name, is_active, updated_at > created_at as moved from public.users where id = $1",
        acme_member.user_id,
    )
    assert tuple(ben) == ("viewer", "Benjamin", False, True)


async def test_an_admin_changes_nobody_of_another_tenant(
    acme_admin: Actor, globex_member: Actor, database: Database
) -> None:
    sql = "update public.users set role = 'viewer', is_active = false where id = $1"
    assert await acme_admin.execute(sql, globex_member.user_id) == "UPDATE 0"
    assert await acme_admin.execute("update public.users set name = 'Mine'") == "UPDATE 2"
    (dan,) = await database.fetch("select name, role, is_active from public.users where id = $1", globex_member.user_id)
    assert tuple(dan) == ("Dan", "member", True)


async def test_a_member_changes_nobody_else(acme_member: Actor, acme_admin: Actor, database: Database) -> None:
    sql = "update public.users set name = 'Hacked' where id = $1"
    assert await acme_member.execute(sql, acme_admin.user_id) == "UPDATE 0"
    assert await acme_member.execute("update public.users set name = 'Benny'") == "UPDATE 1"
    names = await database.fetch(
        "select name from public.users where tenant_id = $1 order by name", acme_admin.tenant_id
    )
    assert [row["name"] for row in names] == ["Ada", "Benny"]


async def test_nobody_moves_to_another_tenant(acme_member: Actor, acme_admin: Actor, globex_admin: Actor) -> None:
    for shape in ("", " where true", " where true returning id"):
        for actor in (acme_member, acme_admin):
            sql = f"update public.users set tenant_id = '{globex_admin.tenant_id}'{shape}"
            assert await actor.denied(sql) == "42501"


async def test_what_the_system_keeps_about_people_is_not_theirs_to_write(acme_admin: Actor, acme_member: Actor) -> None:
    for column in ("id", "auth_id", "email", "joined_at", "last_active_at", "created_at", "updated_at"):
        for actor in (acme_member, acme_admin):
            assert await actor.denied(f"update public.users set {column} = {column}") == "42501"


async def test_preferences_are_a_persons_own(acme_admin: Actor, acme_member: Actor) -> None:
    assert await acme_member.execute("""update public.users set preferences = '{"theme": "dark"}'""") == "UPDATE 1"
    sql = "update public.users set preferences = '{}' where id = $1"
    assert await acme_admin.denied(sql, acme_member.user_id) == "PA403"
    assert await acme_member.value("select preferences ->> 'theme' from public.users") == "dark"


async def test_preferences_are_an_object_of_sensible_size(acme_member: Actor) -> None:
    for preferences in ("'[]'", "'null'", "'7'", "jsonb_build_object('x', repeat('x', 65536))"):
        assert await acme_member.denied(f"update public.users set preferences = {preferences}") == "23514"


async def test_settings_are_changed_by_admins_of_that_tenant(
    acme_admin: Actor, acme_member: Actor, initech_viewer: Actor, globex_admin: Actor, database: Database
) -> None:
    settings = (
        "update public.tenants set name = 'A', llm_provider = 'local', llm_model = 'm', temperature = 0.5,"
        " max_tokens = 9, system_prompt = 'p', features = '{}',"
        " rate_limit_per_minute = 7, daily_token_limit = 8, branding = '{}'"
    )
    for actor in (acme_member, initech_viewer):
        assert await actor.execute(settings) == "UPDATE 0"
    assert await globex_admin.execute(settings + " where slug = 'acme'") == "UPDATE 0"
    assert await acme_admin.execute(settings) == "UPDATE 1"
    changed = await database.fetch("select slug from public.tenants where name = 'A' and updated_at > created_at")
    assert [row["slug"] for row in changed] == ["acme"]


async def test_identity_and_standing_of_a_tenant_are_not_its_admins_to_write(acme_admin: Actor) -> None:
    for column in ("id", "slug", "is_active", "created_at", "updated_at"):
        assert await acme_admin.denied(f"update public.tenants set {column} = {column}") == "42501"


async def test_nobody_makes_or_removes_tenants(acme_admin: Actor) -> None:
    assert await acme_admin.denied("insert into public.tenants (name, slug) values ('New', 'new')") == "42501"
    assert await acme_admin.denied("delete from public.tenants") == "42501"


async def test_settings_out_of_range_are_refused(acme_admin: Actor) -> None:
    for change in (
        "name = ' '",
        "llm_provider = 'Not A Name'",
        "llm_model = ''",
        "temperature = 2.01",
        "temperature = -0.1",
        "max_tokens = 0",
        "rate_limit_per_minute = 0",
        "daily_token_limit = -1",
        "features = '[]'",
        "branding = 'null'",
        "system_prompt = repeat('x', 100001)",
    ):
        assert await acme_admin.denied(f"update public.tenants set {change}") == "23514"


async def test_a_deactivated_person_sees_and_writes_nothing_at_once(
    acme_admin: Actor, acme_member: Actor, database: Database
) -> None:
    assert await everything(acme_member) > 0
    await acme_admin.execute("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await everything(acme_member) == 0
    assert await acme_member.denied("insert into public.conversations default values") == "42501"
    assert await acme_member.execute("update public.conversations set title = 'x'") == "UPDATE 0"
    assert await acme_member.execute("update public.users set is_active = true") == "UPDATE 0"
    assert await acme_member.execute("delete from public.feedback") == "DELETE 0"
    assert await database.value("select count(*) from public.feedback where user_id = $1", acme_member.user_id) == 1


async def test_a_deactivated_admin_administers_nothing(
    acme_admin: Actor, acme_member: Actor, database: Database
) -> None:
    await database.fetch("update public.users set is_active = false where id = $1", acme_admin.user_id)
    assert await everything(acme_admin) == 0
    assert await acme_admin.execute("update public.tenants set name = 'x'") == "UPDATE 0"
    assert await acme_admin.denied("insert into public.users (email) values ('gil@acme.test')") == "42501"


async def test_people_of_a_tenant_switched_off_see_nothing_at_once_and_all_of_it_later(
    acme_admin: Actor, acme_member: Actor, globex_admin: Actor, database: Database
) -> None:
    before = await everything(acme_admin)
    await database.fetch("update public.tenants set is_active = false where slug = 'acme'")
    assert await everything(acme_admin) == await everything(acme_member) == 0
    assert await acme_admin.execute("update public.tenants set name = 'x'") == "UPDATE 0"
    assert await everything(globex_admin) > 0
    await database.fetch("update public.tenants set is_active = true where slug = 'acme'")
    assert await everything(acme_admin) == before


async def test_one_account_belongs_to_one_person_of_one_tenant(
    service: Actor, acme_member: Actor, globex_admin: Actor
) -> None:
    sql = "insert into public.users (tenant_id, email, auth_id) values ($1, 'ben@globex.test', $2)"
    assert await service.denied(sql, globex_admin.tenant_id, acme_member.auth_id) == "23505"


async def test_an_account_must_exist(service: Actor, globex_admin: Actor) -> None:
    sql = "insert into public.users (tenant_id, email, auth_id) values ($1, 'x@globex.test', gen_random_uuid())"
    assert await service.denied(sql, globex_admin.tenant_id) == "23503"


async def test_an_address_is_unique_within_a_tenant_only(acme_admin: Actor, globex_admin: Actor) -> None:
    invite = "insert into public.users (email) values ($1)"
    assert await globex_admin.execute(invite, "ben@acme.test") == "INSERT 0 1"
    assert await acme_admin.denied(invite, "BEN@acme.test") == "23505"


async def test_an_address_looks_like_one(acme_admin: Actor) -> None:
    for email in ("", "nobody", "a@b c", "@", "x@" + "y" * 320):
        assert await acme_admin.denied("insert into public.users (email) values ($1)", email) == "23514"


async def test_deleting_an_account_keeps_the_person_and_ends_their_access(
    acme_member: Actor, database: Database
) -> None:
    await database.fetch("delete from auth.users where id = $1", acme_member.auth_id, role="supabase_admin")
    assert await everything(acme_member) == 0
    (ben,) = await database.fetch(
        "select auth_id, is_active, role from public.users where id = $1", acme_member.user_id
    )
    assert tuple(ben) == (None, True, "member")
    assert (
        await database.value("select count(*) from public.conversations where user_id = $1", acme_member.user_id) == 1
    )


INVITE = "insert into public.users (email, role) values ($1, $2)"
SEEN = "select tenant_id, tenant_name, role from public.my_invitations order by tenant_name"
ACCEPT = "select * from public.accept_invitation($1)"
NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")


async def newcomer(database: Database, data_api: asyncpg.Connection, email: str | None, claimed: str = "") -> Actor:
    """Somebody who has signed up with an address and has no tenant."""
    sql = "insert into auth.users (id, email) values (gen_random_uuid(), $1) returning id"
    auth_id = await database.value(sql, email, role="supabase_admin")
    claims = {"sub": str(auth_id), "role": "authenticated", "email": claimed or email}
    return Actor(data_api, auth_id=auth_id, claims={name: value for name, value in claims.items() if value is not None})


async def invited(database: Database, tenant: Actor, email: str) -> asyncpg.Record:
    sql = "select auth_id, role, is_active, joined_at, created_at from public.users where tenant_id = $1 and email = $2"
    return (await database.fetch(sql, tenant.tenant_id, email))[0]


@pytest.mark.parametrize("role", ["admin", "member", "viewer"])
async def test_whoever_is_invited_takes_exactly_the_place_that_is_kept(
    acme_admin: Actor, database: Database, data_api: asyncpg.Connection, role: str
) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", role)
    gil = await newcomer(database, data_api, "gil@partner.test")
    assert await everything(gil) == 0
    assert [tuple(row) for row in await gil.fetch(SEEN)] == [(acme_admin.tenant_id, "Acme", role)]
    before = await invited(database, acme_admin, "gil@partner.test")
    assert (before["auth_id"], before["joined_at"]) == (None, None)
    (person,) = await gil.fetch(ACCEPT, acme_admin.tenant_id)
    assert (person["tenant_id"], person["auth_id"], person["role"], person["is_active"]) == (
        acme_admin.tenant_id,
        gil.auth_id,
        role,
        True,
    )
    assert person["email"] == "gil@partner.test"
    assert person["joined_at"] > before["created_at"]
    assert await gil.value("select slug from public.tenants") == "acme"
    assert await gil.value("select private.administered_tenant_id() is not null") is (role == "admin")
    assert await gil.fetch(SEEN) == []
    assert await gil.denied(ACCEPT, acme_admin.tenant_id) == "PA422"


async def test_an_invitation_shows_when_it_was_made(
    acme_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", "member")
    gil = await newcomer(database, data_api, "gil@partner.test")
    made = (await invited(database, acme_admin, "gil@partner.test"))["created_at"]
    assert await gil.value("select invited_at from public.my_invitations") == made


async def test_an_invitation_is_to_one_address_and_nobody_elses(
    acme_admin: Actor, globex_admin: Actor, outsider: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", "admin")
    addresses = ("hal@partner.test", "gil@partner.tes", "%", "gil_partner.test", "", None)
    for other in [outsider, *[await newcomer(database, data_api, address) for address in addresses]]:
        assert await other.fetch(SEEN) == []
        refusals = set()
        for target in (acme_admin.tenant_id, globex_admin.tenant_id, NOWHERE, None):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await other.fetch(ACCEPT, target)
            refusals.add((refused.value.sqlstate, str(refused.value), refused.value.detail, refused.value.hint))
        assert refusals == {("PA404", "There is no such invitation.", None, None)}
        assert await everything(other) == 0
    assert (await invited(database, acme_admin, "gil@partner.test"))["auth_id"] is None


async def test_the_address_is_that_of_the_token_and_of_nothing_else(
    acme_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    """What the account says of itself elsewhere proves nothing; only the verified claim counts."""
    await acme_admin.execute(INVITE, "gil@partner.test", "admin")
    stored = await newcomer(database, data_api, "gil@partner.test", claimed="hal@partner.test")
    assert await stored.fetch(SEEN) == []
    assert await stored.denied(ACCEPT, acme_admin.tenant_id) == "PA404"
    for more in ({"user_metadata": {"email": "gil@partner.test"}}, {"email": ["gil@partner.test"]}, {"email": 7}):
        other = Actor(data_api, auth_id=stored.auth_id, claims={"sub": str(stored.auth_id), **more})
        assert await other.fetch(SEEN) == []
        assert await other.denied(ACCEPT, acme_admin.tenant_id) == "PA404"


async def test_a_token_without_a_subject_takes_nothing(
    acme_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", "admin")
    nobody = Actor(data_api, claims={"email": "gil@partner.test"})
    assert await nobody.denied(ACCEPT, acme_admin.tenant_id) == "42501"
    assert (await invited(database, acme_admin, "gil@partner.test"))["joined_at"] is None


async def test_case_of_an_address_does_not_matter(
    acme_admin: Actor, globex_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    await acme_admin.execute(INVITE, "Gil@Partner.Test", "member")
    await globex_admin.execute(INVITE, "gil@partner.test", "viewer")
    gil = await newcomer(database, data_api, "gIL@partner.TEST")
    assert [row["tenant_name"] for row in await gil.fetch(SEEN)] == ["Acme", "Globex"]
    (person,) = await gil.fetch(ACCEPT, acme_admin.tenant_id)
    assert (person["email"], person["role"]) == ("Gil@Partner.Test", "member")


async def test_an_account_that_has_a_tenant_takes_no_other_place(
    acme_admin: Actor, acme_member: Actor, globex_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    await globex_admin.execute(INVITE, "ben@acme.test", "admin")
    ben = Actor(
        data_api, auth_id=acme_member.auth_id, claims={"sub": str(acme_member.auth_id), "email": "ben@acme.test"}
    )
    for target in (globex_admin.tenant_id, acme_member.tenant_id, NOWHERE):
        assert await ben.denied(ACCEPT, target) == "PA422"
    # Shut out by the one, somebody does not slip into the other with the same account.
    await acme_admin.execute("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await ben.denied(ACCEPT, globex_admin.tenant_id) == "PA422"
    await database.fetch("update public.tenants set is_active = false where slug = 'acme'")
    assert await ben.denied(ACCEPT, globex_admin.tenant_id) == "PA422"
    assert await emails(globex_admin) == ["ben@acme.test", "chloe@globex.test", "dan@globex.test"]
    assert (await invited(database, globex_admin, "ben@acme.test"))["auth_id"] is None


@pytest.mark.parametrize(
    "end",
    [
        "delete from public.users where email = 'gil@partner.test'",
        "update public.users set is_active = false where email = 'gil@partner.test'",
        "update public.tenants set is_active = false where slug = 'acme'",
    ],
)
async def test_an_invitation_that_has_ended_is_not_offered(
    acme_admin: Actor, globex_admin: Actor, database: Database, data_api: asyncpg.Connection, end: str
) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", "member")
    await globex_admin.execute(INVITE, "gil@partner.test", "member")
    gil = await newcomer(database, data_api, "gil@partner.test")
    assert len(await gil.fetch(SEEN)) == 2
    if "tenants" in end:
        await database.fetch(end)
    else:
        assert (await acme_admin.execute(end)).endswith(" 1")
    assert [row["tenant_name"] for row in await gil.fetch(SEEN)] == ["Globex"]
    assert await gil.denied(ACCEPT, acme_admin.tenant_id) == "PA404"
    assert await gil.fetch(ACCEPT, globex_admin.tenant_id)


async def test_only_whoever_is_signed_in_asks_for_invitations(anon: Actor, service: Actor, acme_admin: Actor) -> None:
    for actor in (anon, service):
        assert await actor.denied(SEEN) == "42501"
        assert await actor.denied(ACCEPT, acme_admin.tenant_id) == "42501"


async def test_whoever_has_joined_is_not_withdrawn_even_without_an_account(
    acme_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", "member")
    gil = await newcomer(database, data_api, "gil@partner.test")
    await gil.fetch(ACCEPT, acme_admin.tenant_id)
    joined = (await invited(database, acme_admin, "gil@partner.test"))["joined_at"]
    withdraw = "delete from public.users where email = 'gil@partner.test'"
    assert await acme_admin.execute(withdraw) == "DELETE 0"
    await database.fetch("delete from auth.users where id = $1", gil.auth_id, role="supabase_admin")
    assert await acme_admin.execute(withdraw) == "DELETE 0"
    after = await invited(database, acme_admin, "gil@partner.test")
    assert (after["auth_id"], after["joined_at"]) == (None, joined)
    # Nor does the next account with that address find the place empty.
    again = await newcomer(database, data_api, "gil@partner.test")
    assert await again.fetch(SEEN) == []
    assert await again.denied(ACCEPT, acme_admin.tenant_id) == "PA404"


async def test_an_account_linked_by_a_server_has_joined_and_keeps_its_date(
    service: Actor, acme_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    assert await database.value("select count(*) from public.users where joined_at is null") == 0
    gil = await newcomer(database, data_api, "gil@partner.test")
    sql = "insert into public.users (tenant_id, email, auth_id) values ($1, 'gil@partner.test', $2)"
    await service.execute(sql, acme_admin.tenant_id, gil.auth_id)
    joined = (await invited(database, acme_admin, "gil@partner.test"))["joined_at"]
    assert joined is not None
    for auth_id in (None, gil.auth_id):
        await service.execute("update public.users set auth_id = $1 where email = 'gil@partner.test'", auth_id)
        assert (await invited(database, acme_admin, "gil@partner.test"))["joined_at"] == joined


async def blocked(database: Database) -> None:
    """Until some connection waits for another's lock."""
    waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with asyncio.timeout(30):
        while not await database.value(waits, role="supabase_admin"):
            await asyncio.sleep(0.02)


async def test_an_invitation_is_taken_once(acme_admin: Actor, database: Database, data_api: asyncpg.Connection) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", "member")
    first = await newcomer(database, data_api, "gil@partner.test")
    async with database.connected("authenticator") as connection:
        second = await newcomer(database, connection, None, claimed="gil@partner.test")
        async with first.acting() as taking:
            await taking.fetch(ACCEPT, acme_admin.tenant_id)
            late = asyncio.create_task(second.denied(ACCEPT, acme_admin.tenant_id))
            await blocked(database)
        assert await late == "PA404"
    assert (await invited(database, acme_admin, "gil@partner.test"))["auth_id"] == first.auth_id


async def test_an_account_takes_one_of_two_invitations_at_once(
    acme_admin: Actor, globex_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    for admin in (acme_admin, globex_admin):
        await admin.execute(INVITE, "gil@partner.test", "member")
    gil = await newcomer(database, data_api, "gil@partner.test")
    async with database.connected("authenticator") as connection:
        elsewhere = Actor(connection, auth_id=gil.auth_id, claims=gil.claims)
        async with gil.acting() as taking:
            await taking.fetch(ACCEPT, acme_admin.tenant_id)
            late = asyncio.create_task(elsewhere.denied(ACCEPT, globex_admin.tenant_id))
            await blocked(database)
        assert await late == "PA422"
    assert await gil.value("select slug from public.tenants") == "acme"
    assert (await invited(database, globex_admin, "gil@partner.test"))["joined_at"] is None


async def test_an_invitation_taken_meanwhile_is_not_withdrawn(
    acme_admin: Actor, database: Database, data_api: asyncpg.Connection
) -> None:
    await acme_admin.execute(INVITE, "gil@partner.test", "member")
    async with database.connected("authenticator") as connection:
        gil = await newcomer(database, connection, "gil@partner.test")
        async with gil.acting() as taking:
            await taking.fetch(ACCEPT, acme_admin.tenant_id)
            late = asyncio.create_task(acme_admin.execute("delete from public.users where email = 'gil@partner.test'"))
            await blocked(database)
        assert await late == "DELETE 0"
        assert await gil.value("select slug from public.tenants") == "acme"


@pytest.mark.parametrize("change", ["role = 'member'", "is_active = false"])
async def test_of_two_admins_who_shut_out_each_other_exactly_one_succeeds(
    acme_admin: Actor, acme_member: Actor, database: Database, change: str
) -> None:
    await database.fetch("update public.users set role = 'admin' where id = $1", acme_member.user_id)
    sql = f"update public.users set {change} where id = $1"
    async with database.connected("authenticator") as connection:
        ben = Actor(connection, auth_id=acme_member.auth_id)
        async with acme_admin.acting() as first:
            assert await first.execute(sql, acme_member.user_id) == "UPDATE 1"
            late = asyncio.create_task(ben.denied(sql, acme_admin.user_id))
            await blocked(database)
        assert await late == "PA403"
    left = "select email from public.users where tenant_id = $1 and role = 'admin' and is_active"
    assert [row["email"] for row in await database.fetch(left, acme_admin.tenant_id)] == ["ada@acme.test"]


async def test_however_often_two_admins_race_one_is_left(
    acme_admin: Actor, acme_member: Actor, database: Database
) -> None:
    demote = "update public.users set role = 'member' where id = $1"
    left = "select count(*) from public.users where tenant_id = $1 and role = 'admin'"
    async with database.connected("authenticator") as connection:
        ben = Actor(connection, auth_id=acme_member.auth_id)
        for _ in range(25):
            await database.fetch("update public.users set role = 'admin' where tenant_id = $1", acme_admin.tenant_id)
            outcomes = await asyncio.gather(
                acme_admin.execute(demote, acme_member.user_id),
                ben.execute(demote, acme_admin.user_id),
                return_exceptions=True,
            )
            assert outcomes.count("UPDATE 1") == 1
            # Too late is PA403 in the trigger, or no row at all for whoever is no admin any more at the start.
            refused = {getattr(outcome, "sqlstate", outcome) for outcome in outcomes} - {"UPDATE 1"}
            assert refused <= {"PA403", "UPDATE 0"}
            assert await database.value(left, acme_admin.tenant_id) == 1
