"""Backups of an app's database, on a server of each version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from app.encryption import SecretsKeys
from app.provisioning.backups.backups import Backups, Made, Progress
from app.provisioning.backups.store import Store
from app.provisioning.backups.tools import Tools
from app.provisioning.backups.vault import File, Vault
from tests.provisioning.server.conftest import App, Ground, app, ground, other

__all__ = ["Shelf", "app", "ground", "other", "shelf"]

KEYS = SecretsKeys([bytes(32)])
FILE = File(UUID(int=1), "one.backup")


@dataclass
class Shelf:
    """A directory with backups."""

    directory: Path
    backups: Backups

    async def make(self, app: App, *, is_shut: bool = False) -> Made:
        """A backup of an app's database."""
        async with app.ground.server.place(app.names) as place:
            return await self.backups.make(place, FILE, Progress(), is_shut=is_shut)

    @property
    def files(self) -> list[str]:
        """What is in the directory."""
        return sorted(path.name for path in self.directory.iterdir())


def backups_of(ground: Ground, directory: Path) -> Backups:
    """Those of a server, kept in a directory."""
    return Backups(ground.server, Tools(ground.postgres.programs), Vault(Store(directory), KEYS))


@pytest.fixture
def shelf(ground: Ground, tmp_path: Path) -> Shelf:
    """An empty one."""
    (tmp_path / "backups").mkdir()
    return Shelf(tmp_path / "backups", backups_of(ground, tmp_path / "backups"))
