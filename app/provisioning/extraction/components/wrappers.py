"""Functions of an app by which it asks its server: `request("/todos")`, `apiRequest("POST", "/api/todos", todo)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import FUNCTIONS, Code, arguments, callee, function_around
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.source.syntax import bound, parameters, text

_ASKS: Final = re.compile(r"(?:await)?(?:\w+\.)*(?:fetch|axios(?:\.request)?|ofetch|\$fetch)")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Which parameters of a function are the address, the options, the method and the body of a request.

    `before` is what the function puts before the address; `method` and `body` are -1 where the options have them.
    """

    before: str
    address: int
    options: int
    method: int
    body: int
    verb: str


def wrapper_of(reading: Reading, code: Code, call: Node) -> Wrapper | None:
    """The wrapper that a call calls."""
    known = _wrappers(reading)
    name = callee(call)
    if name not in known:
        return None
    found = reading.variable(code, name, call)
    return None if found is None else known[name].get((found[0].file, found[1].start_byte))


@lru_cache(maxsize=1)
def _wrappers(reading: Reading) -> dict[str, dict[tuple[str, int], Wrapper]]:
    """All of them, by name and by the place of their declaration."""
    found: dict[str, dict[tuple[str, int], Wrapper]] = {}
    for code in reading.codes():
        for name, declaration, wrapper in _of_module(code):
            found.setdefault(name, {})[code.file, declaration.start_byte] = wrapper
    return found


def _of_module(code: Code) -> Iterator[tuple[str, Node, Wrapper]]:
    for call in code.nodes("call_expression"):
        given = arguments(call) if _ASKS.fullmatch(callee(call)) else []
        function = function_around(call) if given else None
        declaration = None if function is None else _declaration(function)
        if function is None or declaration is None:
            continue
        named = [{text(each) for each in bound(parameter)} for parameter in parameters(function)]
        address = _index(named, _mentioned(given[0]))
        if address < 0:
            continue
        options = given[1] if len(given) > 1 else None
        written = "" if options is None else text(options)
        method = _index(named, set(re.findall(r"\bmethod\s*:\s*(\w+)|\b(method)\s*[,}]", written)), flat=True)
        body = _index(named, set(re.findall(r"\b(?:body|data)\s*:\s*([^,}]+(?:\([^)]*\))?)", written)), flat=True)
        spread = _index(named, set(re.findall(r"\.\.\.\s*(\w+)", written)) | {written.strip()})
        verb = re.search(r"\bmethod\s*:\s*['\"](\w+)", written)
        name = text(declaration.child_by_field_name("name"))
        before = _before(given[0], named[address])
        yield name, declaration, Wrapper(before, address, spread, method, body, verb[1].lower() if verb else "get")


def _declaration(function: Node) -> Node | None:
    """The declaration of the function that a call stands in."""
    here: Node | None = function
    if here is not None and here.type in FUNCTIONS and here.type != "function_declaration":
        here = here.parent
        while here is not None and here.type in ("arguments", "call_expression"):  # `useCallback(…)`
            here = here.parent
    return here if here is not None and here.type in ("function_declaration", "variable_declarator") else None


def _mentioned(node: Node) -> set[str]:
    """The names that an address is put together from."""
    if node.type == "identifier":
        return {text(node)}
    if node.type not in ("template_string", "binary_expression"):
        return set()
    parts = [child.named_children[0] if child.named_children else child for child in node.named_children]
    names = {text(each) for each in parts if each.type == "identifier"}
    return names | {text(each) for each in node.named_children if each.type == "identifier"}


def _index(named: list[set[str]], mentioned: set[str] | set[tuple[str, ...]], flat: bool = False) -> int:
    """The first parameter that is mentioned; -1 where none is."""
    if flat:
        written = " ".join(part for each in mentioned for part in ([each] if isinstance(each, str) else each))
        mentioned = set(re.findall(r"\w+", written))
    return next((at for at, names in enumerate(named) if names & mentioned), -1)


def _before(node: Node, names: set[str]) -> str:
    """The fixed text that is put before an address."""
    if node.type != "template_string":
        return ""
    pieces = ""
    for child in node.named_children:
        if child.type == "string_fragment":
            pieces += text(child)
        elif any(text(each) in names for each in child.named_children):
            break
    return pieces if pieces.startswith(("/", "http")) else ""
