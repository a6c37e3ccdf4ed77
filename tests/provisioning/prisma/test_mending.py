"""What contradicts itself in a schema is said, and the best is made of it."""

from __future__ import annotations

import pytest

from tests.provisioning.prisma.reading import POSTGRESQL, extracted, extracted_from, told

_TO_B = "b B @relation(fields: [bId], references: [id])\n  bId Int"
_USER = "model User {\n  id Int @id\n  posts Post[]\n}\n"


def test_an_undefined_enum_becomes_a_text() -> None:
    extraction = extracted("model A {\n  id Int @id\n  role Role @default(ADMIN)\n  other Role?\n}\n")
    assert told(extraction) == [("error", 6, "unknown-type"), ("error", 7, "unknown-type")]
    column = extraction.schema.tables[0].column("role")
    assert column is not None
    assert (column.type, column.default, column.nullable) == ("text", "'ADMIN'", False)


def test_a_relation_to_an_undefined_model_is_left_out() -> None:
    extraction = extracted(
        "model A {\n  id Int @id\n  bs B[]\n  b B @relation(fields: [bId], references: [id])\n  bId Int\n}"
    )
    assert [each[2] for each in told(extraction)] == ["unknown-type", "unknown-type"]
    assert [column.name for column in extraction.schema.tables[0].columns] == ["id", "bId"]


def test_a_relation_without_the_other_side_still_has_its_foreign_key() -> None:
    extraction = extracted(f"model A {{\n  id Int @id\n  {_TO_B}\n}}\nmodel B {{\n  id Int @id\n}}\n")
    assert told(extraction) == [("error", 6, "relation")]
    assert [key.name for key in extraction.schema.tables[0].foreign_keys] == ["A_bId_fkey"]


@pytest.mark.parametrize(
    "relation",
    [
        "user User @relation(fields: [userId], references: [name])\n  userId String",  # no such field
        "user User @relation(fields: [nothing], references: [id])",
        "user User @relation(fields: [userId, id], references: [id])\n  userId Int",
        "user User @relation(fields: [], references: [])",
        "user User @relation(fields: [userId], references: [id])\n  userId String @db.Uuid",
        "user User",
        'user User[] @relation(fields: [ids], references: [id])\n  ids Int[]',
    ],
)  # fmt: skip
def test_a_relation_that_no_database_can_hold_is_left_out(relation: str) -> None:
    extraction = extracted(f"{_USER}model Post {{\n  id Int @id\n  {relation}\n}}\n")
    assert ("error", 10, "relation") in told(extraction)
    assert extraction.schema.tables[1].foreign_keys == ()


def test_a_target_that_nothing_makes_unique_gets_no_foreign_key() -> None:
    extraction = extracted(
        "model User {\n  id Int @id\n  name String\n  posts Post[]\n}\n"
        "model Post {\n  id Int @id\n  user User @relation(fields: [n], references: [name])\n  n String\n}\n"
    )
    assert told(extraction) == [("error", 11, "relation")]


def test_names_that_collide_at_63_bytes_stay_two() -> None:
    name = "a" * 70
    extraction = extracted(
        f"model {name}1 {{\n  id Int @id\n  {name}1 Int @unique\n  {name}2 Int @unique\n}}\n"
        f"model {name}2 {{\n  id Int @id\n}}\n"
    )
    first, second = extraction.schema.tables
    names = [first.name, second.name, *(index.name for index in first.indexes)]
    names += [key.name for table in (first, second) if (key := table.primary_key)]
    assert len(set(names)) == 6
    assert len({column.name for column in first.columns}) == 3
    assert max(len(each.encode()) for each in names) <= 63
    assert {each[2] for each in told(extraction)} == {"name"}


