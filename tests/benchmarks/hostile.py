"""How the readers' time grows with apps that are made to cost them much: `python -m tests.benchmarks hostile`.

Each app is made in sizes that double. Printed are the processor's seconds, as the worker reads it (in a process of its
own, with its limits, less what the process takes to start), and the exponent: 1 is linear, 2 quadratic. What a stated
limit stops has few seconds at every size, and what the limit says in the last column. Several minutes.
"""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Final

from app.provisioning.extraction.result import IMPOSSIBLE, TOO_MUCH, Finding
from app.provisioning.extraction.sandbox import TIMEOUT_SECONDS, Given, bound, extract_here
from app.provisioning.source.files import SourceError
from tests.benchmarks.report import Report

SIZES: Final = (1_000, 2_000, 4_000)
STEEP: Final = 1.3
MEASURABLE_SECONDS: Final = 0.15
"""Below this the exponent is of noise."""

Files = dict[str, str]
_FORK: Final = multiprocessing.get_context("fork")
APPS: Final[dict[str, Callable[[int], Files]]] = {}


def hostile(make: Callable[[int], Files]) -> Callable[[int], Files]:
    """An app that costs much."""
    APPS[make.__name__] = make
    return make


def _lines(make: Callable[[int], str], size: int) -> str:
    return "\n".join(make(number) for number in range(size)) + "\n"


TYPEORM: Final = (
    "import { Entity, Column, PrimaryGeneratedColumn, ManyToOne, ManyToMany, JoinTable, OneToMany, Index, Unique }"
    ' from "typeorm";\n'
)
DRIZZLE: Final = 'import { pgTable, serial, text, integer, pgEnum } from "drizzle-orm/pg-core";\n'
SEQUELIZE: Final = 'import { Sequelize, DataTypes } from "sequelize";\nconst sequelize = new Sequelize("x");\n'
MONGOOSE: Final = 'import mongoose, { Schema } from "mongoose";\n'
ZOD: Final = 'import { z } from "zod";\n'
PRISMA: Final = 'datasource db {\n  provider = "postgresql"\n  url = env("X")\n}\n'


@hostile
def typeorm_circle(size: int) -> Files:
    """Entities that inherit in a circle."""
    return {
        "a.ts": TYPEORM
        + _lines(
            lambda n: (
                f"@Entity() export class E{n} extends E{(n + 1) % size} {{ @PrimaryGeneratedColumn() id{n}: number; }}"
            ),
            size,
        )
    }


@hostile
def typeorm_circle_of_files(size: int) -> Files:
    """The same, a file each, which import each other."""
    return {
        f"e{n}.ts": f"{TYPEORM}import {{ E{(n + 1) % size} }} from './e{(n + 1) % size}';\n"
        f"@Entity() export class E{n} extends E{(n + 1) % size} {{ @PrimaryGeneratedColumn() id{n}: number; }}\n"
        for n in range(size)
    }


@hostile
def typeorm_heirs(size: int) -> Files:
    """Entities that all inherit from one, with a column each, which is in one table."""
    return {
        "a.ts": f"{TYPEORM}import {{ TableInheritance, ChildEntity }} from 'typeorm';\n"
        '@Entity() @TableInheritance({ column: "kind" }) export class Base { @PrimaryGeneratedColumn() id: number; }\n'
        + _lines(lambda n: f"@ChildEntity() export class C{n} extends Base {{ @Column() c{n % 1000}: string; }}", size)
    }


@hostile
def typeorm_exports(size: int) -> Files:
    """A chain of files that export all of the next one."""
    files = {f"i{n}.ts": f"export * from './i{n + 1}';\n" for n in range(size)}
    files[f"i{size}.ts"] = f"{TYPEORM}@Entity() export class Last {{ @PrimaryGeneratedColumn() id: number; }}\n"
    files["z.ts"] = (
        f"{TYPEORM}import {{ Last }} from './i0';\n@Entity() export class First {{ @PrimaryGeneratedColumn() id:"
        f" number;\n" + _lines(lambda n: f"@ManyToOne(() => Last) last{n}: Last;", min(size, 200)) + "}\n"
    )
    return files


