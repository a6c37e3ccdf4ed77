"""What an owner made in the database by hand stays: a step that it stands in the way of says so, and is not tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.provisioning.changes.apply import BlockedError, StaleError, apply
from app.provisioning.changes.items import items_of
from app.provisioning.changes.plan import Choices
from app.provisioning.schema import catalog
from app.provisioning.schema.model import Column, PrimaryKey, Schema, Table
from tests.provisioning.changes.test_apply import WIDE, fill
from tests.provisioning.changes.test_plan import OLD, POSTS, USERS, users, with_role
from tests.provisioning.changes.trying import Tried

ROLES = with_role("admin", "member")
NO_AGE = users(*USERS.columns[:3])
PEOPLE = Schema((replace(USERS, name="people"),))
TOLD_AGE = users(*USERS.columns[:3], replace(USERS.columns[3], type="text"))
LONG_AGE = users(*USERS.columns[:3], replace(USERS.columns[3], type="bigint"))
NO_POSTS = Schema((USERS,))
FUNCTION = "create function noted() returns trigger language plpgsql as 'begin return new; end'"
TRIGGER = "create trigger aged before update of age on users for each row execute function noted()"
POLICY = "create policy grown on users using (age > 17)"
VIEW = "create view grown as select name, age from users where age > 17"
KEPT = VIEW.replace("view grown", "materialized view kept")
RULE = "create rule r as on update to users where new.age < 1 do instead nothing"


@pytest.mark.parametrize(
    ("hand", "old", "new", "blocked"),
    [
        (
            [VIEW, POLICY, KEPT, "create table aged () inherits (users)"],
            OLD,
            NO_AGE,
            {
                "users.age": [
                    "materialized view public.kept",
                    "policy grown on public.users",
                    "table public.aged",
                    "view public.grown",
                ]
            },
        ),
        (
            [FUNCTION, TRIGGER, POLICY, VIEW, RULE],
            OLD,
            LONG_AGE,
            {
                "users.age": [
                    "policy grown on public.users",
                    "rule r on public.users",
                    "trigger aged on public.users",
                    "view public.grown",
                ]
            },
        ),
        (
            [
                "create view titles as select title from posts",
                "create policy wrote on users using (exists (select from posts where user_id = users.id))",
                "create function titled(posts) returns text language sql as 'select $1.title'",
                "create table kept (post posts)",
                "create table numbers (id integer default nextval('posts_id_seq'))",
            ],
            OLD,
            NO_POSTS,
            {
                "posts": [
                    "default value for public.numbers.id",
                    "function public.titled(public.posts)",
                    "policy wrote on public.users",
                    "table column public.kept.post",
                    "view public.titles",
                ]
            },
        ),
        (
            ["create view each as select id, name from users group by id"],
            Schema((USERS,)),
            Schema((replace(USERS, primary_key=None),)),
            {"users": ["view public.each"]},
        ),
        (
            [
                "create domain rank as role",
                "create function of(role) returns text language sql return $1::text",
                "create view roles as select role from users",
            ],
            ROLES,
            with_role("admin"),
            {"role": ["function public.of(public.role)", "type public.rank", "view public.roles"]},
        ),
        (["create view roles as select role from users"], ROLES, with_role("admin", "member", "guest"), {}),
        (
            [
                "alter table users add constraint grown check (age > 17)",
                "create index adults on users (name) where age > 17",
                "create index ages on users using brin (age)",
                "create index aged on users (age)",
            ],
            OLD,
            TOLD_AGE,
            {"users.age": ["check users.grown", "index users.adults", "index users.ages"]},
        ),
        (["alter table users add check (age > 17)", "create index on users (id) where age > 17"], OLD, LONG_AGE, {}),
        (["create index people on users (age)"], Schema((USERS,)), PEOPLE, {"people": ["index users.people"]}),
        (
            [
                "alter table users add is_grown boolean generated always as (age > 17) stored",
                "create table letters (address text references users (email))",
                "create table parts (id integer references posts (id))",
            ],
            OLD,
            Schema(
                (
                    users(*USERS.columns[:3], indexes=()).tables[0],
                    replace(POSTS, columns=(Column("id", "uuid"), *POSTS.columns[1:])),
                )
            ),
            {
                "users.users_email_key": ["foreign key letters.letters_address_fkey"],
                "users.age": ["generated column users.is_grown"],
                "posts.id": ["foreign key parts.parts_id_fkey"],
            },
        ),
        (
            [
                "drop table posts",
                "create table posts (id serial, user_id integer not null, title text not null) "
                "partition by range (user_id)",
                "create table early partition of posts for values from (0) to (10)",
                "create view titles as select title from early",
            ],
            OLD,
            Schema((USERS, Table("posts", POSTS.columns[:1], PrimaryKey("posts_pkey", ("id",))))),
            {"posts.user_id": ["partition key of public.posts"], "posts.title": ["view public.titles"]},
        ),
        (
            [
                "create table aged () inherits (users)",
                "create statistics both_of on user_id, title from posts",
                FUNCTION,
                TRIGGER.replace("users", "posts").replace("age on", "title on"),
            ],
            OLD,
            NO_POSTS,
            {},
        ),
        ([VIEW, POLICY], OLD, users(*USERS.columns[:3], replace(USERS.columns[3], name="years")), {}),
    ],
)  # fmt: skip
async def test_a_step_says_what_is_in_its_way_and_is_not_tried(
    tried: Tried, hand: list[str], old: Schema, new: Schema, blocked: dict[str, list[str]]
) -> None:
    before = await tried.holds(old)
    if old is OLD:
        await fill(tried)
    for sql in hand:
        await tried.live.execute(sql)
    before = await catalog.read(tried.live)
    choices = Choices({"users.age": "users.years"}) if any(c.name == "years" for c in new.tables[0].columns) else None
    plan = await tried.plan(old, new, choices)
    assert {step.subject: sorted(step.blocked) for step in plan.steps if step.blocked} == blocked
    if not blocked:
        await apply(tried.live, plan, range(len(plan.steps)))
        return
    held = next(step for step in plan.steps if step.blocked)
    assert held.asks
    assert all(name in held.explanation for name in held.blocked)
    with pytest.raises(BlockedError, match="must be dropped first"):
        await apply(tried.live, plan, range(len(plan.steps)))
    await apply(tried.live, plan)
    assert items_of(await catalog.read(tried.live)) == items_of(before)


async def test_what_goes_along_with_a_table_is_told(tried: Tried) -> None:
    await tried.holds(OLD)
    for sql in (FUNCTION, TRIGGER.replace("users", "posts").replace("age on", "title on")):
        await tried.live.execute(sql)
    (step,) = (await tried.plan(OLD, NO_POSTS)).steps
    assert step.explanation.endswith(" The trigger aged on public.posts goes with it.")


async def test_what_came_since_and_is_in_the_way_makes_a_plan_stale(tried: Tried) -> None:
    await tried.holds(OLD)
    plan = await tried.plan(OLD, users(WIDE[0], *USERS.columns[1:3]))
    await tried.live.execute(VIEW)
    with pytest.raises(StaleError):
        await apply(tried.live, plan, range(len(plan.steps)))
    assert await tried.live.fetchval("select count(*) from grown") == 0
