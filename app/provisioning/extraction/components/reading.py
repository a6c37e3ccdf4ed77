"""An app as the rules ask about it: its modules, what names mean in them, and shapes of types, schemas and values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components import jsdoc
from app.provisioning.extraction.components.code import MOST_DEPTH, Code
from app.provisioning.extraction.components.expressions import value_of
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Kind, Shape
from app.provisioning.extraction.components.types import fields_of
from app.provisioning.extraction.components.zod import schema_of
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module
from app.provisioning.source.values import Found

_NO_DATA: Final = re.compile(
    r"(^|/)(__tests__|tests?|e2e|cypress|playwright|stories|\.storybook|components/ui)/"
    r"|\.(test|spec|stories|config|setup)\.\w+$|(^|/)(vite-env|setupTests|reportWebVitals|service-?worker|sw)\.\w+$"
)
"""Files that speak of tests, of tools or of the looks of a page."""

_SCRIPT: Final = re.compile(r"<script\b([^>]{0,1000})>", re.IGNORECASE)
_SCRIPT_END: Final = re.compile(r"</script\s{0,100}>", re.IGNORECASE)
_STAMPED: Final = re.compile(
    r"\b(\w{1,80})\s{0,3}:\s{0,3}new Date\(\)\.toISOString\(\)(\.(?:slice|substring|split)\()?"
)
_TYPE_NAME: Final = re.compile(r"\b[A-Z]\w{1,80}\b")
MOST_UNUSED: Final = 2
"""An app in which no name is met more often than that only declares types."""

_MAILERS: Final = frozenset({
    "nodemailer", "resend", "@sendgrid/mail", "mailgun.js", "postmark", "@emailjs/browser", "@emailjs/nodejs",
    "@getbrevo/brevo", "node-mailjet", "@aws-sdk/client-ses",
})  # fmt: skip
_KEEPS: Final = re.compile(r"(?i)\binsert\b|\.create\(|\.save\(|addDoc|\.add\(|writeFile|sheets")
MOST_SOURCE: Final = 400_000
"""Characters of one file; what is longer was not written by hand."""

_PAGES: Final = (".vue", ".svelte", ".html")


class Reading:
    """All modules of an app that may speak of its data."""

    def __init__(self, tree: SourceTree) -> None:
        self.pages = {
            path: text for path, text in tree.files.items() if path.endswith(_PAGES) and not _NO_DATA.search(path)
        }
        scripts = {f"{path}.ts": script for path, text in self.pages.items() if (script := _script(text)).strip()}
        kept = {path: text for path, text in tree.files.items() if not path.endswith(_PAGES)}
        self._comments = {
            f"{path}.jsdoc.ts": path
            for path, text in kept.items()
            if path.endswith((".js", ".jsx", ".mjs")) and len(text) <= MOST_SOURCE and "@typedef" in text
        }
        commented = {name: jsdoc.declared(kept[path]) for name, path in self._comments.items()}
        whole = Program.of(tree)
        besides = {**scripts, **commented}
        self.program = Program(SourceTree({**kept, **besides}), whole) if besides else whole
        self._scripts = frozenset(scripts)
        self.bundles = frozenset(path for path in self.program.paths() if is_bundle(self.program.source(path)))
        self._codes: dict[str, Code] = {}
        self._shapes: dict[tuple[str, int, int], Shape] = {}
        self._types: dict[str, tuple[Code, Node]] = {}
        self._fields: dict[str, tuple[Field, ...]] = {}
        self._stamped: dict[str, Kind] | None = None
        self._named: Counter[str] | None = None
        self._mailing: frozenset[str] | None = None

    def codes(self) -> Iterator[Code]:
        """The modules, in order."""
        for path in self.program.paths():
            if not _NO_DATA.search(path) and path not in self.bundles:
                yield self.code(self.program.module(path))

    def code(self, module: Module) -> Code:
        """A module of the program; a page's script stands in the page."""
        if module.path not in self._codes:
            path = module.path.removesuffix(".ts") if module.path in self._scripts else module.path
            path = self._comments.get(path, path)
            self._codes[module.path] = Code(module, path)
        return self._codes[module.path]

    def is_comment(self, code: Code) -> bool:
        """Whether a module is what the comments of a file declare."""
        return code.module.path in self._comments

    def declaration(self, code: Code, name: str) -> tuple[Code, Node] | None:
        """Where a type that is named in a module is declared."""
        found = self.program.find(code.module, name)
        if found is None or not found.node.type.endswith("_declaration") or found.node.type == "function_declaration":
            return None
        declared = (self.code(found.module), found.node)
        self._types.setdefault(name, declared)
        return declared

    def fields(self, name: str, depth: int = 0) -> tuple[Field, ...]:
        """The fields of a declared type that was met before."""
        if name not in self._fields:
            if name not in self._types or depth > MOST_DEPTH:
                return ()
            self._fields[name] = ()  # A type that contains itself.
            self._fields[name] = fields_of(self, *self._types[name], depth)
        return self._fields[name]

    def variable(self, code: Code, name: str, at: Node) -> tuple[Code, Node] | None:
        """The declarator or parameter that a name means, here or in another module."""
        if (local := code.local(name, at)) is not None:
            return code, local
        found = self.program.find(code.module, name)
        if found is None or found.node.type == "program":
            return None
        return self.code(found.module), found.node

    def value(self, code: Code, node: Node, depth: int = 0) -> Shape:
        """The shape of an expression."""
        return value_of(self, code, node, depth)

    def remember(self, code: Code, node: Node, shape: Callable[[], Shape]) -> Shape:
        """The shape of a declared value, worked out once; of one that contains itself, unknown."""
        place = (code.file, node.start_byte, node.end_byte)
        if place not in self._shapes:
            self._shapes[place] = UNKNOWN
            self._shapes[place] = shape()
        return self._shapes[place]

    def inferred(self, code: Code, query: Node, depth: int = 0) -> Shape:
        """The type that a schema's `infer<typeof …>` means."""
        named = query.named_children[0] if query.named_children else query
        return schema_of(self, code, named, depth) or UNKNOWN

    def members(self, shape: Shape) -> tuple[Field, ...]:
        """The fields of an object's shape, through a reference."""
        return self.fields(shape.name) if shape.kind == "reference" else shape.fields

    @property
    def stamped(self) -> dict[str, Kind]:
        """The names of properties to which the app gives the present time, with the kind in which it does."""
        if self._stamped is None:
            kinds: dict[str, set[Kind]] = {}
            for code in self.codes():
                for name, cut in _STAMPED.findall(self.program.source(code.module.path)):
                    kinds.setdefault(name, set()).add("date" if cut else "timestamp")
            self._stamped = {name: seen.pop() for name, seen in kinds.items() if len(seen) == 1}
        return self._stamped

    def is_used(self, name: str) -> bool:
        """Whether a declared type is named anywhere else; of an app that is nothing but types, each counts as used."""
        if self._named is None:
            sources = (self.program.source(code.module.path) for code in self.codes())
            self._named = Counter(found for source in sources for found in _TYPE_NAME.findall(source))
        return self._named[name] > 1 or max(self._named.values(), default=0) < MOST_UNUSED

    def mails(self, address: str) -> bool:
        """Whether a route of the app's server is one that sends mail, and does nothing else with what it is given."""
        if self._mailing is None:
            self._mailing = frozenset(
                _route_of(code.module.path)
                for code in self.codes()
                if any(each.source in _MAILERS for each in code.module.imported.values())
                and not _KEEPS.search(self.program.source(code.module.path))
            )
        last = address.rstrip("/").rpartition("/")[2].lower()
        return bool(last) and last in self._mailing

    def enum(self, code: Code, declaration: Node) -> Shape:
        """The values of a TypeScript enum."""
        values = list(self.program.enum_members(Found(code.module, declaration)).values())
        if values and all(isinstance(each, str) for each in values):
            return Shape("text", choices=tuple(values))
        if values and all(isinstance(each, int) for each in values):
            return Shape("integer", choices=tuple(values))
        return Shape("text")


def _route_of(path: str) -> str:
    """The last part of the address that a file of server code answers: `app/api/contact/route.ts`, `api/contact.ts`."""
    parts = [each.split(".")[0].lower() for each in path.split("/")]
    return next((each for each in reversed(parts) if each not in ("route", "index", "handler", "+server")), "")


def is_bundle(source: str) -> bool:
    """Whether a file was made by a tool, out of others: too large, or in lines that nobody writes."""
    return len(source) > MOST_SOURCE or (len(source) > 20_000 and len(source) > 300 * (source.count("\n") + 1))


def _script(page: str) -> str:
    """The scripts of a page, each on the lines where it stands."""
    pieces: list[str] = []
    end = 0
    position = 0
    while (found := _SCRIPT.search(page, position)) and (closed := _SCRIPT_END.search(page, found.end())):
        if "json" not in found[1]:
            pieces += ["\n" * page.count("\n", end, found.end()), page[found.end() : closed.start()]]
            end = closed.start()
        position = closed.end()
    return "".join(pieces)