@hostile
def typeorm_exports_of_all(size: int) -> Files:
    """Files that each export all of many others, in circles."""
    return {
        f"i{n}.ts": "".join(f"export * from './i{(n * k + k) % size}';\n" for k in range(1, 6))
        + f"{TYPEORM}import {{ E{(n * 7) % size} }} from './i{(n * 3) % size}';\n"
        f"@Entity() export class E{n} {{ @PrimaryGeneratedColumn() id: number;"
        f" @ManyToOne(() => E{(n * 7) % size}) e: E{(n * 7) % size}; }}\n"
        for n in range(size)
    }


@hostile
def typeorm_all_with_all(size: int) -> Files:
    """As many relations, many to many, among the square root of entities."""
    side = math.isqrt(size)
    return {
        "a.ts": TYPEORM
        + _lines(
            lambda n: (
                f"@Entity() export class E{n} {{ @PrimaryGeneratedColumn() id: number;\n"
                + _lines(
                    lambda m: f"@ManyToMany(() => E{m}, (e) => e.r{n}) {'@JoinTable()' if n < m else ''} r{m}: E{m}[];",
                    side,
                )
                + "}"
            ),
            side,
        )
    }


@hostile
def typeorm_doubled(size: int) -> Files:
    """Classes embedded twice in the next one: two to the power of their number of columns."""
    depth = int(math.log2(size)) * 4
    return {
        "a.ts": f"{TYPEORM}class V0 {{ @Column() a: string; @Column() b: string; }}\n"
        + _lines(lambda n: f"class V{n + 1} {{ @Column(() => V{n}) a: V{n}; @Column(() => V{n}) b: V{n}; }}", depth)
        + f"@Entity() export class E {{ @PrimaryGeneratedColumn() id: number; @Column(() => V{depth}) v: V{depth}; }}\n"
    }


@hostile
def typeorm_columns(size: int) -> Files:
    """One entity with five times as many columns."""
    return {
        "a.ts": TYPEORM
        + "@Entity() export class E { @PrimaryGeneratedColumn() id: number;\n"
        + _lines(lambda n: f"@Column() @Index() c{n}: string;", size * 5)
        + "}\n"
    }


@hostile
def typeorm_enums(size: int) -> Files:
    """Enums whose members are those of the one before."""
    return {
        "a.ts": f"{TYPEORM}enum N0 {{ A = 'a' }}\n"
        + _lines(lambda n: f"enum N{n + 1} {{ A = N{n}.A, B = 'b{n}' }}", size)
        + _lines(
            lambda n: (
                f"@Entity() export class E{n} {{ @PrimaryGeneratedColumn() id: number;"
                f" @Column({{ type: 'enum', enum: N{n} }}) s: N{n}; }}"
            ),
            size,
        )
    }


@hostile
def typeorm_mixins(size: int) -> Files:
    """Functions that make classes of classes, one around the other."""
    return {
        "a.ts": f"{TYPEORM}class B {{}}\n"
        + _lines(
            lambda n: f"function M{n}(T: any) {{ class C extends T {{ @Column() c{n}: string; }} return C; }}", size
        )
        + _lines(
            lambda n: (
                f"@Entity() export class E{n} extends M{n}(M{(n + 1) % size}(M{(n + 2) % size}(B)))"
                " { @PrimaryGeneratedColumn() id: number; }"
            ),
            size,
        )
    }


@hostile
def typeorm_members(size: int) -> Files:
    """Members of a class with very many decorators, and decorators of a class."""
    return {
        "a.ts": TYPEORM
        + "".join(f"@Index(['c', 'd{n}'])\n" for n in range(size))
        + "@Entity() export class E { @PrimaryGeneratedColumn() id: number;\n"
        + "@Index() " * size
        + "@Column() c: string; }\n"
    }


@hostile
def source_doubled(size: int) -> Files:
    """Values that hold the one before twice: spreads, lists, strings, sums."""
    depth = int(math.log2(size)) * 5
    return {
        "a.ts": f"{DRIZZLE}const o0 = {{ a: text('a') }}; const l0 = ['a']; const s0 = 'abcdefgh'; const t0 = 'a';\n"
        + _lines(
            lambda n: (
                f"const o{n + 1} = {{ ...o{n}, ...o{n}, x{n}: o{n} }}; const l{n + 1} = [...l{n}, ...l{n}];"
                f" const s{n + 1} = `${{s{n}}}${{s{n}}}`; const t{n + 1} = t{n} + t{n};"
            ),
            depth,
        )
        + f"export const t = pgTable('t', {{ id: serial('id'), ...o{depth}, b: text(s{depth}), c: text(t{depth}),"
        f" d: text('d', {{ enum: l{depth} }}) }});\n"
    }


