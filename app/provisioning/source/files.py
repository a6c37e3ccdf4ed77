"""The files of an app, from a directory, an archive or a request, within limits."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_BYTES_OF_A_FILE: Final = 2 * 1024 * 1024
MOST_PATH_BYTES: Final = 1_000

READ_SUFFIXES: Final = frozenset(
    {".prisma", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".vue", ".svelte", ".html"}
)
"""Nothing else of an app says anything about its tables."""

_LEFT_OUT: Final = frozenset(
    {
        "node_modules", "bower_components", "vendor", "dist", "build", "out", "coverage", "__pycache__", "tmp",
        "__generated__", "generated",
    }
)  # fmt: skip


class SourceError(Exception):
    """These are not files of an app that can be read; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not read, and why."""

    path: str
    reason: str


class SourceTree:
    """The readable files of an app by their path, which is relative, with `/`, without `.` and `..`."""

    def __init__(self, files: Mapping[str, str], left_out: Iterable[LeftOut] = ()) -> None:
        self.files: dict[str, str] = dict(sorted(files.items()))
        self.left_out: tuple[LeftOut, ...] = tuple(left_out)

    @classmethod
    def of_path(cls, path: Path) -> SourceTree:
        """The files under a directory, or of a zip archive. Raises SourceError."""
        if path.is_dir():
            return cls.of_directory(path)
        try:
            with path.open("rb") as archive:
                return cls.of_archive(archive)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}.") from error

    @classmethod
    def of_directory(cls, directory: Path) -> SourceTree:
        """The files under a directory; symbolic links are not followed. Raises SourceError."""
        if not directory.is_dir():
            raise SourceError(f"{directory} is no directory.")
        return _gathered(_walked(directory))

    @classmethod
    def of_archive(cls, archive: IO[bytes]) -> SourceTree:
        """The files of a zip archive; one directory around all of them is taken off. Raises SourceError."""
        try:
            with zipfile.ZipFile(archive) as opened:
                return _without_wrapper(_gathered(_unzipped(opened)))
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
        ) as error:
            raise SourceError("This is no zip archive that can be read.") from error
        except Exception as error:
            if isinstance(error, SourceError) or type(error).__module__ != "zlib":
                raise
            raise SourceError("The zip archive is damaged.") from error

    @classmethod
    def of_mapping(cls, files: Mapping[str, str]) -> SourceTree:
        """Files as a request names them: path → text. Raises SourceError."""
        return _gathered((path, text.encode("utf-8", "surrogatepass")) for path, text in files.items())

    def paths(self, *suffixes: str) -> Iterator[str]:
        """The paths that end so, in order."""
        return (path for path in self.files if path.endswith(suffixes))


def checked_path(path: str) -> str:
    """A path in the one form that we keep. Raises SourceError for one that leads out of the app or is no path."""
    parts = path.replace("\\", "/").split("/")
    kept = "/".join(part for part in parts if part not in ("", "."))
    if (
        not kept
        or path.startswith(("/", "\\"))
        or path[1:2] == ":"
        or ".." in parts
        or not path.isprintable()
        or len(path.encode("utf-8", "surrogatepass")) > MOST_PATH_BYTES
    ):
        raise SourceError(f"{path[:200]!r} is no path within an app.")
    return kept


def _gathered(files: Iterable[tuple[str, bytes | str]]) -> SourceTree:
    """Files with their content, or with the reason why they have none."""
    texts: dict[str, str] = {}
    left_out: list[LeftOut] = []
    total = 0
    for number, (given, content) in enumerate(files):
        if number >= MOST_FILES:
            raise SourceError(f"The app has more than {MOST_FILES:,} files.")
        path = checked_path(given)
        if isinstance(content, str):
            left_out.append(LeftOut(path, content))
            continue
        total += len(content)
        if total > MOST_BYTES:
            raise SourceError(f"The app's files are larger than {MOST_BYTES // 1024**2} MiB together.")
        if reason := _reason_to_leave_out(path, content):
            left_out.append(LeftOut(path, reason))
        elif path in texts:
            raise SourceError(f"{path} is there twice.")
        else:
            texts[path] = content.decode("utf-8-sig").replace("\r\n", "\n")
    return SourceTree(texts, left_out)


def _reason_to_leave_out(path: str, content: bytes) -> str | None:
    if not is_source(path):
        return "no source"
    if len(content) > MOST_BYTES_OF_A_FILE:
        return f"larger than {MOST_BYTES_OF_A_FILE // 1024**2} MiB"
    if b"\0" in content:
        return "binary"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "not UTF-8 text"
    return None


def is_source(path: str) -> bool:
    """Whether a file of that path may say something about tables."""
    *directories, name = path.split("/")
    return (
        not any(part in _LEFT_OUT or (part.startswith(".") and part != ".") for part in directories)
        and os.path.splitext(name)[1] in READ_SUFFIXES
        and not name.endswith((".min.js", ".d.ts"))
    )


def _walked(directory: Path) -> Iterator[tuple[str, bytes | str]]:
    def fail(error: OSError) -> None:
        raise SourceError(f"{error.filename} cannot be read: {error.strerror}.") from error

    for root, directories, names in os.walk(directory, onerror=fail):
        directories[:] = sorted(each for each in directories if each not in _LEFT_OUT and not each.startswith("."))
        for name in sorted(names):
            file = Path(root, name)
            path = file.relative_to(directory).as_posix()
            if not is_source(path):
                continue
            if file.is_symlink() or not file.is_file():
                yield path, "a symbolic link or no regular file"
                continue
            try:
                with file.open("rb") as opened:
                    yield path, opened.read(MOST_BYTES_OF_A_FILE + 1)
            except OSError as error:
                yield path, f"cannot be read: {error.strerror}"


def _unzipped(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes | str]]:
    for entry in archive.infolist():
        if entry.is_dir():
            checked_path(entry.filename)
        elif (entry.external_attr >> 16) & 0o170000 == 0o120000:
            yield entry.filename, "a symbolic link or no regular file"
        elif not is_source(checked_path(entry.filename)):
            # What is not read is not unpacked either.
            yield entry.filename, "no source"
        else:
            with archive.open(entry) as opened:
                yield entry.filename, opened.read(MOST_BYTES_OF_A_FILE + 1)


_OWN: Final = frozenset({"app", "apps", "components", "lib", "packages", "pages", "prisma", "server", "src"})
"""Directories of an app itself, which are not what an archive has around it."""


def _without_wrapper(tree: SourceTree) -> SourceTree:
    tops = {path.partition("/")[0] if "/" in path else "" for path in tree.files}
    if len(tops) != 1 or "" in tops or (tops <= _OWN and f"{min(tops)}/package.json" not in tree.files):
        return tree
    start = len(tops.pop()) + 1
    return SourceTree({path[start:]: text for path, text in tree.files.items()}, tree.left_out)
