"""Ask TypeORM itself what it would create for each feature, and keep its SQL beside it.

`python -m tests.provisioning.typeorm.regenerate [--packages DIRECTORY] [FEATURE …]`, where DIRECTORY has node_modules
with TypeORM: by default the one of the oracle (`npm ci` there). `typeorm.sql` is 0.3's; where 1.x makes something else,
that is `typeorm-1.sql`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from app.provisioning.source.files import SourceTree
from tests.provisioning.typeorm import oracle

FEATURES: Final = Path(__file__).parent / "features"


def tree(feature: Path, release: int) -> SourceTree:
    """The files of a feature, in an app that uses a major version of TypeORM."""
    package = {"package.json": f'{{"dependencies": {{"typeorm": "^{release}.3.0"}}}}'}
    return SourceTree(package | SourceTree.of_directory(feature).files)


def expected(feature: Path, release: int) -> str:
    """The SQL of TypeORM itself."""
    of_release = feature / "typeorm-1.sql"
    return (of_release if release and of_release.exists() else feature / "typeorm.sql").read_text("utf-8")


def main() -> None:
    """Writes the SQL of every feature, or of those that are named."""
    parser = argparse.ArgumentParser(description="Ask TypeORM itself what it would create for each feature")
    parser.add_argument("--packages", type=Path, default=oracle.DIRECTORY, help="the directory with node_modules")
    parser.add_argument("features", nargs="*", help="names of features; all of them by default")
    arguments = parser.parse_args()
    for feature in sorted(FEATURES.iterdir()):
        if arguments.features and feature.name not in arguments.features:
            continue
        older, newer = (oracle.sql(tree(feature, release).files, release, arguments.packages)[0] for release in (0, 1))
        (feature / "typeorm.sql").write_text(older, "utf-8")
        if _comparable(newer) == _comparable(older):
            (feature / "typeorm-1.sql").unlink(missing_ok=True)
        else:
            (feature / "typeorm-1.sql").write_text(newer, "utf-8")


def _comparable(sql: str) -> list[str]:
    return sql.split()


if __name__ == "__main__":
    main()