@hostile
def source_doubled_values(size: int) -> Files:
    """The same for TypeORM, Sequelize and Mongoose."""
    depth = int(math.log2(size)) * 5
    values = (
        "const o0 = { length: 5 }; const l0 = ['a']; const s0 = 'abcdefgh'; const t0 = 'a'; const c0 = true;\n"
        + _lines(
            lambda n: (
                f"const o{n + 1} = {{ ...o{n}, ...o{n} }}; const l{n + 1} = [...l{n}, ...l{n}];"
                f" const s{n + 1} = `${{s{n}}}${{s{n}}}`; const t{n + 1} = t{n} + t{n}; const c{n + 1} = c{n} ?"
                f" c{n} : c{n};"
            ),
            depth,
        )
    )
    return {
        "a.ts": f"{TYPEORM}{values}@Entity(s{depth}) export class E {{ @PrimaryGeneratedColumn() id: number;"
        f" @Column(o{depth}) o: string; @Column({{ enum: l{depth}, default: t{depth}, nullable: c{depth} }}) l:"
        f" string; }}\n",
        "b.ts": f"{SEQUELIZE}{values}export const M = sequelize.define(s{depth}, {{ o: {{ type: DataTypes.STRING,"
        f" ...o{depth} }},"
        f" l: {{ type: DataTypes.ENUM(...l{depth}), defaultValue: t{depth} }} }});\n",
        "c.ts": f"{MONGOOSE}{values}export const S = mongoose.model(s{depth}, new Schema({{ o: {{ type: String,"
        f" ...o{depth} }},"
        f" l: {{ type: String, enum: l{depth}, default: t{depth} }} }}));\n",
    }


@hostile
def source_chain(size: int) -> Files:
    """Names that stand for names."""
    return {
        "a.ts": f"{DRIZZLE}const n0 = 'a';\n"
        + _lines(lambda n: f"const n{n + 1} = n{n};", size)
        + "export const t = pgTable('t', {\n"
        + _lines(lambda n: f"c{n}: text(n{n}),", min(size, 1_500))
        + "});\n"
    }


@hostile
def source_imports(size: int) -> Files:
    """Files that import each other in a circle, and use what they import."""
    return {
        f"m{n}.ts": f"{DRIZZLE}import {{ t{(n + 1) % size} }} from './m{(n + 1) % size}';\n"
        f"export const t{n} = pgTable('t{n}', {{ id: serial('id').primaryKey(),"
        f" o: integer('o').references(() => t{(n + 1) % size}.id) }});\n"
        for n in range(size)
    }


@hostile
def source_aliases(size: int) -> Files:
    """As many names of folders as imports."""
    paths = ",".join(f'"@p{n}/*": ["src/p{n}/*"]' for n in range(size))
    return {
        "tsconfig.json": f'{{"compilerOptions": {{"paths": {{{paths}}}}}}}',
        **{
            f"src/p{n}/t.ts": f"{DRIZZLE}import {{ t{(n + 1) % size} }} from '@p{(n + 1) % size}/t';\n"
            f"export const t{n} = pgTable('t{n}', {{ id: serial('id').primaryKey(),"
            f" o: integer('o').references(() => t{(n + 1) % size}.id) }});\n"
            for n in range(size)
        },
    }


@hostile
def source_packages(size: int) -> Files:
    """As many packages, which import each other."""
    return {
        **{f"packages/p{n}/package.json": f'{{"name": "@p/p{n}"}}' for n in range(size)},
        **{
            f"packages/p{n}/src/index.ts": f"{TYPEORM}import {{ E{(n + 1) % size} }} from '@p/p{(n + 1) % size}';\n"
            f"@Entity() export class E{n} {{ @PrimaryGeneratedColumn() id: number;"
            f" @ManyToOne(() => E{(n + 1) % size}) e: E{(n + 1) % size}; }}\n"
            for n in range(size)
        },
    }


@hostile
def source_scopes(size: int) -> Files:
    """Functions within functions, each with names of its own."""
    return {
        "a.tsx": f"{ZOD}export interface Post {{ id: string; title: string }}\n"
        + "".join(f"function f{n}(p{n}: Post) {{ const v{n} = p{n}.title;\n" for n in range(size))
        + "}" * size
        + "\n"
    }


