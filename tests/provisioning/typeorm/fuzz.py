"""Entities at random, read by TypeORM and by us.

`python -m tests.provisioning.typeorm.fuzz [--rounds 20] [--seed 0] [--release 0] [--packages DIRECTORY]`: each round is
an app of entities with columns, keys, indexes and relations of many forms, which TypeORM takes; both must give the same
catalog. A round that differs is printed with its seed.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from random import Random
from typing import Final

import asyncpg

from app.local.postgres import Postgres
from app.provisioning.extraction.typeorm.reader import read
from app.provisioning.oracles.chosen import explanation, without_their_types
from app.provisioning.schema.ddl import statements
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import applied, compare_in, scratch
from tests.provisioning.prisma.fidelity import STUBS
from tests.provisioning.typeorm import oracle
from tests.world import PASSWORDS, server_directory

ENTITIES: Final = 12
_NAMES: Final = (
    "id", "name", "createdAt", "URLPath", "order", "user_id", "isX2", "a",
    "aVeryLongPropertyNameThatGoesOnAndOnForEver", "überName", "HTMLBody", "value",
)  # fmt: skip
_TABLES: Final = ("", "", '"things%d"', '"Odd Table %d"', '{ name: "t%d", schema: "other" }', '{ name: "select%d" }')
_TYPES: Final = (
    ("string", ""), ("number", ""), ("boolean", ""), ("Date", ""), ("string", '"text"'), ("string", '"varchar"'),
    ("string", '"uuid"'), ("number", '"int"'), ("number", '"smallint"'), ("string", '"bigint"'), ("number", '"float"'),
    ("number", '"real"'), ("string", '"numeric"'), ("string", '"decimal"'), ("object", '"jsonb"'), ("object", '"json"'),
    ("Date", '"date"'), ("string", '"time"'), ("Date", '"timestamptz"'), ("Date", '"timestamp with time zone"'),
    ("Buffer", '"bytea"'), ("string", '"inet"'), ("string[]", '"simple-array"'), ("object", '"simple-json"'),
    ("string", '"char"'), ("string", '"interval"'), ("string", '"point"'), ("string", '"tsvector"'),
    ("string", '"money"'), ("string", '"xml"'), ("string", '"int4range"'), ("string", '"bit"'), ("string", '"macaddr"'),
)  # fmt: skip
_DEFAULTS: Final = {
    "string": ('"x"', "null", '() => "\'made\'"'), "number": ("0", "-7", "null", '() => "1 + 1"'),
    "boolean": ("true", "false"), "Date": ('() => "now()"', '() => "CURRENT_TIMESTAMP"', "null"),
}  # fmt: skip
_TEXTS: Final = ("", '"text"', '"varchar"')
_ACTIONS: Final = ("CASCADE", "SET NULL", "RESTRICT", "NO ACTION")


class App:
    """Entities at random; the same ones for a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        names = [f"{self._random.choice(('User', 'postItem', 'APIKey', 'Z'))}{at}" for at in range(ENTITIES)]
        self.source = "\n".join(
            ['import * as orm from "typeorm";', "enum Word { A = 'a', B = \"it's\" }", "enum Digit { One = 1, Two }"]
            + [self._embedded(), self._base()]
            + [self._entity(at, name, names) for at, name in enumerate(names)]
        )

    def _maybe(self, one_in: int = 3) -> bool:
        return self._random.randrange(one_in) == 0

    def _embedded(self) -> str:
        return "class Place {\n" + "\n".join(self._columns(["street", "zipCode"])) + "\n}"

    def _base(self) -> str:
        moments = (
            '@orm.CreateDateColumn() madeAt: Date;\n@orm.UpdateDateColumn({ type: "timestamptz" }) changedAt: Date;'
        )
        return f"abstract class Base {{\n@orm.PrimaryGeneratedColumn() pk: number;\n{moments}\n}}"

    def _columns(self, names: list[str]) -> list[str]:
        return [f"{self._column(name)}" for name in names]

    def _column(self, name: str) -> str:
        kind, sql = self._random.choice(_TYPES)
        options: list[str] = []
        if self._maybe(8):
            enum, value = self._random.choice((("Word", "Word.A"), ("Digit", "Digit.Two"), ('["x", "y"]', '"y"')))
            many = self._maybe()
            default = f"default: {f'[{value}]' if many else value}, " if self._maybe() else ""
            return f'@orm.Column({{ type: "enum", enum: {enum}, {default}array: {str(many).lower()} }}) {name}: string;'
        options += [f"type: {sql}"] if sql else []
        options += ["nullable: true"] if self._maybe() else []
        options += ["unique: true"] if self._maybe(8) and sql not in ('"json"', '"point"', '"xml"') else []
        options += [f'name: "{name}_Col"'] if self._maybe(6) else []
        options += ['comment: "it\'s"'] if self._maybe(10) else []
        options += ["length: 40"] if kind == "string" and sql in ("", '"varchar"', '"char"') and self._maybe() else []
        options += ["precision: 8, scale: 2"] if sql in ('"numeric"', '"decimal"') and self._maybe() else []
        options += ["precision: 3"] if kind == "Date" and sql != '"date"' and self._maybe() else []
        if sql in ('"int"', '"text"', '"varchar"', '"uuid"') and self._maybe(6):
            options += ["array: true"]
        elif kind in _DEFAULTS and self._maybe() and (kind != "string" or sql in _TEXTS):
            options += [f"default: {self._random.choice(_DEFAULTS[kind])}"]
        mark = "@orm.Index() " if self._maybe(8) and sql not in ('"json"', '"point"', '"xml"') else ""
        return f"{mark}@orm.Column({{ {', '.join(options)} }}) {name}: {kind};"

    def _key(self) -> str:
        return self._random.choice(
            (
                "@orm.PrimaryGeneratedColumn() key: number;", '@orm.PrimaryGeneratedColumn("uuid") key: string;',
                '@orm.PrimaryGeneratedColumn("identity") key: number;', "@orm.PrimaryColumn() key: string;",
                '@orm.PrimaryColumn({ type: "bigint" }) key: string;',
                '@orm.PrimaryColumn() @orm.Generated("increment") key: number;',
                '@orm.PrimaryGeneratedColumn({ type: "bigint", name: "the_key" }) key: string;',
            )
        )  # fmt: skip

    def _relation(self, at: int, names: list[str]) -> str:
        # Of a class that is declared before, or of its own: nothing is named before it is there.
        target = names[self._random.randrange(at + 1)]
        name = f"rel{self._random.randrange(10**6)}"
        options = [f'onDelete: "{self._random.choice(_ACTIONS)}"'] if self._maybe() else []
        # TypeORM takes no circle of which every part is required.
        options += ["nullable: false"] if self._maybe() and target != names[at] else []
        given = f", {{ {', '.join(options)} }}" if options else ""
        match self._random.randrange(4):
            case 0:
                table = f'{{ name: "joined_{name}" }}' if self._maybe() else ""
                return f"@orm.ManyToMany(() => {target}) @orm.JoinTable({table}) {name}: {target}[];"
            case 1:
                return f"@orm.OneToOne(() => {target}{given}) @orm.JoinColumn() {name}: {target};"
            case _:
                join = f'@orm.JoinColumn({{ name: "{name}_ref" }}) ' if self._maybe() else ""
                return f"@orm.ManyToOne(() => {target}{given}) {join}{name}: {target};"

    def _entity(self, at: int, name: str, names: list[str]) -> str:
        columns = self._random.sample(_NAMES, self._random.randint(2, 6))
        table = self._random.choice(_TABLES)
        above = [f"@orm.Entity({table % at if '%' in table else table})"]
        plain = [f"p{n}" for n in range(2)]
        listed = ", ".join(f'"{each}"' for each in plain)
        above += [f"@orm.Index([{listed}], {{ unique: {str(self._maybe()).lower()} }})"] if self._maybe() else []
        above += [f'@orm.Index("named{at}", [{listed}], {{ where: \'"p0" > 3\' }})'] if self._maybe(4) else []
        above += [f"@orm.Unique([{listed}])"] if self._maybe(4) else []
        above += ["@orm.Check('\"p0\" > 0')"] if self._maybe(4) else []
        is_child = self._maybe(4)
        body = [] if is_child else [self._key()]
        body += [f"@orm.Column() {each}: number;" for each in plain] + self._columns(columns)
        body += ["@orm.Column(() => Place) home: Place;"] if self._maybe(5) else []
        body += ['@orm.Column(() => Place, { prefix: "old" }) past: Place;'] if self._maybe(6) else []
        body += ["@orm.VersionColumn() version: number;"] if self._maybe(6) else []
        body += ["@orm.DeleteDateColumn() goneAt: Date;"] if self._maybe(6) else []
        body += [self._relation(at, names) for _ in range(self._random.randrange(3))]
        extended = " extends Base" if is_child else ""
        return "\n".join([*above, f"export class {name}{extended} {{", *(f"  {line}" for line in body), "}"])


