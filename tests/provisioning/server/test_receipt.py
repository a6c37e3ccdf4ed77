"""What an app tries against the server and others is refused; the same succeeds where a guard is taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

import pytest

from app.provisioning.server import receipt
from app.provisioning.server.receipt import ATTEMPTS, Attempt, Trial, holds
from tests.provisioning.server.conftest import App
from tests.versions import NEWEST

HARMLESS = {
    "drop_own_database": "55006",
    "drop_another_role": "2BP01",
    "take_another_database": "42P04",
    "create_tablespace": "58P01",
    "create_event_trigger": "42P17",
    "export_large_object": "42704",
}
"""What a superuser's attempt ends with where it is written to do no harm."""

"""What is refused whatever else is allowed."""

GUARDS = [
    ("connect", "grant connect on database postgres to public", "revoke connect on database postgres from public"),
    ("connect", "grant connect on database {other} to public", "revoke connect on database {other} from public"),
    (
        "drop_own_database",
        "alter database {app} owner to {app}",
        "alter database {app} owner to palaver_apps; grant temporary, create, connect on database {app} to {app}",
    ),
    (
        "lift_database_limits",
        "alter database {app} owner to {app}",
        "alter database {app} owner to palaver_apps; grant temporary, create, connect on database {app} to {app}",
    ),
    (
        "let_others_in",
        "grant connect on database {app} to {app} with grant option",
        "revoke grant option for connect on database {app} from {app}",
    ),
    (
        "take_another_database",
        "grant palaver_apps to {app}; alter role {app} createdb",
        "revoke palaver_apps from {app}; alter role {app} nocreatedb",
    ),
    ("become_owner_of_databases", "grant palaver_apps to {app}", "revoke palaver_apps from {app}"),
    ("become_another", "grant {other} to {app}", "revoke {other} from {app}"),
    ("create_database", "alter role {app} createdb", "alter role {app} nocreatedb"),
    ("create_role", "alter role {app} createrole", "alter role {app} nocreaterole"),
    (
        "read_file",
        "grant pg_read_server_files to {app}; grant execute on function pg_read_file(text) to {app}",
        "revoke pg_read_server_files from {app}; revoke execute on function pg_read_file(text) from {app}",
    ),
    ("copy_from_file", "grant pg_read_server_files to {app}", "revoke pg_read_server_files from {app}"),
    ("copy_to_file", "grant pg_write_server_files to {app}", "revoke pg_write_server_files from {app}"),
    ("run_program", "grant pg_execute_server_program to {app}", "revoke pg_execute_server_program from {app}"),
    ("end_session_of_another", "grant pg_signal_backend to {app}", "revoke pg_signal_backend from {app}"),
    ("see_statements_of_others", "grant pg_read_all_stats to {app}", "revoke pg_read_all_stats from {app}"),
    (
        "change_server_settings",
        "grant alter system on parameter application_name to {app}",
        "revoke alter system on parameter application_name from {app}",
    ),
    ("read_everything", "grant pg_read_all_data to {app}", "revoke pg_read_all_data from {app}"),
    ("cancel_statement_of_another", "grant pg_signal_backend to {app}", "revoke pg_signal_backend from {app}"),
    (
        "lift_limit_of_temporary_files",
        "grant set on parameter temp_file_limit to {app}",
        "revoke set on parameter temp_file_limit from {app}",
    ),
    (
        "change_settings_of_database",
        "alter database {app} owner to {app}",
        "alter database {app} owner to palaver_apps; grant temporary, create, connect on database {app} to {app}",
    ),
    ("read_configuration", "grant pg_read_all_settings to {app}", "revoke pg_read_all_settings from {app}"),
    ("replicate", "alter role {app} replication", "alter role {app} noreplication"),
]
"""An attempt, what takes its guard away, and what puts it back."""


OTHERWISE: Final[tuple[Literal["ALLOWED", "unclear"], ...]] = ("ALLOWED", "unclear")
ON_ANOTHER: Final = {
    "change_settings_of_another",
    "become_another",
    "grant_itself_another",
    "change_another_password",
    "drop_another_role",
    "take_another_database",
}
"""What is left out where there is no other app, or where that goes at this moment."""


async def tried(app: App) -> dict[str, list[Trial]]:
    async with app.ground.server.place(app.names) as place:
        trials = await place.receipt(app.names.role, app.password)
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(trial.attempt, []).append(trial)
    return found


def test_a_receipt_holds_only_where_something_was_tried_and_all_of_it_refused() -> None:
    one = Trial("connect", "", "refused", "42501", 1.0)
    assert holds([one, one])
    assert not holds([])
    assert [holds([one, replace(one, outcome=each)]) for each in OTHERWISE] == [False, False]


def test_what_is_tried_on_another_app_is_known() -> None:
    assert {attempt.name for attempt in ATTEMPTS if attempt.on_another} == ON_ANOTHER
    with pytest.raises(ValueError, match="description"):
        Attempt.of("nothing", "select 1")


async def test_everything_is_refused(app: App, other: App) -> None:
    trials = [trial for group in (await tried(app)).values() for trial in group]
    assert [trial for trial in trials if trial.outcome != "refused"] == []
    assert holds(trials)
    names = {trial.attempt for trial in trials}
    # The server of 16 or 18 may have no extension that only superusers may create.
    assert names - {"create_extension"} == {"connect"} | {attempt.name for attempt in ATTEMPTS} - {"create_extension"}
    assert {"connect to another app's database", "connect to a database that is no app's"} <= {
        trial.description for trial in trials
    }


@pytest.mark.parametrize("ground", [NEWEST], indirect=True)
async def test_each_attempt_succeeds_for_a_superuser(app: App, other: App) -> None:
    async with app.ground.superuser() as connection:
        await connection.execute(f"alter role {app.names.role} superuser")
        try:
            trials = await tried(app)
        finally:
            await connection.execute(f"alter role {app.names.role} nosuperuser")
            await connection.execute("drop database if exists palaver_attempt")
    for name, group in trials.items():
        for trial in group:
            assert trial.outcome != "refused", trial
            assert trial.sqlstate == HARMLESS.get(name), trial


@pytest.mark.parametrize("ground", [NEWEST], indirect=True)
async def test_a_guard_that_is_taken_away_is_noticed(app: App, other: App, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"app": app.names.role, "other": other.names.role}
    async with app.ground.superuser(app.names.database) as connection:
        for attempt, taken, back in GUARDS:
            with monkeypatch.context() as alone:
                alone.setattr(receipt, "ATTEMPTS", tuple(each for each in ATTEMPTS if each.name == attempt))
                await connection.execute(taken.format(**given))
                try:
                    trials = await tried(app)
                finally:
                    await connection.execute(back.format(**given))
                    await connection.execute("drop database if exists palaver_attempt")
            assert any(trial.outcome != "refused" for trial in trials[attempt]), (attempt, trials[attempt])
            assert not holds([trial for group in trials.values() for trial in group])
    assert [trial for group in (await tried(app)).values() for trial in group if trial.outcome != "refused"] == []