@hostile
def source_brackets(size: int) -> Files:
    """Brackets within brackets, in all kinds of files."""
    deep = size * 20
    return {
        "a.ts": f"{DRIZZLE}{TYPEORM}const a = " + "[" * deep + "]" * deep + ";\n",
        "b.tsx": f"{ZOD}const b = " + "(" * deep + "1" + ")" * deep + ";\n",
        "c.ts": f"{MONGOOSE}const c = new Schema(" + "{a: " * deep + "1" + "}" * deep + ");\nmongoose.model('C', c);\n",
        "d.tsx": "const d = <form>" + "<div>" * deep + "</div>" * deep + "</form>;\n",
        "e.ts": "type T = " + "{a: " * deep + "string" + "}" * deep + ";\n",
        "f.prisma": PRISMA + "model F {\n  id Int @id @default(" + "[" * deep + "]" * deep + ")\n}\n",
    }


@hostile
def source_chains(size: int) -> Files:
    """Calls on calls, members of members, sums of sums."""
    return {
        "a.ts": f"{DRIZZLE}export const t = pgTable('t', {{ id: serial('id'){'.notNull()' * size},"
        f" b: text('b').default({' + '.join(['1'] * size)}) }});\n",
        "b.ts": f"{ZOD}export const S = z.object({{ a: z.string(){'.min(1)' * size} }});\n",
        "c.ts": f"const x = a{'.b' * size};\nfetch('/api/x'){'.then((r) => r.json())' * size};\n",
        "d.ts": f"const y = {' || '.join(['a'] * size)};\nconst z = {' ? 1 : '.join(['a'] * size)};\n",
    }


@hostile
def source_text(size: int) -> Files:
    """Very long strings, templates, comments and lines that look like patterns."""
    return {
        "a.ts": f"{TYPEORM}{DRIZZLE}{MONGOOSE}// " + "/*" * size * 40 + "\n",
        "b.ts": f"{SEQUELIZE}const s = '{'x' * size * 100}';\nconst t = `{'${1}' * size * 10}`;\n",
        "c.tsx": "/" + "(a+)+" * size * 20 + "/;\n" + "<script" * size + "\n" + "@Entity" * size * 10 + "\n",
        "d.vue": "<script " + "x" * size * 10 + "<script " * size * 10,
        "e.html": "<form " * size * 5 + "<input name='a' " * size * 5,
        "f.ts": "a" * size * 50 + "." * size * 50 + " " * size * 50 + "\\" * size * 50 + "\n",
        "g.ts": f"{DRIZZLE}" + "// x\n" * size * 10 + "export const t = pgTable('t', { id: serial('id') });\n",
        "h.prisma": PRISMA + "// " + "x" * size * 100 + "\n/// y\n" * size + "model H {\n  id Int @id\n}\n",
    }


@hostile
def source_bundle(size: int) -> Files:
    """What a bundler makes: all on one line."""
    return {
        "a.js": "".join(
            f'var a{n}=function(t,e){{return t.map(n=>({{...n,id:e[{n}]||"x"}}))}};' for n in range(size * 4)
        ),
        "b.js": 'import{Schema,model}from"mongoose";'
        + "".join(f"var m{n}=model('M{n}',new Schema({{a:String,b:{{type:Number}}}}));" for n in range(size)),
    }


@hostile
def prisma_all_with_all(size: int) -> Files:
    """As many relations, many to many, among the square root of models."""
    side = math.isqrt(size)
    return {
        "schema.prisma": PRISMA
        + _lines(
            lambda n: (
                f"model M{n} {{\n  id Int @id\n"
                + _lines(lambda m: f'  r{m} M{m}[] @relation("R{min(n, m)}_{max(n, m)}")' if n != m else "", side)
                + "}"
            ),
            side,
        )
    }


@hostile
def prisma_models(size: int) -> Files:
    """Models that each refer to the next one, with an enum each, all names of one stem."""
    long = "x" * 70
    return {
        "schema.prisma": PRISMA
        + _lines(
            lambda n: (
                f"enum K{n} {{\n  A\n  B\n}}\nmodel {long}{n} {{\n  id Int @id\n  k K{n} @default(A)\n  o Int\n"
                f"  next {long}{(n + 1) % size} @relation(fields: [o], references: [id])\n  prior"
                f" {long}{(n - 1) % size}[]\n"
                f"  @@index([o])\n  @@unique([o, k])\n}}"
            ),
            size,
        )
    }


