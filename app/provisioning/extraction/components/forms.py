"""Forms: what a person is asked to fill in, in JSX and in the markup of pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.calls import is_own, is_write, sent_elsewhere
from app.provisioning.extraction.components.code import (
    Code,
    arguments,
    callee,
    function_around,
    name_of_function,
)
from app.provisioning.extraction.components.databases import columns_of, stored_by
from app.provisioning.extraction.components.declarations import OWN_SETTINGS
from app.provisioning.extraction.components.expressions import value_of
from app.provisioning.extraction.components.lexicon import MEASURED, MONEY
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Kind, Shape, Sighting
from app.provisioning.extraction.components.state import MAKER
from app.provisioning.extraction.components.types import type_of
from app.provisioning.extraction.components.words import snake, thing, words
from app.provisioning.schema.model import Evidence
from app.provisioning.source.syntax import line, text, unquoted, walk
from app.provisioning.source.values import Found

_INPUTS: Final = frozenset({
    "input", "textarea", "select", "Input", "Textarea", "TextArea", "Select", "TextField", "Field", "Checkbox",
    "Switch", "FormField", "TextInput",
})  # fmt: skip
_NO_FIELDS: Final = frozenset({"submit", "button", "reset", "search", "image"})
_NOT_KEPT: Final = frozenset({
    "search", "query", "q", "filter", "sort", "confirm_password", "password_confirm", "password_confirmation",
    "password2", "repeat_password", "terms", "agree", "accept_terms", "agree_terms", "remember", "remember_me",
    "captcha", "recaptcha", "consent", "e", "event",
})  # fmt: skip
_KINDS: Final[dict[str, Kind]] = {
    "number": "integer", "range": "integer", "date": "date", "datetime-local": "timestamp", "time": "time",
    "checkbox": "boolean", "Checkbox": "boolean", "Switch": "boolean",
}  # fmt: skip
_ABOUT_FORM: Final = frozenset(["form", "add", "create", "new", "edit", "modal", "dialog"])
_WORKED_OUT: Final = re.compile(
    r"(?i)(calc|convert|search|filter|generate|translate|find|lookup|analy[sz]e|guess|encode|format)"
)
_SIGN_IN: Final = re.compile(r"(?i)log_?in|sign_?in|auth")
_SIGN_UP: Final = re.compile(r"(?i)register|sign_?up|registration|create_?account")


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form: the attributes that matter."""

    name: str
    type: str
    evidence: Evidence
    required: bool = False
    step: str = ""
    options: tuple[str, ...] = ()


def sightings(reading: Reading, code: Code) -> Iterator[Sighting]:
    """The forms in the JSX of a module."""
    for element in code.nodes("jsx_element"):
        opening = element.named_children[0] if element.named_children else element
        if text(opening.child_by_field_name("name")) not in ("form", "Form", "Formik"):
            continue
        inputs = list(_inputs(reading, code, element))
        home, handler = _handler(reading, code, opening)
        initial = _initial(reading, code, element, opening)
        name, called, weight = _about(reading, code, element, home, handler)
        if OWN_SETTINGS.search(code.file):
            weight = min(weight, 0.3)
        inputs, initial = _as_stored(reading, home, handler, inputs, initial)
        elsewhere = _elsewhere(reading, code, opening, home, handler)
        yield from of_form(inputs, initial, (name, called, weight), code.evidence(element, "form"), elsewhere)
    yield from _offered(code)


def _as_stored(
    reading: Reading, home: Code, handler: Node | None, inputs: list[Input], initial: Sequence[Field]
) -> tuple[list[Input], Sequence[Field]]:
    """Those fields of a form that go into the database under their own names, where its handler puts them there."""
    calls = home.inside(handler, "call_expression") if handler is not None else ()
    columns = {column for call in calls for column in columns_of(reading, home, call)}
    if not columns:
        return inputs, initial
    return [each for each in inputs if snake(each.name) in columns], [
        each for each in initial if snake(each.name) in columns
    ]


