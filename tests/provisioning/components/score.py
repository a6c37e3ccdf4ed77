"""How near the reader of components comes to what people expect of its sample apps: precision and recall."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.provisioning.extraction.components.reader import read
from app.provisioning.extraction.result import Extraction
from app.provisioning.schema.model import Table
from app.provisioning.source.files import SourceTree

APPS = Path(__file__).parent / "apps"
_SHORT = {
    "timestamptz": "timestamp with time zone",
    "float8": "double precision",
    "time": "time without time zone",
}


@dataclass
class Count:
    """Expected things, found ones, and those that are both."""

    expected: int = 0
    found: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, expected: set[str], found: set[str]) -> None:
        """Count one app's things of a kind."""
        self.expected += len(expected)
        self.found += len(found)
        self.right += len(expected & found)
        self.misses += [f"- {each}" for each in sorted(expected - found)]
        self.misses += [f"+ {each}" for each in sorted(found - expected)]

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what is expected that was found."""
        return self.right / self.expected if self.expected else 1.0


KINDS = ("tables", "columns", "types", "nullability", "keys", "relations", "choices", "features")


def names(apps: Path = APPS) -> list[str]:
    """The sample apps."""
    return sorted(path.name for path in apps.iterdir() if (path / "expected.json").is_file())


def extraction_of(app: Path) -> Extraction:
    """What the reader makes of one."""
    files = SourceTree.of_directory(app).files
    return read(SourceTree({path: text for path, text in files.items() if path != "expected.json"})) or Extraction()


def score(chosen: list[str], apps: Path = APPS) -> dict[str, Count]:
    """The counts over some apps. Types and nullability are counted over the columns that both sides have."""
    counts = {kind: Count() for kind in KINDS}
    for name in chosen:
        expected = json.loads((apps / name / "expected.json").read_text())
        extraction = extraction_of(apps / name)
        wanted, got = _expected(expected), dict(_found(extraction))
        common = wanted["columns"] & got["columns"]
        for kind in KINDS:
            left, right = wanted[kind], got[kind]
            if kind in ("types", "nullability"):
                left, right = ({each for each in side if each.split(" ")[0] in common} for side in (left, right))
            counts[kind].add({f"{name}: {each}" for each in left}, {f"{name}: {each}" for each in right})
    return counts


def _expected(expected: dict[str, object]) -> dict[str, set[str]]:
    tables = expected["tables"]
    assert isinstance(tables, dict)
    columns = [(f"{table}.{column}", str(kind)) for table, each in tables.items() for column, kind in each.items()]
    choices = expected["choices"]
    assert isinstance(choices, dict)
    relations, features = expected["relations"], expected["features"]
    keys = expected.get("keys", {})
    assert isinstance(keys, dict)
    assert isinstance(relations, list) and isinstance(features, list)
    return {
        "tables": set(tables),
        "columns": {name for name, _ in columns},
        "types": {f"{name} {_long(kind)}" for name, kind in columns},
        "nullability": {f"{name} {'null' if kind.endswith('?') else 'not null'}" for name, kind in columns},
        "keys": {f"{table}: {keys.get(table, _key(each))}" for table, each in tables.items()},
        "relations": set(relations),
        "choices": {f"{name}: {sorted(map(str, values))}" for name, values in choices.items()},
        "features": set(features),
    }


def _key(columns: dict[str, object]) -> list[str]:
    """The key of a table for which none is written down: its id, or both of a pair."""
    return ["id"] if "id" in columns else list(columns)


def _long(kind: str) -> str:
    plain = kind.rstrip("?")
    return _SHORT.get(plain, plain)


def _found(extraction: Extraction) -> Iterator[tuple[str, set[str]]]:
    tables = extraction.schema.tables
    columns = [(f"{table.name}.{column.name}", column) for table in tables for column in table.columns]
    yield "tables", {table.name for table in tables}
    yield "columns", {name for name, _ in columns}
    yield "types", {f"{name} {column.type}" for name, column in columns}
    yield "nullability", {f"{name} {'null' if column.nullable else 'not null'}" for name, column in columns}
    yield "keys", {f"{table.name}: {list(table.primary_key.columns)}" for table in tables if table.primary_key}
    yield "relations", {each for table in tables for each in _relations(table)}
    yield "choices", {each for table in tables for each in _choices(table)}
    yield "features", set(extraction.features)


def _relations(table: Table) -> Iterator[str]:
    for key in table.foreign_keys:
        yield f"{table.name}.{','.join(key.columns)} -> {key.target}.{','.join(key.target_columns)}"


def _choices(table: Table) -> Iterator[str]:
    for check in table.checks:
        column, _, listed = check.expression.partition(" IN ")
        if listed:
            values = sorted(each.strip().strip("'") for each in listed.strip("()").split(","))
            column = column.strip('"')
            yield f"{table.name}.{column}: {values}"


def main(arguments: list[str]) -> None:
    """Print the score of all apps, or of those that are named; with `-v` each difference."""
    chosen = [each for each in arguments if not each.startswith("-")] or names()
    counts = score(chosen)
    print(f"{len(chosen)} apps")
    for kind, count in counts.items():
        print(f"{kind:12} precision {count.precision:6.3f}  recall {count.recall:6.3f}  of {count.expected}")
        for each in count.misses if "-v" in arguments else ():
            print(f"    {each}")


if __name__ == "__main__":
    main(sys.argv[1:])
