"""What differs between two schemas, and how much is equal."""

from __future__ import annotations

from dataclasses import replace

from app.provisioning.schema.difference import Difference, Score, differences, score
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)

EMAIL = Column("email", "text")
USERS = Table(
    "users",
    (
        Column("id", "integer", numbering="serial"),
        EMAIL,
        Column("role", TypeName("Role"), True, "'a'::public.\"Role\""),
    ),
    PrimaryKey("users_pkey", ("id",)),
    uniques=(Unique("users_email_key", ("email",)),),
    checks=(Check("users_check", "(id > 0)"),),
    indexes=(Index("users_role_idx", (IndexPart("role"),)),),
    foreign_keys=(ForeignKey("users_id_fkey", ("id",), "users", ("id",)),),
)
OURS = Schema((USERS,), (Enum("Role", ("a", "b")),))


def _against(**changes: object) -> list[Difference]:
    return differences(OURS, replace(OURS, tables=(replace(USERS, **changes),)))  # type: ignore[arg-type]


def test_a_schema_does_not_differ_from_itself() -> None:
    assert differences(OURS, OURS) == []
    assert score(OURS, OURS) == {
        "enum": Score(1, 1),
        "table": Score(1, 1),
        "column": Score(3, 3),
        "type": Score(3, 3),
        "nullability": Score(3, 3),
        "default": Score(1, 1),
        "sequence": Score(1, 1),
        "primary key": Score(1, 1),
        "unique": Score(1, 1),
        "check": Score(1, 1),
        "foreign key": Score(1, 1),
        "index": Score(1, 1),
    }


def test_each_property_of_a_column_is_a_difference_of_its_own() -> None:
    other = Column("email", "character varying(20)", True, "'x'", comment="Mail")

    assert _against(columns=(USERS.columns[0], other, USERS.columns[2])) == [
        Difference("type", "users", "email", "text", "character varying(20)"),
        Difference("nullability", "users", "email", "not null", "null"),
        Difference("default", "users", "email", None, "'x'"),
        Difference("comment", "users", "email", None, "Mail"),
    ]


def test_a_column_that_is_missing_is_one_difference() -> None:
    assert _against(columns=USERS.columns[:2]) == [Difference("column", "users", "role", "role", None)]


def test_an_index_in_the_place_of_a_constraint_is_one_difference() -> None:
    index = Index("users_email_key", (IndexPart("email"),), unique=True)

    assert _against(uniques=(), indexes=(*USERS.indexes, index)) == [
        Difference("unique", "users", "users_email_key", USERS.uniques[0], index)
    ]


def test_actions_names_and_labels_count() -> None:
    key = replace(USERS.foreign_keys[0], on_delete="CASCADE")
    assert _against(foreign_keys=(key,)) == [
        Difference("foreign key", "users", "users_id_fkey", USERS.foreign_keys[0], key)
    ]
    assert [each.name for each in _against(checks=(Check("other", "(id > 0)"),))] == ["users_check", "other"]
    enum = Enum("Role", ("b", "a"))
    assert differences(OURS, replace(OURS, enums=(enum,))) == [Difference("enum", "", "Role", ("a", "b"), ("b", "a"))]


def test_a_table_of_another_schema_is_another_table() -> None:
    there = Schema((Table("t", (), schema="crm"),), schemas=("crm",))
    here = Schema((Table("t", ()),))

    assert [str(each) for each in differences(here, there)] == [
        "table t: t, theirs none",
        "schema crm: none, theirs crm",
        "table crm.t: none, theirs t",
    ]
    assert score(here, there)["table"] == Score(0, 2)
