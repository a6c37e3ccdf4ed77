"""`python -m app encrypt`, `decrypt` and `rotate-keys`: all or nothing of a batch, and safe to say again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.chat.resealing import ResealingError, decrypt, encrypt, rotate_keys
from app.encryption import PREFIX, SecretsKeys
from tests.chat.test_encryption import ASKED, KEY, OTHER_KEY, SAID, encrypts, found
from tests.cli.test_commands import palaver
from tests.model_server import ModelServer, Script
from tests.running import running
from tests.world import Actor, Database

KEYS = SecretsKeys([bytes(range(32))])
WRONG = SecretsKeys([bytes(32)])
MESSAGES = """
select id, client_id, role, content, parts::text, created_at, token_count from public.messages
where tenant_id = (select id from public.tenants where slug = 'acme') order by id
"""
MANY = """
insert into public.messages (tenant_id, conversation_id, user_id, role, client_id, content, parts)
select c.tenant_id, c.id, c.user_id, 'assistant', 'a' || n, $1 || n,
    case when n % 2 = 0 then '[{"type": "text", "text": "Wolpertinger"}, {"type": "odd", "n": 1.50}]'::jsonb end
from (select * from public.conversations where user_id = $2 limit 1) as c, generate_series(1, 700) as n
"""


class Killed(Exception):
    """In the middle of it."""


def killed(done: int, of: int) -> None:
    raise Killed


async def test_what_was_said_before_is_encrypted_and_decrypted_again(database: Database, acme_member: Actor) -> None:
    url = database.url()
    await database.fetch(MANY, ASKED, acme_member.user_id)
    chosen = "update public.conversations set title = 'My own title' where id = $1"
    own, *_ = await acme_member.fetch("select id from public.conversations")
    await acme_member.fetch(chosen, own["id"])
    await database.fetch(
        "insert into public.conversations (tenant_id, user_id, titled_by, title) values ($1, $2, 'model', $3)",
        acme_member.tenant_id,
        acme_member.user_id,
        f"About a {ASKED}",
    )
    await database.fetch(
        "insert into public.conversations"
        " (tenant_id, user_id, title, prompt_id, prompt_version, prompt_text, prompt_values)"
        " values ($1, $2, 'My own title', gen_random_uuid(), 1, 'About {{it}}', jsonb_build_object('it', $3::text))",
        acme_member.tenant_id,
        acme_member.user_id,
        ASKED,
    )
    before = await database.fetch(MESSAGES)
    order = await acme_member.fetch("select id, updated_at from public.conversations order by updated_at, id")
    with pytest.raises(ResealingError, match="first"):
        await encrypt(url, "acme", KEYS)
    await encrypts(database, "acme")

    with pytest.raises(Killed):
        await encrypt(url, "acme", KEYS, progress=killed)
    assert await database.value("select count(*) from public.messages where content like 'palaver-encrypted:%'") == 500
    told: list[tuple[int, int]] = []
    assert await encrypt(url, "acme", KEYS, progress=lambda done, of: told.append((done, of))) == (
        f"encrypted {len(before) - 500} messages"
    )
    assert told[-1] == (len(before), len(before))
    assert await encrypt(url, "acme", KEYS) == "encrypted 0 messages"
    assert await found(database, ASKED) == []
    assert await acme_member.fetch("select id, updated_at from public.conversations order by updated_at, id") == order
    titles = {row["title"] for row in await acme_member.fetch("select title from public.conversations")}
    assert titles == {"My own title", "New conversation"}

    sealed = await database.fetch(MESSAGES)
    assert all(row["content"].startswith(PREFIX) for row in sealed)
    assert await encrypt(url, "acme", KEYS, new_key=True) == f"encrypted {len(before)} messages"
    assert await database.value("select count(*) from private.tenant_keys where retired_at is not null") == 1
    anew = await database.fetch(MESSAGES)
    assert all(old["content"] != new["content"] for old, new in zip(sealed, anew, strict=True))
    with pytest.raises(ResealingError, match="first"):
        await decrypt(url, "acme", KEYS)
    await encrypts(database, "acme", on=False)
    with pytest.raises(ResealingError, match="SECRETS_KEY"):
        await decrypt(url, "acme", WRONG)
    with pytest.raises(Killed):
        await decrypt(url, "acme", KEYS, progress=killed)
    assert await decrypt(url, "acme", KEYS) == f"decrypted {len(before) - 500} messages"
    assert await database.fetch(MESSAGES) == before


async def test_the_commands_and_another_secrets_key(
    database: Database, acme_member: Actor, model_server: ModelServer, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": database.url(), "SECRETS_KEY": KEY}
    await encrypts(database, "acme")
    encrypted = await palaver("encrypt", "acme", **settings)
    assert (encrypted.status, encrypted.out, encrypted.err) == (0, "encrypted 8 messages\n", "")
    nobody = await palaver("encrypt", "nobody", **settings)
    assert (nobody.status, nobody.err) == (1, "palaver encrypt: there is no tenant 'nobody'.\n")
    wrong = await palaver("rotate-keys", DATABASE_URL=database.url(), SECRETS_KEY=OTHER_KEY)
    assert wrong.status == 1
    assert wrong.err == "palaver rotate-keys: wrapped 0 keys anew; SECRETS_KEY does not open 1 others.\n"
    bad = await palaver("rotate-keys", DATABASE_URL=database.url(), SECRETS_KEY="AAAA")
    assert bad.status == 2 and "SECRETS_KEY: is not 32 bytes" in bad.err and "AAAA" not in bad.err

    both = SecretsKeys([bytes(32), bytes(range(32))])
    assert await rotate_keys(database.url(), both) == "wrapped 1 keys anew"
    assert await rotate_keys(database.url(), both) == "wrapped 0 keys anew"
    model_server.script(Script(answer=SAID))
    exported = tmp_path / "person.jsonl"
    taken = await palaver(
        "export", "ben@acme.test", "--output", str(exported), DATABASE_URL=database.url(), SECRETS_KEY=OTHER_KEY
    )
    assert taken.status == 0, taken.err
    assert PREFIX not in exported.read_text() and '"encrypted"' not in exported.read_text()
    conversation = await database.value(
        "select conversation_id from public.messages where user_id = $1 limit 1", acme_member.user_id
    )
    async with running(database, openai_base_url=model_server.base_url, secrets_key=OTHER_KEY) as worker:
        stream = await worker.ask(acme_member.auth_id, ASKED, conversation)
    assert stream.text == SAID
    sent = [message["content"] for message in model_server.requests[-1].body["messages"]]
    assert len(sent) == 4 and not [text for text in sent if text.startswith(PREFIX)]
