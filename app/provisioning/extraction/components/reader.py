"""Reads an app that has no ORM."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from app.provisioning.extraction.components import (
    calls,
    databases,
    declarations,
    forms,
    generated,
    markup,
    proptypes,
    samples,
    state,
)
from app.provisioning.extraction.components.calls import Foreign
from app.provisioning.extraction.components.code import Code
from app.provisioning.extraction.components.features import completed, features
from app.provisioning.extraction.components.lowering import Lowering
from app.provisioning.extraction.components.merging import Merged, merged
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import Alias, Sighting
from app.provisioning.extraction.components.weighing import SIGNING_IN, person, weighed
from app.provisioning.extraction.result import Extraction, Finding, Rejected
from app.provisioning.schema.model import Evidence
from app.provisioning.source.files import SourceTree

_SERVICE: Final = re.compile(
    r"\.auth\.(sign|getUser|getSession|onAuth)|createUserWithEmail\w*\(|signInWith\w*\(|@clerk/|@auth0/|aws-amplify/auth"
)
"""Another service signs people in and keeps their passwords."""
_SIGNS_IN: Final = re.compile(r"\buseSession\(|NextAuth\(")


def read(tree: SourceTree) -> Extraction | None:
    """The tables that the code shows; None where there is no code."""
    reading = Reading(tree)
    codes = list(reading.codes())
    if not codes and not reading.pages and not reading.bundles:
        return None
    seen = list(_sightings(reading, tree))
    sources = [reading.program.source(code.module.path) for code in codes]
    by_service = any(_SERVICE.search(each) for each in sources)
    if _is_library(tree):
        seen = [
            replace(each, against=_OF_LIBRARY) if isinstance(each, Sighting) and not each.stored else each
            for each in seen
        ]
    if by_service:
        seen = [each for each in seen if not isinstance(each, Sighting) or each.rule not in SIGNING_IN]
    entities, rejected = weighed(seen)
    sightings = [each for each in seen if isinstance(each, Sighting)]
    fields = {key: merged(entity, entities, reading.stamped, rejected) for key, entity in entities.items()}
    lowering = Lowering(entities, fields)
    schema = completed(lowering.schema(), lowering.name(person(entities)), sightings)
    findings = [finding for code in codes if not reading.is_comment(code) and (finding := _fault(code)) is not None]
    bundled = "was made by a tool out of other files, by its size or its lines; it was not read."
    findings += [
        Finding("warning", path, 0, "components.bundle", f"{path} {bundled}") for path in sorted(reading.bundles)
    ]
    if not person(entities) and (held := _of_people(fields.values())) is not None:
        message = "The people of the app are kept by the service that signs them in; their ids refer to no table here."
        findings.append(Finding("warning", held.file, held.line, "components.people-elsewhere", message))
    if not schema.tables:
        place = codes[0].file if codes else next(iter(tree.files))
        findings.append(
            Finding("warning", place, 0, "components.no-data", "The app keeps no data that a table could hold.")
        )
    signs_in = by_service or any(_SIGNS_IN.search(each) for each in sources)
    return Extraction(
        "components", schema, tuple(findings), _unique(rejected), features(entities.keys(), sightings, signs_in)
    )


def _of_people(fields: Iterable[list[Merged]]) -> Evidence | None:
    """The first column that holds the id of whoever is signed in."""
    return next((each.evidence for listed in fields for each in listed if each.person), None)


_OF_LIBRARY: Final = "shown by a library of components: samples of it, or parts of the page"


def _is_library(tree: SourceTree) -> bool:
    """Whether the package as a whole is made for other apps to use: they bring React, or whatever it needs, along."""
    try:
        package = json.loads(tree.files.get("package.json", "{}"))
    except (ValueError, RecursionError):
        return False
    if not isinstance(package, dict) or package.get("private") is True:
        return False
    peers = package.get("peerDependencies")
    given = {"main", "module", "exports", "files", "types"} & package.keys()
    return isinstance(peers, dict) and bool(peers.keys() & {"react", "vue", "svelte", "react-native"}) and bool(given)


def _sightings(reading: Reading, tree: SourceTree) -> Iterator[Sighting | Foreign | Alias]:
    for code in reading.codes():
        for rule in (
            declarations.sightings,
            state.sightings,
            calls.sightings,
            databases.sightings,
            generated.sightings,
            proptypes.sightings,
            forms.sightings,
        ):
            yield from rule(reading, code)
    for path, page in reading.pages.items():
        yield from markup.sightings(path, page)
    yield from samples.sightings(reading, tree)


def _fault(code: Code) -> Finding | None:
    """That a file is no valid code in some place: a warning where only a mark seems to be missing."""
    faults = code.module.faults()
    if not faults:
        return None
    real = next((each for each in faults if each.near), None)
    first = real or faults[0]
    where = f"near {first.near!r}" if real is not None else "where something seems to be missing"
    message = f"Line {first.line} is no code that can be read, {where}; the rest of the file was read."
    return Finding("error" if real is not None else "warning", code.file, first.line, "components.syntax", message)


def _unique(rejected: list[Rejected]) -> tuple[Rejected, ...]:
    return tuple({(each.name, each.reason): each for each in reversed(rejected)}.values())[::-1]
