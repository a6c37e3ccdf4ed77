"""The code of an app as one program: its modules, and names followed across them."""

from __future__ import annotations

import json
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from tree_sitter import Node

from app.provisioning.source.evaluation import MOST_DEPTH, Evaluation
from app.provisioning.source.files import MOST_PATH_BYTES, SourceTree
from app.provisioning.source.syntax import CODE_SUFFIXES, Import, Module, local_names, parse
from app.provisioning.source.values import UNDEFINED, Bindings, Call, Found, Steps, Value

MOST_LOOKS: Final = 500_000
"""Modules that are looked into for names which others export as a whole; what takes more is not found."""

_INDEX: Final = tuple(f"/index{suffix}" for suffix in CODE_SUFFIXES)
_Place: TypeAlias = tuple[Module, str, bool]
"""Where a name is to be looked for: in a module, and whether among what it exports."""


class Program:
    """All modules of an app. They are parsed when first asked for."""

    def __init__(self, tree: SourceTree, parsed: Program | None = None) -> None:
        """`parsed`: a program that has some of the same files; what it may still do is for both."""
        self._sources = {path: source for path, source in tree.files.items() if path.endswith(CODE_SUFFIXES)}
        self._modules: dict[str, Module] = {} if parsed is None else parsed._shared_with(tree)
        self._blocks: dict[tuple[str, int], Module | None] = {}
        self._resolved: dict[tuple[str, str], str | None] = {}
        self._stars: dict[str, _Stars] = {}
        self._known: dict[tuple[str, str, bool], Found | None] = {}
        self._origins: dict[tuple[str, str], Import | None] = {}
        self._aliases = _Aliases(_path_aliases(tree))
        self._evaluation = Evaluation(self)
        self._looks_left = MOST_LOOKS
        self.steps: Steps = Steps() if parsed is None else parsed.steps

    @classmethod
    def of(cls, tree: SourceTree) -> Program:
        """The one program of a tree: each file is parsed once, whoever reads it."""
        if tree not in _PROGRAMS:
            _PROGRAMS[tree] = cls(tree)
        return _PROGRAMS[tree]

    def _shared_with(self, tree: SourceTree) -> dict[str, Module]:
        return {path: each for path, each in self._modules.items() if tree.files.get(path) == self._sources[path]}

    @property
    def was_too_much(self) -> bool:
        """Whether something was not followed to its end, since it leads to too much."""
        return self.steps.were_too_many or self._looks_left <= 0

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
        if owner and name.count(".") > MOST_DEPTH:
            return None
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
                    target = self.resolve(module, imported.source)
                    return None if target is None else self.exported(target, imported.name)
            around = around.parent
        return self._found((module, name, False))

    def _block(self, module: Module, node: Node) -> Module | None:
        key = (module.path, node.id)
        if key not in self._blocks:
            self._blocks[key] = local_names(module.path, node)
        return self._blocks[key]

    def exported(self, module: Module, name: str) -> Found | None:
        """What a module exports under a name (`default` too)."""
        return self._found((module, name, True))

    def imported_from(self, module: Module, name: str) -> str | None:
        """The package or path from which a module has a name; None where it is not imported."""
        found = module.imported.get(name)
        return None if found is None else found.source

    def resolve(self, module: Module, source: str) -> Module | None:
        """The module that an import's path names; None for packages and files that are not there."""
        key = (posixpath.dirname(module.path) if source.startswith(".") else "", source)
        if key not in self._resolved:
            self._resolved[key] = self._path_of(*key)
        path = self._resolved[key]
        return None if path is None else self.module(path)

    def _path_of(self, directory: str, source: str) -> str | None:
        if len(source) > MOST_PATH_BYTES:
            return None
        if source.startswith("."):
            bases = [posixpath.normpath(posixpath.join(directory, source))]
        else:
            bases = [posixpath.normpath(base) for base in (*self._aliases.of(source), source)]
        for base in bases:
            stems = (base.removesuffix(ending) for ending in ("", ".js", ".jsx", ".mjs"))
            for stem in dict.fromkeys("" if stem == "." else stem for stem in stems):
                for ending in ("", *CODE_SUFFIXES, *_INDEX):
                    path = f"{stem}{ending}".removeprefix("/")
                    if path in self._sources:
                        return path
        return None

    def origin(self, module: Module, name: str) -> Import | None:
        """The package, and the name there, that a name comes from, through modules of the program; None for our own.

        A name may be a path through a module (`models.Entity`).
        """
        if (module.path, name) not in self._origins:
            self._origins[module.path, name] = self._origin((module, name, False))
        return self._origins[module.path, name]

    def _origin(self, first: _Place) -> Import | None:
        waiting: list[_Place | Import] = [first]
        seen: set[tuple[str, str]] = set()
        # Without recursion, since chains of modules may be long; what is to be tried first stands last.
        while waiting:
            place = waiting.pop()
            if isinstance(place, Import):
                return place
            module, name, is_export = place
            if not is_export:
                owner, _, rest = name.partition(".")
                imported = None if owner in module.declared else module.imported.get(owner)
                inner = self.find(module, owner) if imported is not None and rest else None
                if inner is not None and inner.node.type == "program":
                    waiting.append((inner.module, rest, True))
                if imported is not None:
                    waiting.append(self._followed(module, imported) or imported)
                continue
            if (module.path, name) in seen:
                continue
            seen.add((module.path, name))
            match module.exported.get(name):
                case str() as local:
                    waiting.append((module, local, False))
                case Import() as imported:
                    waiting.append(self._followed(module, imported) or imported)
                case None if name not in ("*", "default") and self._may_look():
                    stars = self._stars_of(module, name)
                    waiting += [
                        Import(each.source, name) if isinstance(each, Import) else (each, name, True) for each in stars
                    ]
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

    def _found(self, first: _Place) -> Found | None:
        """Where what is named there is declared."""
        key = (first[0].path, *first[1:])
        if key not in self._known:
            self._known[key] = self._search(first)
        return self._known[key]

    def _search(self, first: _Place) -> Found | None:
        # Without recursion, as above.
        waiting: list[_Place | Found] = [first]
        seen: set[tuple[str, str, bool]] = set()
        while waiting:
            place = waiting.pop()
            if isinstance(place, Found):
                return place
            module, name, is_export = place
            if is_export and name == "*":
                return Found(module, module.root)
            if (module.path, name, is_export) in seen:
                continue
            seen.add((module.path, name, is_export))
            if not is_export:
                if (node := module.declared.get(name)) is not None:
                    return Found(module, node)
                waiting += self._next(module, module.imported.get(name))
                continue
            match module.exported.get(name):
                case str() as local:
                    waiting.append((module, local, False))
                case Import() as imported:
                    waiting += self._next(module, imported)
                case Node() as node:
                    return Found(module, node)
                case None if self._may_look():
                    if name == "default" and module.exported:
                        # `require` of a module that has but names.
                        waiting.append(Found(module, module.root))
                    stars = self._stars_of(module, name)
                    waiting += [(star, name, True) for star in stars if not isinstance(star, Import)]
        return None

    def _next(self, module: Module, imported: Import | None) -> list[_Place]:
        place = None if imported is None else self._followed(module, imported)
        return [] if place is None else [place]

    def _followed(self, module: Module, imported: Import) -> _Place | None:
        target = self.resolve(module, imported.source)
        return None if target is None else (target, imported.name, True)

    def _stars_of(self, module: Module, name: str) -> list[Module | Import]:
        """What a module exports as a whole and may have a name: modules, or packages; the last one first."""
        if module.path not in self._stars:
            self._stars[module.path] = _Stars(self.resolve(module, star) or Import(star, "*") for star in module.stars)
        return self._stars[module.path].of(name)

    def _may_look(self) -> bool:
        self._looks_left -= 1
        return self._looks_left > 0


