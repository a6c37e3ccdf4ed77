"""The code of an app as one program: its modules, and names followed across them."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from typing import Any, Final

from tree_sitter import Node

from app.provisioning.source.evaluation import Evaluation
from app.provisioning.source.files import SourceTree
from app.provisioning.source.syntax import CODE_SUFFIXES, Import, Module, local_names, parse
from app.provisioning.source.values import UNDEFINED, Bindings, Call, Found, Value

_INDEX: Final = tuple(f"/index{suffix}" for suffix in CODE_SUFFIXES)


class Program:
    """All modules of an app. They are parsed when first asked for."""

    def __init__(self, tree: SourceTree) -> None:
        self._sources = {path: source for path, source in tree.files.items() if path.endswith(CODE_SUFFIXES)}
        self._modules: dict[str, Module] = {}
        self._blocks: dict[tuple[str, int], Module | None] = {}
        self._aliases = _path_aliases(tree)
        self._evaluation = Evaluation(self)

    def paths(self) -> Iterator[str]:
        """The files of code, in order."""
        return iter(self._sources)

    def source(self, path: str) -> str:
        """The text of one, for a cheap look before it is parsed."""
        return self._sources[path]

    def module(self, path: str) -> Module:
        """The module of a path that `paths()` gives."""
        if path not in self._modules:
            self._modules[path] = parse(path, self._sources[path])
        return self._modules[path]

    def modules(self) -> Iterator[Module]:
        """All of them, in order."""
        return (self.module(path) for path in self._sources)

    def find(self, module: Module, name: str, at: Node | None = None) -> Found | None:
        """Where a name that is used in a module is declared; None where that is outside of the program.

        With `at`, the node where it is used, names within the functions around it count too; a parameter is found as
        its identifier, which has no value of its own. A name may be a path through a module (`models.User`).
        """
        owner, _, last = name.rpartition(".")
        if owner:
            inside = self.find(module, owner, at)
            return self.exported(inside.module, last) if inside and inside.node.type == "program" else None
        around = None if at is None else at.parent
        while around is not None and around.parent is not None:
            block = self._block(module, around)
            if block is not None:
                if (node := block.declared.get(name)) is not None:
                    return Found(module, node)
                if (imported := block.imported.get(name)) is not None:
                    return self._follow(module, imported, set())
            around = around.parent
        return self._find(module, name, set())

    def _block(self, module: Module, node: Node) -> Module | None:
        key = (module.path, node.id)
        if key not in self._blocks:
            self._blocks[key] = local_names(module.path, node)
        return self._blocks[key]

    def exported(self, module: Module, name: str) -> Found | None:
        """What a module exports under a name (`default` too)."""
        return self._exported(module, name, set())

    def imported_from(self, module: Module, name: str) -> str | None:
        """The package or path from which a module has a name; None where it is not imported."""
        found = module.imported.get(name)
        return None if found is None else found.source

    def resolve(self, module: Module, source: str) -> Module | None:
        """The module that an import's path names; None for packages and files that are not there."""
        bases = []
        if source.startswith("."):
            bases.append(posixpath.normpath(posixpath.join(posixpath.dirname(module.path), source)))
        else:
            for prefix, target in self._aliases:
                if source.startswith(prefix):
                    bases.append(posixpath.normpath(posixpath.join(target, source[len(prefix) :])))
            bases.append(posixpath.normpath(source))
        for base in bases:
            stems = (base.removesuffix(ending) for ending in ("", ".js", ".jsx", ".mjs"))
            for stem in dict.fromkeys("" if stem == "." else stem for stem in stems):
                for ending in ("", *CODE_SUFFIXES, *_INDEX):
                    path = f"{stem}{ending}".removeprefix("/")
                    if path in self._sources:
                        return self.module(path)
        return None

    def origin(self, module: Module, name: str) -> Import | None:
        """The package, and the name there, that a name comes from, through modules of the program; None for our own.

        A name may be a path through a module (`models.Entity`).
        """
        return self._origin(module, name, set())

    def _origin(self, module: Module, name: str, seen: set[tuple[str, str]]) -> Import | None:
        first, _, rest = name.partition(".")
        imported = None if first in module.declared else module.imported.get(first)
        if imported is None:
            return None
        source = self._origin_of(module, imported, seen)
        if source is None and rest and (inner := self.find(module, first)) is not None and inner.node.type == "program":
            return self._origin_of_export(inner.module, rest, seen)
        return source

    def _origin_of(self, module: Module, imported: Import, seen: set[tuple[str, str]]) -> Import | None:
        target = self.resolve(module, imported.source)
        return imported if target is None else self._origin_of_export(target, imported.name, seen)

    def _origin_of_export(self, module: Module, name: str, seen: set[tuple[str, str]]) -> Import | None:
        if (module.path, name) in seen:
            return None
        seen.add((module.path, name))
        match module.exported.get(name):
            case str() as local:
                return self._origin(module, local, seen)
            case Import() as imported:
                return self._origin_of(module, imported, seen)
            case None if name not in ("*", "default"):
                for star in module.stars:
                    target = self.resolve(module, star)
                    inner = None if target is None else self._origin_of_export(target, name, seen)
                    if target is None or inner is not None:
                        return inner or Import(star, name)
        return None

    def value(self, at: Found, bindings: Bindings | None = None) -> Value:
        """What an expression, or the initial value of a declaration, is; what cannot be known stays as written.

        `bindings` are what the parameters of functions stand for.
        """
        return self._evaluation.of(at) if not bindings else Evaluation(self, bindings).of(at)

    def enum_members(self, enum: Found) -> dict[str, Value]:
        """The members of a TypeScript enum with their values."""
        return self._evaluation.enum_members(enum)

    def argument(self, call: Call, index: int) -> Value:
        """The value of an argument; UNDEFINED where there are not so many."""
        if index >= len(call.arguments):
            return UNDEFINED
        return self._evaluation.of(Found(call.at.module, call.arguments[index]))

    def _find(self, module: Module, name: str, seen: set[tuple[str, str]]) -> Found | None:
        if (module.path, name) in seen:
            return None
        seen.add((module.path, name))
        if (node := module.declared.get(name)) is not None:
            return Found(module, node)
        if (imported := module.imported.get(name)) is not None:
            return self._follow(module, imported, seen)
        return None

    def _follow(self, module: Module, imported: Import, seen: set[tuple[str, str]]) -> Found | None:
        target = self.resolve(module, imported.source)
        return None if target is None else self._exported(target, imported.name, seen)

    def _exported(self, module: Module, name: str, seen: set[tuple[str, str]]) -> Found | None:
        if name == "*":
            return Found(module, module.root)
        if (module.path, f"export {name}") in seen:
            return None
        seen.add((module.path, f"export {name}"))
        match module.exported.get(name):
            case str() as local:
                return self._find(module, local, seen)
            case Import() as imported:
                return self._follow(module, imported, seen)
            case Node() as node:
                return Found(module, node)
        for star in module.stars:
            target = self.resolve(module, star)
            if target is not None and (found := self._exported(target, name, seen)) is not None:
                return found
        # `require` of a module that has but names.
        return Found(module, module.root) if name == "default" and module.exported else None


