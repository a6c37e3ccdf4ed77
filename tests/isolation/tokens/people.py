"""Good tokens of people who may no longer, or not yet, do what they ask: what the tables say counts at once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from tests.isolation.tokens.cases import Presented, bearing
from tests.isolation.tokens.jwks_server import JwksServer
from tests.isolation.tokens.minting import SIGNING, Mint
from tests.isolation.tokens.outage import SET
from tests.isolation.tokens.probe import Probe, Scene, probing
from tests.model_server import Script
from tests.running import Stream, parse
from tests.world import Actor

HIRE: Final = """
    with tenant as (
        insert into public.tenants (name, slug, system_prompt) values ($2, $2, $2) returning id
    ),
    account as (insert into auth.users (id, email) values ($1, $2 || '@people.test') returning id, email)
    insert into public.users (tenant_id, auth_id, email, role)
    select tenant.id, account.id, account.email, 'member' from tenant, account
    returning tenant_id, id
"""
"""A tenant with one person in it."""

ENDS: Final = {
    "deactivated": "update public.users set is_active = false where auth_id = :account",
    "made a viewer": "update public.users set role = 'viewer' where auth_id = :account",
    "assistant switched off": "update public.tenants set features = '{\"ai_assistant\": false}' where id = :tenant",
    "tenant switched off": "update public.tenants set is_active = false where id = :tenant",
    "account deleted": "delete from auth.users where id = :account",
    "person removed": "delete from public.users where auth_id = :account",
    "tenant removed": "delete from public.tenants where id = :tenant",
}
"""How access ends."""
BACK: Final = {
    "deactivated": "update public.users set is_active = true where auth_id = :account",
    "made a viewer": "update public.users set role = 'admin' where auth_id = :account",
    "assistant switched off": "update public.tenants set features = '{}' where id = :tenant",
    "tenant switched off": "update public.tenants set is_active = true where id = :tenant",
}
"""How it comes back."""
MOVE: Final = """
    delete from public.users where auth_id = :account;
    insert into public.users (tenant_id, auth_id, email, role)
    values (:new, :account, 'moved@people.test', 'member')
