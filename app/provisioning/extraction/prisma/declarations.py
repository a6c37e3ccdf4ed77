"""What a Prisma schema declares, by name, and what its models become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from app.provisioning.extraction.prisma.natives import PROVIDERS, SCALARS
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.tree import Array, Block, Call, Field, Path, Text
from app.provisioning.schema.model import PUBLIC, Column, Evidence, ForeignKey, Index, PrimaryKey, Table, TypeName

_KINDS: Final = {"model": "model", "view": "view", "enum": "enum", "type": "composite type"}


@dataclass(slots=True)
class Model:
    """A model on its way to a table. Columns stand by the name of their field."""

    block: Block
    fields: dict[str, Field]
    table: str = ""
    schema: str = PUBLIC
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: PrimaryKey | None = None
    indexes: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    unique_fields: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict)
    """The sets of fields that tell a row from the others, the primary key first."""

    @property
    def name(self) -> str:
        """The name in the source."""
        return self.block.name

    def evidence(self, line: int, rule: str) -> Evidence:
        """That a line of the model's file says so."""
        return Evidence(self.block.file, line, f"prisma.{rule}")

    def to_table(self) -> Table:
        """The table it became."""
        return Table(
            self.table,
            tuple(self.columns.values()),
            self.primary_key,
            indexes=tuple(self.indexes),
            foreign_keys=tuple(self.foreign_keys),
            schema=self.schema,
            evidence=self.evidence(self.block.line, "model"),
        )


@dataclass(slots=True)
class Declarations:
    """The declarations of one schema, and what its datasource says."""

    models: dict[str, Model] = field(default_factory=dict)
    enums: dict[str, Block] = field(default_factory=dict)
    views: dict[str, Block] = field(default_factory=dict)
    composites: dict[str, Block] = field(default_factory=dict)
    enum_types: dict[str, TypeName] = field(default_factory=dict)
    provider: str = "postgresql"
    schemas: tuple[str, ...] = ()
    extensions: dict[str, None] = field(default_factory=dict)
    has_foreign_keys: bool = True

    def is_relation(self, each: Field) -> bool:
        """Whether a field leads to another model, and is no column."""
        return not each.unsupported and (each.type in self.models or each.type in self.views)


def declarations(blocks: Iterable[Block], notes: Notes) -> Declarations:
    """The declarations among blocks. Of two of one name the first counts."""
    found = Declarations()
    declared: dict[str, Block] = {}
    for block in blocks:
        if block.kind == "datasource":
            _read_datasource(block, found, notes)
        if block.kind not in _KINDS:
            continue
        first = declared.setdefault(block.name, block)
        if first is not block:
            notes.error(
                block.file, block.line, "duplicate", f"{block.name} is declared in {first.file}:{first.line} already."
            )
        elif block.name in SCALARS:
            notes.error(block.file, block.line, "name", f"{block.name} is a type of Prisma's own.")
        elif block.kind == "model":
            found.models[block.name] = Model(block, _fields(block, notes))
        elif block.kind == "view":
            found.views[block.name] = block
        elif block.kind == "enum":
            found.enums[block.name] = block
        else:
            found.composites[block.name] = block
    return found


def _fields(block: Block, notes: Notes) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for each in block.fields:
        if fields.setdefault(each.name, each) is not each:
            notes.error(block.file, each.line, "duplicate", f"{block.name}.{each.name} is declared twice.")
    return fields


def _read_datasource(block: Block, found: Declarations, notes: Notes) -> None:
    provider = block.setting("provider")
    if isinstance(provider, Array) and provider.items:
        provider = provider.items[0]
    name = provider.value if isinstance(provider, Text) else None
    if name is None or name not in PROVIDERS:
        notes.error(block.file, block.line, "provider", f"{name or 'This'} is no database that Prisma knows.")
    else:
        found.provider = name
        if name not in ("postgresql", "postgres"):
            notes.warning(
                block.file, block.line, "provider", f"The schema is written for {name}; this is its like on PostgreSQL."
            )
    mode = block.setting("relationMode") or block.setting("referentialIntegrity")
    if isinstance(mode, Text) and mode.value == "prisma":
        found.has_foreign_keys = False
        notes.warning(
            block.file, block.line, "relation-mode", 'relationMode is "prisma": there are no foreign keys, as it says.'
        )
    schemas = block.setting("schemas")
    if isinstance(schemas, Array):
        found.schemas = tuple(dict.fromkeys(each.value for each in schemas.items if isinstance(each, Text)))
    extensions = block.setting("extensions")
    for each in extensions.items if isinstance(extensions, Array) else ():
        if isinstance(each, Path):
            found.extensions[each.name] = None
        elif isinstance(each, Call):
            mapped = [argument.value for argument in each.arguments if argument.name == "map"]
            found.extensions[mapped[0].value if mapped and isinstance(mapped[0], Text) else each.name] = None
