"""What the reader says of code that has no simple answer, and of code that means harm."""

from __future__ import annotations

import time

import asyncpg
import pytest

from app.provisioning.extraction.mongoose import patterns
from app.provisioning.extraction.mongoose.pluralize import collection_of
from app.provisioning.extraction.mongoose.reader import read
from app.provisioning.extraction.result import Extraction
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.model import Column, Table
from app.provisioning.schema.names import literal
from app.provisioning.source.files import SourceTree
from tests.versions import NEWEST

HEAD = "const mongoose = require('mongoose'); const { Schema, model } = mongoose;\n"


def extracted(source: str, **others: str) -> Extraction:
    extraction = read(SourceTree({"models.js": HEAD + source, **others}))
    assert extraction is not None
    return extraction


def rules(extraction: Extraction) -> set[str]:
    return {finding.rule for finding in extraction.findings}


def table(extraction: Extraction, name: str) -> Table:
    found = extraction.schema.table(name)
    assert found is not None
    return found


def column(extraction: Extraction, of: str, name: str) -> Column:
    found = table(extraction, of).column(name)
    assert found is not None
    return found


def test_an_app_without_mongoose_is_not_read() -> None:
    assert read(SourceTree({"a.ts": "export const Schema = 1;"})) is None
    assert read(SourceTree({})) is None


def test_a_schema_of_another_package_is_none() -> None:
    source = "import { Schema } from 'prosemirror-model'; import 'mongoose'; const s = new Schema({ nodes: {} });"
    assert read(SourceTree({"a.ts": source})) is None


def test_a_schema_without_a_model_is_rejected() -> None:
    extraction = extracted("const loose = new Schema({ a: String });")
    assert extraction.schema.tables == ()
    assert [each.name for each in extraction.rejected] == ["loose"]


def test_models_of_tests_are_no_tables() -> None:
    source = HEAD + "model('Fake', new Schema({ a: String }));"
    extraction = extracted("model('A', new Schema({ a: String }));", **{"tests/a.test.js": source, "b.spec.js": source})
    assert [each.name for each in extraction.schema.tables] == ["as"]


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("{ type: String, required: () => true }", "conditional-required"),
        ("{ type: String, default: () => nanoid() }", "default"),
        ("{ type: Date, default: new Date() }", "default-once"),
        ("{ type: Schema.Types.ObjectId, ref: 'Nobody' }", "missing-ref"),
        ("{ type: Schema.Types.ObjectId, refPath: 'kind' }", "dynamic-ref"),
        ("{ type: Schema.Types.ObjectId, ref: (doc) => doc.kind }", "dynamic-ref"),
        ("{ type: Number, ref: 'Thing' }", "ref-type"),
        ("{ type: Schema.Types.Phone }", "unknown-type"),
        ("{ type: String, enum: names() }", "enum"),
        ("{ type: Number, min: lowest() }", "validator"),
        ("{ type: String, match: /^(?!a)/ }", "validator"),
        ("{ type: String, validate: (v) => v.length > 1 }", "validator"),
        ("{ type: Date, expires: 60 }", "ttl"),
        ("{ type: [Number], index: '2dsphere' }", "index"),
        ("[{ type: String, unique: true }]", "unique-array"),
        ("{ a: { b: { c: { d: { e: String } } } } }", "nested"),
        ("true", "type"),
    ],
)
def test_what_becomes_another_thing_is_told(field: str, rule: str) -> None:
    extraction = extracted(f"model('Thing', new Schema({{ field: {field}, other: String }}));")
    assert f"mongoose.{rule}" in rules(extraction)
    assert all(finding.file == "models.js" and finding.line == 2 for finding in extraction.findings)
    assert column(extraction, "things", "other").type == "text"


