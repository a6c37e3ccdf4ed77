"""Ask Prisma itself what it would create for each feature, and keep its SQL beside it.

`python -m tests.provisioning.prisma.regenerate [--packages DIRECTORY]`, where DIRECTORY has node_modules with Prisma's
engine: by default the one of the oracle (`npm ci` there).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from tests.provisioning.prisma.oracle import Oracle

FEATURES: Final = Path(__file__).parent / "features"


def main() -> None:
    """Writes the SQL of every feature."""
    parser = argparse.ArgumentParser(description="Ask Prisma itself what it would create for each feature")
    parser.add_argument("--packages", type=Path, help="the directory with node_modules, where Prisma's engine is")
    arguments = parser.parse_args()
    with Oracle(*filter(None, [arguments.packages])) as oracle:
        for feature in sorted(FEATURES.glob("*.prisma")):
            feature.with_suffix(".sql").write_text(oracle.sql({"schema.prisma": feature.read_text("utf-8")}), "utf-8")


if __name__ == "__main__":
    main()
