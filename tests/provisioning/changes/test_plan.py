"""What a plan says: kinds, questions, renames, drift, conflicts, and what a person says besides."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from threading import Event

import pytest

from app.provisioning.changes.casts import cast
from app.provisioning.changes.plan import Choices, Plan, planned, shown
from app.provisioning.changes.renames import ChoiceError
from app.provisioning.changes.words import column_renamed, label_renamed
from app.provisioning.schema.model import (
    Column,
    Enum,
    Evidence,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.work import planning
from app.provisioning.work.planning import Sources, There

ROWS = [("public", "users"), ("public", "posts")]
USERS = Table(
    "users",
    (
        Column("id", "integer", numbering="serial"),
        Column("name", "text"),
        Column("email", "text"),
        Column("age", "integer"),
    ),
    PrimaryKey("users_pkey", ("id",)),
    indexes=(Index("users_email_key", (IndexPart("email"),), unique=True),),
)
POSTS = Table(
    "posts",
    (Column("id", "integer", numbering="serial"), Column("user_id", "integer"), Column("title", "text")),
    PrimaryKey("posts_pkey", ("id",)),
    foreign_keys=(ForeignKey("posts_user_id_fkey", ("user_id",), "users", ("id",), on_delete="CASCADE"),),
)
OLD = Schema((USERS, POSTS))


def users(*columns: Column, **changes: object) -> Schema:
    """The schema with other columns of users, or other parts."""
    return Schema((replace(USERS, **({"columns": columns} if columns else {}), **changes), POSTS))  # type: ignore[arg-type]


def told(plan: Plan) -> list[tuple[str, str, bool]]:
    return [(step.kind, step.subject, step.asks) for step in plan.steps]


def test_what_is_added_asks_nobody() -> None:
    new = users(*USERS.columns, Column("bio", "text", nullable=True), Column("points", "integer", default="0"))
    new = replace(new, tables=(*new.tables, Table("tags", (Column("id", "integer"),))))
    plan = planned(OLD, new, OLD, occupied=ROWS)
    assert told(plan) == [
        ("additive", "tags", False),
        ("additive", "users.bio", False),
        ("additive", "users.points", False),
    ]
    assert not plan.waiting()


def test_what_is_lost_asks_and_has_no_way_back_but_a_backup() -> None:
    plan = planned(OLD, users(*USERS.columns[:3]), OLD, occupied=ROWS)
    assert told(plan) == [("destructive", "users.age", True)]
    assert plan.steps[0].undo is None
    assert plan.waiting() == {0}
    assert plan.waiting([0]) == set()


def test_a_dropped_table_takes_along_only_what_refers_to_it() -> None:
    posts = replace(POSTS, columns=(*POSTS.columns[:1], *POSTS.columns[2:]), foreign_keys=())
    plan = planned(OLD, Schema((posts,)), OLD, occupied=ROWS)
    assert [step.subject for step in plan.steps] == ["posts.user_id", "users"]
    assert not plan.chosen()


def test_a_key_that_goes_lets_go_of_what_refers_to_it_from_a_table_that_goes() -> None:
    plan = planned(OLD, Schema((replace(USERS, primary_key=PrimaryKey("users_pkey", ("email",))),)), OLD, occupied=ROWS)
    assert [step.subject for step in plan.steps] == [
        "posts.posts_user_id_fkey",
        "users",
        "posts",
        "users",
    ]


def test_a_column_that_must_have_a_value_comes_in_three_steps() -> None:
    new = users(*USERS.columns, Column("country", "text"))
    assert told(planned(OLD, new, OLD)) == [("additive", "users.country", False)]
    plan = planned(OLD, new, OLD, occupied=ROWS)
    assert told(plan) == [("additive", "users.country", False), ("rewriting", "users.country", True)]
    assert plan.waiting() == {1}
    filled = planned(OLD, new, OLD, occupied=ROWS, choices=Choices(fills={"users.country": "'?'"}))
    assert not filled.waiting()
    assert any(sql.startswith("update") for sql in filled.steps[1].sql)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (Choices(fills={"users.nothing": "1"}), "no column"),
        (Choices(fills={"users.age": "1; drop table users"}), "not one expression"),
        (Choices(renames={"users.nothing": "users.age"}), "no name that went"),
        (Choices(renames={"users.name": "users.nothing"}), "no name that came"),
        (Choices(renames={"users.name": "users.email"}), "no name that came"),
    ],
)
def test_what_fits_nothing_is_refused(choices: Choices, message: str) -> None:
    new = users(USERS.columns[0], Column("full_name", "text"), *USERS.columns[2:])
    with pytest.raises(ChoiceError, match=message):
        planned(OLD, new, OLD, choices=choices)


def test_a_column_under_another_name_is_recognised_and_asked_about() -> None:
    new = users(USERS.columns[0], Column("full_name", "text"), *USERS.columns[2:])
    plan = planned(OLD, new, OLD, occupied=ROWS)
    assert told(plan) == [("rename", "users.full_name", True)]
    assert (plan.steps[0].confidence or 0) >= 0.75
    said = planned(OLD, new, OLD, occupied=ROWS, choices=Choices(renames={"users.name": "users.full_name"}))
    assert told(said) == [("rename", "users.full_name", False)]
    refused = planned(OLD, new, OLD, occupied=ROWS, choices=Choices(renames={"users.name": None}))
    assert [step.kind for step in refused.steps] == ["destructive", "additive", "rewriting"]


def test_two_columns_that_may_be_one_are_no_rename() -> None:
    new = users(USERS.columns[0], Column("name_1", "text"), Column("name_2", "text"), *USERS.columns[2:])
    plan = planned(OLD, new, OLD, occupied=ROWS)
    assert "rename" not in {step.kind for step in plan.steps}
    assert [(str(each.old), str(each.new)) for each in plan.possible_renames] == [("users.name", "users.name_1")]


def test_columns_that_have_nothing_in_common_but_their_type_are_no_rename() -> None:
    new = users(*USERS.columns[:3], Column("score", "integer"))
    assert [step.kind for step in planned(OLD, new, OLD, occupied=ROWS).steps] == [
        "destructive",
        "additive",
        "rewriting",
    ]


def test_a_table_under_another_name_keeps_its_rows_keys_and_references() -> None:
    people = replace(
        USERS,
        name="people",
        primary_key=PrimaryKey("people_pkey", ("id",)),
        indexes=(replace(USERS.indexes[0], name="people_email_key"),),
    )
    posts = replace(POSTS, foreign_keys=(replace(POSTS.foreign_keys[0], target="people"),))
    plan = planned(OLD, Schema((people, posts)), OLD, occupied=ROWS)
    assert [(step.kind, step.sql) for step in plan.steps] == [
        ("rename", ('alter table "public"."users" rename to "people"',)),
        ("safe", ('alter table "public"."people" rename constraint "users_pkey" to "people_pkey"',)),
        ("safe", ('alter index "public"."users_email_key" rename to "people_email_key"',)),
    ]
    assert plan.waiting() == {0, 1, 2}


def test_what_stands_on_a_rename_waits_with_it() -> None:
    new = users(USERS.columns[0], Column("full_name", "text"), *USERS.columns[2:], Column("bio", "text", nullable=True))
    new = replace(
        new,
        tables=(replace(new.tables[0], indexes=(*USERS.indexes, Index("i", (IndexPart("full_name"),)))), POSTS),
    )
    plan = planned(OLD, new, OLD, occupied=ROWS)
    assert [step.subject for _, step in plan.chosen()] == ["users.bio"]


def test_a_key_that_becomes_larger_takes_its_references_along() -> None:
    columns = (Column("id", "bigint", numbering="serial"), *USERS.columns[1:])
    posts = replace(POSTS, columns=(POSTS.columns[0], Column("user_id", "bigint"), POSTS.columns[2]))
    plan = planned(OLD, Schema((replace(USERS, columns=columns), posts)), OLD, occupied=ROWS)
    assert told(plan) == [
        ("safe", "posts.posts_user_id_fkey", False),
        ("rewriting", "users.id", True),
        ("rewriting", "posts.user_id", True),
        ("safe", "posts.posts_user_id_fkey", False),
    ]
    assert plan.waiting() == {0, 1, 2, 3}
    assert plan.waiting([1]) == {0, 1, 2, 3}
    assert plan.waiting([1, 2]) == set()


def test_unique_over_rows_that_are_there_asks_and_over_a_new_column_does_not() -> None:
    twice = users(uniques=(Unique("u", ("name",)),))
    assert told(planned(OLD, twice, OLD, occupied=ROWS)) == [("destructive", "users.u", True)]
    assert told(planned(OLD, twice, OLD)) == [("additive", "users.u", False)]
    fresh = users(*USERS.columns, Column("code", "text", nullable=True), uniques=(Unique("u", ("code",)),))
    assert told(planned(OLD, fresh, OLD, occupied=ROWS))[1] == ("additive", "users.u", False)


ROLE = Enum("role", ("admin", "member"))


def with_role(*labels: str, default: str | None = None) -> Schema:
    column = Column("role", TypeName("role"), default=default)
    return Schema((replace(USERS, columns=(*USERS.columns, column)), POSTS), (Enum("role", labels),))


def test_labels_are_added_in_place_unless_they_are_used_at_once() -> None:
    old = with_role("admin", "member")
    added = planned(old, with_role("admin", "guest", "member"), old, occupied=ROWS)
    assert [step.sql for step in added.steps] == [("alter type \"public\".\"role\" add value 'guest' before 'member'",)]
    used = with_role("admin", "member", "guest", default="'guest'::public.role")
    assert told(planned(old, used, old, occupied=ROWS)) == [("rewriting", "role", True), ("safe", "users.role", False)]
    gone = planned(old, with_role("admin"), old, occupied=ROWS)
    assert told(gone) == [("destructive", "role", True)]


@pytest.mark.parametrize(
    ("new", "said", "kinds"),
    [
        (("admin", "guest"), {}, ["rename"]),
        (("admin", "guest"), {"role.member": None}, ["destructive"]),
        (("admin", "guest", "x"), {}, ["destructive"]),
        (("guest", "admin"), {}, ["destructive"]),
        (("owner", "guest"), {}, ["destructive"]),
        (("guest", "admin", "x"), {"role.member": "role.guest"}, ["rename", "rewriting"]),
    ],
)
def test_a_label_under_another_name_is_recognised_where_nothing_else_differs(
    new: tuple[str, ...], said: dict[str, str | None], kinds: list[str]
) -> None:
    old = with_role("admin", "member", default="'member'::public.role")
    wanted = with_role(
        *new, default=f"'{'admin' if 'destructive' in kinds and 'admin' in new else 'guest'}'::public.role"
    )
    plan = planned(old, wanted, old, occupied=ROWS, choices=Choices(said))
    assert [step.kind for step in plan.steps if step.subject != "users.role"] == kinds
    assert bool(plan.possible_renames) == (new == ("owner", "guest"))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"role.member": "role.nothing"}, "no label that came"),
        ({"role.member": "role.admin"}, "no label that came"),
        ({"role.nothing": "role.guest"}, "no name that went"),
    ],
)
def test_what_is_said_of_labels_and_fits_nothing_is_refused(said: dict[str, str | None], message: str) -> None:
    old = with_role("admin", "member")
    with pytest.raises(ChoiceError, match=message):
        planned(old, with_role("admin", "guest"), old, choices=Choices(said))


@pytest.mark.parametrize(
    ("expression", "renamed"),
    [
        ("'it''s'::public.role", "E'a\\\\b'::public.role"),
        ("('it''s'::public.role)::text || 'it''s'", "(E'a\\\\b'::public.role)::text || 'it''s'"),
        ("""'{it''s,x}'::public.role[]""", """E'{"a\\\\\\\\b",x}'::public.role[]"""),
        ("ARRAY['it''s'::role]", "ARRAY[E'a\\\\b'::role]"),
        ("'it''s'::other.role", "'it''s'::other.role"),
        ("\"'it''s'::role\" = 1", "\"'it''s'::role\" = 1"),
    ],
)
def test_a_label_is_renamed_where_expressions_mean_it(expression: str, renamed: str) -> None:
    assert label_renamed(expression, ("public", "role"), "it's", "a\\b") == renamed


@pytest.mark.parametrize(
    ("name", "expression", "renamed"),
    [
        ("null", 'a IS NOT NULL AND "null" IS NULL', "a IS NOT NULL AND n IS NULL"),
        ("true", '"true" = true', "n = true"),
        ("zone", "zone < a::timestamp(3) without time zone", "n < a::timestamp(3) without time zone"),
        ("varying", "a::character varying = varying", "a::character varying = n"),
        ("year", "year = EXTRACT(year FROM a)", "n = EXTRACT(year FROM a)"),
        ("C", """"C" > (a COLLATE "C")""", """n > (a COLLATE "C")"""),
        ("a", "a(a) = 'a'::a AND \"a\" > a", "a(n) = 'a'::a AND n > n"),
    ],
)
def test_a_column_is_renamed_where_expressions_mean_it(name: str, expression: str, renamed: str) -> None:
    assert column_renamed(expression, name, "n") == renamed
    assert column_renamed(expression, name, "order") == re.sub(r"\bn\b", '"order"', renamed)


def test_what_was_done_by_hand_stays_and_is_told() -> None:
    live = Schema(
        (
            replace(
                USERS,
                columns=(*USERS.columns[:3], replace(USERS.columns[3], nullable=True), Column("nick", "text")),
                indexes=(),
            ),
            POSTS,
            Table("notes", (Column("id", "integer"),)),
        )
    )
    plan = planned(OLD, OLD, live)
    assert plan.steps == ()
    assert [(note.kind, str(note.subject)) for note in plan.drift] == [
        ("altered", "users.age"),
        ("added", "users.nick"),
        ("added", "notes"),
        ("removed", "users.users_email_key"),
    ]
    restored = planned(
        OLD, OLD, live, occupied=ROWS, choices=Choices(restored=frozenset({"users.users_email_key", "users.nick"}))
    )
    assert told(restored) == [("destructive", "users.nick", True), ("destructive", "users.users_email_key", True)]


def test_what_both_sides_changed_is_asked_about() -> None:
    live = users(*USERS.columns[:3], replace(USERS.columns[3], default="18"))
    new = users(*USERS.columns[:3], replace(USERS.columns[3], default="21"))
    (step,) = planned(OLD, new, live).steps
    assert (step.conflict, step.asks) == (True, True)
    assert planned(OLD, new, new).steps == ()


def test_what_stands_on_something_taken_away_by_hand_is_left_out_and_told() -> None:
    live = users(*USERS.columns[:3])
    new = users(indexes=(*USERS.indexes, Index("i", (IndexPart("age"),))))
    plan = planned(OLD, new, live)
    assert plan.steps == ()
    assert [(note.kind, str(note.subject)) for note in plan.drift] == [
        ("removed", "users.age"),
        ("left out", "users.i"),
    ]
    both = planned(OLD, new, live, choices=Choices(restored=frozenset({"users.age"})))
    assert [step.subject for step in both.steps] == ["users.age", "users.i"]


def test_a_plan_says_where_each_step_comes_from_and_is_the_same_each_time() -> None:
    evidence = Evidence("schema.prisma", 7, "prisma.field")
    new = users(*USERS.columns, Column("bio", "text", nullable=True, evidence=evidence))
    one, other = (shown(planned(OLD, new, OLD, occupied=ROWS)) for _ in range(2))
    assert one == other
    assert one["steps"][0]["evidence"] == {"file": "schema.prisma", "line": 7, "rule": "prisma.field"}


FEW = TypeName("Few")
MORE = TypeName("More")


@pytest.mark.parametrize(
    ("old", "new", "loss", "rewrites"),
    [
        ("integer", "bigint", "none", True),
        ("bigint", "integer", "fails", True),
        ("integer", "numeric(12,2)", "none", True),
        ("bigint", "numeric(10,2)", "fails", True),
        ("numeric(10,2)", "numeric(12,2)", "none", False),
        ("numeric(10,2)", "numeric(10,1)", "changes", True),
        ("numeric", "integer", "changes", True),
        ("character varying(5)", "character varying(9)", "none", False),
        ("character varying(9)", "character varying(5)", "fails", True),
        ("character varying(9)", "text", "none", False),
        ("text", "character varying(9)", "fails", True),
        ("uuid", "text", "none", True),
        ("text", "uuid", "fails", True),
        ("timestamp(3) without time zone", "timestamp(6) without time zone", "none", False),
        ("timestamp(6) without time zone", "timestamp(3) without time zone", "changes", True),
        ("timestamp without time zone", "timestamp with time zone", "changes", True),
        ("json", "jsonb", "changes", True),
        ("text", "text[]", "none", True),
        ("boolean", "integer", "fails", True),
        ("boolean", "character varying(5)", "fails", True),
        ("character(5)", "character varying(5)", "changes", True),
        ("character(5)", "character varying(4)", "fails", True),
        ("smallint", "numeric(5,0)", "none", True),
        ("smallint", "numeric(4,0)", "fails", True),
        ("integer", "numeric(10,0)", "none", True),
        ("integer", "numeric(10,1)", "fails", True),
        ("bigint", "numeric(19,0)", "none", True),
        ("bigint", "numeric(18,0)", "fails", True),
        ("integer", "numeric", "none", True),
        ("numeric(10,2)", "numeric", "none", False),
        ("numeric(10,2)", "numeric(11,3)", "none", True),
        ("numeric(10,2)", "numeric(10,3)", "fails", True),
        ("integer", "double precision", "none", True),
        ("bigint", "double precision", "changes", True),
        ("integer", "real", "changes", True),
        ("real", "double precision", "none", True),
        ("double precision", "real", "changes", True),
        ("date", "timestamp without time zone", "none", True),
        ("date", "timestamp with time zone", "changes", True),
        ("timestamp without time zone", "date", "changes", True),
        ("jsonb", "json", "none", True),
        ("text", "integer[]", "fails", True),
        ("text[]", "text", "fails", True),
        ("bit(3)", "bit(4)", "fails", True),
        ("time(6) without time zone", "time(3) without time zone", "changes", True),
        (FEW, MORE, "none", True),
        (MORE, FEW, "fails", True),
        (FEW, "text", "none", True),
        (FEW, "character varying(9)", "fails", True),
        (FEW, "text[]", "fails", True),
        ("text", FEW, "fails", True),
        ("text[]", FEW, "fails", True),
        ("integer", FEW, "fails", True),
        (FEW, TypeName("Gone"), "fails", True),
    ],
)
def test_what_becomes_of_values(old: str | TypeName, new: str | TypeName, loss: str, rewrites: bool) -> None:
    enums = {("public", "Few"): Enum("Few", ("a", "b")), ("public", "More"): Enum("More", ("b", "c", "a"))}
    found = cast(old, new, enums)
    assert (found.loss, found.rewrites) == (loss, rewrites)


def test_names_that_mean_to_do_harm_stay_names() -> None:
    name = 'a"; drop table users; --'
    plan = planned(OLD, users(*USERS.columns, Column(name, TypeName('{0}"'), nullable=True)), OLD)
    assert plan.steps == ()
    assert [note.kind for note in plan.drift] == ["left out"]
    live = replace(OLD, enums=(Enum('{0}"', ("a'b",)),))
    (step,) = planned(
        live, replace(users(*USERS.columns, Column(name, TypeName('{0}"'), nullable=True)), enums=live.enums), live
    ).steps
    assert step.sql == ('alter table "public"."users" add column "a""; drop table users; --" "public"."{0}"""',)


async def test_whoever_has_a_plan_made_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = Event()
    monkeypatch.setattr(planning, "planned", lambda *_, **__: answered.wait(5))
    made = asyncio.create_task(There(OLD, [], ()).plan(Sources(OLD, OLD), Choices()))
    await asyncio.sleep(0)
    answered.set()
    assert await made
