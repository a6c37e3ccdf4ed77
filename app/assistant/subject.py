"""A project, read: its two sides, where they differ, and what of them is a secret."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.assistant.comparison.compare import Difference, compare, three_way
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.shape import Shape
from app.assistant.documents.errors import YamlError
from app.assistant.documents.source import Document, read_off_loop
from app.assistant.ground import Project
from app.assistant.secrecy.redaction import Redactor


@dataclass(eq=False, slots=True)
class Subject:
    """A project as talks and comparisons see it."""

    project: Project
    shape: Shape = field(repr=False)
    redactor: Redactor
    document: Document | None = field(default=None, repr=False)
    fault: YamlError | None = None
    """Why the YAML document cannot be read."""
    differences: Sequence[Difference] | None = field(default=None, repr=False)
    """As they are, with their secrets; None until it is compared, and where there is nothing to compare."""
    _synced_yaml: Any = field(default=ABSENT, repr=False)

    @classmethod
    async def read(cls, project: Project) -> Subject:
        """Read the YAML document, and find out what is to be kept secret."""
        document = fault = None
        try:
            document = None if project.yaml is None else await read_off_loop(project.yaml)
        except YamlError as error:
            fault = error
        synced = await _synced(project, document)
        sides = [project.configuration, project.synced_configuration, synced, document.value if document else None]
        shape = Shape(project.schema)
        values = [value for value in sides if value is not ABSENT and value is not None]
        redactor = await asyncio.to_thread(Redactor.of, values, shape, project.secret_paths)
        return cls(project, shape, redactor, document, fault, _synced_yaml=synced)

    async def compare(self) -> None:
        """Find the differences, and on which side they came about, in a thread."""
        if self.document is not None:
            self.differences = await asyncio.to_thread(self._differences, self.document.value)

    def narrow(self, part: str) -> None:
        """Leave out all of configuration and differences but one part; what is a secret stays one."""
        whole = self.project.configuration
        self.project = replace(self.project, configuration={part: whole[part]} if part in whole else {})
        if self.differences is not None:
            self.differences = [each for each in self.differences if each.path[:1] == (part,)]

    def _differences(self, yaml: Any) -> Sequence[Difference]:
        synced = self.project.synced_configuration
        found = compare(yaml, self.project.configuration, self.shape)
        return three_way(found, self._synced_yaml, ABSENT if synced is None else synced, self.shape)


async def _synced(project: Project, document: Document | None) -> Any:
    """What the document said when somebody last said that the sides agree; ABSENT if nobody can tell."""
    if project.synced_yaml is None:
        return ABSENT
    if document is not None and project.synced_yaml == project.yaml:
        return document.value
    try:
        return (await read_off_loop(project.synced_yaml)).value
    except YamlError:
        return ABSENT
