"""The configuration assistant's side of a turn: it reads, asks the model, and checks what came of it.

Nothing that the model says or has read changes anything: what it may call only reads, and what it proposes is kept for
a person to accept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET

from app.assistant.answer import checking, tools
from app.assistant.answer.checking import Suggesting
from app.assistant.answer.context import Context, ProjectData
from app.assistant.answer.conversation import acting, after, redacted, said_by_person, split
from app.assistant.answer.metadata import ComparisonResults, Difference, Metadata, validated
from app.assistant.answer.output import Output, understood
from app.assistant.answer.rounds import Rounds
from app.assistant.answer.scope import INFRASTRUCTURE, Scope
from app.assistant.answer.steps import Steps
from app.assistant.answer.world import World
from app.assistant.ground import Earlier, Library
from app.assistant.provenance.sources import Sources
from app.assistant.subject import Subject
from app.chat.pieces import Piece
from app.chat.providers import ModelRequest, Providers
from app.chat.talk import Session, Talk
from app.chat.turn import Tokens
from app.errors import PalaverError
from app.logs import get_logger

log = get_logger(__name__)


class ConfigurationSessions:
    """Answers in conversations on a project or on the infrastructure."""

    def __init__(self, library: Library, providers: Providers) -> None:
        self._library = library
        self._providers = providers

    def talk(self, session: Session, request: ModelRequest) -> Talk:
        """The answer to a question in such a conversation."""
        return ConfigurationTalk(self._library, self._providers, session, request)


class ConfigurationTalk:
    """One answer."""

    def __init__(self, library: Library, providers: Providers, session: Session, request: ModelRequest) -> None:
        self._library = library
        self._providers = providers
        self._session = session
        self._request = request
        self._said = said_by_person(request.messages)
        self._answered = acting(request.messages)
        self._earlier: Sequence[Earlier] = ()
        self._steps = Steps()
        self._rounds: Rounds | None = None
        self._metadata: Mapping[str, Any] = {}

    @property
    def model(self) -> str | None:
        """The model as the provider names it."""
        exchange = self._rounds.exchange if self._rounds else None
        return exchange.model if exchange else None

    @property
    def finish_reason(self) -> str | None:
        """Why it ended."""
        return self._rounds.finish_reason if self._rounds else None

    @property
    def response_id(self) -> str | None:
        """The provider's id of its last answer."""
        exchange = self._rounds.exchange if self._rounds else None
        return exchange.response_id if exchange else None

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What was cited, compared and suggested."""
        return self._metadata

    def tokens(self, said: Sequence[Piece], *, charged: bool) -> Tokens:
        """What all requests together have used; a person is told less than what the model said."""
        return self._rounds.tokens(charged=charged) if self._rounds else Tokens(0, 0)

    async def stream(self) -> AsyncGenerator[Sequence[Piece], None]:
        """The pieces as they come, and the steps on the way to them. Raises PalaverError."""
        try:
            async with aclosing(self._stream()) as told:
                async for pieces in told:
                    if pieces:
                        yield pieces
        except Exception:
            if failed := self._steps.end("failed"):
                yield failed
            raise

    async def _stream(self) -> AsyncGenerator[Sequence[Piece], None]:
        yield [self._steps.begin("reading_configuration")]
        projects = await self._library.projects(self._session)
        subjects = [await Subject.read(project) for project in projects]
        scope = await asyncio.to_thread(Scope, subjects, self._session.context_type)
        world = World(scope, self._library, self._session)
        yield self._steps.end()
        if any(project.yaml is not None for project in projects):
            yield [self._steps.begin("comparing")]
            await world.read_comparisons()
            yield self._steps.end("failed" if any(subject.fault for subject in scope.subjects) else "done")
        yield [self._steps.begin("searching_documentation")]
        if self._said and self._said[-1].strip():
            await world.search_documentation(self._said[-1])
        request = await self._asked(scope, world)
        yield self._steps.end()
        self._rounds = Rounds(self._providers, request, tools.TOOLS, partial(_run, world), self._steps)
        async with aclosing(self._rounds.stream()) as told:
            async for pieces in told:
                yield pieces
        output = self._rounds.output
        if output.suggestions:
            yield [self._steps.begin("checking_suggestions")]
        try:
            await self._check(scope, world, output)
        except PalaverError as error:
            # The answer has been told, and is worth keeping without them.
            log.warning("output_not_checked", turn_id=str(self._session.turn_id), code=error.code)
            yield self._steps.end("failed")
        else:
            yield self._steps.end()

    async def _asked(self, scope: Scope, world: World) -> ModelRequest:
        """The request with all that the model is to know, and nothing that it is not."""
        self._earlier = await self._library.earlier(self._session)
        (system, *data) = await asyncio.to_thread(lambda: self._context(scope, world).messages())
        of_tenant, said = split(self._request.messages)
        # One system message: many models take no other, and none in a later place.
        system["content"] += f"\n\n{scope.redactor.text(of_tenant)}" if of_tenant else ""
        said = await asyncio.to_thread(lambda: [redacted(message, scope.redactor) for message in said])
        return replace(self._request, messages=[system, *after(data, said)])

    def _context(self, scope: Scope, world: World) -> Context:
        return Context(
            projects=[self._data(scope, world, subject) for subject in scope.subjects],
            question=self._said[-1] if self._said else "",
            documentation=world.sections,
            earlier=self._earlier,
            is_infrastructure=scope.is_infrastructure,
        )

    def _data(self, scope: Scope, world: World, subject: Subject) -> ProjectData:
        project = subject.project
        data = ProjectData(
            slug=project.slug,
            name=project.name,
            access=project.access,
            configuration=project.configuration,
            redactor=subject.redactor,
            differences=world.comparisons.get(project.slug),
            fault=None if subject.fault is None else str(subject.fault),
            comments=() if subject.document is None else subject.document.comments,
            schema=project.schema,
        )
        return data.part(INFRASTRUCTURE) if scope.is_infrastructure else data

    async def _check(self, scope: Scope, world: World, output: Output) -> None:
        """Keep what of the model's output holds; what cannot be checked now is left out."""
        differences = [each for found in world.comparisons.values() for each in found]
        results = ComparisonResults(differences=understood(differences, Difference))
        metadata = Metadata(
            config_references=checking.references(output, scope),
            comparison_results=results if output.show_comparison else UNSET,
        )
        self._keep(metadata)
        links = await checking.links(output, self._library, self._session)
        metadata = msgspec.structs.replace(metadata, documentation_links=links)
        self._keep(metadata)
        if output.suggestions:
            suggesting = Suggesting(scope, self._library, self._session, partial(self._sources, scope, world))
            suggestions = await suggesting.offer(output.suggestions)
            self._keep(msgspec.structs.replace(metadata, suggestions=suggestions))

    def _keep(self, metadata: Metadata) -> None:
        self._metadata = validated(metadata.bounded())

    def _sources(self, scope: Scope, world: World, subject: Subject) -> Sources:
        """What the model may have read, by where it comes from."""
        documents = [each.document for each in scope.subjects if each.document is not None]
        return Sources.of(
            said=self._said,
            configurations=[
                *(each.project.configuration for each in scope.subjects),
                *(document.value for document in documents),
            ],
            shape=subject.shape,
            schema=subject.project.schema,
            comments=[comment for document in documents for comment in document.comments],
            documentation=[(f"{each.file}#{each.anchor}", each.content) for each in world.sections],
            others=[
                *(("a rejection", each.reason) for each in self._earlier if each.reason),
                *(("an earlier answer", text) for text in self._answered),
            ],
        )


async def _run(world: World, name: str, arguments: str) -> str:
    return await tools.run(name, arguments, world)