@hostile
def prisma_fields(size: int) -> Files:
    """One model with as many fields, relations to one model and indexes."""
    return {
        "schema.prisma": PRISMA
        + "model A {\n  id Int @id\n"
        + _lines(lambda n: f'  f{n} Int\n  r{n} B @relation("r{n}", fields: [f{n}], references: [id])', size)
        + _lines(lambda n: f"  @@index([f{n}])", size)
        + "}\nmodel B {\n  id Int @id\n"
        + _lines(lambda n: f'  a{n} A[] @relation("r{n}")', size)
        + "}\n"
    }


@hostile
def prisma_files(size: int) -> Files:
    """As many files, each with a datasource of its own, and as many without."""
    return {
        **{f"d{n}/schema.prisma": f"{PRISMA}model A {{\n  id Int @id\n}}\n" for n in range(size)},
        **{f"d{n}/more/b.prisma": "model B {\n  id Int @id\n}\n" for n in range(size)},
    }


@hostile
def prisma_text(size: int) -> Files:
    """Long names, strings, lists and broken syntax."""
    return {
        "schema.prisma": PRISMA
        + f'model {"A" * size * 10} {{\n  id Int @id\n  s String @default("{"x" * size * 20}")\n'
        + f"  @@index([{', '.join(['s'] * size)}])\n}}\n"
        + "model B {\n" * size
        + "@@ {{ [ ( \n" * size
    }


@hostile
def drizzle_tables(size: int) -> Files:
    """Tables that each spread the columns of the one before and refer to it, under long names."""
    return {
        "a.ts": f"{DRIZZLE}import {{ relations }} from 'drizzle-orm';\nconst base = {{ id:"
        f" serial('id').primaryKey(), at: text('at') }};\n"
        + _lines(
            lambda n: (
                f"export const t{n} = pgTable('{'t' * 70}{n}', {{ ...base, o: integer('o').references(() =>"
                f" t{(n + 1) % size}.id) }}, (t) => [index('i{n}').on(t.o)]);\n"
                f"export const r{n} = relations(t{n}, ({{ one, many }}) => ({{ o: one(t{(n + 1) % size}), m:"
                f" many(t{n}) }}));"
            ),
            size,
        )
    }


@hostile
def drizzle_spreads(size: int) -> Files:
    """Columns that spread those before."""
    depth = int(size**0.5)
    return {
        "a.ts": f"{DRIZZLE}const c0 = {{ id: serial('id') }};\n"
        + _lines(lambda n: f"const c{n + 1} = {{ ...c{n}, a{n}: text('a{n}') }};", depth)
        + _lines(lambda n: f"export const t{n} = pgTable('t{n}', {{ ...c{n} }});", depth)
    }


@hostile
def drizzle_columns(size: int) -> Files:
    """One table with as many columns, and as many indexes on them."""
    return {
        "a.ts": f"{DRIZZLE}import {{ index }} from 'drizzle-orm/pg-core';\nexport const t = pgTable('t', {{\n"
        + _lines(lambda n: f"c{n}: text('c{n}').notNull().default('x'),", size)
        + "}, (t) => [\n"
        + _lines(lambda n: f"index('i{n}').on(t.c{n}),", size)
        + "]);\n"
    }


@hostile
def drizzle_exports(size: int) -> Files:
    """A schema of files that export each other, which a config names by a pattern."""
    return {
        "drizzle.config.ts": "export default { schema: './s/*.ts', dialect: 'postgresql' };\n",
        **{
            f"s/m{n}.ts": f"{DRIZZLE}export * from './m{(n + 1) % size}';\n"
            f"export const t{n} = pgTable('t{n}', {{ id: serial('id').primaryKey() }});\n"
            for n in range(size)
        },
    }


@hostile
def sequelize_models(size: int) -> Files:
    """Models with relations to the next one, in functions, with spreads."""
    return {
        "a.ts": SEQUELIZE
        + "const base = { a: DataTypes.STRING, b: { type: DataTypes.INTEGER, allowNull: false } };\n"
        + _lines(lambda n: f"export const M{n} = sequelize.define('M{n}', {{ ...base, c{n}: DataTypes.TEXT }});", size)
        + _lines(lambda n: f"M{n}.belongsTo(M{(n + 1) % size}); M{(n + 1) % size}.hasMany(M{n});", size)
    }