def test_names_are_held_together_by_quotes_only() -> None:
    hostile = '\\"; drop table x; --'
    extraction = extracted(f'model A {{\n  id Int @id @map("{hostile}")\n  @@map("{hostile}")\n}}\n')
    assert extraction.findings == ()
    assert extraction.schema.tables[0].name == '"; drop table x; --'


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ('x String @default(dbgenerated("1); drop table a; --"))', "default"),
        ('x String @default(dbgenerated("my_function()"))', "default"),
        ('x String @default(dbgenerated("auth.uid()"))', "default"),
        ('x Unsupported("text); drop table a; --")', "unsupported-type"),
        ('x Unsupported("my_type")', "unsupported-type"),
        ('x String @default("\\u0000")', "default"),
        ('x String @default("nothing") @db.Uuid', "default"),
        ("x Int @default(1.5)", "default"),
        ("x Int @default(now())", "default"),
        ("x String @default(autoincrement())", "default"),
        ('x DateTime @default("2020-02-31T00:00:00Z")', "default"),
        ('x Json @default("{")', "default"),
        ('x Bytes @default("?")', "default"),
        ("x String @db.Nothing", "native-type"),
        ("x Int @db.Text", "native-type"),
        ("x String @db.VarChar(0)", "native-type"),
        ("x String @db.VarChar(99999999)", "native-type"),
        ("x Unsupported(\"json\") @unique", "index"),
        ("x String @id", "index"),
    ],
)  # fmt: skip
def test_what_a_new_database_cannot_have_is_left_out_and_said(field: str, rule: str) -> None:
    extraction = extracted(f"model A {{\n  id Int @id\n  {field}\n}}\n")
    assert told(extraction) == [("error", 6, rule)]
    column = extraction.schema.tables[0].column("x")
    assert column is not None
    assert column.default is None


def test_functions_that_only_extensions_have_become_those_that_are_there() -> None:
    extraction = extracted(
        'model A {\n  id String @id @default(dbgenerated("extensions.uuid_generate_v4()")) @db.Uuid\n'
        "  n Int @default(dbgenerated(\"nextval('a_n_seq'::regclass)\"))\n}\n"
    )
    one, two = extraction.schema.tables[0].columns
    assert (one.default, two.numbering) == ("gen_random_uuid()", "serial")
    assert told(extraction) == [("warning", 5, "default"), ("warning", 6, "default")]


def test_a_default_of_other_columns_is_a_generated_column() -> None:
    extraction = extracted(
        "model A {\n  id Int @id\n  title String\n"
        '  search Unsupported("tsvector")? @default(dbgenerated("to_tsvector(\'english\'::regconfig, title)"))\n}\n'
    )
    column = extraction.schema.tables[0].column("search")
    assert column is not None
    assert column.generated == "to_tsvector('english'::regconfig, title)"
    assert told(extraction) == [("warning", 7, "default")]


def test_declarations_of_one_name_count_once() -> None:
    extraction = extracted_from(
        {
            "prisma/schema.prisma": POSTGRESQL + "model A {\n  id Int @id\n  id Int\n}\n",
            "prisma/other.prisma": "model A {\n  other Int @id\n}\nenum A {\n  x\n}\n",
        }
    )
    assert [(each.file, each.line, each.rule) for each in extraction.errors] == [
        ("prisma/other.prisma", 1, "prisma.duplicate"),
        ("prisma/other.prisma", 4, "prisma.duplicate"),
        ("prisma/schema.prisma", 6, "prisma.duplicate"),
    ]
    assert [column.name for column in extraction.schema.tables[0].columns] == ["id"]


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        ('model A {\n  id Int @id\n  a Unsupported("xml") @ignore\n}\n', 6),
        ("model A {\n  id Int @id\n  a Int @ignore\n  @@ignore\n}\n", 6),
        (f"model A {{\n  id Int @id\n  {_TO_B}\n}}\nmodel B {{\n  id Int @id\n  as A[] @ignore\n  @@ignore\n}}\n", 6),
    ],
)
def test_an_ignored_field_that_prisma_rejects_is_told(schema: str, line: int) -> None:
    extraction = extracted(schema)
    assert told(extraction) == [("error", line, "ignore")]
    assert len(extraction.schema.tables[0].columns) == 2


def test_a_name_of_a_foreign_key_that_is_too_long_is_cut_and_told() -> None:
    relation = f'b B @relation(fields: [bId], references: [id], map: "{"Ü" * 40}")\n  bId Int'
    extraction = extracted(f"model A {{\n  id Int @id\n  {relation}\n}}\nmodel B {{\n  id Int @id\n  as A[]\n}}\n")
    assert told(extraction) == [("error", 6, "relation")]
    assert [key.name for key in extraction.schema.tables[0].foreign_keys] == ["Ü" * 31]
