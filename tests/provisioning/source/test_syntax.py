"""Files of code as they come: broken, huge, deep, of every line ending."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import decorators, parse, text
from app.provisioning.source.values import Opaque

WORDS = "import export default class enum const { } ( ) [ ] @ = => : ; , . ... 'a' `b` 1 * from as"


@pytest.mark.parametrize(
    "source",
    [
        "@One() @Two class A {}",
        "@One() @Two export class A {}",
        "export @One() @Two class A {}",
        "@One() @Two export default class A {}",
        "@One()\n// a comment\n@Two\nexport abstract class A {}",
    ],
)
def test_a_class_has_its_decorators_wherever_they_stand(source: str) -> None:
    module = parse("a.ts", source)

    assert [text(found) for found in decorators(module.declared["A"])] == ["@One()", "@Two"]


def test_a_member_has_its_own_decorators() -> None:
    module = parse("a.ts", "class A { @One() a = 1; @Two() get b() { return 1 } @Three() @Four() c!: string; d = 1 }")
    body = module.declared["A"].child_by_field_name("body")
    assert body is not None
    members = [member for member in body.named_children if member.type != "decorator"]

    assert [[text(found) for found in decorators(member)] for member in members] == [
        ["@One()"],
        ["@Two()"],
        ["@Three()", "@Four()"],
        [],
    ]


def test_what_is_broken_is_told_and_the_rest_is_read() -> None:
    module = parse("a.ts", "export const one = 1;\nclass {{{ ;\nexport const two = 2;\n")

    assert module.faults()
    assert module.faults()[0].line in (2, 3)
    assert "one" in module.exported


def test_a_sound_file_has_no_faults() -> None:
    assert parse("a.tsx", "export const A = () => <p>{1}</p>;").faults() == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_and_a_mark_of_the_byte_order_change_nothing(ending: str) -> None:
    source = f"\ufeffexport const one = 1;{ending}export const two = `a{ending}b`;{ending}"
    program = Program(SourceTree.of_mapping({"a.ts": source}))
    module = program.module("a.ts")
    found = program.find(module, "two")

    assert module.faults() == []
    assert found is not None
    assert found.line == 2
    assert program.value(found) == "a\nb"


def test_nesting_of_five_thousand_is_read_without_recursion() -> None:
    deep = "[" * 5_000 + "]" * 5_000
    program = Program(SourceTree({"a.ts": f"export const deep = {deep}; export const one = 1;"}))
    module = program.module("a.ts")
    found = program.find(module, "deep")

    assert found is not None
    value = program.value(found)
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    assert isinstance(value, Opaque)
    assert depth < 100
    module.faults()


def test_a_chain_of_five_thousand_pluses_is_one_text() -> None:
    program = Program(SourceTree({"a.ts": "export const long = " + " + ".join(["'a'"] * 5_000) + ";"}))
    found = program.find(program.module("a.ts"), "long")

    assert found is not None
    assert program.value(found) == "a" * 5_000


def test_a_megabyte_on_one_line_is_read() -> None:
    source = "export const list = [" + "1," * 500_000 + "]; export const one = 1;"
    program = Program(SourceTree({"a.ts": source}))

    assert program.module("a.ts").exported["one"] == "one"


@pytest.mark.parametrize(
    "source", ["", "\0", "\u202e", "#!/usr/bin/env node\n", "}}}}", "`${`${", "export", "import {", "@"]
)
def test_no_text_is_too_strange(source: str) -> None:
    for path in ("a.ts", "a.tsx", "a.js", "a.mts"):
        module = parse(path, source)
        assert all(fault.line >= 1 for fault in module.faults())


@given(st.lists(st.sampled_from(WORDS.split()), max_size=40))
def test_no_order_of_words_breaks_anything(words: list[str]) -> None:
    program = Program(SourceTree({"a.ts": " ".join(words), "b.ts": "import x from './a'; export * from './a';"}))
    for module in program.modules():
        module.faults()
        for name in [*module.declared, *module.imported, *module.exported]:
            program.origin(module, name)
            found = program.find(module, name)
            assert found is None or found.module in program.modules()
            if found is not None:
                program.value(found)
