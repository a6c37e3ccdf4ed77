"""Several readers in one app: nothing is made twice, nothing refers to what is not there."""

from __future__ import annotations

from dataclasses import replace

from app.provisioning.extraction.merging import merged
from app.provisioning.extraction.offers import offers
from app.provisioning.extraction.result import Extraction, Finding, ReaderName
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
)


def table(name: str, *columns: Column, keys: tuple[ForeignKey, ...] = (), indexes: tuple[Index, ...] = ()) -> Table:
    """A table with an integer key `id`."""
    evidence = Evidence(f"{name}.ts", 3, "test.table")
    return Table(
        name,
        (Column("id", "integer"), *columns),
        PrimaryKey(f"{name}_pkey", ("id",)),
        indexes=indexes,
        foreign_keys=keys,
        evidence=evidence,
    )


def key(of: str, column: str, target: str) -> ForeignKey:
    """A foreign key to another table's id."""
    return ForeignKey(f"{of}_{column}_fkey", (column,), target, ("id",))


def found(
    reader: ReaderName, *tables: Table, enums: tuple[Enum, ...] = (), findings: tuple[Finding, ...] = ()
) -> Extraction:
    """What a reader found."""
    return Extraction(reader, Schema(tables, enums), findings)


def test_the_first_reader_has_a_table_that_two_have() -> None:
    both = merged(
        [found("prisma", table("users", Column("email", "text"))), found("mongoose", table("users"), table("posts"))]
    )

    assert [each.name for each in both.schema.tables] == ["users", "posts"]
    assert both.schema.tables[0].column("email") is not None
    assert [(each.name, each.evidence.file) for each in both.rejected] == [("users", "users.ts")]


def test_findings_of_all_are_kept() -> None:
    warning = Finding("warning", "a.ts", 1, "test.rule", "Said.")

    assert merged([found("prisma", findings=(warning,)), found("mongoose", findings=(warning,))]).findings == (
        warning,
        warning,
    )


def test_a_foreign_key_to_a_table_of_another_form_is_left_out_and_told() -> None:
    posts = table("posts", Column("author", "character(24)"), Column("topic", "integer"))
    posts = replace(posts, foreign_keys=(key("posts", "author", "users"), key("posts", "topic", "topics")))
    both = merged([found("prisma", table("users")), found("mongoose", table("users"), table("topics"), posts)])

    kept = both.schema.table("posts")
    assert kept is not None
    assert [each.target for each in kept.foreign_keys] == ["topics"]
    assert [(each.rule, each.file) for each in both.findings] == [("merge.foreign-key", "posts.ts")]


def test_enums_of_one_name_and_other_labels_stay_apart() -> None:
    first = found("prisma", table("a", Column("role", TypeName("Role"))), enums=(Enum("Role", ("x",)),))
    second = found("typeorm", table("b", Column("role", TypeName("Role"))), enums=(Enum("Role", ("y",)),))

    schema = merged([first, second]).schema

    of_b = schema.tables[1].columns[1].type
    assert schema.tables[0].columns[1].type == TypeName("Role")
    assert isinstance(of_b, TypeName)
    assert schema.enum(of_b.name) == Enum("Role_typeorm", ("y",))


def test_the_same_enum_is_there_once() -> None:
    enum = Enum("Role", ("x",))

    assert merged([found("prisma", enums=(enum,)), found("typeorm", enums=(enum,))]).schema.enums == (enum,)


def test_an_index_is_offered_for_each_foreign_key_that_lacks_one() -> None:
    columns = tuple(Column(name, "integer") for name in ("bare", "indexed", "second"))
    posts = table(
        "posts",
        *columns,
        keys=tuple(key("posts", column.name, "users") for column in columns),
        indexes=(
            Index("a", (IndexPart("indexed"), IndexPart("second"))),
            Index("b", (IndexPart("second"),), where="second > 5"),
        ),
    )

    offered = offers(Schema((table("users"), posts)))

    assert [(each.table, each.index.name, [part.of for part in each.index.parts]) for each in offered] == [
        ("posts", "posts_bare_idx", ["bare"]),
        ("posts", "posts_second_idx", ["second"]),
    ]


def test_a_foreign_key_that_is_the_start_of_the_primary_key_needs_none() -> None:
    member = Table(
        "members",
        (Column("team", "integer"), Column("person", "integer")),
        PrimaryKey("members_pkey", ("team", "person")),
        foreign_keys=(key("members", "team", "teams"),),
    )

    assert offers(Schema((table("teams"), member))) == ()
