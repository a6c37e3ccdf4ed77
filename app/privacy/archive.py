"""A file that appears when it is complete, readable by its owner alone, and never takes the place of another."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.privacy.people import PrivacyError


@contextmanager
def archive(path: Path) -> Iterator[BinaryIO]:
    """Where to write what is to be in `path`; until it is complete it is in `path`.part. Raises PrivacyError."""
    part = path.with_name(path.name + ".part")
    if os.path.lexists(path):
        raise PrivacyError(f"{path} exists; it is left as it is.")
    try:
        number = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PrivacyError(f"{part} cannot be written: {error.strerror}.") from error
    with os.fdopen(number, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PrivacyError(f"{part} is being written by somebody else.") from error
        # What an interrupted run left is begun anew.
        os.fchmod(number, 0o600)
        file.truncate()
        try:
            yield file
            file.flush()
            os.fsync(number)
            # A link, unlike a rename, fails where there is a file.
            os.link(part, path)
        except FileExistsError as error:
            raise PrivacyError(f"{path} exists; the export is in {part}.") from error
        except OSError as error:
            raise PrivacyError(f"{part} cannot be written: {error.strerror}.") from error
        part.unlink()
