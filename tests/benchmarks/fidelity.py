"""How near extraction comes to the real tools: over the feature files, and over apps whose directories are given.

`python -m tests.benchmarks fidelity [DIRECTORY …] [--packages DIRECTORY]` prints for each tool and each kind of thing
the share that is equal in PostgreSQL's catalog. What the tools make of the features stands beside them; about apps they
are asked, which runs the app's code. Every difference is printed with what explains it, or counted as unexplained.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import asyncpg

from app.local.postgres import Postgres
from app.provisioning.extraction.app import reader
from app.provisioning.extraction.result import Extraction, ReaderName
from app.provisioning.oracles.chosen import explanation, without_extensions, without_their_types
from app.provisioning.oracles.tools import SCRIPTS, TOOLS, Answer, OracleError, ask
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.difference import Difference, Kind, differences, score
from app.provisioning.schema.model import Schema
from app.provisioning.schema.validation import SchemaError
from app.provisioning.source.files import SourceError, SourceTree
from tests.benchmarks.report import Report
from tests.provisioning.components import score as components
from tests.provisioning.fidelity import applied, scratch
from tests.provisioning.mongoose import expected as mongoose
from tests.provisioning.mongoose import oracle as mongoose_oracle
from tests.provisioning.prisma.fidelity import STUBS
from tests.provisioning.typeorm import regenerate as typeorm
from tests.world import PASSWORDS, server_directory

FEATURES: Final = Path(__file__).parents[1] / "provisioning"
KINDS: Final[tuple[Kind, ...]] = (
    "schema", "enum", "table", "column", "type", "nullability", "default", "sequence", "primary key", "foreign key",
    "unique", "index", "check", "exclusion", "comment",
)  # fmt: skip
_OF_DOCUMENTS: Final[dict[str, Kind]] = {
    "key": "primary key", "type": "type", "null": "nullability", "default": "default", "values": "enum",
    "reference": "foreign key", "index": "index", "limit": "check",
}  # fmt: skip
"""What is asked of Mongoose's paths, as what it is in a table."""

NAMES: Final = {"prisma": "Prisma", "drizzle": "Drizzle", "sequelize": "Sequelize", "mongoose": "Mongoose"}


@dataclass
class Tally:
    """What came of all sources of one tool."""

    equal: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    explained: int = 0
    unexplained: int = 0

    def count(self, name: str, outcome: str, why: str = "") -> None:
        """One source more; all but what is equal is said."""
        self.outcomes[outcome] += 1
        if outcome != "equal":
            print(f"{name}: {outcome}{f': {why}' if why else ''}"[:400], flush=True)

    def share(self, kind: str) -> str:
        """As a cell of the table."""
        of = self.of[kind]
        return f"{self.equal[kind]:,} of {of:,}, {self.equal[kind] / of:.2%}" if of else "–"

    @property
    def everything(self) -> str:
        """Of all kinds together."""
        of = self.of.total()
        return f"{self.equal.total():,} of {of:,}, {self.equal.total() / of:.2%}" if of else "–"


class Comparison:
    """Sources that are tried in one database; each leaves nothing there."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.tallies: dict[str, Tally] = {}

    def tally(self, tool: str) -> Tally:
        """The counts of a tool."""
        return self.tallies.setdefault(tool, Tally())

    async def compare(self, tool: str, name: str, extraction: Extraction, answer: Answer) -> None:
        """Ours beside a tool's."""
        tally = self.tally(tool)
        ours = await self.made(tally, name, extraction)
        if ours is None:
            return
        try:
            theirs = await applied(self._connection, answer.sql)
        except (asyncpg.PostgresError, ValueError) as error:
            tally.count(name, "only the tool's does not apply", str(error))
            return
        # What the database has for the extensions that the servers of tests lack is the same on both sides.
        ours, theirs = replace(ours, extensions=()), replace(theirs, extensions=())
        found = differences(ours, theirs)
        whys = [_why(difference, extraction, answer) for difference in found]
        for kind, each in score(ours, theirs).items():
            tally.of[kind] += each.of
            tally.equal[kind] += each.equal
        for difference, why in zip(found, whys, strict=True):
            if why is None:
                print(f"    {difference} [UNEXPLAINED]"[:400])
            elif explanation(difference) is not None:
                tally.equal[difference.kind] += 1
            else:
                # Nothing can be said of what the tool did not see.
                tally.of[difference.kind] -= 1
        explained = Counter(why for why in whys if why is not None)
        for why, number in explained.items():
            print(f"    {name}: {number} × {why}")
        tally.explained += explained.total()
        tally.unexplained += whys.count(None)
        tally.count(name, "different" if None in whys else "equal")

    async def made(self, tally: Tally, name: str, extraction: Extraction) -> Schema | None:
        """The catalog of ours; None, and counted, where it does not apply."""
        try:
            wanted = replace(extraction.schema, extensions=())
            return await applied(self._connection, [each.sql for each in statements(wanted)])
        except (asyncpg.PostgresError, SchemaError) as error:
            tally.count(name, "ours does not apply", f"{error} {getattr(error, '__notes__', '')}")
            return None


