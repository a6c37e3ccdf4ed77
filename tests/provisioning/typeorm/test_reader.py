"""What TypeORM would refuse, or only running the app would tell: the rest is read, and it is said."""

from __future__ import annotations

import asyncpg
import pytest

from app.provisioning.extraction.result import Extraction
from app.provisioning.extraction.typeorm.reader import read
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.model import Column
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import applied
from tests.versions import NEWEST

HEAD = "import * as orm from 'typeorm';\nimport { Entity, Column, PrimaryGeneratedColumn, ManyToOne } from 'typeorm';\n"


TO_ITSELF = "@ManyToOne(() => Thing)"


def entity(body: str, before: str = "", name: str = "Thing") -> str:
    return f"{HEAD}{before}\n@Entity()\nexport class {name} {{\n  @PrimaryGeneratedColumn() id: number;\n  {body}\n}}\n"


def extracted(body: str, before: str = "", **files: str) -> Extraction:
    sources = {"thing.ts": entity(body, before)} | {path.replace("_", "."): text for path, text in files.items()}
    extraction = read(SourceTree(sources))
    assert extraction is not None
    statements(extraction.schema)
    return extraction


def column(extraction: Extraction, name: str) -> Column:
    table = extraction.schema.table("thing")
    assert table is not None
    found = table.column(name)
    assert found is not None
    return found


def rules(extraction: Extraction) -> list[str]:
    return [finding.rule for finding in extraction.findings]


def test_an_app_without_entities_is_none_of_ours() -> None:
    assert read(SourceTree({"a.ts": "export class User { id: number }", "b.prisma": "model A { id Int @id }"})) is None
    assert read(SourceTree({})) is None


def test_a_decorator_of_another_package_makes_no_table() -> None:
    source = "import { Entity, Column } from 'mikro-orm';\n@Entity() class A { @Column() id: number }"

    assert read(SourceTree({"a.ts": source})) is None


def test_a_broken_file_among_others_is_told_and_the_others_are_read() -> None:
    extraction = extracted("@Column() name: string;", broken_ts=HEAD + "@Entity() class {{{ Broken @Column( ;")

    assert column(extraction, "name").type == "character varying"
    assert any(finding.file == "broken.ts" and finding.rule == "typeorm.syntax" for finding in extraction.findings)


def test_entities_of_tests_are_none_of_the_app() -> None:
    extraction = extracted("", **{"x.spec_ts": entity("", name="Fake")})

    assert [table.name for table in extraction.schema.tables] == ["thing"]
    assert [rejected.name for rejected in extraction.rejected] == ["x.spec.ts"]


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("datetime", "timestamp without time zone"),
        ("tinyint", "smallint"),
        ("int(11) unsigned", "integer"),
        ("longtext", "text"),
        ("nvarchar", "character varying"),
        ("uniqueidentifier", "uuid"),
        ("citext", "text"),
        ("geometry", "jsonb"),
        ("VARCHAR", "character varying"),
        ("double", "double precision"),
        ("nothing of the kind", "text"),
        ("int; drop table users", "text"),
        ("", "character varying"),
    ],
)
def test_a_type_that_postgresql_lacks_becomes_one_that_it_has(written: str, type_: str) -> None:
    extraction = extracted(f"@Column({{ type: '{written}' }}) a: string;")

    assert column(extraction, "a").type == type_
    assert bool(extraction.findings) == (written != "")


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ("{ type: 'int', length: 11 }", "typeorm.length"),
        ("{ type: 'int', precision: 3 }", "typeorm.precision"),
        ("{ default: () => compute() }", "typeorm.default"),
        ("{ default: somewhere }", "typeorm.default"),
        ('{ default: () => "1); drop table x; --" }', "typeorm.expression"),
        ("{ type: 'enum', enum: Unknown }", "typeorm.enum"),
        ("{ type: 'enum' }", "typeorm.enum"),
        ("{ type: 'text', generated: true }", "typeorm.generated"),
        ("{ type: 'text', asExpression: 'now()' }", "typeorm.generated"),
        ("{ collation: 'utf8mb4_general_ci' }", "typeorm.collation"),
        ("{ default: () => \"strftime('%s', 'now')\" }", "typeorm.default"),
    ],
)
def test_an_option_that_cannot_be_is_told(options: str, rule: str) -> None:
    assert rule in rules(extracted(f"@Column({options}) a: string;"))


