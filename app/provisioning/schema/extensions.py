"""What comes with extensions of PostgreSQL: types, operator classes, functions; and where a schema has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.provisioning.schema.model import PUBLIC, Column, Evidence, Schema, Table

TYPES: Final = {
    "citext": "citext",
    "geometry": "postgis",
    "geography": "postgis",
    "raster": "postgis_raster",
    "vector": "vector",
    "halfvec": "vector",
    "sparsevec": "vector",
    "hstore": "hstore",
    "ltree": "ltree",
    "lquery": "ltree",
    "ltxtquery": "ltree",
    "cube": "cube",
    "isbn": "isn",
    "isbn13": "isn",
}
"""Types that come with an extension."""

CLASSES: Final = {
    "gin_trgm_ops": ("pg_trgm", "gin", "text"),
    "gist_trgm_ops": ("pg_trgm", "gist", "text"),
    "gin_hstore_ops": ("hstore", "gin", "hstore"),
    "gist_hstore_ops": ("hstore", "gist", "hstore"),
    "gist_ltree_ops": ("ltree", "gist", "ltree"),
    "gist_geometry_ops_2d": ("postgis", "gist", "geometry"),
    "gist_geometry_ops_nd": ("postgis", "gist", "geometry"),
    "gist_geography_ops": ("postgis", "gist", "geography"),
}
"""Operator classes of extensions: the extension, the kind of index, the type."""

FUNCTIONS: Final = {
    "gen_random_bytes": "pgcrypto",
    "gen_salt": "pgcrypto",
    "crypt": "pgcrypto",
    "digest": "pgcrypto",
    "uuid_generate_v1": "uuid-ossp",
    "uuid_generate_v1mc": "uuid-ossp",
    "uuid_generate_v3": "uuid-ossp",
    "uuid_generate_v5": "uuid-ossp",
    "unaccent": "unaccent",
}

_TYPE: Final = re.compile(r'"?(\w+)"?')
_CALLED: Final = re.compile(r'(\w+)"?\s*\(')


@dataclass(frozen=True, slots=True)
class Use:
    """Something that an extension is needed for: `items.embedding`, or a table's index."""

    subject: str
    evidence: Evidence | None


def uses(schema: Schema, extension: str) -> Iterator[Use]:
    """Where a schema has something of an extension; nowhere: the source only asks for it."""
    for table in schema.tables:
        path = table.name if table.schema == PUBLIC else f"{table.schema}.{table.name}"
        for column in table.columns:
            if extension in _of_column(column):
                yield Use(f"{path}.{column.name}", column.evidence or table.evidence)
        for index in table.indexes:
            classes = (CLASSES.get(part.operator_class or "", ("",))[0] for part in index.parts)
            if extension in classes:
                yield Use(f"{path}, index {index.name}", index.evidence or table.evidence)
        for text, evidence in _expressions(table):
            if extension in _of_expression(text):
                yield Use(path, evidence or table.evidence)


def _of_column(column: Column) -> set[str | None]:
    named = _TYPE.match(column.type) if isinstance(column.type, str) else None
    found = {TYPES.get(named[1].lower())} if named else set()
    return found | _of_expression(column.default or "") | _of_expression(column.generated or "")


def _expressions(table: Table) -> Iterator[tuple[str, Evidence | None]]:
    for check in table.checks:
        yield check.expression, check.evidence
    for index in table.indexes:
        yield from ((part.of, index.evidence) for part in index.parts if part.is_expression)


def _of_expression(sql: str) -> set[str | None]:
    return {FUNCTIONS.get(name.lower()) for name in _CALLED.findall(sql)}