@hostile
def sequelize_all_with_all(size: int) -> Files:
    """As many relations, many to many, among the square root of models."""
    side = math.isqrt(size)
    return {
        "a.ts": SEQUELIZE
        + _lines(lambda n: f"export const M{n} = sequelize.define('M{n}', {{ a: DataTypes.STRING }});", side)
        + "".join(
            f"M{n}.belongsToMany(M{m}, {{ through: 'T{min(n, m)}_{max(n, m)}' }});\n"
            for n in range(side)
            for m in range(side)
            if n != m
        )
    }


@hostile
def sequelize_columns(size: int) -> Files:
    """One model with as many columns and indexes."""
    return {
        "a.ts": SEQUELIZE
        + "export const M = sequelize.define('M', {\n"
        + _lines(lambda n: f"c{n}: {{ type: DataTypes.STRING, unique: true }},", size)
        + "}, { indexes: [\n"
        + _lines(lambda n: f"{{ fields: ['c{n}'] }},", size)
        + "] });\n"
    }


@hostile
def mongoose_models(size: int) -> Files:
    """Models that refer to each other, with lists of parts."""
    return {
        "a.ts": MONGOOSE
        + _lines(
            lambda n: (
                f"const s{n} = new Schema({{ a: String, o: {{ type: Schema.Types.ObjectId, ref: 'M{(n + 1) % size}' }},"
                f" tags: [String], parts: [{{ b: Number }}] }}, {{ timestamps: true }});\ns{n}.index({{ a: 1, o: -1"
                f" }});\n"
                f"export const M{n} = mongoose.model('M{n}', s{n});"
            ),
            size,
        )
    }


@hostile
def mongoose_doubled(size: int) -> Files:
    """Schemas that hold the one before twice, as it is and in lists."""
    depth = int(math.log2(size)) * 5
    return {
        "a.ts": f"{MONGOOSE}const s0 = new Schema({{ a: String }});\nconst l0 = new Schema({{ a: String }});\n"
        "const p0 = { a: String };\n"
        + _lines(
            lambda n: (
                f"const s{n + 1} = new Schema({{ x: s{n}, y: s{n} }});\n"
                f"const l{n + 1} = new Schema({{ x: [l{n}], y: [l{n}] }});\nconst p{n + 1} = {{ x: p{n}, y: p{n} }};"
            ),
            depth,
        )
        + f"mongoose.model('S', s{depth});\nmongoose.model('L', l{depth});\nmongoose.model('P', new"
        f" Schema(p{depth}));\n"
    }


@hostile
def mongoose_changes(size: int) -> Files:
    """One schema that is changed as often, and one with as many discriminators."""
    return {
        "a.ts": f"{MONGOOSE}const s = new Schema({{ a: String }});\n"
        + _lines(lambda n: f"s.add({{ b{n}: Number }}); s.index({{ b{n}: 1 }}); s.path('b{n}').required(true);", size)
        + "const M = mongoose.model('M', s);\n"
        + _lines(lambda n: f"M.discriminator('D{n}', new Schema({{ d{n % 500}: String }}));", size)
    }


@hostile
def mongoose_fields(size: int) -> Files:
    """One schema with as many fields."""
    return {
        "a.ts": f"{MONGOOSE}const s = new Schema({{\n"
        + _lines(lambda n: f"f{n}: {{ type: String, enum: ['a', 'b'], index: true }},", size)
        + "});\nexport const M = mongoose.model('M', s);\n"
    }


@hostile
def components_types(size: int) -> Files:
    """Interfaces that extend the one before and refer to it."""
    return {
        "a.ts": "export interface T0 { id: string }\n"
        + _lines(lambda n: f"export interface T{n + 1} extends T{n} {{ f{n}: string; o{n}: T{n}[] }}", size)
    }


@hostile
def components_circle(size: int) -> Files:
    """Types that are joined in a circle."""
    return {
        "a.ts": _lines(
            lambda n: (
                f"export type T{n} = T{(n + 1) % size} & {{ id: string; f{n}: string }};\n"
                f"export interface I{n} extends I{(n + 1) % size} {{ id: string; g{n}: number }}"
            ),
            size,
        )
    }