_CHOICE_TAGS: Final = frozenset({
    "option", "Option", "SelectItem", "MenuItem", "RadioGroupItem", "ToggleGroupItem", "Picker.Item", "Radio",
})  # fmt: skip


def _offered(code: Code) -> Iterator[Sighting]:
    """The lists from which inputs offer their choices: `{SIZES.map(size => <option …>)}`."""
    for element in code.nodes("jsx_element", "jsx_self_closing_element"):
        opening = element if element.type == "jsx_self_closing_element" else element.named_children[0]
        if text(opening.child_by_field_name("name")) not in _CHOICE_TAGS:
            continue
        listed = _mapped(element)
        if listed is not None and listed.type == "identifier":
            yield Sighting(text(listed), "options", 0.0, code.evidence(element, "options"))


def _mapped(element: Node) -> Node | None:
    """The list that is mapped to an element."""
    function = function_around(element)
    call = function.parent.parent if function is not None and function.parent is not None else None
    if call is None or call.type != "call_expression" or not callee(call).endswith(".map"):
        return None
    method = call.child_by_field_name("function")
    return None if method is None else method.child_by_field_name("object")


def _elsewhere(reading: Reading, code: Code, opening: Node, home: Code, handler: Node | None) -> str:
    """The other service to which a form hands what is filled in; empty where the app keeps it itself."""
    attributes = _attributes(opening)
    if {"data-netlify", "netlify"} & attributes.keys():
        return "Netlify"
    action = _string(attributes.get("action"))
    if action.startswith("http") and not is_own(action):
        return action.split("/")[2]
    if any(each.source.startswith("@formspree/") for each in code.module.imported.values()):
        return "Formspree"
    calls = list(home.inside(handler, "call_expression")) if handler is not None else []
    hosts = [host for call in calls if (host := sent_elsewhere(reading, home, call))]
    kept = any(stored_by(reading, home, call) or is_write(reading, home, call) for call in calls)
    return hosts[0] if hosts and not kept else ""


def of_form(
    inputs: Sequence[Input],
    initial: Sequence[Field],
    about: tuple[str, str, float],
    evidence: Evidence,
    elsewhere: str = "",
) -> Iterator[Sighting]:
    """What a form with these fields speaks for. `about` is what it makes, how it is called, and how sure that is.

    `elsewhere` is another service to which it is sent.
    """
    name, called, weight = about
    known = {each.name: each for each in initial}
    fields = [_field(each, known.get(each.name)) for each in inputs if snake(each.name) not in _NOT_KEPT]
    seen = {each.name for each in inputs}
    fields += [
        replace(each, source="form", required=_has_value(each.shape) or None)
        for each in initial
        if each.name not in seen and snake(each.name) not in _NOT_KEPT
    ]
    if any(each.type == "password" or each.name in ("password", "passwd") for each in inputs) or "password" in known:
        more = any(thing(each.name) in ("name", "username", "first_name", "full_name") for each in inputs)
        if _SIGN_UP.search(called) or (more and not _SIGN_IN.search(called)):
            yield Sighting(
                "user", "sign-up", 0.5, replace(evidence, rule="components.sign-up"), tuple(fields), stored=True
            )
        else:
            yield Sighting("user", "sign-in", 0.1, replace(evidence, rule="components.sign-in"))
        return
    if name and fields:
        against = "what is worked out from its input, not kept" if _WORKED_OUT.search(called) else ""
        if elsewhere:
            against = f"sent to another service ({elsewhere})"
        kept = tuple({each.name: each for each in fields}.values())
        yield Sighting(name, "form", weight if len(fields) > 1 else 0.3, evidence, kept, against=against)


def _has_value(shape: Shape) -> bool:
    return shape.literal and shape.kind in ("integer", "number", "boolean", "text", "uuid", "date")