def test_what_only_running_the_code_would_tell_is_told() -> None:
    extraction = extracted(
        "const s = new Schema({ a: String, ...unknown });\n"
        "s.plugin(require('mongoose-paginate'));\n"
        "model('A', s);\n"
        "model('B', imported);\n"
        "model('A', new Schema({ b: String }));"
    )
    assert rules(extraction) >= {
        "mongoose.unknown-fields",
        "mongoose.plugin",
        "mongoose.unknown-schema",
        "mongoose.duplicate-model",
    }
    assert [each.name for each in table(extraction, "as").columns] == ["_id", "a"]


def test_names_that_meet_are_kept_apart() -> None:
    extraction = extracted(
        "model('User', new Schema({ a: { b: String }, a_b: Number, items: [{ x: String }] }));\n"
        "model('Item', new Schema({ y: String }, { collection: 'users_items' }));"
    )
    names = [each.name for each in extraction.schema.tables]
    assert len(set(names)) == 3
    assert table(extraction, "users_items").column("y") is not None
    kinds = {each.type for each in table(extraction, "users").columns if each.name.startswith("a_b")}
    assert kinds == {"text", "double precision"}
    statements(extraction.schema)


def test_a_broken_file_does_not_hide_the_others() -> None:
    extraction = extracted("model('A', new Schema({ a: String }));", **{"b.js": "require('mongoose'); const x = {{{ ;"})
    assert next((each.file, each.line) for each in extraction.errors) == ("b.js", 1)
    assert [each.name for each in extraction.schema.tables] == ["as"]


@pytest.mark.parametrize(
    "source",
    [
        "const a = b; const b = a; model('A', new Schema(a));",
        "const s = new Schema({ a: s, b: [s] }); model('A', s);",
        "const f = () => f(); model('A', f());",
        "const f = (n) => ({ a: { type: g(n) } }); const g = (n) => f(n); model('A', new Schema(f(1)));",
        "model('A', new Schema({ " + "a: { " * 400 + "b: String" + " }" * 400 + " }));",
        "model('A', new Schema({ a: " + "[" * 400 + "String" + "]" * 400 + " }));",
        "const a0 = { x: String };"
        + "".join(f"const a{n} = {{ p: a{n - 1}, q: a{n - 1} }};" for n in range(1, 40))
        + "model('A', new Schema(a39));",
        "model('" + "x" * 100_000 + "', new Schema({ a: String }));",
        "model('A', new Schema({ __proto__: { a: String }, constructor: String, 'a\\0b': String, '': String }));",
        "model('', new Schema({ a: String }));",
        "model('A', new Schema({ a: { type: String, default: '\\0', enum: ['\\0'] } }));",
        "model('A', new Schema({ a: { type: String, default: '\\ud800' } }));",
        "const s = new Schema({}); s.add(s); s.plugin(p); function p(x) { x.plugin(p); } model('A', s);",
        "model('A', new Schema({ a: { type: Number, default: 1e999, min: -1e999 } }));",
        "model('A', new Schema({ a: { type: Number, default: " + "9" * 5000 + " } }));",
    ],
    ids=range(15),
)
def test_code_that_means_harm_is_read_in_time(source: str) -> None:
    extraction = read(SourceTree({"models.js": HEAD + source}))
    assert extraction is None or len(statements(extraction.schema)) >= len(extraction.schema.tables)


