"""Schemas made at random, with names that somebody might choose to do harm."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from app.provisioning.schema.model import (
    PUBLIC,
    Action,
    Check,
    Column,
    Enum,
    Exclusion,
    ForeignKey,
    Index,
    IndexPart,
    Numbering,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import fit, literal, quoted

HOSTILE = [
    "user", "select", "table", 'a"b', "a;b", "a'b", "a\\b", "a b", "a.b", "A", "ÄÖ", "\N{ROCKET}", "x" * 200,
    "\N{EURO SIGN}" * 50, 'users"; drop table users; --', "/*", "$$", "$a$", "\n", "\u202egnp", "{{1}}", "%s", "%(a)s",
    "<b>", "null", "_", "1", "pg_class", "\u0301",
]  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
NUMBERINGS: list[Numbering | None] = ["serial", "identity always", "identity by default", None]
ACTIONS: list[Action] = ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]
DEFAULTS: dict[str, list[str]] = {
    "integer": ["0", "(1 + 1)", "'-5'::integer"],
    "bigint": ["1"],
    "smallint": ["1"],
    "text": ["'it''s'", "E'a\\\\b;'", "upper('a')", "CURRENT_USER"],
    "character varying(20)": ["'a'"],
    "numeric(65,30)": ["0.5"],
    "double precision": ["1e5"],
    "boolean": ["true", "1 = 1 or 2 = 3"],
    "timestamp(3) without time zone": ["CURRENT_TIMESTAMP", "now()"],
    "timestamp with time zone": ["now() + interval '1 day'"],
    "date": ["'2026-01-01'"],
    "uuid": ["gen_random_uuid()"],
    "jsonb": ["'{}'", "jsonb_build_object('a', 1)"],
    "bytea": ["'\\x00'"],
    "text[]": ["ARRAY[]::text[]", "'{a,b}'"],
    "integer[]": ["ARRAY[1, 2]"],
    "tsvector": ["to_tsvector('simple', 'a')"],
}
KEYS = ["integer", "bigint", "text", "uuid", "date", "character varying(20)"]


@dataclass
class _Names:
    """Names that no other thing of the schema has."""

    draw: DrawFn
    taken: set[str] = field(default_factory=set)

    def new(self, suffix: str = "") -> str:
        stem = self.draw(st.sampled_from(HOSTILE) | TEXT)
        name = fit(stem or "n", suffix, taken=self.taken)
        self.taken.add(name)
        return name


@st.composite
def schemas(draw: DrawFn) -> Schema:
    """A schema of up to four tables that is without fault."""
    names = _Names(draw)
    places = [PUBLIC, *(f"s_{names.new()}"[:15] for _ in range(draw(st.integers(0, 1))))]
    enums = tuple(
        Enum(names.new(), tuple(draw(_labels())), draw(st.sampled_from(places))) for _ in range(draw(st.integers(0, 2)))
    )
    tables = [_table(draw, names, enums, draw(st.sampled_from(places))) for _ in range(draw(st.integers(1, 4)))]
    return Schema(
        tuple(replace(table, foreign_keys=_foreign_keys(draw, names, table, tables)) for table in tables),
        enums,
        tuple(places[1:]),
    )


def _labels() -> st.SearchStrategy[list[str]]:
    return st.lists((st.sampled_from(HOSTILE) | TEXT).map(fit), min_size=1, max_size=4, unique=True)


def _table(draw: DrawFn, names: _Names, enums: tuple[Enum, ...], schema: str) -> Table:
    own = _Names(draw, {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
    columns = tuple(_column(draw, own, enums) for _ in range(draw(st.integers(0, 6))))
    key, primary_key = [], None
    if draw(st.booleans()):
        numbering = draw(st.sampled_from(NUMBERINGS))
        key = [Column(own.new(), "bigint", numbering=numbering)]
        primary_key = PrimaryKey(names.new("_pkey"), (key[0].name,))
    scalar = [each for each in columns if each.type in KEYS]
    uniques = tuple(
        Unique(names.new("_key"), (each.name,), draw(st.booleans()), deferrable := draw(st.booleans()), deferrable)
        for each in scalar
        if draw(st.booleans())
    )
    checks = tuple(
        Check(
            names.new("_check"),
            f"{quoted(each.name)} IS DISTINCT FROM {draw(st.sampled_from(DEFAULTS[str(each.type)]))}",
        )
        for each in scalar
        if draw(st.booleans())
    )
    exclusions = tuple(
        Exclusion(
            names.new("_excl"),
            f"using btree ({quoted(each.name)} with =)",
            deferrable := draw(st.booleans()),
            deferrable,
        )
        for each in scalar[:1]
        if draw(st.booleans())
    )
    indexes = tuple(_index(draw, names, columns, scalar) for _ in range(draw(st.integers(0, 3)) if scalar else 0))
    return Table(
        names.new(),
        (*key, *columns),
        primary_key,
        uniques,
        indexes,
        checks,
        exclusions,
        schema=schema,
        comment=draw(_comments()),
    )


def _comments() -> st.SearchStrategy[str | None]:
    return st.none() | (st.sampled_from(HOSTILE) | TEXT).filter(bool)


def _column(draw: DrawFn, own: _Names, enums: tuple[Enum, ...]) -> Column:
    name, nullable, comment = own.new(), draw(st.booleans()), draw(_comments())
    if enums and draw(st.integers(0, 3)) == 0:
        enum = draw(st.sampled_from(enums))
        array = draw(st.booleans())
        default = None if array else draw(st.sampled_from([None, *map(literal, enum.labels)]))
        return Column(name, TypeName(enum.name, enum.schema, array), nullable, default, comment=comment)
    type_ = draw(st.sampled_from(list(DEFAULTS)))
    collation = draw(st.sampled_from([None, "C"])) if type_ in ("text", "character varying(20)") else None
    default = draw(st.sampled_from([None, *DEFAULTS[type_]]))
    generated = None
    if type_ in ("integer", "text[]") and default is not None and draw(st.booleans()):
        default, generated = None, default
    return Column(name, type_, nullable, default, generated=generated, collation=collation, comment=comment)


def _index(draw: DrawFn, names: _Names, columns: tuple[Column, ...], scalar: list[Column]) -> Index:
    gin = [each for each in columns if each.type in ("jsonb", "text[]", "tsvector")]
    if draw(st.booleans()) and gin:
        each = draw(st.sampled_from(gin))
        operators = draw(st.sampled_from([None, "jsonb_path_ops"])) if each.type == "jsonb" else None
        return Index(names.new("_idx"), (IndexPart(each.name, operator_class=operators),), method="gin")
    parts = []
    for each in draw(st.lists(st.sampled_from(scalar), min_size=1, max_size=3)):
        descending = draw(st.booleans())
        nulls_first = draw(st.sampled_from([None, not descending]))
        of, is_expression, operators = each.name, False, None
        if each.type == "text":
            of = draw(st.sampled_from([each.name, f"lower({quoted(each.name)})", f"{quoted(each.name)} || 'x'"]))
            is_expression = of != each.name
            operators = draw(st.sampled_from([None, "text_pattern_ops"]))
        parts.append(IndexPart(of, is_expression, operators, descending, nulls_first))
    unique = draw(st.booleans())
    return Index(
        names.new("_idx"),
        tuple(parts),
        unique,
        where=draw(st.sampled_from([None, f"{quoted(scalar[0].name)} IS NOT NULL"])),
        include=draw(st.sampled_from([(), (scalar[0].name,)])),
        nulls_not_distinct=unique and draw(st.booleans()),
    )


def _foreign_keys(draw: DrawFn, names: _Names, table: Table, tables: list[Table]) -> tuple[ForeignKey, ...]:
    keys = []
    for column in table.columns:
        targets = [
            (target, target.primary_key.columns)
            for target in tables
            if target.primary_key is not None and column.type in ("integer", "bigint") and column.generated is None
        ]
        if draw(st.booleans()) and targets:
            target, columns = draw(st.sampled_from(targets))
            on_delete, on_update = draw(st.sampled_from(ACTIONS)), draw(st.sampled_from(ACTIONS))
            deferrable = draw(st.booleans())
            deferred = deferrable and draw(st.booleans())
            name = names.new("_fkey")
            keys.append(
                ForeignKey(
                    name,
                    (column.name,),
                    target.name,
                    columns,
                    target.schema,
                    on_delete,
                    on_update,
                    deferrable,
                    deferred,
                )
            )
    return tuple(keys)
