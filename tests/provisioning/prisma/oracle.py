"""Prisma's own engine, asked what it would create."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

import app.provisioning.extraction

_DIRECTORY: Final = Path(app.provisioning.extraction.__file__).parent / "oracle"


class OracleError(Exception):
    """Prisma rejects the schema; the text is its own."""


class Oracle:
    """One process for many schemas. `packages` is the directory with node_modules."""

    def __init__(self, packages: Path = _DIRECTORY) -> None:
        self._packages = packages

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["node", str(_DIRECTORY / "prisma.mjs"), str(self._packages.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def sql(self, files: Mapping[str, str]) -> str:
        """The migration from nothing to the schema in these files. Raises OracleError."""
        request, answers = self._process.stdin, self._process.stdout
        assert request is not None and answers is not None
        request.write(json.dumps({"files": files}) + "\n")
        request.flush()
        answer = cast("dict[str, str]", json.loads(answers.readline()))
        if "error" in answer:
            raise OracleError(answer["error"])
        return answer["sql"]
