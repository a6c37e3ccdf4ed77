"""Names followed through the modules of an app, in every way in which JavaScript and TypeScript share them."""

from __future__ import annotations

import pytest

from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Import
from app.provisioning.source.values import UNDEFINED, Name, Opaque, Value


def program(**files: str) -> Program:
    """A program of files; `a__b_ts` is `a/b.ts`."""
    return Program(SourceTree({name.replace("__", "/").replace("_", "."): text for name, text in files.items()}))


def value_of(given: Program, path: str, name: str) -> object:
    found = given.find(given.module(path), name)
    assert found is not None, f"{name} of {path} is not found"
    return given.value(found)


@pytest.mark.parametrize(
    "line",
    [
        "import { size } from './b';",
        "import { other as size } from './b';",
        "import size from './b';",
        "import { default as size } from './b';",
        "import type { size } from './b';",
        "import { type size } from './b';",
        "import { size } from './b.js';",
        "import { size } from './c';",
        "import { size } from './d';",
        "import { size } from './e';",
        "import { size } from './folder';",
        "import { size } from './folder/index';",
        "import { size } from '@/b';",
        "import { size } from '@app/b';",
        "import { size } from 'b';",
        "const { size } = require('./b');",
        "const { other: size } = require('./b');",
        "const size = require('./b').size;",
        "const size = require('./f');",
        "const { size } = require('./g');",
        "var size = require('./h');",
    ],
)
def test_a_name_is_found_through_each_form_of_import(line: str) -> None:
    given = program(
        a_ts=line,
        b_ts="export const size = 1; export { size as other }; export default size;",
        c_ts="export * from './b';",
        d_ts="export { other as size } from './b';",
        e_ts="import { size } from './b'; export { size };",
        folder__index_ts="export * from '../c';",
        f_js="const made = 1; module.exports = made;",
        g_js="exports.size = 1;",
        h_ts="const size = 1; export = size;",
        tsconfig_json='{ /* paths */ "compilerOptions": { "baseUrl": ".", "paths": { "@app/*": ["./*"], }, }, }',
    )

    assert value_of(given, "a.ts", "size") == 1


def test_a_module_as_a_whole_has_its_names() -> None:
    given = program(
        a_ts="import * as all from './b'; export const one = all.size, two = all.inner.deep, three = all['size'];",
        b_ts="export const size = 1; export * as inner from './c';",
        c_ts="export const deep = 2;",
    )

    assert [value_of(given, "a.ts", name) for name in ("one", "two", "three", "all.size")] == [1, 2, 1, 1]


def test_required_as_a_whole_a_module_has_its_names() -> None:
    given = program(a_js="const b = require('./b'); const size = b.size;", b_js="exports.size = 3;")

    assert value_of(given, "a.js", "size") == 3


def test_the_older_form_of_import_counts() -> None:
    given = program(a_ts="import b = require('./b'); export const size = b.size;", b_ts="export const size = 3;")

    assert value_of(given, "a.ts", "size") == 3


def test_circles_end() -> None:
    given = program(
        a_ts="export * from './b'; export const one = two;",
        b_ts="export * from './a'; import { one } from './a'; export const two = one;",
        c_ts="import { c } from './c'; export { c };",
    )

    assert given.find(given.module("a.ts"), "missing") is None
    assert given.find(given.module("c.ts"), "c") is None
    assert isinstance(given.value(given.find(given.module("a.ts"), "one")), object)  # type: ignore[arg-type]
    assert given.origin(given.module("c.ts"), "c") is None


