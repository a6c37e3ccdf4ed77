"""What the stack keeps between runs in its state directory: keys, ports, the lock and `local.env`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import socket
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from app.local.errors import LocalStackError
from app.local.postgres import free_port


def _token() -> str:
    # URL-safe, so that no URL and no shell line needs quoting because of it.
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Keys:
    """The secrets of one stack, made once."""

    superuser_password: str = field(default_factory=_token)
    owner_password: str = field(default_factory=_token)
    lite_password: str = field(default_factory=_token)
    worker_password: str = field(default_factory=_token)
    provisioner_password: str = field(default_factory=_token)
    jwt_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    publishable_key: str = field(default_factory=lambda: f"sb_publishable_{_token()}")
    secret_key: str = field(default_factory=lambda: f"sb_secret_{_token()}")
    secrets_key: str = field(default_factory=lambda: b64encode(secrets.token_bytes(32)).decode())


class State:
    """The state directory; only its owner can read what is in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.logs = self.directory / "logs"
        self.local_env = self.directory / "local.env"
        self.processes = self.directory / "processes.json"
        self._lock: int | None = None

    def open(self) -> None:
        """Make the directory and take its lock; a second run on it is told so."""
        try:
            for directory in (self.directory, self.logs):
                directory.mkdir(parents=True, exist_ok=True)
                # Root's server runs as another user, who must pass through; nobody can list what is in it.
                directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self._lock = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise LocalStackError(
                f"{error.filename} belongs to another user: work as that user, or remove {self.directory}."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 20, 0).decode(errors="replace").strip()
            self.close()
            raise LocalStackError(
                f"The stack in {self.directory} is already running (process {holder or 'unknown'})."
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def keys(self, *, data_exists: bool) -> Keys:
        """The keys of this stack, made on its first run."""
        path = self.directory / "keys.json"
        try:
            stored = dict(json.loads(path.read_text()))
            known = {item.name: stored[item.name] for item in fields(Keys) if item.name in stored}
            keys = Keys(**known)
        except FileNotFoundError:
            if data_exists:
                raise LocalStackError(
                    f"{path} is gone and with it the passwords of the database: remove {self.directory}"
                    " to start with an empty one."
                ) from None
            known, keys = {}, Keys()
        except (ValueError, TypeError) as error:
            raise LocalStackError(f"{path} is damaged: remove {self.directory} to start afresh.") from error
        if known != asdict(keys):
            write_private(path, json.dumps(asdict(keys), indent=2) + "\n")
        return keys

    def ports(self, preferred: Mapping[str, int]) -> dict[str, int]:
        """A port on 127.0.0.1 for each name: the last run's, else the preferred, else any free one."""
        path = self.directory / "ports.json"
        try:
            remembered = dict(json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            remembered = {}
        chosen: dict[str, int] = {}
        for name, port in preferred.items():
            candidates = [candidate for candidate in (remembered.get(name), port) if isinstance(candidate, int)]
            usable = (each for each in candidates if each and port_is_free("127.0.0.1", each))
            chosen[name] = next((each for each in usable if each not in chosen.values()), None) or free_port()
        write_private(path, json.dumps(chosen) + "\n")
        return chosen

    def write_local_env(self, settings: Mapping[str, str]) -> None:
        """Write the settings as lines that a POSIX shell can source."""
        lines = (f"{name}={shell_quote(value)}\n" for name, value in settings.items())
        write_private(self.local_env, "".join(lines))


def shell_quote(value: str) -> str:
    """A value in single quotes, whatever is in it."""
    return "'" + value.replace("'", "'\\''") + "'"


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only its owner can read it."""
    partial = path.with_name(path.name + ".partial")
    with contextlib.suppress(FileNotFoundError):
        partial.unlink()
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w") as file:
        file.write(text)
    partial.replace(path)


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, OverflowError) as error:
        raise LocalStackError(f"{host}:{port} is not an address to listen on ({error}).") from error
    with socket.socket(family, kind, protocol) as listener:
        # As servers do, or a connection that closed a minute ago would count as a listener.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except PermissionError as error:
            raise LocalStackError(f"Only root may listen on port {port}; choose one above 1023.") from error
        except OSError:
            return False
    return True
