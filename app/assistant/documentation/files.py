"""The Markdown files that an operator names: found, checked and read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NoReturn

MOST_FILES: Final = 10_000
MOST_OCTETS: Final = 2 * 1024 * 1024
"""Of one file."""
_MOST_NAME: Final = 300
_SUFFIXES: Final = (".md", ".markdown")


class DocumentationError(Exception):
    """Documentation cannot be loaded or removed; the text says why, in a sentence that names the file."""


def markdown_files(paths: Iterable[Path], prefix: str = "") -> dict[str, Path]:
    """Where each file is, by the name that it is cited by: its path within the directory named, below the prefix.

    Directories are read with all that they hold but what begins with a dot and links that lead out of them.
    Raises DocumentationError.
    """
    found: dict[str, Path] = {}
    for given in paths:
        for name, path in _within(given):
            cited = _cited(f"{prefix}/{name}" if prefix else name, path)
            if cited in found:
                raise DocumentationError(f"{found[cited]} and {path} would both be cited as {cited}.")
            found[cited] = path
            if len(found) > MOST_FILES:
                raise DocumentationError(f"{given} has more than {MOST_FILES:,} files in it.")
    if not found:
        raise DocumentationError("there are no Markdown files (*.md, *.markdown) there.")
    return dict(sorted(found.items()))


def _within(given: Path) -> Iterator[tuple[str, Path]]:
    if given.is_file():
        yield given.name, given
        return
    if not given.is_dir():
        raise DocumentationError(f"{given} is neither a file nor a directory.")
    top = given.resolve()
    for directory, folders, names in os.walk(given, onerror=_unreadable):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for name in names:
            path = Path(directory, name)
            if name.startswith(".") or not name.lower().endswith(_SUFFIXES):
                continue
            if path.resolve().is_relative_to(top) and path.is_file():
                yield path.relative_to(given).as_posix(), path


def _unreadable(error: OSError) -> NoReturn:
    raise DocumentationError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _cited(name: str, path: Path) -> str:
    # Bytes of a path that are no UTF-8 are surrogates here, and not printable either.
    if len(name) > _MOST_NAME or not name.isprintable():
        shown = name.encode("unicode_escape").decode()
        raise DocumentationError(f"{shown} is no name to cite: 300 printable characters at most.")
    return name


def read(path: Path) -> str:
    """The text of a file. Raises DocumentationError."""
    try:
        with path.open("rb") as file:
            octets = file.read(MOST_OCTETS + 1)
    except OSError as error:
        _unreadable(error)
    if len(octets) > MOST_OCTETS:
        raise DocumentationError(f"{path} is larger than {MOST_OCTETS // 1024 // 1024} MiB.")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentationError(f"{path} is not UTF-8: byte {error.start} ({error.reason}).") from error
