"""TypeScript and JavaScript files as syntax trees (tree-sitter), with what they declare, import and export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

_TYPESCRIPT: Final = Language(tree_sitter_typescript.language_typescript())
_TSX: Final = Language(tree_sitter_typescript.language_tsx())

CODE_SUFFIXES: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
MOST_FAULTS_OF_A_FILE: Final = 20

DECLARATIONS: Final = frozenset(
    {
        "class_declaration",
        "abstract_class_declaration",
        "enum_declaration",
        "function_declaration",
        "generator_function_declaration",
        "interface_declaration",
        "type_alias_declaration",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place that is no valid syntax; `line` counts from 1."""

    line: int
    near: str


@dataclass(frozen=True, slots=True)
class Import:
    """Where a name comes from: `name` of the module `source`; `default`, or `*` for the module as a whole."""

    source: str
    name: str


@dataclass(slots=True)
class Module:
    """One file: its tree and the names at its top level.

    `declared` maps a name to its declaration: a node of DECLARATIONS, a `variable_declarator`, or its identifier in an
    object's pattern. `exported` maps what others may import to a name here, an Import, or the expression itself;
    `stars` are modules exported as a whole.
    """

    path: str
    root: Node
    declared: dict[str, Node] = field(default_factory=dict)
    imported: dict[str, Import] = field(default_factory=dict)
    exported: dict[str, str | Import | Node] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def faults(self) -> list[Fault]:
        """The places that could not be read; what stands around them was."""
        found: list[Fault] = []
        for node in walk(self.root, into=lambda node: node.has_error):
            if (node.is_error or node.is_missing) and not _is_ampersand(node):
                found.append(Fault(line(node), text(node)[:60]))
                if len(found) == MOST_FAULTS_OF_A_FILE:
                    break
        return found


def _is_ampersand(node: Node) -> bool:
    """Whether a fault is the grammar's own: JSX may have `&` in text and in strings (`href="?a=1&b=2"`)."""
    around = node.parent
    within = around is not None and around.type in ("jsx_text", "jsx_element", "string")
    of_markup = around is not None and around.parent is not None and around.parent.type.startswith("jsx_")
    return within and of_markup and text(node).startswith("&")


def language_of(path: str) -> Language:
    """The grammar for a file: JavaScript is read as TSX."""
    return _TYPESCRIPT if path.endswith((".ts", ".mts", ".cts")) else _TSX


def parse(path: str, source: str) -> Module:
    """Read one file; what is no valid syntax is left out of the tree's meaning, and told by `faults()`."""
    module = Module(path, Parser(language_of(path)).parse(source.encode()).root_node)
    for statement in module.root.named_children:
        _note(module, statement)
    return module


_FUNCTIONS: Final = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)


def local_names(path: str, node: Node) -> Module | None:
    """What a function's parameters or a block declare, in the form of a module; None of any other node."""
    if node.type not in _FUNCTIONS and node.type != "statement_block":
        return None
    module = Module(path, node)
    if node.type == "statement_block":
        for statement in node.named_children:
            _declare(module, statement)
        return module
    for parameter in parameters(node):
        module.declared.update((text(each), each) for each in bound(parameter))
    return module


def parameters(function: Node) -> list[Node]:
    """The parameters of a function, as written."""
    single = function.child_by_field_name("parameter")
    several = function.child_by_field_name("parameters")
    if single is not None:
        return [single]
    return [] if several is None else [each for each in several.named_children if each.type != "comment"]


def bound(parameter: Node) -> Iterator[Node]:
    """The identifiers to which a pattern gives a value; without recursion, since patterns may be deep."""
    stack = [parameter]
    while stack:
        here = stack.pop()
        if here.type in ("identifier", "shorthand_property_identifier_pattern"):
            yield here
            continue
        fields = (here.child_by_field_name(name) for name in ("pattern", "left"))
        if (inner := next((each for each in fields if each is not None), None)) is not None:
            stack.append(inner)
        elif here.type == "pair_pattern" and (value := here.child_by_field_name("value")) is not None:
            stack.append(value)
        elif here.type in ("object_pattern", "array_pattern", "rest_pattern"):
            stack.extend(reversed(here.named_children))


