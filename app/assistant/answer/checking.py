"""What of a model's output is true and allowed: the rest is left out before anybody sees it as a fact or an offer."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec
from msgspec import UNSET

from app.assistant.answer.metadata import (
    MOST_LINKS,
    MOST_REFERENCES,
    MOST_SUGGESTIONS,
    ConfigReference,
    DocumentationLink,
    SuggestedChange,
    SuggestedConfig,
    Suggestion,
)
from app.assistant.answer.output import Output, Proposal
from app.assistant.answer.proposals import APPEND, Drafting, ProposalError
from app.assistant.answer.scope import Scope
from app.assistant.comparison.result import bounded
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import PathError, parse
from app.assistant.ground import DocumentationSection, Draft, Library
from app.assistant.provenance.sources import Sources
from app.assistant.provenance.suspects import suspects
from app.assistant.secrecy.hidden import shown, shown_value
from app.assistant.subject import Subject
from app.chat.talk import Session
from app.logs import get_logger

log = get_logger(__name__)

MOST_PATH_CHARS: Final = 2_000
MOST_TITLE_CHARS: Final = 200
MOST_EXPLANATION_CHARS: Final = 5_000

_OFFERED: Final = ("new", "pending")
"""Outcomes of what can be accepted."""


def references(output: Output, scope: Scope) -> list[ConfigReference]:
    """The places named that there are, each once, with the side on which there is something."""
    found: dict[str, ConfigReference] = {}
    for reference in output.references[: 2 * MOST_REFERENCES]:
        side = scope.sides(reference.path) if len(reference.path) <= MOST_PATH_CHARS else None
        if side is not None:
            side = reference.source if side == "both" else side
            found.setdefault(reference.path, ConfigReference(path=reference.path, type=side))
    return list(found.values())


async def links(output: Output, library: Library, session: Session) -> list[DocumentationLink]:
    """The sections of the documentation named that there are."""
    named = dict.fromkeys(
        DocumentationSection(each.file, (each.section or "").removeprefix("#") or None)
        for each in output.documentation[: 2 * MOST_LINKS]
    )
    there = await library.sections(session, list(named)) if named else ()
    return [DocumentationLink(file=each.file, section=each.section or UNSET) for each in there]


class Suggesting:
    """Makes suggestions of a model's proposals."""

    def __init__(self, scope: Scope, library: Library, session: Session, sources: Callable[[Subject], Sources]) -> None:
        """`sources`: what the model has read of a project, by where it comes from."""
        self._scope = scope
        self._library = library
        self._session = session
        self._sources = functools.cache(sources)

    async def offer(self, proposals: Sequence[Proposal]) -> list[Suggestion]:
        """Those that could be accepted, in their order. Raises PalaverError."""
        drafts = await asyncio.to_thread(self._drafts, proposals[:MOST_SUGGESTIONS])
        if len(drafts) < len(proposals):
            log.info("suggestions_refused", turn_id=str(self._session.turn_id), count=len(proposals) - len(drafts))
        offered: dict[int, Suggestion] = {}
        for subject in self._scope.subjects:
            of_subject = [(number, draft) for number, of, draft in drafts if of is subject]
            if not of_subject:
                continue
            outcomes = await self._library.propose(self._session, subject.project, [draft for _, draft in of_subject])
            for (number, draft), outcome in zip(of_subject, outcomes, strict=True):
                if outcome.status in _OFFERED and outcome.id is not None:
                    offered[number] = self._suggestion(subject, draft, outcome.id)
        return [offered[number] for number in sorted(offered)]

    def _drafts(self, proposals: Sequence[Proposal]) -> list[tuple[int, Subject, Draft]]:
        drafts: list[tuple[int, Subject, Draft]] = []
        for number, proposal in enumerate(proposals):
            with suppress(ProposalError):
                drafts.append((number, *self._draft(proposal)))
        return drafts

    def _draft(self, proposal: Proposal) -> tuple[Subject, Draft]:
        if self._scope.is_infrastructure and proposal.type != "infrastructure":
            raise ProposalError("Here only the infrastructure can be changed.")
        drafting: Drafting | None = None
        of: Subject | None = None
        for change in proposal.changes:
            append = change.path.endswith(APPEND)
            try:
                subject, places = self._scope.resolve(parse(change.path.removesuffix(APPEND)))
            except PathError:
                raise ProposalError("One of its paths is none.") from None
            if drafting is None:
                of, drafting = subject, Drafting(subject.project.configuration, subject.shape)
            if subject is not of:
                raise ProposalError("It changes more than one project.")
            drafting.take(change, places, append=append)
        if of is None or drafting is None or not drafting.changes:
            raise ProposalError("It changes nothing.")
        self._refuse_secrets(of, drafting.changes)
        title = self._words(proposal.title, MOST_TITLE_CHARS) or proposal.type.replace("_", " ")
        return of, Draft(
            type=proposal.type,
            title=title,
            explanation=self._words(proposal.explanation, MOST_EXPLANATION_CHARS) or title,
            changes=drafting.changes,
            suspects=[suspect.as_json() for suspect in suspects(drafting.changes, self._sources(of))],
        )

    def _refuse_secrets(self, subject: Subject, changes: Sequence[Change]) -> None:
        if any(subject.redactor.touches(change.path, change.before, change.after) for change in changes):
            raise ProposalError("It has to do with a secret.")

    def _words(self, text: str, most: int) -> str:
        return shown(self._scope.redactor.text(text.strip()))[:most]

    def _suggestion(self, subject: Subject, draft: Draft, suggestion_id: UUID) -> Suggestion:
        config = SuggestedConfig(changes=[self._change(subject, change) for change in draft.changes])
        return Suggestion(
            id=suggestion_id,
            type=draft.type,
            title=draft.title,
            explanation=draft.explanation,
            status="pending",
            config=msgspec.to_builtins(config),
        )

    def _change(self, subject: Subject, change: Change) -> SuggestedChange:
        values = {
            name: shown_value(bounded(value))
            for name, value in (("before", change.before), ("after", change.after))
            if value is not ABSENT
        }
        path = shown(self._scope.friendly(subject, change.path))
        return SuggestedChange(operation=change.operation, path=path, **values)
