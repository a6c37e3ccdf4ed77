"""Runs the real Mongoose over an app: `python -m tests.provisioning.mongoose.oracle NODE_DIRECTORY` writes what it says
of each feature beside it. The directory holds mongoose, typescript, reflect-metadata, @nestjs/* and Typegoose."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.provisioning.source.files import SourceTree

FEATURES = Path(__file__).parent / "features"
SCRIPT = Path(__file__).parents[3] / "app/provisioning/extraction/oracle/mongoose.mjs"


def ask(tree: SourceTree, node_directory: Path, timeout: float = 120) -> dict[str, Any]:
    """What Mongoose makes of the files of an app."""
    ended = subprocess.run(
        ["node", "--experimental-permission", "--allow-fs-read=*", str(SCRIPT), str(node_directory)],
        input=json.dumps({"files": tree.files}),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=True,
    )
    answer: dict[str, Any] = json.loads(ended.stdout[ended.stdout.index("{") :])
    return answer


def main() -> None:
    for directory in sorted(each for each in FEATURES.iterdir() if each.is_dir()):
        answer = ask(SourceTree.of_directory(directory), Path(sys.argv[1]))
        target = FEATURES / f"{directory.name}.json"
        target.write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
        print(directory.name, len(answer["models"]), *answer.get("problems", ()))


if __name__ == "__main__":
    main()