@hostile
def components_doubled(size: int) -> Files:
    """Types that hold, join and unite the one before twice."""
    depth = int(math.log2(size)) * 5
    return {
        "a.ts": "type U0 = 'a' | 'b'; type H0 = { id: string }; type J0 = { id: string }; type K0<T> = T;\n"
        + _lines(
            lambda n: (
                f"type U{n + 1} = U{n} | U{n}; type H{n + 1} = {{ id: string; x: H{n}; y: H{n} }};"
                f" type J{n + 1} = J{n} & J{n} & {{ a{n}: string }}; type K{n + 1}<T> = K{n}<T> | K{n}<K{n}<T>>;"
                f" type C{n} = H{n} extends J{n} ? H{n} : J{n};"
            ),
            depth,
        )
        + f"export interface Post {{ id: string; u: U{depth}; h: H{depth}; j: J{depth}; k: K{depth}<string>; c:"
        f" C{depth - 1} }}\n"
    }


@hostile
def components_unions(size: int) -> Files:
    """Unions, joins and conditions, as long as may be."""
    return {
        "a.ts": f"type U = {' | '.join(repr(f'u{n}') for n in range(size))};\n"
        + f"type J = {' & '.join(f'{{ a{n}: string }}' for n in range(size))};\n"
        + f"type C<T> = {' : '.join(f'T extends {n} ? string' for n in range(size))} : never;\n"
        + f"type V = {'(' * size}string{' | null)' * size};\n"
        + "export interface Post { id: string; u: U; j: J; c: C<1>; v: V }\n"
    }


@hostile
def components_zod(size: int) -> Files:
    """Schemas of zod that extend the one before."""
    return {
        "a.ts": f"{ZOD}export const s0 = z.object({{ id: z.string() }});\n"
        + _lines(lambda n: f"export const s{n + 1} = s{n}.extend({{ f{n}: z.string(), o: s{n} }});", size)
    }


@hostile
def components_zod_many(size: int) -> Files:
    """As many schemas that extend one, and types inferred from them."""
    return {
        "a.ts": f"{ZOD}export const base = z.object({{ id: z.string() }});\n"
        + _lines(
            lambda n: (
                f"export const Post{n}Schema = base.extend({{ f{n}: z.string() }});\nexport type Post{n} ="
                f" z.infer<typeof Post{n}Schema>;"
            ),
            size,
        )
    }


@hostile
def components_zod_doubled(size: int) -> Files:
    """Schemas of zod that hold the one before twice."""
    depth = int(math.log2(size)) * 5
    return {
        "a.ts": f"{ZOD}const s0 = z.object({{ id: z.string() }});\n"
        + _lines(
            lambda n: (
                f"const s{n + 1} = z.object({{ id: z.string(), x: s{n}, y: z.array(s{n}), z: z.union([s{n}, s{n}]) }})"
                f".merge(s{n}).merge(s{n});"
            ),
            depth,
        )
        + f"export const PostSchema = s{depth};\n"
    }


@hostile
def components_state(size: int) -> Files:
    """Pages, a file each, with as many things kept, fetched, and filled in."""
    return {
        f"p{n}.tsx": 'import { useState } from "react";\n'
        f"import {{ Thing{(n + 1) % size} }} from './p{(n + 1) % size}';\n"
        f"export interface Thing{n} {{ id: string; name: string; other: Thing{(n + 1) % size} }}\n"
        f"const seed{n}: Thing{n}[] = [{{ id: '1', name: 'a' }}, {{ id: '2', name: 'b' }}];\n"
        f"export function P{n}() {{ const [a, setA] = useState<Thing{n}[]>(seed{n});"
        f" fetch('/api/thing{n}s', {{ method: 'POST', body: JSON.stringify({{ name: a }}) }});"
        f" return <form onSubmit={{() => save{n}(a)}}><input name='name' required /><input name='f{n}'"
        f" /></form>; }}\n"
        for n in range(size)
    }


@hostile
def components_one_page(size: int) -> Files:
    """One page with as many of everything in one function."""
    return {
        "a.tsx": 'import { useState } from "react";\nexport function P() {\n'
        + _lines(lambda n: f"const [v{n}, setV{n}] = useState({{ id: '{n}', name: 'a', v: v{max(n - 1, 0)} }});", size)
        + _lines(
            lambda n: (
                f"const h{n} = async () => {{ await fetch('/api/items/' + v{n}.id, {{ method: 'PUT', body:"
                f" JSON.stringify(v{n}) }}); }};"
            ),
            size,
        )
        + "return <form>\n"
        + _lines(
            lambda n: (
                f"<input name='f{n}' value={{v{n}.name}} onChange={{(e) => setV{n}({{ ...v{n}, name: e.target.value"
                f" }})}} />"
            ),
            size,
        )
        + "</form>; }\n"
    }


