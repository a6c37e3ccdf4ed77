"""Sample data in JSON files: json-server's db.json, and files that the code imports."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import Code
from app.provisioning.extraction.components.declarations import has_key
from app.provisioning.extraction.components.expressions import value_of
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import Sighting
from app.provisioning.source.files import SourceTree
from app.provisioning.source.syntax import parse, unquoted

MOST_BYTES: Final = 500_000


def sightings(reading: Reading, tree: SourceTree) -> Iterator[Sighting]:
    """The lists of objects in an app's sample data."""
    imported = {
        posixpath.basename(each.source)
        for code in reading.codes()
        for each in code.module.imported.values()
        if each.source.endswith(".json")
    }
    for path in tree.paths(".json"):
        name = posixpath.basename(path)
        if (name == "db.json" or name in imported - {"package.json"}) and len(tree.files[path]) <= MOST_BYTES:
            yield from _of_file(reading, path, tree.files[path])


def _of_file(reading: Reading, path: str, source: str) -> Iterator[Sighting]:
    code = Code(parse(f"{path}.ts", f"({source}\n)"), path)
    statement = code.module.root.named_children[0] if code.module.root.named_children else None
    inner = statement.named_children[0] if statement is not None and statement.named_children else None
    document = inner.named_children[0] if inner is not None and inner.named_children else None
    if document is None:
        return
    stem = posixpath.splitext(posixpath.basename(path))[0]
    lists: list[tuple[str, Node]] = [(stem, document)] if document.type == "array" else []
    for pair in document.named_children if document.type == "object" else ():
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if value is not None and value.type == "array":
            lists.append((unquoted(key) or "", value))
    stored = stem == "db"
    for name, array in lists:
        if array.named_children and array.named_children[0].type == "object":
            of = value_of(reading, code, array, source="seed").of
            fields = () if of is None else of.fields
            weight = 0.7 if stored else 0.5 if has_key(fields) else 0.3
            yield Sighting(name, "sample", weight, code.evidence(array, "sample"), fields, stored=stored)
