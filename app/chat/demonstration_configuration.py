"""What the demonstration model says to the configuration assistant, in the form and from the data that it is given.

It knows nothing but their outward shape: a line of JSON between two that begin with `<<<`, at the beginning of a
message that is not the system's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from app.chat.quoting import quoted

FORM: Final = "configuration_answer"
"""The name of the form in a request's `response_format`."""

_MOST_TOLD: Final = 5
_MOST_PLACES: Final = 2
_MOST_SUGGESTIONS: Final = 3
_VALUE_CHARS: Final = 60
_TYPES: Final = {"workflow": "workflow", "custom_fields": "custom_field", "automation_rules": "automation_rule"}
_TOKEN: Final = re.compile(r"\[(\d+)\]|\.?([A-Za-z_][A-Za-z0-9_-]*)")
_DATA: Final = re.compile(r"<<<[^\n]*\n([^\n]*)\n<<<[^\n]*")
_CUT: Final = re.compile(r"… \([\d,]+ characters\)\Z")

_Object: TypeAlias = Mapping[str, Any]


def wants_form(body: _Object) -> bool:
    """Whether a request asks for the configuration assistant's form."""
    asked = body.get("response_format") or {}
    return asked.get("type") == "json_schema" and asked["json_schema"].get("name") == FORM


def configuration_answer(messages: Sequence[tuple[str, str]]) -> str:
    """The form, filled in, as JSON. Raises ValueError, KeyError, TypeError or AttributeError for other data."""
    given, question = _data(messages), _DATA.sub("", messages[-1][1], count=1)
    project, *others = given["projects"] or [{"name": "", "slug": "", "configuration": {}}]
    differences = [(of, each) for of in (project, *others) for each in of.get("differences") or ()]
    sections = given["documentation"][:_MOST_PLACES]
    rejected = {each["title"] for each in given["earlier"] if each["status"] == "rejected"}
    proposals = [found for of, each in differences if (found := _proposal(of, each)) and found["title"] not in rejected]
    proposals = proposals[:_MOST_SUGGESTIONS]
    places = [] if others else _places(project, " ".join([question, *(section["text"] for section in sections)]))
    paths = [*places, *(each["path"] for _, each in differences)][:_MOST_PLACES]
    answer = {
        "answer": "\n\n".join(_paragraphs([project, *others], [each for _, each in differences], sections, proposals)),
        "references": [{"path": path, "source": "both"} for path in dict.fromkeys(paths)],
        "documentation": [{"file": each["file"], "section": each["section"] or None} for each in sections],
        "show_comparison": bool(differences),
        "suggestions": proposals,
    }
    return json.dumps(answer, ensure_ascii=False)


def _data(messages: Sequence[tuple[str, str]]) -> Any:
    """What the assistant tells of projects, documentation and earlier suggestions."""
    found = next((match for role, text in messages if role == "user" and (match := _DATA.match(text))), None)
    if found is None:
        raise ValueError("There is no data between two lines.")
    return json.loads(found[1])


def _paragraphs(
    projects: Sequence[_Object], differences: Sequence[_Object], sections: Sequence[_Object], proposals: Sequence[Any]
) -> Iterator[str]:
    yield (
        "I am Palaver's demonstration model. I do not understand your question: I only show what the configuration "
        "assistant gives a model, and what comes of its answer."
    )
    names = " and ".join(f"“{quoted(each['name'])}”" for each in projects[:3])
    count = sum(each.get("differences_in_all", 0) for each in projects)
    if faults := [each["fault"] for each in projects if "fault" in each]:
        yield f"A YAML document cannot be read: {quoted(faults[0])}"
    elif not differences:
        yield f"I was given the configuration of {names}. There are no differences between YAML and database in it."
    else:
        places = "1 place" if count == 1 else f"{count} places"
        yield f"YAML document and database of {names} differ in {places}:"
        lines = [f"- {_told(each)}" for each in differences[:_MOST_TOLD]]
        yield "\n".join([*lines, *([f"- and {count - len(lines)} more"] if count > len(lines) else [])])
    if sections:
        headings = ", ".join(f"“{quoted(each['heading'])}” in {quoted(each['file'])}" for each in sections)
        yield f"Of the documentation I was given {headings}."
    if proposals:
        yield "Where only the YAML document has changed, I suggest that the database does what it says."
    yield "To ask a real model, set OPENAI_API_KEY or OPENAI_BASE_URL, and start the worker again."


def _told(difference: _Object) -> str:
    yaml, database = (_value(difference[side]) for side in ("yamlValue", "dbValue"))
    changed = {"yaml": "YAML has changed", "database": "the database has changed", "both": "both have changed"}
    since = changed.get(difference["changedIn"], "nobody knows which has changed")
    return f"`{quoted(difference['path'])}`: {yaml} in YAML, {database} in the database; {since}."


def _value(value: Any) -> str:
    return "nothing" if value is None else f"`{quoted(json.dumps(value, ensure_ascii=False), _VALUE_CHARS)}`"


def _places(project: _Object, text: str) -> list[str]:
    """The places of the upper two levels whose names occur in a text, the lower ones first."""
    upper = {key: value for key, value in project.get("configuration", {}).items() if _TOKEN.fullmatch(key)}
    lower = [f"{key}.{name}" for key, value in upper.items() if isinstance(value, dict) for name in value]
    words = set(re.findall(r"[\w-]+", text.casefold()))
    return [path for path in (*lower, *upper) if path.rpartition(".")[2].casefold() in words]


def _proposal(project: _Object, difference: _Object) -> dict[str, Any] | None:
    """What makes the database say what the YAML document does, if that has changed and can be told for certain."""
    path, value = difference["path"], difference["yamlValue"]
    is_cut = isinstance(value, str) and _CUT.search(value)
    if difference["changedIn"] != "yaml" or is_cut or not _leads_to(project, difference):
        return None
    operation = {"missing_in_db": "add", "missing_in_yaml": "remove"}.get(difference["type"], "replace")
    # Behind the last of its list: where in it the document has it, the database may have another.
    place = re.sub(r"\[\d+\]\Z", "[-]", path) if operation == "add" else path
    change = {"operation": operation, "path": place, "value_json": None if operation == "remove" else json.dumps(value)}
    within = path.removeprefix(f"{project['slug']}.")
    return {
        "type": _TYPES.get(str(_tokens(within)[0]), "infrastructure"),
        "title": f"Take over from YAML: {quoted(within, 100)}",
        "explanation": "Only the YAML document has changed since both sides last agreed.",
        "changes": [change],
    }


def _leads_to(project: _Object, difference: _Object) -> bool:
    """Whether the path, which counts as the document does, leads to the same place in the database."""
    value, element = project.get("configuration"), None
    tokens = _tokens(difference["path"].removeprefix(f"{project['slug']}."))
    try:
        for token in tokens[:-1]:
            value = value[token]  # type: ignore[index]  # what cannot be indexed is caught below
            element = value if isinstance(token, int) else element
        if difference["type"] == "missing_in_db":
            names = element.values() if isinstance(element, dict) else ()
            return bool(tokens) and (element is None or difference["element"] in map(str, names))
        return bool(value[tokens[-1]] == difference["dbValue"])  # type: ignore[index]  # caught below
    except (KeyError, IndexError, TypeError):
        return False


def _tokens(path: str) -> list[str | int]:
    """The keys and indexes of a path; none of one whose keys are not plain."""
    found = list(_TOKEN.finditer(path))
    whole = "".join(each[0] for each in found) == path
    return [int(each[1]) if each[1] else each[2] for each in found] if whole else []