@hostile
def components_seeds(size: int) -> Files:
    """A list of as many things, and one thing with as many fields."""
    return {
        "a.ts": "export const posts = [\n"
        + _lines(lambda n: f"{{ id: {n}, title: 'a', tags: ['x', 'y'], by: {{ id: {n}, name: 'b' }} }},", size)
        + "];\nexport const wide = [{ id: 1,\n"
        + _lines(lambda n: f"f{n}: 'x',", size)
        + "}];\n",
        "b.json": "[" + ",".join(f'{{"id": {n}, "title": "a"}}' for n in range(size)) + "]",
    }


@hostile
def components_pages(size: int) -> Files:
    """A page of HTML with as many forms, never closed."""
    return {
        "a.html": _lines(lambda n: f"<form action='/api/thing{n}'><input name='a{n}'><select name='s'><option>x", size),
        "b.vue": "<template>" + "<form><input v-model='a.b'>" * size + "</template><script>" * size,
    }


@hostile
def components_files(size: int) -> Files:
    """As many files with one type each, which name those of the others."""
    return {
        f"t{n}.ts": f"import {{ T{(n * 7 + 1) % size} }} from './t{(n * 7 + 1) % size}';\n"
        f"export interface T{n} extends T{(n * 7 + 1) % size} {{ id: string; f{n}: string; o: T{(n * 7 + 1) % size}"
        f" }}\n"
        for n in range(size)
    }


async def run() -> int:
    """Measure and print; 1 where something is steeper than it may be."""
    report = Report()
    report.title("Apps made to cost much", "Seconds of the processor at each size.")
    for make in APPS.values():
        # So that all of the readers is loaded, which each process then has from the start.
        extract_here(Given(files=make(2)))
    rows, steep = [], []
    for name, make in APPS.items():
        spent, said = _measured(make)
        if _is_steep(spent):
            # Others on this machine only ever make it slower.
            spent = [min(pair) for pair in zip(spent, _measured(make)[0], strict=True)]
        if _is_steep(spent):
            steep.append(name)
        grown = _exponent(spent)
        rows.append([name, *(f"{each:.2f}" for each in spent), "-" if grown is None else f"{grown:.2f}", said])
        print(*rows[-1], flush=True)
    report.table(("app", *(f"{size:,}" for size in SIZES), "exponent", "said"), rows)
    report.say(f"Steeper than {STEEP}: {', '.join(steep)}." if steep else f"None is steeper than {STEEP}.")
    return 1 if steep else 0


def _exponent(spent: list[float]) -> float | None:
    """By which power of the size the time grows, over the two doublings; None where it is too short to tell."""
    first, last = spent[0], spent[-1]
    if last < MEASURABLE_SECONDS:
        return None
    return math.log2(last / max(first, MEASURABLE_SECONDS / 4)) / (len(spent) - 1)


def _is_steep(spent: list[float]) -> bool:
    grown = _exponent(spent)
    return grown is not None and grown > STEEP


def _measured(make: Callable[[int], Files]) -> tuple[list[float], str]:
    """The seconds of the processor at each size, all at once, and what was said at the largest."""
    found = [_heard(answer) for answer in [_begun(make(size)) for size in SIZES]]
    return [seconds for seconds, _ in found], found[-1][1]


def _begun(files: Files) -> Connection:
    ours, theirs = _FORK.Pipe(duplex=False)
    _FORK.Process(target=_read, args=(files, theirs)).start()
    theirs.close()
    return ours


def _heard(answer: Connection) -> tuple[float, str]:
    with answer:
        try:
            seconds, said = answer.recv()
        except EOFError:
            return TIMEOUT_SECONDS, "ended at the limit of time or memory"
        return seconds, said


def _read(files: Files, answer: Connection) -> None:
    bound()
    before = time.process_time()
    try:
        extracted = extract_here(Given(files=files))
        said = ", ".join(sorted(set(_limits(extracted.extraction.findings))))
    except SourceError as error:
        said = str(error)
    answer.send((time.process_time() - before, said))


def _limits(findings: Iterable[Finding]) -> Iterator[str]:
    return (each.rule for each in findings if each.rule.endswith((TOO_MUCH, IMPOSSIBLE, "bundle", "embedded")))