@pytest.mark.parametrize(
    ("body", "type_"),
    [
        ("@Column() a: Record<string, string>;", "jsonb"),
        ("@Column() a: string[];", "jsonb"),
        ("@Column() a = 5;", "integer"),
        ("@Column() a;", "character varying"),
        ("@Column() a: ID;", "character varying"),
        ("@Column() a: Buffer;", "bytea"),
        ("@Column() a: bigint;", "bigint"),
    ],
)
def test_a_type_that_typeorm_does_not_guess_is_guessed_and_told(body: str, type_: str) -> None:
    extraction = extracted(body)

    assert column(extraction, "a").type == type_
    assert bool(extraction.errors) == (type_ != "bytea")


@pytest.mark.parametrize(
    ("body", "before", "rule"),
    [
        ("@ManyToOne(() => Missing) other: any;", "", "typeorm.unreadable"),
        ("@ManyToOne('Nobody') other: any;", "", "typeorm.missing-entity"),
        (f"{TO_ITSELF} @orm.JoinColumn({{ referencedColumnName: 'gone' }}) a: any;", "", "typeorm.missing-column"),
        (f"{TO_ITSELF} @orm.JoinColumn({{ referencedColumnName: 'n' }}) a; @Column() n;", "", "typeorm.foreign-key"),
        ("", "@orm.Index(['gone'])", "typeorm.missing-column"),
        ("", "@orm.Unique(['gone'])", "typeorm.missing-column"),
        ("", "@orm.Check('true); drop table x; --')", "typeorm.expression"),
        ("", "@orm.Check(compute())", "typeorm.unreadable"),
        ("@ManyToOne(() => Thing, { onDelete: 'EXPLODE' }) a: any;", "", "typeorm.action"),
        ("@orm.Index('same') @Column() a: string; @orm.Index('same') @Column() b: string;", "", ""),
    ],
)  # fmt: skip
def test_a_constraint_that_cannot_be_is_left_out_and_told(body: str, before: str, rule: str) -> None:
    extraction = extracted(body, before)

    assert extraction.schema.table("thing") is not None
    assert rule in rules(extraction) or not rule


HOSTILE = ['x"; drop table y; --', "it's", "\u202egnp", "a" * 200, "sélect", "${1}", "<b>", "ünï\u0000x"]


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names_and_texts_stay_names_and_texts(app_database: asyncpg.Connection, text: str) -> None:
    written = text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0")
    source = entity(
        f"@Column({{ name: '{written}', default: '{written}', comment: '{written}' }}) a: string;\n"
        f"@Column({{ type: 'enum', enum: ['{written}'], enumName: '{written}_e' }}) b: string;",
    ).replace("@Entity()", f"@Entity('{written} t')")
    extraction = read(SourceTree({"a.ts": source}))
    assert extraction is not None

    catalog = await applied(app_database, [each.sql for each in statements(extraction.schema)])

    assert len(catalog.tables) == 1
    assert len(catalog.tables[0].columns) == 3


def test_classes_that_extend_and_embed_themselves_end() -> None:
    extraction = extracted(
        "@Column(() => Inner) inner: Inner;",
        "class Inner { @Column() x: string; @Column(() => Inner) again: Inner }\n"
        "class A extends B {}\nclass B extends A {}",
    )

    assert "typeorm.embedded" in rules(extraction)


def test_a_thousand_columns_and_deep_inheritance_are_read() -> None:
    columns = "\n".join(f"@Column() c{number}: string;" for number in range(1_000))
    classes = "class K0 {}\n" + "\n".join(f"class K{n} extends K{n - 1} {{}}" for n in range(1, 200))
    extraction = extracted(columns, classes)
    table = extraction.schema.table("thing")

    assert table is not None
    assert len(table.columns) == 1_001