def test_what_comes_from_a_package_is_known_through_modules() -> None:
    given = program(
        a_ts="import { Field } from './b'; import * as all from './b'; import own from './c';",
        b_ts="export { Column as Field } from 'typeorm'; export * from 'other'; import { Entity } from 'typeorm';"
        " export { Entity as Model }; export const mine = 1;",
        c_ts="import typeorm from 'typeorm'; export default typeorm;",
    )
    module = given.module("a.ts")

    assert given.origin(module, "Field") == Import("typeorm", "Column")
    assert given.origin(module, "all.Model") == Import("typeorm", "Entity")
    assert given.origin(module, "all.Unknown") == Import("other", "Unknown")
    assert given.origin(module, "all.mine") is None
    assert given.origin(module, "own") == Import("typeorm", "default")
    assert given.origin(module, "nothing") is None


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a' + \"b\" + `c${1 + 1}`", "abc2"),
        ("{ a: 1, 'b-c': [2, -3.5, +4], ['d' + 1]: !0, e: null, f: undefined }", None),
        ("0x10 + 0b11 + 0o7 + 1_000", 1026),
        ("(<any>'x') as string", "x"),
        ("`${'x'}-${true}`", None),
        ("Color.Red", "red"),
        ("Color['Green']", "green"),
        ("Bits.C", 5),
        ("Bits.D", 6),
        ("Object.values(Color)", ["red", "green"]),
        ("Object.keys(Color)", ["Red", "Green"]),
        ("Object.values(Bits)", ["A", "C", "D", 0, 5, 6]),
        ("Object.freeze({ a: 1 }).a", None),
        ("frozen.a", 1),
        ("[...list, 'z']", ["x", "y", "z"]),
        ("({ ...base, a: 2 }).a", None),
        ("base.nested.deep[1]", "two"),
        ("Sizes.NAME", 80),
        ("true ? 'yes' : 'no'", "yes"),
        ("'' || 'fallback'", "fallback"),
        ("0 ?? 1", 0),
        ("null ?? 'x'", "x"),
        ("process.env.NAME || 'usual'", "usual"),
        ("process.env.NAME ?? 7", 7),
        ("'\\u0041\\x42\\n'", "AB\n"),
        ("2 * 3 * 4", 24),
        ("'cast' as Some.Long.Name", "cast"),
        ("(base as Some.Long.Name.Yet).a", 1),
    ],
)
def test_values_are_known_without_running_anything(expression: str, value: object) -> None:
    given = program(
        a_ts=f"export const it = {expression};\n"
        "enum Color { Red = 'red', Green = 'green' }\n"
        "const enum Bits { A, C = 5, D }\n"
        "const frozen = Object.freeze({ a: 1 });\n"
        "const list = ['x', 'y'] as const;\n"
        "const base = { a: 1, nested: { deep: ['one', 'two'] } } satisfies object;\n"
        "class Sizes { static readonly NAME = 80; }\n"
    )
    known = value_of(given, "a.ts", "it")

    if value is not None:
        assert known == value
    elif isinstance(known, dict):
        assert known == {"a": 1, "b-c": [2, -3.5, 4], "d1": True, "e": None, "f": UNDEFINED}


@pytest.mark.parametrize(
    "expression", ["Math.random()", "window.x", "() => 1", "condition ? 1 : 2", "a || b", "x && y"]
)
def test_what_only_running_would_tell_stays_as_written(expression: str) -> None:
    given = program(a_ts=f"export const it = {expression};")

    assert not isinstance(value_of(given, "a.ts", "it"), (str, int, float, bool, list, dict))


def test_a_name_of_nobody_is_a_name() -> None:
    given = program(a_ts="export const it = Schema.Types.ObjectId;")

    assert value_of(given, "a.ts", "it") == Name("Schema.Types.ObjectId", None)  # type: ignore[arg-type]


def test_chains_of_any_length_are_followed() -> None:
    chain = {f"m{n}.ts": f"export * from './m{n + 1}'; export {{ e as e }} from './m{n + 1}';" for n in range(3_000)}
    given = Program(SourceTree({**chain, "m3000.ts": "export const a = 1; export { Entity as e } from 'typeorm';"}))
    first = given.module("m0.ts")

    assert (found := given.exported(first, "a")) is not None and given.value(found) == 1
    assert given.find(first, ".".join("a" * 3_000)) is None
    used = Program(
        SourceTree({**chain, "m3000.ts": "export { Entity as e } from 'typeorm';", "u.ts": "import { e } from './m0'"})
    )
    assert used.origin(used.module("u.ts"), "e") == Import("typeorm", "Entity")


def test_values_that_double_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.provisioning.source.values.MOST_STEPS_OF_ONE", 2_000)
    lines = "".join(
        f"const l{n + 1} = [...l{n}, ...l{n}]; const s{n + 1} = `${{s{n}}}${{s{n}}}`; const t{n + 1} = t{n} * t{n};"
        f"enum E{n + 1} {{ A = E{n}.A, B = E{n}.B, C = E{n}.A }}"
        for n in range(50)
    )
    source = (
        f"const l0 = [1, 2]; const s0 = 'ab'; const t0 = 9; enum E0 {{ A = 1, B = 2 }}{lines} export const ok = 'ok';"
    )
    given = Program(SourceTree({"a.ts": source}))
    module = given.module("a.ts")

    def value(name: str) -> Value:
        found = given.find(module, name)
        assert found is not None
        return given.value(found)

    assert len(value("l5")) == 64 and len(value("s5")) == 64 and not given.was_too_much
    for name in ("l50", "s50", "t50", "E50"):
        value(name)
    assert given.was_too_much
    assert value("ok") == "ok", "one value that is too much leaves room for the others"
    given.steps.left = 0
    assert isinstance(value("ok"), Opaque)


def test_modules_that_export_each_other_are_looked_into_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.provisioning.source.program.MOST_LOOKS", 100)
    files = {f"m{n}.ts": "".join(f"export * from './m{n * k % 30}';" for k in (1, 2, 3)) for n in range(30)}
    given = Program(SourceTree(files))

    assert [given.exported(given.module(f"m{n}.ts"), "none") for n in range(30)] == [None] * 30
    assert given.was_too_much
