"""What is wrong in a schema costs only itself, and says where it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.parser import parse
from app.provisioning.schema.ddl import statements
from tests.provisioning.prisma.reading import extracted, extracted_from, told
from tests.provisioning.prisma.schemas import schemas

_MODEL = "model Whole {\n  id Int @id\n  name String\n}\n"


@pytest.mark.parametrize(
    ("broken", "line", "columns"),
    [
        ("model A {\n  id Int @id\n  name: String\n}\n", 6, ["id", "name"]),
        ("model A {\n  id Int @id,\n  name String\n}\n", 5, ["id", "name"]),
        ("model A {\n  id Int @id\n  ???\n  name String\n}\n", 6, ["id", "name"]),
        ("model A {\n  id Int @id\n  name String @default(\n}\n", 6, ["id"]),
        ("model A {\n  id Int @id @default(\n  name String\n}\n", 5, ["name"]),
        ('model A {\n  id Int @id\n  name String @map("x)\n}\n', 6, ["id"]),
        ("model A {\n  id Int @id\n  name [String]\n}\n", 6, ["id", "name"]),
        ("model A {\n  id Int @id\n  name String[]?\n}\n", 6, ["id", "name"]),
        ("model A {\n  id Int! @id\n}\n", 5, ["id"]),
        ("model A {\n  id Int @id\n  name\n}\n", 6, ["id"]),
        ("model A {\n  id Int @id\n  name String\n", 4, ["id", "name"]),
        ("model A { id Int @id name String }\n", 4, ["id", "name"]),
        ("model A\n{\n  id Int @id\n}\n", 4, ["id"]),
        ('model A {\n  id Int @id\n  name String @default("\\q")\n}\n', 6, ["id", "name"]),
        ("model A {\n  id Int @id @" + "x(" * 500 + "\n  name String\n}\n", 5, ["name"]),
        ("model A {\n  id Int @id @x(" + "[" * 500 + "]" * 500 + ")\n  name String\n}\n", 5, ["name"]),
        ("interface X {\n  a: string\n}\nmodel A {\n  id Int @id\n}\n", 4, ["id"]),
    ],
)
def test_a_broken_line_costs_only_itself(broken: str, line: int, columns: list[str]) -> None:
    extraction = extracted(broken + _MODEL)
    assert ("error", line, "syntax") in told(extraction)
    table, whole = extraction.schema.table("A"), extraction.schema.table("Whole")
    assert table is not None
    assert [column.name for column in table.columns] == columns
    assert whole is not None
    assert [column.name for column in whole.columns] == ["id", "name"]


def test_what_prisma_does_not_read_over_several_lines_is_read_and_said() -> None:
    extraction = extracted("model A {\n  id Int @id\n  b Int\n  @@index([\n    id,\n    b,\n  ])\n}\n")
    assert told(extraction) == [("warning", 7, "syntax")]
    assert [index.name for index in extraction.schema.tables[0].indexes] == ["A_id_b_idx"]


def test_an_app_without_a_schema_has_nothing_to_read_and_an_empty_file_has_no_tables() -> None:
    assert extracted_from({"schema.prisma": ""}).schema.tables == ()
    assert extracted_from({"schema.prisma": "// nothing\n"}).findings == ()


@pytest.mark.parametrize(
    "hostile",
    [
        "{" * 50_000,
        "model A {\n" * 5_000,
        "model A {\n" + "  a Int @default(\n" * 5_000,
        "/*" * 25_000,
        '"' * 50_000,
        "@@index([" * 12_500,
        "model A {\n  id Int @id " + '@map("x") ' * 12_500 + "\n}\n",
        "enum E {\n" + "  a\n" * 12_500 + "}\n",
        "\u202e\u2066model A {\n  id Int @id\n}\n",
        "\ud800",
        "type A = " * 12_500,
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_hostile_texts_give_findings(hostile: str) -> None:
    extraction = extracted_from({"schema.prisma": hostile})
    assert extraction.findings
    assert len(extraction.findings) <= 2_001


@settings(max_examples=40)
@given(st.text(alphabet=st.sampled_from(list('model enum {}[]()@"\\/.,:=?!\n\t 0aA_-é😀')), max_size=200))
def test_no_text_raises(text: str) -> None:
    extracted(f"model A {{\n  id Int @id\n  {text}\n}}\n" + _MODEL)
    parse("schema.prisma", text, Notes())


@settings(max_examples=40)
@given(schemas())
def test_every_schema_becomes_statements(text: str) -> None:
    assert statements(extracted_from({"schema.prisma": text}).schema)


@pytest.mark.parametrize("name", ["_x", "1x", "x²", "ⅷ", "x٣", "año-b"])
def test_what_is_no_letter_to_prisma_is_told(name: str) -> None:
    extraction = extracted(f"model A {{\n  id Int @id\n  {name} Int\n}}\n")
    assert told(extraction) == [("error", 6, "syntax")]