def _field(given: Input, initial: Field | None) -> Field:
    kind: Kind = _KINDS.get(given.type, "text" if given.type != "hidden" else "unknown")
    last = (words(given.name) or [""])[-1]
    if kind == "integer" and (given.step not in ("", "1") or last in MONEY or last in MEASURED):
        kind = "decimal" if re.fullmatch(r"0?\.(0+1|0*25|0*5)", given.step) or last in MONEY else "number"
    if initial is not None and initial.shape.kind in ("boolean", "list", "object"):
        kind = initial.shape.kind
    shape = Shape(kind, choices=given.options)
    if initial is not None and initial.shape.kind in ("list", "object"):
        shape = initial.shape
    if initial is not None and kind == "boolean":
        shape = replace(shape, default=initial.shape.default)
    certain = given.required or kind == "boolean" or (initial is not None and _has_value(initial.shape))
    return Field(given.name, shape, certain, "form", given.evidence)


def _inputs(reading: Reading, code: Code, form: Node) -> Iterator[Input]:
    for element in code.inside(form, "jsx_element", "jsx_self_closing_element"):
        opening = element if element.type == "jsx_self_closing_element" else element.named_children[0]
        tag = text(opening.child_by_field_name("name"))
        if tag not in _INPUTS:
            continue
        given = _attributes(opening)
        registered = given.get("register")
        kind = _string(given.get("type")) or tag
        name = _name_of_input(given, registered)
        if not name or kind in _NO_FIELDS or not re.fullmatch(r"[A-Za-z_]\w*", name):
            continue
        rules = arguments(registered)[1] if registered is not None and len(arguments(registered)) > 1 else None
        options = tuple(_options(reading, code, element)) if tag in ("select", "Select") else ()
        if kind == "radio" and (value := _string(given.get("value"))):
            options = (value,)
        if rules is not None and "valueAsNumber" in text(rules):
            kind = "number"
        required = "required" in given or (
            rules is not None and re.search(r"required\s*:(?!\s*false)", text(rules)) is not None
        )
        step = _string(given.get("step"))
        yield Input(name, kind, code.evidence(element, "form"), required, step, options)


def _attributes(opening: Node) -> dict[str, Node | None]:
    """The attributes of an element by name; `register` is the call that react-hook-form spreads into it."""
    given: dict[str, Node | None] = {}
    for child in opening.named_children:
        if child.type == "jsx_attribute" and child.named_children:
            given[text(child.named_children[0])] = child.named_children[1] if len(child.named_children) > 1 else None
        elif child.type == "jsx_expression":
            call = next((each for each in walk(child) if each.type == "call_expression"), None)
            if call is not None and callee(call).endswith("register"):
                given["register"] = call
    return given


def _string(node: Node | None) -> str:
    if node is not None and node.type == "jsx_expression" and node.named_children:
        node = node.named_children[0]
    return "" if node is None else unquoted(node) or (text(node) if node.type == "number" else "")


def _name_of_input(given: dict[str, Node | None], registered: Node | None) -> str:
    if registered is not None and arguments(registered):
        return (unquoted(arguments(registered)[0]) or "").partition(".")[0]
    if written := _string(given.get("name")):
        return written
    for attribute in ("value", "checked"):
        value = given.get(attribute)
        if value is not None and text(value).startswith("{field."):
            return ""  # Inside of the FormField that has the name.
        if value is not None and value.type == "jsx_expression" and value.named_children:
            bound = text(value.named_children[0])
            if found := re.fullmatch(r"(?:\w+\.)*([A-Za-z_]\w*)(?:\s*(?:\?\?|\|\|)\s*['\"]{2})?", bound):
                return re.sub(r"^new([A-Z])", lambda start: start[1].lower(), found[1])
    return _string(given.get("id"))


def _options(reading: Reading, code: Code, select: Node) -> Iterator[str]:
    for element in walk(select):
        if element.type == "jsx_element" and text(element.named_children[0].child_by_field_name("name")) in (
            "option",
            "SelectItem",
        ):
            given = _attributes(element.named_children[0])
            if value := _string(given.get("value")):
                yield value
            elif (listed := _mapped(element)) is not None:
                yield from _values(reading, code, listed, given.get("value"))
            elif "value" not in given and _WRITTEN.fullmatch(
                shown := " ".join(map(text, element.named_children[1:-1]))
            ):
                yield shown


