"""Which of several files are one schema."""

from __future__ import annotations

import json

import pytest

from app.provisioning.extraction.prisma.reader import read
from app.provisioning.source.files import SourceTree
from tests.provisioning.prisma.reading import POSTGRESQL, extracted_from, told

_POST = "model Post {\n  id Int @id\n  user User @relation(fields: [userId], references: [id])\n  userId Int\n}\n"
_SQLITE = POSTGRESQL.replace("postgresql", "sqlite")


def _model(name: str) -> str:
    return f"model {name} {{\n  id Int @id\n}}\n"


def test_an_app_without_prisma_files_is_not_for_this_reader() -> None:
    assert read(SourceTree({"index.ts": "export {}"})) is None


@pytest.mark.parametrize(
    "main",
    ["prisma/schema/schema.prisma", "prisma/schema.prisma", "schema/config/base.prisma", "schema.prisma"],
)
def test_files_without_a_datasource_belong_to_the_one_with_it(main: str) -> None:
    directory = main.split("/", maxsplit=1)[0] if "/" in main else "models"
    extraction = extracted_from(
        {
            main: POSTGRESQL + _POST,
            f"{directory}/user.prisma": "model User {\n  id Int @id\n  posts Post[]\n  role Role\n}\n",
            f"{directory}/enums/role.prisma": "enum Role {\n  admin\n}\n",
        }
    )  # fmt: skip
    assert extraction.findings == ()
    assert {table.name for table in extraction.schema.tables} == {"Post", "User"}
    assert {evidence.file for _, evidence in extraction.schema.evidence()} > {f"{directory}/user.prisma"}


def test_of_several_schemas_the_one_where_prisma_looks_is_read() -> None:
    extraction = extracted_from(
        {
            "apps/api/prisma/schema.prisma": POSTGRESQL + _model("A") + _model("B"),
            "prisma/schema.prisma": _SQLITE + _model("C"),
        }
    )
    assert [table.name for table in extraction.schema.tables] == ["C"]
    assert ("warning", 0, "several-schemas") in told(extraction)


def test_the_schema_that_the_app_names_comes_before_all_others() -> None:
    files = {"db/main.prisma": POSTGRESQL + _model("A"), "prisma/schema.prisma": POSTGRESQL + _model("B")}
    for configuration in (
        {"package.json": json.dumps({"prisma": {"schema": "./db/main.prisma"}})},
        {"package.json": json.dumps({"prisma": {"schema": "db"}})},
        {"prisma.config.ts": 'export default defineConfig({\n  schema: "db/main.prisma",\n})'},
        {"prisma.config.ts": 'export default { schema: path.join("db", "main.prisma") }'},
    ):
        assert [table.name for table in extracted_from(files | configuration).schema.tables] == ["A"]
    for nonsense in ("{", "[]", '{"prisma": 1}', '{"prisma": {"schema": []}}', "[" * 100_000):
        assert [table.name for table in extracted_from(files | {"package.json": nonsense}).schema.tables] == ["B"]


def test_postgresql_comes_before_others_and_more_models_before_fewer() -> None:
    others = {"a/x.prisma": _SQLITE + _model("A") + _model("B") + _model("C"), "b/x.prisma": POSTGRESQL + _model("D")}
    assert [table.name for table in extracted_from(others).schema.tables] == ["D"]
    both = {"a/x.prisma": POSTGRESQL + _model("A"), "b/x.prisma": POSTGRESQL + _model("D") + _model("E")}
    assert [table.name for table in extracted_from(both).schema.tables] == ["D", "E"]


def test_without_any_datasource_the_files_of_a_directory_are_one_schema() -> None:
    extraction = extracted_from({"models/a.prisma": _model("A"), "models/b.prisma": _model("B")})
    assert [table.name for table in extraction.schema.tables] == ["A", "B"]
    assert told(extraction) == [("warning", 0, "provider")]