def _path_aliases(tree: SourceTree) -> list[tuple[str, str]]:
    """What `paths` of each tsconfig.json says, the packages of the repository, and `@/` and `~/` for src."""
    aliases: list[tuple[str, str]] = []
    for path in tree.paths("tsconfig.json", "jsconfig.json", "tsconfig.app.json"):
        base = posixpath.dirname(path)
        options = _compiler_options(tree.files[path])
        root = options.get("baseUrl")
        base = posixpath.join(base, root) if isinstance(root, str) else base
        paths = options.get("paths")
        for pattern, targets in paths.items() if isinstance(paths, dict) else ():
            aliases += [
                (pattern.removesuffix("*"), posixpath.join(base, target.removesuffix("*")))
                for target in (targets if isinstance(targets, list) else ())
                if isinstance(target, str)
            ]
        if isinstance(root, str):
            aliases.append(("", base))
    return [*aliases, *_packages(tree), ("@/", "src"), ("@/", ""), ("~/", "src"), ("~/", "")]


def _packages(tree: SourceTree) -> Iterator[tuple[str, str]]:
    """The names by which the packages of one repository import each other, and what they call their own folders.

    The latter are `imports` of a package.json: `#app/*` for a folder (Node.js, "Subpath imports").
    """
    for path in tree.paths("package.json"):
        try:
            document = json.loads(tree.files[path])
        except (ValueError, RecursionError):
            continue
        directory = posixpath.dirname(path)
        name = document.get("name") if isinstance(document, dict) else None
        if isinstance(name, str) and name and directory:
            yield from ((name, posixpath.join(directory, "src")), (name, directory))
        imports = document.get("imports") if isinstance(document, dict) else None
        for alias, target in imports.items() if isinstance(imports, dict) else ():
            if isinstance(target, str):
                yield alias.removesuffix("*"), posixpath.join(directory, target.removesuffix("*"))


def _compiler_options(source: str) -> dict[str, Any]:
    """The compilerOptions of a tsconfig, which may have comments and trailing commas: read as a JavaScript object."""
    try:
        document = json.loads(source)
    except (ValueError, RecursionError):
        module = parse("tsconfig.ts", f"({source}\n)")
        program = Program(SourceTree({}))
        statement = module.root.named_children[0] if module.root.named_children else None
        inner = statement.named_children[0] if statement is not None and statement.named_children else None
        document = None if inner is None else program.value(Found(module, inner))
    options = document.get("compilerOptions") if isinstance(document, dict) else None
    return options if isinstance(options, dict) else {}
