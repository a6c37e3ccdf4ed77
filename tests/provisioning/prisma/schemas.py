"""Prisma schemas at random: most of them Prisma accepts, some are wrong in one place."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

_LONG: Final = "AveryLongNameOfSomethingThatAnOrganisationWithManyDepartmentsKeeps"
_FIELDS: Final = ("a", "b", "name", "createdAt", "order", "user_id", "X", _LONG, _LONG + "2")
_UUID: Final = "00000000-0000-0000-0000-000000000000"
_MODELS: Final = ("User", "post", "Order", "T", _LONG, _LONG + "Twice")
_MAPPED: Final = ("m", "with space", "it's", "a;b--c", "ünïcode", "Ü" * 40, "users", "A_b", "select", "$1", "%s")
_TEXTS: Final = (
    "",
    "x",
    "it's",
    "a\\\\b",
    "\\n",
    "\\u00e9",
    "é😀",
    "$$",
    "{{7*7}}",
    "<b>",
    "00000000-0000-0000-0000-000000000000",
)

_SCALARS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "String": (
        ("@db.Text", "@db.VarChar(20)", "@db.VarChar", "@db.Char(5)", "@db.Uuid", "@db.Inet", "@db.Bit(3)",
         "@db.VarBit(4)", "@db.Xml", "@db.Char", "@db.Citext"),
        ("cuid()", "uuid()", "nanoid()", "ulid()", 'dbgenerated("gen_random_uuid()")', "dbgenerated()", '"101"',
         "now()", *(f'"{text}"' for text in _TEXTS)),
    ),
    "Int": (("@db.SmallInt", "@db.Integer", "@db.Oid"), ("autoincrement()", "0", "-7", "2147483647")),
    "BigInt": (("@db.BigInt",), ("autoincrement()", "9007199254740993", "-1")),
    "Float": (("@db.Real", "@db.DoublePrecision"), ("1.5", "0", "-0.25")),
    "Decimal": (
        ("@db.Decimal", "@db.Decimal(10, 2)", "@db.Money", "@db.Decimal(3)"),
        ("1.10", '"2.50"', "-3", '"1e5"'),
    ),
    "Boolean": (("@db.Boolean",), ("true", "false")),
    "DateTime": (
        ("@db.Timestamp(3)", "@db.Timestamptz", "@db.Timestamptz(6)", "@db.Date", "@db.Time", "@db.Timetz(2)"),
        ("now()", '"2020-02-29T12:00:00Z"', '"2020-01-01T00:00:00.5+02:00"', 'dbgenerated("now()")', '"yesterday"'),
    ),
    "Json": (("@db.Json", "@db.JsonB"), ('"{}"', '"[1, 2]"', '"{\\"a\\": \\"it\'s\\"}"', '"nonsense"')),
    "Bytes": (("@db.ByteA",), ('"aGVsbG8="', '""', '"!"')),
    'Unsupported("point")': ((), ('dbgenerated("point(1, 2)")',)),
    'Unsupported("tsvector")': ((), ()),
}  # fmt: skip

_ACTIONS: Final = ("Cascade", "Restrict", "NoAction", "SetNull", "SetDefault")


def _sometimes(draw: st.DrawFn, one_in: int) -> bool:
    return draw(st.integers(0, one_in - 1)) == one_in - 1


@st.composite
def _field(draw: st.DrawFn, model: str, name: str, enums: list[str]) -> str:
    kind = draw(st.sampled_from([*_SCALARS, *enums, *enums]))
    arity = draw(st.sampled_from(["", "", "", "?", "[]"]))
    parts = [name, kind + arity]
    types, defaults = _SCALARS.get(kind, ((), ("one", "two_2", "three", "one", "two_2", "three", "four")))
    if types and _sometimes(draw, 3):
        parts.append(draw(st.sampled_from(types)))
    if defaults and _sometimes(draw, 3):
        default = draw(st.sampled_from(defaults))
        if arity == "[]":
            # Only a server knows whether the type of an expression fits.
            default = "dbgenerated()" if default.startswith("dbgenerated") else f"[{default}]"
        parts.append(f"@default({default})")
    if _sometimes(draw, 6):
        parts.append(
            draw(st.sampled_from(["@unique", "@unique(sort: Desc)", f'@unique(map: "{model[-3:]}{name[-5:]}")']))
        )
    if _sometimes(draw, 6):
        parts.append(f'@map("{draw(st.sampled_from(_MAPPED))}")')
    if _sometimes(draw, 12):
        parts.append(draw(st.sampled_from(["@ignore", "// why", "/// what", "/* how */"])))
    return " ".join(parts)


def _attribute(draw: st.DrawFn, model: str, fields: list[str]) -> str:
    name = draw(st.sampled_from(["index", "index", "unique"]))
    chosen = draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3, unique=True))
    options = ["", "", "", "", "(sort: Desc)", "(sort: Asc)"]
    if name == "index" and _sometimes(draw, 4):
        options = ['(ops: raw("text_pattern_ops"))', "(ops: JsonbPathOps)", "(ops: ArrayOps)", ""]
    parts = [each + draw(st.sampled_from(options)) for each in chosen]
    arguments = [f"[{', '.join(parts)}]"]
    if name == "index" and _sometimes(draw, 4):
        arguments.append(f"type: {draw(st.sampled_from(['BTree', 'Hash', 'Gin', 'Gist', 'Brin', 'SpGist']))}")
    if not _sometimes(draw, 4):
        arguments.append(f'map: "{draw(st.sampled_from(_MAPPED))[:20]}{model[-3:]}{draw(st.integers(0, 99))}"')
    return f"@@{name}({', '.join(arguments)})"


def _relation(draw: st.DrawFn, one: list[str], other: list[str], names: tuple[str, str], number: int) -> None:
    """Adds a relation to the lines of two models (the first of which refers to the other's id)."""
    label = f'"r{number}"'
    kind = draw(st.sampled_from(["many", "one", "join", "join"]))
    if kind == "join":
        one.append(f"j{number} {names[1]}[] @relation({label})")
        other.append(f"k{number} {names[0]}[] @relation({label})")
        return
    optional = draw(st.sampled_from(["", "?"]))
    key_type = draw(st.sampled_from([*["Int"] * 9, "String", "BigInt"]))
    extra = draw(st.sampled_from(["", "", f", onDelete: {draw(st.sampled_from(_ACTIONS))}", ", onUpdate: Restrict"]))
    mapped = f', map: "{draw(st.sampled_from(_MAPPED))}"' if _sometimes(draw, 6) else ""
    unique = " @unique" if kind == "one" else ""
    column = f' @map("{draw(st.sampled_from(_MAPPED))}{number}")' if _sometimes(draw, 6) else ""
    one.append(f"f{number} {key_type}{optional}{unique}{column}")
    one.append(
        f"r{number} {names[1]}{optional} @relation({label}, fields: [f{number}], references: [id]{extra}{mapped})"
    )
    if not _sometimes(draw, 20):
        other.append(f"o{number} {names[0]}{'?' if kind == 'one' else '[]'} @relation({label})")


@st.composite
def schemas(draw: st.DrawFn) -> str:
    """The text of a schema."""
    enums = draw(st.lists(st.sampled_from(["Role", "Colour", _LONG + "Enum"]), max_size=2, unique=True))
    blocks = ['datasource db {\n  provider = "postgresql"\n}']
    for enum in enums:
        mapped = draw(st.sampled_from(["", ' @map("two")', ' @map("it is")', ' @map("b")']))
        lines = ["one", f"two_2{mapped}", "three // why"]
        if _sometimes(draw, 3):
            lines.append(f'@@map("{draw(st.sampled_from(_MAPPED))}")')
        blocks.append(_block("enum", enum, lines))
    models = draw(st.lists(st.sampled_from(_MODELS), min_size=1, max_size=4, unique=True))
    lines_of: dict[str, list[str]] = {}
    fields_of: dict[str, list[str]] = {}
    for model in models:
        fields = draw(st.lists(st.sampled_from(_FIELDS), max_size=6, unique=True))
        key = draw(
            st.sampled_from(
                ["@id", "@id", "@id @default(autoincrement())", f'@id(map: "key_{model[-3:]}")', "@id", "@unique"]
            )
        )
        lines_of[model] = [f"id Int {key}", *(draw(_field(model, field, enums)) for field in fields)]
        fields_of[model] = ["id", *fields]
    for number in range(draw(st.integers(0, 4))):
        one, other = draw(st.sampled_from(models)), draw(st.sampled_from(models))
        _relation(draw, lines_of[one], lines_of[other], (one, other), number)
    for model in models:
        for _ in range(draw(st.integers(0, 2))):
            lines_of[model].append(_attribute(draw, model, fields_of[model]))
        if _sometimes(draw, 4):
            lines_of[model].append(f'@@map("{draw(st.sampled_from(_MAPPED))}")')
        if _sometimes(draw, 15):
            lines_of[model].append("@@ignore")
        blocks.append(_block("model", model, lines_of[model]))
    return "\n\n".join(blocks) + "\n"


def _block(kind: str, name: str, lines: list[str]) -> str:
    return "\n".join([f"{kind} {name} {{", *(f"  {line}" for line in lines), "}"])
