"""Begins turns in the database and sees each through to its settlement.

A turn belongs to the application and not to the request that asked for it: a reader who goes away
stops nothing, and comes back to it at any worker. No connection is held while the model talks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

import asyncpg
import msgspec

from app.caller import Caller
from app.chat import demonstration
from app.chat.adoption import Adoption
from app.chat.answer import Answer, Question
from app.chat.asked import Asked
from app.chat.cache import Recall
from app.chat.pieces import StoredMessage, decode_parts, remainder, text_of
from app.chat.progress import Followed, Progress
from app.chat.prompt import messages_for_model
from app.chat.providers import ModelRequest, Providers
from app.chat.sealing import Sealer, Vault
from app.chat.settling import Settler
from app.chat.talk import Session, Sessions, Talk
from app.chat.titles import EXCERPT_CHARS, Titles
from app.chat.turn import Ending, Limit, Tokens, Turn
from app.database import Database
from app.encryption import SecretsKeys
from app.errors import (
    DatabaseUnavailable,
    EncryptionChanged,
    PalaverError,
    ShuttingDown,
    from_code,
)
from app.logs import get_logger
from app.metrics import Metrics
from app.settings import Settings

log = get_logger(__name__)

CUT_SECONDS: Final = 5.0
"""How long answers that a shutdown cut may take to be settled."""

BEGINS_AT_ONCE: Final = 3
"""Of one person, at one worker."""

DEFAULT_MODEL: Final = "default"
"""The name under which a client asks for whatever model its tenant has chosen."""

T = TypeVar("T")
_encode: Final = msgspec.json.Encoder().encode
_decode_limits: Final = msgspec.json.Decoder(list[Limit]).decode


class Turns:
    """Begins turns, finds them again, and sees each through to its settlement."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        providers: Providers,
        metrics: Metrics,
        sessions: Sessions | None = None,
    ) -> None:
        """`sessions`: who answers in conversations that are about something; without, the model alone."""
        self._sessions = sessions
        self._history = (settings.ai_max_messages_per_conversation, settings.ai_max_history_bytes)
        self._demonstration = settings.demonstration
        self._database = database
        self._providers = providers
        self._metrics = metrics
        self._worker_id = uuid4()
        self._answers: dict[UUID, Answer] = {}
        # What a turn says and how it ends is never written at the same moment: each would wait for the other's rows.
        writing = asyncio.Lock()
        self._vault = Vault(database, SecretsKeys.of(settings.secrets_key) if settings.secrets_key else None)
        self._settler = Settler(database, self._worker_id, writing, self._vault)
        # A call has been given up by then, and a turn that it began has no other way to be known.
        unheard = timedelta(seconds=2 * settings.database_timeout_seconds + 1)
        self._progress = Progress(database, self._worker_id, writing, self._answers, self._adopt, unheard, self._vault)
        self._adoption = Adoption(self._vault, self._settler, metrics, self._progress.settled)
        self._titles = Titles(database, providers, self._settler, self._worker_id)
        self._gives_titles = settings.ai_titles and not settings.demonstration
        self._shares: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.draining = False

    def start(self) -> None:
        """Begin to say that this worker is alive, and to look after turns whose worker is not."""
        self._progress.start()

    async def begin(self, caller: Caller, asked: Asked) -> Turn:
        """Save what is asked and start the answer; a request that came before gets the turn that it began.

        Raises PalaverError when the database refuses.
        """
        if self.draining:
            raise ShuttingDown()
        # Shielded: a request that is cancelled now must not leave a question that nobody answers.
        return await asyncio.shield(self._supervise(self._begin(caller, asked)))

    async def find(self, caller: Caller, turn_id: UUID) -> Turn:
        """A turn of the caller's, live or over, of any worker. Raises NotFound and other PalaverErrors."""
        return await self._found(caller, await self._database.fetch_row("find_turn", caller.claims, turn_id, None))

    async def running(self, caller: Caller, chat: str) -> Turn | None:
        """The newest turn that runs in a conversation of the caller's, by the client's id of it or ours."""
        rows = await self._database.fetch("find_turn", caller.claims, None, chat)
        return await self._found(caller, rows[0]) if rows else None

    async def stop(self, caller: Caller, turn_id: UUID) -> bool:
        """Ask to stop a turn; False if it was over. Raises NotFound and other PalaverErrors."""
        return self._stop(await self._database.fetch("stop_turn", caller.claims, turn_id, None))

    async def stop_chat(self, caller: Caller, chat: str) -> bool:
        """Ask to stop what runs in a conversation; False if nothing does. Raises NotFound and other PalaverErrors."""
        return self._stop(await self._database.fetch("stop_turn", caller.claims, None, chat))

    async def messages(self, caller: Caller, chat: str) -> list[StoredMessage]:
        """What was said in a conversation of the caller's, by the client's id of it or ours; nothing if there is none.

        Raises PalaverError.
        """
        rows = await self._database.fetch("read_messages", caller.claims, chat)
        return [await self._vault.message(row) for row in rows]

    async def models(self, caller: Caller) -> list[str]:
        """The models that the caller may ask for, first the one they get if they do not. Raises PalaverError."""
        row = await self._database.fetch_row("model_choice", caller.claims)
        return [self._providers.resolve(row["llm_provider"], row["llm_model"])[1], DEFAULT_MODEL]

    async def drain(self, seconds: float) -> None:
        """Refuse new turns, let those under way end within `seconds`, then cut the rest and settle them."""
        self.draining = True
        if self._tasks:
            log.info("draining", tasks=len(self._tasks), seconds=seconds)
            await asyncio.wait(self._tasks, timeout=seconds)
        for patience in (CUT_SECONDS, None):
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=patience)

    async def stop_progress(self) -> None:
        """Say no more that this worker is alive; after the last turn."""
        await self._progress.stop()

    def _supervise(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _begin(self, caller: Caller, asked: Asked) -> Turn:
        await self._progress.be_heard()
        sealer = await self._vault.sealer(caller)
        try:
            row = await self._begun(caller, asked, sealer)
        except EncryptionChanged:
            sealer = await self._vault.sealer(caller, anew=True)
            row = await self._begun(caller, asked, sealer)
        if row["is_repeat"]:
            return await self.find(caller, row["turn_id"])
        turn = Turn(
            id=row["turn_id"],
            conversation_id=row["conversation_id"],
            question_id=row["question_id"],
            title=row["conversation_title"],
            begins_conversation=row["begins_conversation"],
            response_id=asked.response_id or str(row["turn_id"]),
            started_at=row["started_at"],
            limits=_decode_limits(row["limits"]),
        )
        history, fault = "[]", None
        try:
            history = await self._vault.history(row["tenant_id"], row["history"])
        except PalaverError as error:
            # The turn is begun, and has to be settled.
            fault = error
        question = Question(
            tenant_id=row["tenant_id"],
            account=str(caller.auth_id),
            provider=row["llm_provider"],
            model=row["llm_model"],
            messages=messages_for_model(row["system_prompt"], history),
            tools=_tools(row["tools"], asked.tools),
            options=asked.options,
            temperature=None if row["temperature"] is None else float(row["temperature"]),
            max_tokens=row["max_tokens"],
            fault=fault,
            recall=Recall(self._database, caller.claims) if row["cache_seconds"] else None,
            talk=self._session(caller, row),
        )
        answer = Answer(turn, question, self._providers, self._settler, self._metrics, sealer)
        self._answers[turn.id] = answer
        said = _last_text(question.messages) if turn.begins_conversation and self._gives_titles else None
        self._supervise(self._answer(caller, answer, said))
        return turn

    def _session(self, caller: Caller, row: asyncpg.Record) -> Callable[[ModelRequest], Talk] | None:
        if row["context_type"] is None or self._sessions is None:
            return None
        session = Session(
            caller=caller,
            tenant_id=row["tenant_id"],
            conversation_id=row["conversation_id"],
            turn_id=row["turn_id"],
            context_type=row["context_type"],
            project_id=row["project_id"],
        )
        return partial(self._sessions.talk, session)

    async def _begun(self, caller: Caller, asked: Asked, sealer: Sealer) -> asyncpg.Record:
        request = _encode(self._request(asked, sealer)).decode()
        async with self._share(caller):
            return await self._database.fetch_row("begin_turn", caller.claims, self._worker_id, request, *self._history)

    def _share(self, caller: Caller) -> asyncio.Semaphore:
        """What keeps one person's requests, which may wait for each other, from taking all connections."""
        return self._shares.setdefault(caller.auth_id, asyncio.Semaphore(BEGINS_AT_ONCE))

    async def _answer(self, caller: Caller, answer: Answer, to_be_titled: str | None) -> None:
        try:
            await answer.run()
        finally:
            del self._answers[answer.turn.id]
        turn = answer.turn
        if to_be_titled and turn.ending is not None and turn.ending.status == "completed" and not self.draining:
            await self._titles.give(caller, turn.conversation_id, to_be_titled, text_of(turn.pieces))

    def _request(self, asked: Asked, sealer: Sealer) -> dict[str, Any]:
        """What `private.begin_turn()` reads."""
        model = DEFAULT_MODEL if self._demonstration and asked.model == demonstration.MODEL else asked.model
        fields = {
            "dialect": asked.dialect,
            "messages": sealer.messages(asked.messages),
            "encrypted": True if sealer.key else None,
            "prompt": asked.prompt,
            "conversation_id": asked.conversation_id,
            "chat": asked.chat,
            "replaces": asked.replaces,
            "regenerates": asked.regenerates,
            "response_id": asked.response_id,
            "model": model,
            "max_tokens": asked.max_tokens,
            "more_octets": len(_encode(asked.tools)) if asked.tools else None,
            "idempotency_key": asked.idempotency_key,
            "fingerprint": sealer.fingerprint(asked.fingerprint()).hex() if asked.idempotency_key else None,
        }
        return {
            "models": [self._providers.resolve(None, None)[1]],
            **{name: value for name, value in fields.items() if value is not None},
        }

    def _stop(self, rows: Sequence[asyncpg.Record]) -> bool:
        for row in rows:
            if (answer := self._answers.get(row["turn_id"])) is not None:
                answer.stop()
        return bool(rows)

    async def _found(self, caller: Caller, row: asyncpg.Record) -> Turn:
        """The turn to read: ours if it runs here, else a copy, which is kept up while it runs elsewhere."""
        if row["status"] == "running" and (answer := self._answers.get(row["turn_id"])) is not None:
            return answer.turn
        turn = Turn(
            id=row["turn_id"],
            conversation_id=row["conversation_id"],
            question_id=row["question_id"],
            title=row["conversation_title"],
            begins_conversation=False,
            response_id=row["response_id"] or str(row["turn_id"]),
            started_at=row["started_at"],
        )
        if row["status"] != "running":
            await self._complete(turn, row)
            return turn

        async def finish() -> None:
            try:
                await self._complete(turn, await self._database.fetch_row("find_turn", caller.claims, turn.id, None))
            except DatabaseUnavailable:
                # It is asked again.
                raise
            except PalaverError as error:
                turn.fail(error)

        return self._progress.follow(Followed(row["tenant_id"], turn, finish))

    async def _complete(self, turn: Turn, row: asyncpg.Record) -> None:
        """Bring a copy up to the row of a turn that is over."""
        if row["parts"]:
            turn.publish(remainder(turn.pieces, decode_parts(await self._vault.array(row["tenant_id"], row["parts"]))))
        elif row["content"]:
            content = await self._vault.text(row["tenant_id"], row["content"])
            said = len(text_of(turn.pieces))
            turn.publish([content[said:]] if said < len(content) else [])
        failed = row["status"] == "failed"
        turn.model = row["model"] or ""
        turn.end(
            Ending(
                status=row["status"],
                message_id=row["answer_id"],
                model=turn.model,
                finish_reason=row["finish_reason"],
                tokens=Tokens(
                    row["prompt_tokens"] or 0,
                    row["completion_tokens"] or 0,
                    row["cached_tokens"] or 0,
                    row["reasoning_tokens"] or 0,
                    bool(row["tokens_estimated"]),
                ),
                error=from_code(row["error_code"]) if failed else None,
                metadata=msgspec.json.decode(row["metadata"]) if row["metadata"] else {},
            )
        )

    def _adopt(self, row: asyncpg.Record) -> None:
        log.warning("turn_adopted", turn_id=str(row["turn_id"]))
        self._supervise(self._adoption.settle(row))


def _last_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """The beginning of the newest message's text, if it has any."""
    content = messages[-1].get("content") if messages else None
    if isinstance(content, list):
        content = "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))
    return (content or "")[:EXCERPT_CHARS]


def _tools(of_tenant: str | None, of_client: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The tenant's definitions and the client's; one of the same name takes the tenant's place."""
    if of_tenant is None:
        return list(of_client)
    named = {_tool_name(tool): tool for tool in msgspec.json.decode(of_tenant)}
    return list((named | {_tool_name(tool): tool for tool in of_client}).values())


def _tool_name(tool: Mapping[str, Any]) -> str:
    function = tool.get("function") if isinstance(tool, dict) else None
    return str(function.get("name")) if isinstance(function, dict) else ""