def _why(difference: Difference, extraction: Extraction, answer: Answer) -> str | None:
    if (why := explanation(difference)) is not None:
        return why
    unloaded = {line.partition(": ")[0].removeprefix("/app/") for line in answer.unloaded}
    place = difference.table or difference.name
    for table in extraction.schema.tables:
        if place in (table.name, f"{table.schema}.{table.name}") and table.evidence and table.evidence.file in unloaded:
            return f"the tool could not load {table.evidence.file}"
    return None


def _features() -> Iterator[tuple[str, str, ReaderName, SourceTree, Answer]]:
    """Those of the tools that make tables, with what they make of them."""
    for schema in sorted((FEATURES / "prisma/features").glob("*.prisma")):
        sql = without_extensions(schema.with_suffix(".sql").read_text("utf-8"))
        yield "Prisma", schema.stem, "prisma", SourceTree({"schema.prisma": schema.read_text("utf-8")}), Answer(sql)
    for release, tool in ((0, "TypeORM 0.3"), (1, "TypeORM 1")):
        for feature in sorted(typeorm.FEATURES.iterdir()):
            sql = without_their_types(typeorm.expected(feature, release))
            yield tool, feature.name, "typeorm", typeorm.tree(feature, release), Answer(sql)
    for name in _present("drizzle", "sequelize"):
        for feature in sorted((FEATURES / name / "features").iterdir()):
            sql = (feature / f"{name}.sql").read_text("utf-8")
            yield NAMES[name], feature.name, name, SourceTree.of_directory(feature), Answer(sql)


def _present(*names: ReaderName) -> Iterator[ReaderName]:
    for name in names:
        if find_spec(f"app.provisioning.extraction.{name}") and find_spec(f"app.provisioning.extraction.{name}.reader"):
            yield name


def _documents(
    tally: Tally, name: str, extraction: Extraction | None, layout: mongoose.Layout, unloaded: Iterable[str] = ()
) -> None:
    """Mongoose makes no tables: its paths and indexes are looked for where the document says that they are."""
    found = mongoose.found(extraction.schema) if extraction is not None else {}
    paths = {problem.partition(": ")[0] for problem in unloaded}
    tables = extraction.schema.tables if extraction is not None else ()
    unseen = {table.name for table in tables if table.evidence and table.evidence.file in paths}
    everything = list(mongoose.differences(layout.facts, found))
    # A reference to what was not loaded is none.
    wrong = [each for each in everything if not unseen & {each[0][1], *_referred(*each)}]
    if len(everything) > len(wrong):
        print(f"    {name}: {len(everything) - len(wrong)} × the tool could not load {', '.join(sorted(paths))}"[:400])
        tally.explained += len(everything) - len(wrong)
    kinds = Counter(_OF_DOCUMENTS[fact[0]] for fact in layout.facts)
    missed = Counter(_OF_DOCUMENTS[fact[0]] for fact, theirs, _ in wrong if theirs != "nothing")
    tally.of += kinds
    tally.equal += kinds - missed
    tally.unexplained += len(wrong)
    tally.count(name, "different" if wrong else "equal")
    for fact, theirs, ours in wrong:
        print(f"    {' '.join(map(str, fact))}: {ours}, theirs {theirs} [UNEXPLAINED]"[:400])