_WRITTEN: Final = re.compile(r"(?!(?i:select|choose|pick|all|any|none|please)\b)[\w][\w /&+-]{0,40}")
"""The text of a choice, if it is not an invitation to choose."""


def _values(reading: Reading, code: Code, listed: Node, value: Node | None) -> Iterator[str]:
    """The values of the choices that a constant list holds."""
    known = reading.program.value(Found(code.module, listed))
    bound = text(value.named_children[0]) if value is not None and value.named_children else ""
    for each in known if isinstance(known, list) else ():
        chosen = each.get(bound.rpartition(".")[2]) if isinstance(each, dict) else each
        if isinstance(chosen, str) and chosen:
            yield chosen


def _handler(reading: Reading, code: Code, opening: Node) -> tuple[Code, Node | None]:
    """The function that a form hands its input to, with the module that it stands in."""
    attributes = _attributes(opening)
    given = attributes.get("onSubmit") or attributes.get("action")
    if given is None or given.type != "jsx_expression" or not given.named_children:
        return code, None
    node = given.named_children[0]
    while node.type == "call_expression" and arguments(node):
        node = arguments(node)[0]
    if node.type == "identifier":
        return reading.variable(code, text(node), node) or (code, None)
    return code, node


def _initial(reading: Reading, code: Code, form: Node, opening: Node) -> Sequence[Field]:
    """The first values of a form: of the state that its inputs show, of Formik, or of react-hook-form."""
    given = _attributes(opening).get("initialValues")
    if given is not None and given.named_children:
        return _plain(value_of(reading, code, given.named_children[0], source="form"))
    for element in code.inside(form, "jsx_element", "jsx_self_closing_element"):
        tag = element if element.type == "jsx_self_closing_element" else element.named_children[0]
        value = _attributes(tag).get("value")
        bound = (
            value.named_children[0]
            if value is not None and value.type == "jsx_expression" and value.named_children
            else None
        )
        if bound is not None and bound.type == "member_expression":
            owner = bound.child_by_field_name("object")
            if owner is not None and owner.type == "identifier":
                return _plain(value_of(reading, code, owner, source="form"))
    return ()


def _plain(shape: Shape) -> Sequence[Field]:
    return (
        [each for each in shape.fields if each.shape.kind != "code" and each.source != "type"]
        if shape.kind == "object"
        else ()
    )


def _about(reading: Reading, code: Code, form: Node, home: Code, handler: Node | None) -> tuple[str, str, float]:
    """What a form makes, all names that it goes by, and how much it speaks for that."""
    function = function_around(form)
    component = "" if function is None else name_of_function(function)
    called = [component, text(handler.child_by_field_name("name")) if handler is not None else ""]
    for call in home.inside(handler, "call_expression") if handler is not None else ():
        if stored := stored_by(reading, home, call):
            return stored, " ".join(called), 0.62
        name = callee(call).rpartition(".")[2]
        called.append(name)
        inner = call.parent is not None and call.parent.type in ("arguments", "array", "pair", "spread_element")
        if not inner and (found := MAKER.fullmatch(name)) is not None and thing(found[1]):
            return found[1], " ".join(called), 0.62
    for each in called:
        if (found := MAKER.fullmatch(each)) is not None and thing(found[1]):
            return found[1], " ".join(called), 0.62
    if thing(component) and _ABOUT_FORM & set(words(component)):
        return component, " ".join(called), 0.62
    hook = code.first_call("useForm")
    typed = None if hook is None else hook.child_by_field_name("type_arguments")
    shape = type_of(reading, code, typed.named_children[0]) if typed is not None and typed.named_children else UNKNOWN
    return (shape.name, " ".join(called), 0.5) if thing(shape.name) else ("", " ".join(called), 0.0)


def place(file: str, node: Node) -> Evidence:
    """Evidence for a place in a file."""
    return Evidence(file, line(node), "components.form")
