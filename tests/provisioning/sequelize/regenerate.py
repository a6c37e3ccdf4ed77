"""Ask Sequelize itself what it would create for each feature, and keep its SQL beside it.

`python -m tests.provisioning.sequelize.regenerate [--packages DIRECTORY] [FEATURE …]`, where DIRECTORY has node_modules
with Sequelize: by default the one of the oracle (`npm ci` there).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from app.provisioning.source.files import SourceTree
from tests.provisioning.sequelize import oracle

FEATURES: Final = Path(__file__).parent / "features"


def tree(feature: Path) -> SourceTree:
    """The files of a feature."""
    return SourceTree.of_directory(feature)


def expected(feature: Path) -> str:
    """The SQL of Sequelize itself."""
    return (feature / "sequelize.sql").read_text("utf-8")


def main() -> None:
    """Writes the SQL of every feature, or of those that are named."""
    parser = argparse.ArgumentParser(description="Ask Sequelize itself what it would create for each feature")
    parser.add_argument("--packages", type=Path, default=oracle.DIRECTORY, help="the directory with node_modules")
    parser.add_argument("features", nargs="*", help="names of features; all of them by default")
    arguments = parser.parse_args()
    for feature in sorted(FEATURES.iterdir()):
        if not arguments.features or feature.name in arguments.features:
            made, unloaded = oracle.sql(tree(feature).files, arguments.packages)
            (feature / "sequelize.sql").write_text(made, "utf-8")
            if unloaded:
                print(f"{feature.name}: {unloaded}")


if __name__ == "__main__":
    main()