@pytest.mark.parametrize(
    ("pattern", "flags", "written"),
    [
        (r"^\S+@\S+\.\S+$", "", r"^\S+@\S+\.\S+$"),
        (r"^[\w-.]+$", "", r"^[\w\-.]+$"),
        (r"a/b\/c", "i", "a/b/c"),
        (r"^[a-z\-0-9]{2,10}$", "", r"^[a-z\-0-9]{2,10}$"),
        (r"^(?=.*\d)x$", "", r"^(?=.*\d)x$"),
        (r"\bword\b", "", None),
        (r"^(?!x)", "", None),
        (r"(?<=a)b", "", None),
        (r"(a)\1", "", None),
        (r"[^\w]", "", None),
        (r"a{1,300}", "", None),
        (r"\D", "", None),
        (r"a", "m", None),
        (r"(", "", None),
        (r"[", "", None),
        (r"\p{L}", "u", None),
    ],
)
def test_regular_expressions_are_translated_where_that_is_sure(pattern: str, flags: str, written: str | None) -> None:
    found = patterns.translated(pattern, flags)
    assert (None if found is None else found[0]) == written


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
async def test_a_translated_expression_takes_what_javascript_takes(app_database: asyncpg.Connection) -> None:
    cases = {
        r"^\w+([\.-]?\w+)*@\w+([\.-]?\w+)*(\.\w{2,3})+$": {"a.b@c.de": True, "a@b": False, "@": False},
        r"^[^\s@]+@[^\s@]+\.[^\s@]+$": {"ä@b.c": True, "a b@c.d": False},
        r"^\+?[0-9\s()-]{7,15}$": {"+1 (234) 567": True, "12": False, "abcdefgh": False},
        r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$": {"#fff": True, "#ffff": False},
        r"^(https?:\/\/)?[\w.-]+\.[a-z]{2,}([/\w .?=&%-]*)*\/?$": {"https://a.bc/d?e=1": True, "a": False},
        r"^[\]\[\\^-]+$": {"[]\\^-": True, "a": False},
        r"^[a-z0-9]+(?:-[a-z0-9]+)*$": {"a-b-1": True, "a--b": False},
        r"^\d{2}:\d{2}$": {"10:30": True, "1:30": False},
    }
    for pattern, texts in cases.items():
        found = patterns.translated(pattern, "")
        assert found is not None
        for text, expected in texts.items():
            assert await app_database.fetchval(f"select {literal(text)} ~ {literal(found[0])}") is expected, pattern


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
async def test_rows_can_be_written_without_knowing_ids(app_database: asyncpg.Connection) -> None:
    extraction = extracted(
        "model('User', new Schema({ name: { type: String, required: true, match: /^[a-z]+$/ }, tags: [String],\n"
        "  home: { city: String }, friends: [{ type: Schema.Types.ObjectId, ref: 'User' }],\n"
        "  orders: [{ total: Number }] }, { timestamps: true }));"
    )
    transaction = app_database.transaction()
    await transaction.start()
    try:
        for statement in statements(extraction.schema):
            await app_database.execute(statement.sql)
        one, two = [
            await app_database.fetchval("insert into users (name) values ($1) returning _id", name)
            for name in ("a", "b")
        ]
        assert len(one) == 24
        assert set(one) <= set("0123456789abcdef")
        await app_database.execute("insert into users_friends (parent_id, target_id) values ($1, $2)", one, two)
        await app_database.execute("insert into users_orders (parent_id, total) values ($1, 1.5)", one)
        with pytest.raises(asyncpg.CheckViolationError):
            async with app_database.transaction():
                await app_database.execute("insert into users (name) values ('A')")
        await app_database.execute("delete from users where _id = $1", two)
        assert await app_database.fetchval("select count(*) from users_friends") == 0
    finally:
        await transaction.rollback()


def test_collections_are_named_as_mongoose_names_them() -> None:
    names = {"Person": "people", "News": "news", "Bus": "buses", "Index": "indexes", "Roof": "roofs", "Goose": "geese"}
    assert {name: collection_of(name) for name in names} == names


def test_schemas_that_stand_in_each_other_twice_over_and_over_are_read_in_time() -> None:
    doubled = "".join(f"const S{n} = new Schema({{a: [S{n - 1}], b: [S{n - 1}]}});\n" for n in range(1, 26))
    source = f"const S0 = new Schema({{x: {{type: String, index: true}}}});\n{doubled}model('Thing', S25);"
    began = time.perf_counter()
    assert extracted(source).schema.tables
    assert time.perf_counter() - began < 10
