"""Who the embedded PostgreSQL runs as, and what that user must be able to reach.

The server binary refuses to run as root, so root hands it to an unprivileged system user; everybody else runs
it as themselves.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.local.errors import LocalStackError

PREFERRED_USER = "postgres"
FALLBACK_USER = "pgserver"


@dataclass(frozen=True)
class SystemUser:
    """The operating-system user that owns the data directory and runs the server."""

    name: str
    uid: int
    gid: int
    switched: bool

    def run_options(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make the child this user; none when we are that user already."""
        if not self.switched:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path, mode: int) -> None:
        """Give one file or directory to this user."""
        path.chmod(mode)
        if self.switched:
            os.chown(path, self.uid, self.gid)

    def can_search(self, directory: Path) -> bool:
        """Whether this user may pass through a directory, by its mode bits."""
        return bool(directory.stat().st_mode & self._search_bit(directory))

    def _search_bit(self, directory: Path) -> int:
        status = directory.stat()
        if status.st_uid == self.uid:
            return stat.S_IXUSR
        return stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH

    def open_path_to(self, target: Path, report: Callable[[str], None]) -> None:
        """Let this user reach `target`: the search bit, and no other, on each directory above lacking it.

        Says so in one sentence, because it changes directories that are not ours (a home directory, say).
        """
        if not self.switched:
            return
        opened = []
        for directory in _directories_above(target):
            if not self.can_search(directory):
                directory.chmod(directory.stat().st_mode | self._search_bit(directory))
                opened.append(str(directory))
        if opened:
            report(f"Made {', '.join(opened)} searchable (not readable) for the system user {self.name!r}.")

    def open_trees(self, trees: Sequence[Path], report: Callable[[str], None]) -> None:
        """Let this user read an installed program's files, which a strict umask has kept to root."""
        for path in (each for tree in trees for each in (tree, *tree.rglob("*"))):
            if path.is_symlink():
                continue
            mode = path.stat().st_mode
            wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0)
            if mode & wanted != wanted:
                path.chmod(mode | wanted)
        report(
            f"Made PostgreSQL's programs in {' and '.join(map(str, trees))} readable for the system user {self.name!r}."
        )


def server_user(data_dir: Path) -> SystemUser:
    """The user to run a server on `data_dir` as; creates one when we are root and there is none.

    An existing directory keeps its owner, so root can run what somebody else made and give it back unchanged.
    """
    if os.geteuid() != 0:
        return SystemUser(str(os.geteuid()), os.geteuid(), os.getegid(), switched=False)
    if data_dir.exists() and (owner := data_dir.stat()).st_uid != 0:
        return SystemUser(_name_of(owner.st_uid), owner.st_uid, owner.st_gid, switched=True)
    entry = _lookup(PREFERRED_USER) or _lookup(FALLBACK_USER) or _create(FALLBACK_USER)
    return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid, switched=True)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _lookup(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create(name: str) -> pwd.struct_passwd:
    # Alpine and other BusyBox systems have adduser instead of useradd.
    if shutil.which("useradd"):
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/sh", name]
    elif shutil.which("adduser"):
        command = ["adduser", "-S", "-D", "-H", "-s", "/bin/sh", name]
    else:
        command = []
    if command:
        subprocess.run(command, capture_output=True, check=False)
    entry = _lookup(name)
    if entry is None:
        raise LocalStackError(
            "PostgreSQL refuses to run as root and no system user could be created for it:"
            " run this as an ordinary user, or add a user named 'postgres'."
        )
    return entry


def _directories_above(target: Path) -> Iterator[Path]:
    """Every directory on the way to `target`, from the root, as written and with symbolic links resolved."""
    seen = set()
    for path in (Path(os.path.abspath(target)), target.resolve()):
        for directory in reversed(path.parents):
            if directory not in seen and directory.is_dir():
                seen.add(directory)
                yield directory