class _Stars:
    """What a module exports as a whole; of many files that export but their own, those that have a name are known."""

    def __init__(self, stars: Iterable[Module | Import]) -> None:
        self._all = [*stars]
        self._inner: list[tuple[int, Module | Import]] = []
        self._own: dict[str, tuple[int, Module]] = {}
        for place, star in enumerate(self._all):
            if isinstance(star, Import) or star.stars:
                self._inner.append((place, star))
            else:
                for name in star.exported:
                    self._own.setdefault(name, (place, star))

    def of(self, name: str) -> list[Module | Import]:
        """Those that may have a name, the last one first."""
        if name == "default":
            return self._all[::-1]
        found = [*self._inner, *([self._own[name]] if name in self._own else [])]
        return [star for _, star in sorted(found, key=itemgetter(0), reverse=True)]


_PROGRAMS: Final[WeakKeyDictionary[SourceTree, Program]] = WeakKeyDictionary()


class _Aliases:
    """Beginnings of imports' paths, and what stands for them, found by the beginning."""

    def __init__(self, aliases: list[tuple[str, str]]) -> None:
        self._targets: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for place, (prefix, target) in enumerate(aliases):
            self._targets[prefix].append((place, target))
        self._lengths = sorted({len(prefix) for prefix, _ in aliases})

    def of(self, source: str) -> list[str]:
        """The paths that an import's may stand for, in the order in which they are tried."""
        found: list[tuple[int, str]] = []
        for length in self._lengths:
            if length <= len(source):
                inner = source[length:].removeprefix("/")
                targets = self._targets.get(source[:length], ())
                found += [(place, posixpath.join(target, inner)) for place, target in targets]
        return [path for _, path in sorted(found)]


def _path_aliases(tree: SourceTree) -> list[tuple[str, str]]:
    """What `paths` of each tsconfig.json says, the packages of the repository, and `@/` and `~/` for src."""
    aliases: list[tuple[str, str]] = []
    for path in tree.paths("tsconfig.json", "tsconfig.base.json", "jsconfig.json", "tsconfig.app.json"):
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
            source = posixpath.join(directory, "src")
            # What is built from a package's code has its paths.
            yield from ((f"{name}/dist/src", source), (f"{name}/dist", source), (name, source), (name, directory))
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
