"""How much of Mongoose's own answer is in the schema that the reader makes.

`python -m tests.provisioning.mongoose.fidelity` without arguments looks at the features.
`… fidelity NODE_DIRECTORY DIRECTORY…` asks the real Mongoose about each app.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.provisioning.extraction.mongoose.reader import read
from app.provisioning.source.files import SourceTree
from tests.provisioning.mongoose.expected import Layout, differences, found
from tests.provisioning.mongoose.oracle import FEATURES, ask


def answers(arguments: list[str]) -> Iterator[tuple[str, SourceTree, dict[str, Any]]]:
    """Each app: its name, its files, and what Mongoose says of them."""
    if not arguments:
        for directory in sorted(each for each in FEATURES.iterdir() if each.is_dir()):
            answer = json.loads((FEATURES / f"{directory.name}.json").read_text())
            yield directory.name, SourceTree.of_directory(directory), answer
        return
    for path in map(Path, arguments[1:]):
        tree = SourceTree.of_directory(path)
        try:
            yield path.name, tree, ask(tree, Path(arguments[0]))
        except Exception as error:
            print(f"{path.name}: not asked: {type(error).__name__}")


def main() -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, tree, answer in answers(sys.argv[1:]):
        started = time.perf_counter()
        extraction = read(tree)
        took = time.perf_counter() - started
        expected = Layout(answer).facts
        facts = found(extraction.schema) if extraction is not None else {}
        wrong = list(differences(expected, facts))
        kinds = Counter(fact[0] for fact in expected)
        missed = Counter(fact[0] for fact, value, _ in wrong if value != "nothing")
        total += kinds
        right += kinds - missed
        print(f"{name}: {sum(kinds.values()) - sum(missed.values())} of {sum(kinds.values())}, {took * 1000:.0f} ms")
        for problem in answer.get("problems", ()):
            print("    Mongoose:", problem[:160])
        for fact, theirs, ours in wrong:
            print("   ", *fact, "·", theirs, "→", ours)
    print()
    for kind, count in total.items():
        print(f"{kind:10} {right[kind]:6} of {count:6}  {100 * right[kind] / count:.2f} %")
    if total:
        print(f"{'all':10} {right.total():6} of {total.total():6}  {100 * right.total() / total.total():.2f} %")


if __name__ == "__main__":
    main()
