"""How much of the models of real apps is what Sequelize itself makes of them.

`python -m tests.provisioning.sequelize.fidelity DIRECTORY … [--packages DIRECTORY]` takes each directory as an app and
prints for each kind of thing how many are equal in PostgreSQL's catalog. It runs the code of the models.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from app.provisioning.extraction.sequelize.reader import read
from tests.provisioning.drizzle.fidelity import Report, compare
from tests.provisioning.sequelize import oracle


def main() -> None:
    """Compares apps."""
    parser = argparse.ArgumentParser(description="Compare real apps' models with what Sequelize makes of them")
    parser.add_argument("directories", nargs="+", type=Path, help="apps")
    parser.add_argument("--packages", type=Path, default=oracle.DIRECTORY, help="the directory with node_modules")
    arguments = parser.parse_args()
    report = Report(read, lambda files: oracle.sql(files, arguments.packages)[0])
    asyncio.run(compare(report, arguments.directories))


if __name__ == "__main__":
    main()