def _referred(fact: tuple[object, ...], _theirs: object, ours: object) -> tuple[object, ...]:
    return ours[:1] if fact[0] == "reference" and isinstance(ours, tuple) else ()


async def _of_features(comparison: Comparison) -> None:
    for tool, name, by, tree, answer in _features():
        extraction = reader(by)(tree)
        assert extraction is not None, name
        await comparison.compare(tool, f"{tool} {name}", extraction, answer)
    for feature in sorted(each for each in mongoose_oracle.FEATURES.iterdir() if each.is_dir()):
        layout = mongoose.Layout(json.loads(feature.with_suffix(".json").read_text("utf-8")))
        extraction = reader("mongoose")(SourceTree.of_directory(feature))
        _documents(comparison.tally("Mongoose"), f"Mongoose {feature.name}", extraction, layout)


async def _of_app(comparison: Comparison, directory: Path, packages: Path) -> None:
    try:
        tree = SourceTree.of_directory(directory)
    except SourceError as error:
        print(f"{directory}: {error}")
        return
    for name in _present(*TOOLS):
        extraction = reader(name)(tree)
        if extraction is None or not extraction.schema.tables:
            continue
        tool = NAMES.get(name, "TypeORM")
        try:
            answer = ask(name, tree, packages)
        except OracleError as error:
            tally = comparison.tally(tool)
            tally.count(directory.name, "rejected by the tool", str(error))
            await comparison.made(tally, directory.name, extraction)
        else:
            await comparison.compare(tool, directory.name, extraction, answer)
    extraction = reader("mongoose")(tree)
    if extraction is not None and extraction.schema.tables:
        tally = comparison.tally("Mongoose")
        await comparison.made(tally, directory.name, extraction)
        try:
            told = mongoose_oracle.ask(tree, packages)
            layout = mongoose.Layout(told)
        except Exception as error:
            # Whatever an app's code can do when it is run.
            tally.count(directory.name, "rejected by the tool", type(error).__name__)
        else:
            _documents(tally, directory.name, extraction, layout, told.get("problems", ()))


async def run(directories: list[Path], packages: Path = SCRIPTS) -> int:
    """Compare and print; the exit code says whether anything is unexplained."""
    report = Report()
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], durable=False, report=lambda _: None
        ) as server,
    ):
        async with scratch(server.url()) as connection:
            await connection.execute(STUBS)
            features, apps = Comparison(connection), Comparison(connection)
            await _of_features(features)
            for app in directories:
                await _of_app(apps, app, packages)
    report.title("Fidelity", "What is equal to what the real tools make, in PostgreSQL's own catalog.")
    _table(report, "Feature files", features)
    if directories:
        _table(report, f"{len(directories):,} apps", apps)
    counts = components.score(components.names())
    report.say(f"Components: {len(components.names())} apps, beside what people expect of them")
    report.table(
        ("kind", "precision", "recall", "expected"),
        [[kind, f"{each.precision:.3f}", f"{each.recall:.3f}", f"{each.expected:,}"] for kind, each in counts.items()],
    )
    tallies = [*features.tallies.values(), *apps.tallies.values()]
    return 1 if any(tally.unexplained or tally.outcomes["ours does not apply"] for tally in tallies) else 0


def _table(report: Report, title: str, comparison: Comparison) -> None:
    tools = list(comparison.tallies)
    rows = [
        [kind, *(comparison.tallies[tool].share(kind) for tool in tools)]
        for kind in KINDS
        if any(comparison.tallies[tool].of[kind] for tool in tools)
    ]
    rows.append(["all", *(comparison.tallies[tool].everything for tool in tools)])
    tallies = comparison.tallies.values()
    for outcome in sorted({outcome for tally in tallies for outcome in tally.outcomes}):
        rows += [[f"sources {outcome}", *(f"{tally.outcomes[outcome]:,}" for tally in tallies)]]
    rows += [["differences explained", *(f"{tally.explained:,}" for tally in tallies)]]
    rows += [["differences unexplained", *(f"{tally.unexplained:,}" for tally in tallies)]]
    report.say(title)
    report.table(("kind", *tools), rows)
