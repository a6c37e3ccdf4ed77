"""Comparisons of configurations beside deepdiff: what each finds, makes up and misses, and how long it takes.

`python -m tests.benchmarks.configurations` makes pairs of configurations that differ in known places, and writes the
second of each in other ways that mean the same. deepdiff is asked to ignore the order of lists and the types of
numbers; then also told which elements belong together and which lists are ordered, with its thresholds so that it pairs
whatever it can. Then all of them compare two configurations of 10,000 lines as YAML, and such a document is read and
edited beside PyYAML's loaders.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final

import yaml
from deepdiff import DeepDiff
from deepdiff.helper import CannotCompare

from app.assistant.comparison.compare import anchored, changes, compare
from app.assistant.documents.edit import edited
from app.assistant.documents.source import read, read_off_loop
from tests.assistant.drifting import NOISE, SHAPE, Truth, configuration, drifted, noisy, shape_of, told
from tests.benchmarks.report import Report, middle

PAIRS: Final = 200
LINES: Final = 10_000
MOST_DIFFERENCES: Final = 12

_WRITTEN: Final = {
    "nothing else": "nothing",
    "order": "order of keys and lists",
    "numbers": "1 as 1.0",
    "quotes": "numbers and booleans in quotes",
    "dates": "dates as times",
    "defaults": "defaults left out, or said",
    "nothing": "null and empty for absent",
    "all of it": "all of these",
}

Found = set[Truth]
Finder = Callable[[Any, Any], Found]


def palaver(document: Any, database: Any) -> Found:
    """What Palaver finds."""
    return {told(each) for each in compare(document, database, SHAPE)}


def _are_one(one: Any, other: Any, _level: object = None) -> bool:
    for names in (("id",), ("from", "to"), ("name",)):
        if all(isinstance(each, dict) and set(names) <= each.keys() for each in (one, other)):
            return [one[name] for name in names] == [other[name] for name in names]
    raise CannotCompare


def _is_unordered(level: Any) -> bool:
    return not shape_of(tuple(level.path(output_format="list"))).is_ordered


ASKED: Final[dict[str, Any]] = {"ignore_order": True, "ignore_numeric_type_changes": True, "view": "tree"}
TOLD: Final[dict[str, Any]] = {
    **ASKED,
    "iterable_compare_func": _are_one,
    "ignore_order_func": _is_unordered,
    "cutoff_distance_for_pairs": 1,
    "cutoff_intersection_for_pairs": 1,
    "threshold_to_diff_deeper": 0,
}


def deepdiff(options: Mapping[str, Any]) -> Finder:
    """deepdiff with some options, its findings in the same words."""
    return lambda document, database: set(_in_our_words(DeepDiff(document, database, **options)))


def _in_our_words(found: Mapping[str, Any]) -> Iterator[Truth]:
    for kind, levels in found.items():
        for level in levels:
            place, parent = (tuple(each.path(output_format="list")) for each in (level, level.up))
            if kind.endswith("removed"):
                yield Truth(place, "missing_in_db")
            elif kind == "dictionary_item_added":
                yield Truth((*parent, place[-1]), "missing_in_yaml")
            elif kind == "iterable_item_added":
                yield Truth((*parent, *anchored([level.t2], [0], shape_of(parent))), "missing_in_yaml")
            else:
                yield Truth(place, "value_mismatch")


TOOLS: Final[dict[str, Finder]] = {
    "Palaver": palaver,
    "deepdiff, any order": deepdiff(ASKED),
    "deepdiff, told all": deepdiff(TOLD),
}


@dataclass
class Score:
    """Of one tool on all pairs."""

    right: int = 0
    made_up: int = 0
    missed: int = 0

    def count(self, found: Found, truths: Found) -> None:
        """Add a pair."""
        self.right += found == truths
        self.made_up += len(found - truths)
        self.missed += len(truths - found)

    def __str__(self) -> str:
        return f"{self.right} / {self.made_up} / {self.missed}"


def accuracy(report: Report, pairs: int) -> None:
    """Count for each kind of noise."""
    report.title(
        f"What is found in {pairs} pairs",
        f"Each pair has 1 to {MOST_DIFFERENCES} differences. The figures: pairs of which exactly those are found,"
        " differences that are made up, and that are missed.",
    )
    rows = []
    differences = 0
    same = 0
    for name, kinds in (("nothing else", ()), *((kind, (kind,)) for kind in NOISE), ("all of it", NOISE)):
        scores = {tool: Score() for tool in TOOLS}
        for seed in range(pairs):
            random = Random(seed)
            document = configuration(random)
            database, truths = drifted(document, random, random.randint(1, MOST_DIFFERENCES))
            database = noisy(database, random, kinds)
            found = {tool: find(document, database) for tool, find in TOOLS.items()}
            for tool, score in scores.items():
                score.count(found[tool], truths)
            if not kinds:
                differences += len(truths)
                same += found["Palaver"] == found["deepdiff, told all"]
        rows.append([_WRITTEN[name], *map(str, scores.values())])
    report.table(["written in other ways", *TOOLS], rows)
    report.say(
        f"{differences:,} differences in all. Where nothing is written in another way, Palaver and deepdiff, told all,"
        f" give the same answer for {same} of {pairs} pairs."
    )


def speed(report: Report, lines: int, rounds: int) -> None:
    """Let the tools take turns on one pair."""
    random = Random(1)
    document, counted = _of_lines(lines)
    database, truths = drifted(document, random, 40)
    database = noisy(database, random, ["order"])
    took: dict[str, list[float]] = {tool: [] for tool in TOOLS}
    right = {}
    for _ in range(rounds):
        for tool, find in TOOLS.items():
            began = time.perf_counter()
            found = find(document, database)
            took[tool].append((time.perf_counter() - began) * 1000)
            right[tool] = f"{len(found & truths)} of {len(truths)}"
    report.title(f"Time for {counted:,} lines", "Two configurations in memory, the lists of one in another order.")
    ours = statistics.median(took["Palaver"])
    rows = [
        [tool, middle(samples, 0), f"{statistics.median(samples) / ours:.1f}", right[tool]]
        for tool, samples in took.items()
    ]
    report.table(["", "ms", "times Palaver's", "found"], rows)


async def documents(report: Report, lines: int, rounds: int) -> None:
    """Read and edit a YAML document, beside PyYAML's loaders, and see how long the event loop is held meanwhile."""
    value, counted = _of_lines(lines)
    text = yaml.safe_dump(value, sort_keys=False)
    document = read(text)
    compared = document.value | {"name": "Another"}
    found = changes(document.value, compared, SHAPE)
    ways: dict[str, Callable[[], object]] = {
        "read": partial(read, text),
        "PyYAML's safe loader, in C": partial(yaml.load, text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)),
        "PyYAML's safe loader": partial(yaml.safe_load, text),
        "a change made, read again and checked": partial(edited, document, found),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    held: list[float] = []
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            took[name].append((time.perf_counter() - began) * 1000)
        held.append(await _held(read_off_loop(text)))
    report.title(f"A YAML document of {counted:,} lines", f"{len(text) / 1000:.0f} kB, with the place of each value.")
    ours = statistics.median(took["read"])
    rows = [[name, middle(samples, 0), f"{statistics.median(samples) / ours:.1f}"] for name, samples in took.items()]
    rows.append(
        ["the event loop held while it is read off it", middle(held, 0), f"{statistics.median(held) / ours:.2f}"]
    )
    report.table(["", "ms", "times reading"], rows)


async def _held(work: Coroutine[Any, Any, object]) -> float:
    """The longest time, in ms, for which the event loop could do nothing else."""
    task = asyncio.create_task(work)
    longest = 0.0
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, (time.perf_counter() - began) * 1000 - 1)
    await task
    return longest


def _of_lines(lines: int) -> tuple[Any, int]:
    """A configuration of so many lines as YAML, or a few more, and how many those are."""
    size, document = 1, configuration(Random(1))
    while (counted := yaml.safe_dump(document).count("\n")) < lines:
        size = max(size + 1, size * lines // counted)
        document = configuration(Random(1), size)
    return document, counted


async def run(pairs: int, rounds: int) -> int:
    """Measure all; the exit code."""
    report = Report()
    report.warn_if_busy()
    accuracy(report, pairs)
    speed(report, LINES, rounds)
    await documents(report, LINES, rounds)
    return 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.pairs, options.rounds)))


if __name__ == "__main__":
    main()
