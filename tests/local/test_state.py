"""What is kept between runs: secrets that stay secret, ports that stay the same, settings that a shell reads back."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from app.local.environment import inherited
from app.local.errors import LocalStackError
from app.local.postgres import free_port
from app.local.state import State, port_is_free


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.open()
    return state


def test_one_run_at_a_time(state: State) -> None:
    with pytest.raises(LocalStackError, match="already running"):
        State(state.directory).open()
    state.close()
    again = State(state.directory)
    again.open()
    again.close()


def test_keys_are_made_once_and_only_the_owner_reads_them(state: State) -> None:
    keys = state.keys(data_exists=False)
    assert state.keys(data_exists=True) == keys
    assert stat.S_IMODE((state.directory / "keys.json").stat().st_mode) == 0o600
    assert len(keys.jwt_secret) >= 32


def test_lost_and_damaged_keys_are_explained(state: State) -> None:
    with pytest.raises(LocalStackError, match="is gone"):
        state.keys(data_exists=True)
    (state.directory / "keys.json").write_text("{")
    with pytest.raises(LocalStackError, match="damaged"):
        state.keys(data_exists=True)


def test_ports_are_remembered_unless_taken(state: State) -> None:
    preferred = {"database": free_port(), "supabase": 0}
    first = state.ports(preferred)
    assert first["database"] == preferred["database"]
    assert state.ports({"database": 0, "supabase": 0}) == first
    with socket.create_server(("127.0.0.1", first["database"])):
        assert not port_is_free("127.0.0.1", first["database"])
        second = state.ports(preferred)
    assert second["database"] != first["database"]
    assert second["supabase"] == first["supabase"]


def test_a_shell_reads_local_env_back(state: State) -> None:
    value = 'it\'s $HOME "and" `more`'
    state.write_local_env({"DATABASE_URL": value})
    said = subprocess.run(
        ["sh", "-c", '. "$1"; printf %s "$DATABASE_URL"', "sh", str(state.local_env)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == value
    assert stat.S_IMODE(state.local_env.stat().st_mode) == 0o600


def test_settings_for_another_database_are_not_inherited() -> None:
    kept = inherited(
        {
            "DATABASE_URL": "elsewhere",
            "PROVISIONER_DATABASE_URL": "elsewhere",
            "SUPABASE_URL": "elsewhere",
            "PGHOST": "elsewhere",
            "OPENAI_API_KEY": "key",
            "DEFAULT_AI_MODEL": "model",
            "no_proxy": "intranet",
        }
    )
    assert "elsewhere" not in kept.values()
    assert (kept["OPENAI_API_KEY"], kept["DEFAULT_AI_MODEL"]) == ("key", "model")
    assert kept["no_proxy"].startswith("intranet,127.0.0.1")


def test_the_npm_lock_is_complete_and_names_no_registry() -> None:
    local = Path(__file__).parents[2] / "app" / "local"
    wanted = json.loads((local / "package.json").read_text())["dependencies"]
    packages = json.loads((local / "package-lock.json").read_text())["packages"]
    assert packages[""]["dependencies"] == wanted
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry and "resolved" not in entry for path, entry in packages.items() if path)
