"""How long an app's files take to be read, and in how much memory: in a process of its own, as the worker does it.

`python -m tests.benchmarks extraction` makes apps of 100, 1,000 and 10,000 files (mostly components, some of
them models) and compares the processor's time with what the bare syntax of the same files takes to be parsed.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from app.provisioning.extraction.sandbox import Given, extract_apart
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from tests.benchmarks.report import Report, middle

SIZES: Final = (100, 1_000, 10_000)
MODELS_IN_TEN: Final = 2
MIB: Final = 1024 * 1024


def entity(number: int) -> str:
    """A TypeORM entity, which refers to the one before it."""
    before = max(number - 1, 0)
    return f"""\
import {{ Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn }} from "typeorm";
import {{ Entity{before} }} from "./entity{before}";

export enum Status{number} {{ Draft = "draft", Live = "live" }}

@Entity()
export class Entity{number} {{
  @PrimaryGeneratedColumn("uuid") id: string;
  @Column({{ length: 200 }}) title: string;
  @Index() @Column({{ nullable: true }}) slug?: string;
  @Column({{ type: "enum", enum: Status{number}, default: Status{number}.Draft }}) status: Status{number};
  @Column("numeric", {{ precision: 10, scale: 2 }}) price: number;
  @ManyToOne(() => Entity{before}, {{ onDelete: "CASCADE" }}) before: Entity{before};
}}
"""


def component(number: int) -> str:
    """A React component, which keeps and fetches things."""
    return f"""\
import {{ useEffect, useState }} from "react";

interface Thing{number} {{ id: string; name: string; price: number; done: boolean; createdAt: string }}

const things: Thing{number}[] = [{{ id: "1", name: "first", price: 9.5, done: false, createdAt: "2026-01-01" }}];

export default function List{number}() {{
  const [items, setItems] = useState<Thing{number}[]>(things);
  useEffect(() => {{ fetch("/api/things{number}").then((r) => r.json()).then(setItems); }}, []);
  return (
    <form>
      <input name="name" required maxLength={{80}} />
      <input name="price" type="number" min="0" />
      <ul>{{items.map((item) => <li key={{item.id}}>{{item.name}} <b>{{item.price}}</b></li>)}}</ul>
    </form>
  );
}}
"""


def app(files: int, *, models: bool) -> dict[str, str]:
    """An app of so many files: with TypeORM entities among them, or components alone."""
    made: dict[str, str] = {}
    for number in range(files):
        if models and number % 10 < MODELS_IN_TEN:
            name = number // 10 * MODELS_IN_TEN + number % 10
            made[f"src/entities/entity{name}.ts"] = entity(name)
        else:
            made[f"src/components/List{number}.tsx"] = component(number)
    return made


async def run(rounds: int) -> int:
    """Measure and print."""
    report = Report()
    report.title("Extraction", "Apps of so many files, read in a process of its own; seconds of the processor.")
    rows = []
    for kind, models in (("a fifth TypeORM entities", True), ("components alone", False)):
        for size in SIZES:
            files = app(size, models=models)
            read = [await _timed(files) for _ in range(rounds)]
            times, tables = [seconds for seconds, _ in read], read[-1][1]
            bare = [_seconds(partial(_parse, files)) for _ in range(rounds)]
            rows.append(
                [
                    f"{size:,} files, {kind}",
                    middle(times, 2),
                    middle(bare, 2),
                    f"{min(times) / min(bare):.1f}",
                    f"{tables:,}",
                ]
            )
            print(*rows[-1], flush=True)
    report.table(("app", "extraction", "syntax alone", "ratio", "tables"), rows)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MIB
    report.say(f"Most memory that any of these processes took: {most:,.0f} MiB.")
    return 0


async def _timed(files: dict[str, str]) -> tuple[float, int]:
    """The seconds, and how many tables there are."""
    before = _of_children()
    extracted = await extract_apart(Given(files=files))
    return _of_children() - before, len(extracted.extraction.schema.tables)


def _of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _parse(files: dict[str, str]) -> None:
    for _ in Program(SourceTree(files)).modules():
        pass