async def run(rounds: int, seed: int, release: int, packages: Path, url: str) -> int:
    """Tries apps; the number of those that differ."""
    wrong = 0
    async with scratch(url) as connection:
        await connection.execute(STUBS)
        for number in range(seed, seed + rounds):
            package = f'{{"dependencies": {{"typeorm": "^{release}.3.0"}}}}'
            tree = SourceTree({"package.json": package, "entities.ts": App(number).source})
            extraction = read(tree)
            assert extraction is not None
            try:
                theirs, _ = oracle.sql(tree.files, release, packages)
            except oracle.OracleError as error:
                print(f"{number}: rejected by TypeORM: {str(error)[:300]}", flush=True)
                continue
            try:
                fidelity = await compare_in(connection, extraction.schema, without_their_types(theirs))
            except asyncpg.PostgresError as error:
                print(f"{number}: does not apply: {error}", flush=True)
                await applied(connection, [each.sql for each in statements(extraction.schema)])
                continue
            differences = [each for each in fidelity.differences if explanation(each) is None]
            wrong += bool(differences)
            print(f"{number}: {f'{len(differences)} differences' if differences else 'equal'}", flush=True)
            print(*(f"    {str(each)[:300]}" for each in differences), sep="\n", end="\n" if differences else "")
    return wrong


def main() -> None:
    """Tries as many as are asked for."""
    parser = argparse.ArgumentParser(description="Compare random entities with what TypeORM makes of them")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="the first round's")
    parser.add_argument("--release", type=int, choices=(0, 1), default=0, help="the major version of TypeORM")
    parser.add_argument("--packages", type=Path, default=oracle.DIRECTORY, help="the directory with node_modules")
    given = parser.parse_args()
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], durable=False, report=lambda _: None
        ) as server,
    ):
        raise SystemExit(asyncio.run(run(given.rounds, given.seed, given.release, given.packages, server.url())))


if __name__ == "__main__":
    main()