"""
FORBIDDEN: Final = "INSUFFICIENT_PERMISSIONS"
PIECES: Final = tuple(f"w{number} " for number in range(20))
"""An answer that takes its time."""
MIDWAY: Final = (
    ("deactivated", [1, 2, 1, 1], 0),
    ("tenant switched off", [1, 2, 1, 1], 0),
    ("assistant switched off", [1, 2, 1, 1], 2),
    ("person removed", [0, 0, 0, 0], 0),
    ("tenant removed", [0, 0, 0, 0], 0),
)
"""What happens while somebody is answered: conversations, messages, turns and days of use kept; messages still seen."""


@dataclass(frozen=True)
class Person:
    """A member of a tenant of their own."""

    probe: Probe
    issuer: str
    auth_id: UUID
    tenant_id: UUID
    user_id: UUID

    @property
    def prompt(self) -> str:
        """The system prompt of their tenant."""
        return f"tenant-{self.auth_id.hex}"

    def tokens(self, subject: object = None, **claims: str) -> tuple[Presented, ...]:
        """New tokens, one for each algorithm; theirs, unless another subject is given."""
        mint = Mint(self.issuer, str(subject or self.auth_id))
        return tuple(bearing(mint.token(algorithm, mint.claims(**claims))) for algorithm in SIGNING)

    async def run(self, sql: str) -> None:
        """Change something about them, as the owner of the schema."""
        sql = sql.replace(":account", f"'{self.auth_id}'").replace(":tenant", f"'{self.tenant_id}'")
        async with self.probe.scene.database.connected() as link:
            await link.execute(sql)

    async def count(self, table: str) -> int:
        """How many rows of a table are theirs."""
        sql = f"select count(*) from public.{table} where (tenant_id, user_id) = ($1, $2)"
        return int(await self.probe.owner.fetchval(sql, self.tenant_id, self.user_id))

    async def visible(self) -> int:
        """How many messages the Data API would show them."""
        async with self.probe.scene.database.connected("authenticator") as link:
            return int(await Actor(link, auth_id=self.auth_id).value("select count(*) from public.messages"))


@dataclass(frozen=True)
class Office:
    """Where people are hired."""

    probe: Probe
    issuer: str

    async def hire(self) -> Person:
        """Somebody new."""
        auth_id = uuid4()
        row = await self.probe.owner.fetchrow(HIRE, auth_id, f"tenant-{auth_id.hex}")
        assert row is not None
        return Person(self.probe, self.issuer, auth_id, row["tenant_id"], row["id"])


async def shut_out(office: Office) -> None:
    """Access that ended a moment ago has ended, for tokens that are remembered and for new ones."""
    probe = office.probe
    for how, sql in ENDS.items():
        person = await office.hire()
        remembered = person.tokens()
        await probe.accepted(f"before: {how}", *remembered)
        await person.run(sql)
        await probe.refused(how, *remembered, *person.tokens(), code=FORBIDDEN, status=403)
        if how in BACK:
            await person.run(BACK[how])
            await probe.accepted(f"after: {how}", *remembered)


async def without_a_row(office: Office) -> None:
    """A good token of somebody in no tenant, whatever else it says; of somebody in one, the row decides."""
    probe, person = office.probe, await office.hire()
    tenant = json.dumps({"tenant_id": str(person.tenant_id), "role": "admin"})
    for claims in ({}, {"is_anonymous": "true"}, {"app_metadata": tenant}, {"tenant_id": f'"{person.tenant_id}"'}):
        strangers = person.tokens(uuid4(), **claims)
        await probe.refused(f"a stranger with {claims}", *strangers, code=FORBIDDEN, status=403)
        await probe.accepted(f"a member with {claims}", *person.tokens(**claims))


async def in_capitals(office: Office) -> None:
    """An id in capitals names the same person, to the worker and to the database."""
    probe, person, other = office.probe, await office.hire(), await office.hire()
    await probe.accepted("in capitals", *person.tokens(str(person.auth_id).upper()))
    probe.hold(await person.count("turns") == len(SIGNING), "turns are not the person's")
    probe.hold(await other.count("turns") == 0, "turns are somebody else's")


async def moved(office: Office) -> None:
    """Who has moved acts in the new tenant from then on, and in the old one no more."""
    probe, person, colleague = office.probe, await office.hire(), await office.hire()
    remembered = person.tokens()
    await probe.accepted("before", *remembered)
    old = await probe.owner.fetchval("select id from public.conversations where tenant_id = $1", person.tenant_id)
    await person.run(MOVE.replace(":new", f"'{colleague.tenant_id}'"))
    body = json.dumps({"message": "Go on", "conversationId": str(old)}).encode()
    again = (Presented(one.lines, body=body) for one in remembered)
    await probe.refused("in the old conversation", *again, code="NOT_FOUND", status=404)
    await probe.accepted("after", *remembered)
    requests = probe.scene.model.requests[-len(remembered) :]
    prompts = {one.body["messages"][0]["content"] for one in requests}
    probe.hold(prompts == {colleague.prompt}, f"the model was asked with {prompts}")
    probe.hold(await person.count("messages") == 0, "something was written in the old tenant")


async def in_the_middle(office: Office) -> None:
    """An answer under way is finished and saved for who is shut out meanwhile, who reads it no more and asks no more.

    Of somebody who is removed meanwhile nothing is kept.
    """
    probe = office.probe
    people = {how: await office.hire() for how, _, _ in MIDWAY}
    probe.scene.model.script(Script(answer=PIECES, seconds_per_frame=0.05))
    streams = await asyncio.gather(*(_interrupted(person, ENDS[how]) for how, person in people.items()))
    probe.scene.model.script()
    for (how, kept, sees), person, stream in zip(MIDWAY, people.values(), streams, strict=True):
        await probe.refused(how, *person.tokens(), code=FORBIDDEN, status=403)
        rows = [await person.count(table) for table in ("conversations", "messages", "turns", "usage_metrics")]
        probe.hold(rows == kept, f"{how}: kept {rows} instead of {kept}")
        probe.hold(stream.text == "".join(PIECES), f"{how}: streamed {stream.text!r}")
        probe.hold(stream.end.name == ("done" if any(kept) else "error"), f"{how}: ended with {stream.end}")
        probe.hold(await person.visible() == sees, f"{how}: sees {await person.visible()} messages")


async def _interrupted(person: Person, sql: str) -> Stream:
    """The answer to somebody to whom this happens after its first word."""
    text = ""
    (line,) = person.tokens()[0].lines
    headers = {"Authorization": line.decode().partition(": ")[2]}
    client = person.probe.running.client
    asking = client.stream("POST", "/api/ai/chat", json={"message": "Count"}, headers=headers)
    async with asyncio.timeout(30), asking as response:
        pieces = response.aiter_text()
        async for piece in pieces:
            text += piece
            if PIECES[0] in text:
                break
        await person.run(sql)
        async for piece in pieces:
            text += piece
    return Stream(response, parse(text))


PEOPLE: Final = {
    "people shut out": shut_out,
    "people without a row": without_a_row,
    "people who moved": moved,
    "people shut out midway": in_the_middle,
    "ids in capitals": in_capitals,
}


async def try_people(scene: Scene) -> None:
    """Try all of it at one worker; what does not hold is in the scene's score."""
    async with JwksServer() as project:
        project.publish(*SET)
        async with probing(scene, supabase_url=project.url) as probe:
            for category, happens in PEOPLE.items():
                with probe.within(category):
                    await happens(Office(probe, f"{project.url}/auth/v1"))
