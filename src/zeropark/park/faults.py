"""From pydantic's errors to faults in the user's words, with the line in the file."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zeropark.errors import Fault, nearest
from zeropark.park.fields import show
from zeropark.park.yaml import Document, Path_

_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a section with keys",
    "model_type": "a section with keys",
    "model_attributes_type": "a section with keys",
    "tuple_type": "a list",
    "list_type": "a list",
}


def faults_of(error: ValidationError, document: Document, root: type[BaseModel]) -> list[Fault]:
    """One fault for each error of validating ``document`` as ``root``, with the nearest known key."""
    return [_fault(detail, document, root) for detail in error.errors(include_url=False)]


def path_of(detail: ErrorDetails, data: Any) -> Path_:
    """Where the error stands in the file: pydantic's own steps (union tags) are left out."""
    path: list[str | int] = []
    for step in detail["loc"]:
        if isinstance(data, dict):
            if step in data:
                path.append(step)
                data = data[step]
            elif step == detail["loc"][-1] and detail["type"] == "missing":
                path.append(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            path.append(step)
            data = data[step]
    return tuple(path)


def _fault(detail: ErrorDetails, document: Document, root: type[BaseModel]) -> Fault:
    path = path_of(detail, document.data)
    kind, found = detail["type"], detail.get("input")
    context: dict[str, Any] = detail.get("ctx") or {}
    field, line = ".".join(map(str, path)) or "park", document.line(path)
    if kind == "fault":
        return Fault(document.file, line, field, context["found"], context["expected"], context["hint"])
    if kind == "missing":
        return Fault(document.file, line, field, "nothing", "this key", "")
    if kind == "extra_forbidden":
        known = keys_at(root, detail["loc"][:-1])
        hint = nearest(str(detail["loc"][-1]), known)
        expected = "one of " + ", ".join(known) if 0 < len(known) <= 12 else "a known key"
        return Fault(document.file, line, field, f"unknown key '{detail['loc'][-1]}'", expected, hint)
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        kinds = str(
            context.get("expected_tags")
            or "'source', 'demand', 'converter', 'storage', 'connection', 'market'"
        )
        tag = context.get("tag")
        return Fault(
            document.file,
            line,
            f"{field}.kind",
            f"'{tag}'" if tag else "nothing",
            f"one of {kinds}",
            nearest(str(tag), kinds.replace("'", "").split(", ")) if tag else "",
        )
    if kind in ("literal_error", "enum"):
        words = str(context.get("expected", ""))
        options = [w.strip("' ") for w in words.replace(" or ", ", ").split(",")]
        expected = f"one of {words}" if len(options) > 1 else words
        return Fault(document.file, line, field, show(found), expected, nearest(str(found), options))
    bounds = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt", "less_than": "lt"}
    expected = _EXPECTED.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]
    if kind in bounds:
        expected = (
            f"a value {kind.replace('_', ' ').replace(' equal', ' or equal to')} {context.get(bounds[kind])}"
        )
    return Fault(document.file, line, field, show(found), expected)


def keys_at(root: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Keys that the section at ``loc`` may have; ``loc`` is pydantic's, union tags included."""
    here: Any = root
    for step in loc:
        here = _step(_plain(here), step)
        if here is None:
            return []
    here = _plain(here)
    if not (isinstance(here, type) and issubclass(here, BaseModel)):
        return []
    return [info.alias or name for name, info in here.model_fields.items()]


def _plain(annotation: Any) -> Any:
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    members = [a for a in typing.get_args(annotation) if a is not type(None)]
    if typing.get_origin(annotation) in (types.UnionType, typing.Union) and len(members) == 1:
        return _plain(members[0])
    return annotation


def _step(annotation: Any, step: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            if step in (name, info.alias):
                return info.annotation
        return None
    origin, members = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (dict, tuple, list):
        return members[1] if origin is dict else members[0]
    if origin in (types.UnionType, typing.Union):
        for member in members:
            fields = getattr(member, "model_fields", {})
            if "kind" in fields and step in typing.get_args(fields["kind"].annotation):
                return member
    return None
