from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest

from app import logs
from app.settings import Settings

PASSWORD = "pa$$w0rd-of-the-worker"
Configure = Callable[..., io.StringIO]


@pytest.fixture
def configure() -> Iterator[Configure]:
    """Sets logging up with the given settings and gives what is written; afterwards all is as before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs._CHATTY}

    def set_up(**values: Any) -> io.StringIO:
        stream = io.StringIO()
        logs.configure(Settings.load(env_file=None, **values), stream)
        return stream

    yield set_up
    root.handlers[:], root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_json_object_a_line_in_production(configure: Configure) -> None:
    stream = configure(palaver_env="production")
    token = logs.request_id.set("r-1")
    logs.get_logger("palaver.test").info("turn_finished", tokens=12, note="two\nlines\u2028", event="x", level=1)
    logs.request_id.reset(token)
    logs.get_logger("palaver.test").warning("later", where=[1, {"a": None}])
    first, second = events(stream)
    assert first["event"] == "turn_finished" and first["tokens"] == 12 and first["level"] == "info"
    assert first["request_id"] == "r-1" and first["logger"] == "palaver.test"
    assert first["time"].endswith("+00:00")
    assert "request_id" not in second and second["where"] == [1, {"a": None}]


def test_one_readable_line_in_development(configure: Configure) -> None:
    stream = configure()
    logs.get_logger("palaver.test").info("started", port=8000, note="a\nb\x1b[31m")
    (line,) = stream.getvalue().splitlines()
    assert 'INFO    started port=8000 note="a\\nb\\u001b[31m"' in line


def test_levels(configure: Configure) -> None:
    stream = configure(log_level="warning", palaver_env="production")
    log = logs.get_logger("palaver.test")
    for say in (log.debug, log.info, log.warning, log.error):
        say("event")
    assert [event["level"] for event in events(stream)] == ["warning", "error"]


@pytest.mark.parametrize("environment", ["production", "development"])
def test_secrets_are_taken_out_everywhere(configure: Configure, environment: str) -> None:
    stream = configure(
        palaver_env=environment,
        worker_database_url=f"postgresql://w:{PASSWORD.replace('$', '%24')}@h/d",
        supabase_jwt_secret="jwt-secret-" + "x" * 32,
        ai_providers='{"p": {"base_url": "http://h", "api_key": "provider-key"}}',
    )
    log = logs.get_logger("palaver.test")
    log.info("field", value=f"it is {PASSWORD}", deep={"jwt-secret-" + "x" * 32: ["provider-key"]})
    log.info("shapes", a="Bearer abc.def", b="postgresql://u:hunter2@h/d", c="password=hunter2 x=1")
    log.info("token", value="eyJhbGciOi.eyJzdWIi.c2ln", key="sk-0123456789abcdefgh")
    logging.getLogger("somebody.else").warning("connecting with %s", PASSWORD)
    try:
        try:
            raise ConnectionError(f"postgresql://u:hunter2@h said no to {PASSWORD}")
        except ConnectionError as error:
            raise RuntimeError("Authorization: Bearer abc.def") from error
    except RuntimeError:
        log.exception("failed")
    text = stream.getvalue()
    secrets = (PASSWORD, "%24", "hunter2", "abc.def", "provider-key", "jwt-secret", "eyJ", "0123456789")
    assert not [secret for secret in secrets if secret in text]
    assert "RuntimeError" in text and "ConnectionError" in text and "test_logs.py" in text
    assert "x=1" in text


def test_a_secret_that_begins_another_leaves_nothing_of_it(configure: Configure) -> None:
    stream = configure(openai_api_key="short-key", metrics_token="short-key-and-more")
    logs.get_logger("palaver.test").info("event", value="short-key-and-more short-key")
    assert "and-more" not in stream.getvalue()
    assert 'value="[redacted] [redacted]"' in stream.getvalue()


def test_tracebacks_say_where_but_not_what_people_wrote(configure: Configure) -> None:
    stream = configure(palaver_env="production")
    log = logs.get_logger("palaver.test")
    row = {
        "S": "ERROR",
        "C": "23514",
        "M": "row is wrong: dear diary",
        "D": "Failing row (dear diary)",
        "n": "c1",
    }
    for error in (
        asyncpg.PostgresError.new(row),
        ValueError("1 validation error\n  input_value='dear diary'"),
        ExceptionGroup("group", [ValueError("first"), asyncpg.PostgresError.new(row)]),
        ValueError("x" * 300 + "dear diary"),
    ):
        try:
            raise error
        except Exception:
            log.exception("failed")
    assert "dear diary" not in stream.getvalue()
    told = [event["traceback"] for event in events(stream)]
    assert "SQLSTATE 23514 c1" in told[0] and "SQLSTATE 23514 c1" in told[2]
    assert "1 validation error" in told[1] and "ValueError: first" in told[2]


def test_exceptions_that_name_each_other_end(configure: Configure) -> None:
    stream = configure(palaver_env="production")
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    try:
        raise one
    except ValueError:
        logs.get_logger("palaver.test").exception("failed")
    assert len(events(stream)) == 1


def test_uvicorn_and_the_libraries_go_the_same_way(configure: Configure) -> None:
    uvicorn_logger = logging.getLogger("uvicorn.error")
    own = logging.StreamHandler(io.StringIO())
    uvicorn_logger.addHandler(own)
    stream = configure(palaver_env="production", log_level="debug")
    uvicorn_logger.info("Started server process [%d]", 7)
    logging.getLogger("uvicorn.access").info("GET /shared/secret-token?x=1")
    logging.getLogger("openai").debug("Request options: %s", {"messages": ["dear diary"]})
    logging.getLogger("httpx2").info("HTTP Request: GET http://h/?key=1")
    assert [event["event"] for event in events(stream)] == ["Started server process [7]"]
    assert own not in uvicorn_logger.handlers


async def test_each_task_has_its_own_request_id() -> None:
    async def work(name: str) -> str | None:
        logs.request_id.set(name)
        await asyncio.sleep(0)
        return logs.request_id.get()

    assert list(await asyncio.gather(work("a"), work("b"))) == ["a", "b"]
    assert logs.request_id.get() is None
