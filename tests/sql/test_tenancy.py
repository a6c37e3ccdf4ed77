"""Tenants and people: who sees whom, who changes what, and how at once it ends."""

from __future__ import annotations

from uuid import UUID

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
    for column in ("id", "auth_id", "email", "last_active_at", "created_at", "updated_at"):
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