def text(node: Node | None) -> str:
    """The source of a node; nothing of none."""
    return "" if node is None or node.text is None else node.text.decode()


def line(node: Node) -> int:
    """The line on which a node starts, from 1."""
    return int(node.start_point[0]) + 1


def is_cast(node: Node) -> bool:
    """Whether an expression is another one whose type is said; the grammar takes `x as A.B.C` for a member `C`."""
    here: Node | None = node
    while here is not None and here.type == "member_expression":
        here = here.child_by_field_name("object")
    return here is not None and here.type in ("as_expression", "satisfies_expression")


def bare(node: Node | None) -> Node | None:
    """An expression without parentheses and casts."""
    while node is not None and (node.type in ("parenthesized_expression", "non_null_expression") or is_cast(node)):
        node = next((child for child in node.named_children if child.type != "comment"), None)
    return node


def unquoted(node: Node | None) -> str | None:
    """The text of a string without substitutions, None of anything else."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    pieces: list[str] = []
    for child in node.named_children:
        if child.type == "string_fragment":
            pieces.append(text(child))
        elif child.type == "escape_sequence":
            pieces.append(_unescaped(text(child)))
        else:
            return None
    return "".join(pieces)


def walk(node: Node, into: object = None) -> Iterator[Node]:
    """A node and all below it, in the order of the source; without recursion, since sources may be deep.

    `into`, if given, says of each node whether what is below it is walked too.
    """
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        if not callable(into) or into(here):
            stack.extend(reversed(here.children))


def decorators(node: Node) -> list[Node]:
    """The decorators of a class, a member or a parameter, in order."""
    own = [child for child in node.children if child.type == "decorator"]
    before: list[Node] = []
    sibling = node.prev_named_sibling
    while sibling is not None and sibling.type in ("decorator", "comment"):
        if sibling.type == "decorator":
            before.insert(0, sibling)
        sibling = sibling.prev_named_sibling
    exported = node.parent if node.parent is not None and node.parent.type == "export_statement" else None
    if exported is not None and node.type in ("class_declaration", "abstract_class_declaration"):
        # Those that stand before the word export.
        before = [child for child in exported.children if child.type == "decorator"]
    return before + own


def _note(module: Module, statement: Node) -> None:
    match statement.type:
        case "import_statement":
            _note_import(module, statement)
        case "export_statement":
            _note_export(module, statement)
        case "expression_statement":
            _note_common_js(module, statement)
        case "ambient_declaration":
            for child in statement.named_children:
                _note(module, child)
        case _:
            _declare(module, statement)


def _declare(module: Module, statement: Node) -> list[str]:
    """Take note of what a statement declares; the names."""
    if statement.type in DECLARATIONS:
        name = text(statement.child_by_field_name("name"))
        module.declared.setdefault(name, statement)
        return [name]
    if statement.type not in ("lexical_declaration", "variable_declaration"):
        return []
    names = []
    for declarator in statement.named_children:
        target = declarator.child_by_field_name("name")
        if declarator.type != "variable_declarator" or target is None:
            continue
        source = _required(declarator.child_by_field_name("value"))
        if source is not None and target.type == "identifier":
            module.imported[text(target)] = source
        elif source is not None and target.type == "object_pattern":
            for name, alias in _pattern(target):
                module.imported[alias] = Import(source.source, name)
        elif target.type == "object_pattern":
            for each in bound(target):
                module.declared.setdefault(text(each), each)
                names.append(text(each))
        elif target.type == "identifier":
            module.declared.setdefault(text(target), declarator)
            names.append(text(target))
    return names


def _note_import(module: Module, statement: Node) -> None:
    source = unquoted(statement.child_by_field_name("source"))
    for clause in statement.named_children:
        if clause.type == "import_require_clause":
            required = unquoted(clause.child_by_field_name("source"))
            if required is not None and clause.named_children:
                module.imported[text(clause.named_children[0])] = Import(required, "default")
        if source is None or clause.type != "import_clause":
            continue
        for child in clause.named_children:
            if child.type == "identifier":
                module.imported[text(child)] = Import(source, "default")
            elif child.type == "namespace_import":
                module.imported[text(child.named_children[0])] = Import(source, "*")
            elif child.type == "named_imports":
                for specifier in child.named_children:
                    name, alias = _renamed(specifier)
                    module.imported[alias] = Import(source, name)


def _note_export(module: Module, statement: Node) -> None:
    source = unquoted(statement.child_by_field_name("source"))
    declaration = statement.child_by_field_name("declaration")
    value = statement.child_by_field_name("value")
    is_default = any(child.type == "default" for child in statement.children)
    if declaration is not None:
        for name in _declare(module, declaration):
            module.exported["default" if is_default else name] = name
            if is_default:
                module.exported.setdefault(name, name)
    elif value is not None:
        module.exported["default"] = text(value) if value.type == "identifier" else value
    elif any(child.type == "=" for child in statement.children) and statement.named_children:
        assigned = statement.named_children[0]
        module.exported["default"] = text(assigned) if assigned.type == "identifier" else assigned
    clauses = [child for child in statement.named_children if child.type == "export_clause"]
    for clause in clauses:
        for specifier in clause.named_children:
            name, alias = _renamed(specifier)
            module.exported[alias] = name if source is None else Import(source, name)
    if source is not None and not clauses:
        namespace = next((child for child in statement.named_children if child.type == "namespace_export"), None)
        if namespace is None:
            module.stars.append(source)
        else:
            module.exported[text(namespace.named_children[0])] = Import(source, "*")


def _note_common_js(module: Module, statement: Node) -> None:
    assignment = statement.named_children[0] if statement.named_children else None
    if assignment is None or assignment.type != "assignment_expression":
        return
    target, value = text(assignment.child_by_field_name("left")), assignment.child_by_field_name("right")
    if value is None:
        return
    if target == "module.exports":
        module.exported["default"] = text(value) if value.type == "identifier" else value
        if value.type == "object":
            for pair in value.named_children:
                if pair.type == "shorthand_property_identifier":
                    module.exported[text(pair)] = text(pair)
                elif pair.type == "pair" and (of := pair.child_by_field_name("value")) is not None:
                    name = text(pair.child_by_field_name("key"))
                    module.exported[name] = text(of) if of.type == "identifier" else of
    elif target.startswith(("exports.", "module.exports.")):
        name = target.rpartition(".")[2]
        module.exported[name] = text(value) if value.type == "identifier" else value


def _renamed(specifier: Node) -> tuple[str, str]:
    name, alias = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
    return text(name), text(alias or name)


def _pattern(pattern: Node) -> Iterator[tuple[str, str]]:
    for child in pattern.named_children:
        if child.type == "shorthand_property_identifier_pattern":
            yield text(child), text(child)
        elif child.type == "pair_pattern":
            yield text(child.child_by_field_name("key")), text(child.child_by_field_name("value"))


def _required(value: Node | None) -> Import | None:
    """`require("…")`, and `require("…").name`."""
    if value is not None and value.type == "member_expression":
        inner = _required(value.child_by_field_name("object"))
        return None if inner is None else Import(inner.source, text(value.child_by_field_name("property")))
    if value is None or value.type != "call_expression" or text(value.child_by_field_name("function")) != "require":
        return None
    arguments = value.child_by_field_name("arguments")
    source = unquoted(arguments.named_children[0]) if arguments is not None and arguments.named_children else None
    return None if source is None else Import(source, "default")


_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def _unescaped(sequence: str) -> str:
    body = sequence[1:]
    if body[:1] in ("u", "x"):
        try:
            return chr(int(body[1:].strip("{}"), 16))
        except (ValueError, OverflowError):
            return sequence
    if body in ("\n", "\r\n"):
        return ""
    return _ESCAPES.get(body, body)
