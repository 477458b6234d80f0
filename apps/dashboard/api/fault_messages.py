"""Each fault of what was sent, in words that lead to the mend: pydantic's are for programmers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from apps.dashboard.api.json_parser import TooManyMembers
from apps.problems import FieldError

_SHOWN: Final = 64
# What others call the members that can be changed of an image.
_MEANT: Final = {
    "alt": "title",
    "alttext": "title",
    "caption": "title",
    "description": "title",
    "name": "title",
    "hero": "is_primary",
    "isprimary": "is_primary",
    "primary": "is_primary",
    "order": "priority",
    "position": "priority",
    "sortorder": "priority",
}
# What the bodies take, by the name of the operation's parameter, and an example.
_BODIES: Final = {
    "changes": ("title, priority, is_primary", '{"title": "Front"}'),
    "order": ("image_ids alone", '{"image_ids": ["keATfB8VP2gSjcnTbsMNQL"]}'),
    "lookup": ("gtins alone", '{"gtins": ["00012345678905"]}'),
    "delivered": ("names alone", '{"names": ["00012345678905_C1N1.jpg"]}'),
    "known": ("files alone", f'{{"files": [{{"sha256": "{"0" * 64}"}}]}}'),
}
# What the entries of a body's list take.
_ENTRIES: Final = {"files": "sha256, gtin"}
_KINDS: Final = {
    bool: "true or false",
    dict: "an object",
    float: "a number with a fraction",
    int: "a number",
    list: "a list",
    str: "text",
    type(None): "null",
}


def list_field_errors(fault: dict[str, Any]) -> list[FieldError]:
    """The errors of one of pydantic's faults; of one in our own words, as it says."""
    context = fault.get("ctx", {})
    field = _name_field(fault["loc"])
    if "faults" in context:
        return [FieldError(name, message) for name, message in context["faults"].items()]
    if "message" in context:
        return [FieldError(field, str(context["message"]))]
    explain = _EXPLANATIONS.get(fault["type"])
    told = explain(field, fault) if explain else f"{field}: {fault['msg']}."
    return [FieldError(field, told)]


def explain_broken_json(exception: Exception) -> str:
    """Where the body stops to be JSON."""
    cause = exception.__cause__
    if isinstance(cause, json.JSONDecodeError):
        return (
            f"The body is no JSON from line {cause.lineno}, column {cause.colno} on: {cause.msg}."
            ' An example: {"title": "Front"}'
        )
    if isinstance(cause, TooManyMembers):
        return str(cause)
    if isinstance(cause, UnicodeDecodeError):
        return f"The body is no UTF-8, in which JSON is written: see byte {cause.start + 1}."
    return "The body could not be read as JSON."


def _name_field(loc: tuple[str | int, ...]) -> str:
    if any(isinstance(part, int) for part in loc):
        return _join(list(loc[2:]))[:_SHOWN]
    return str(loc[-1])[:_SHOWN] if loc else "body"


def _name_kind(value: object) -> str:
    return _KINDS.get(type(value), "something else")


def _explain_unknown(field: str, fault: dict[str, Any]) -> str:
    meant = _MEANT.get(field.lower().replace("_", "").replace("-", ""))
    told = f"; its name is {meant}" if meant else ""
    _, name, *within = fault["loc"]
    members = _ENTRIES[within[0]] if within[1:] else _BODIES[name][0]
    what = "nothing that can be changed" if name == "changes" else "nothing that is taken here"
    return f"{field} is {what}{told}. Taken are {members}."


def _explain_number(field: str, fault: dict[str, Any]) -> str:
    sent = fault["input"]
    shown = f"the text {sent[:_SHOWN]!r}" if _is_short(sent) else _name_kind(sent)
    if field in ("page", "page_size"):
        return f"{field} is {shown}; it takes a whole number from 1, as in {field}=2."
    return f"{field} is {shown}; it takes a whole number without quotes, as in 3."


def _explain_bound(field: str, fault: dict[str, Any]) -> str:
    context = fault["ctx"]
    bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
    return f"{field} is {fault['input']}; {bound} is taken."


def _explain_boolean(field: str, fault: dict[str, Any]) -> str:
    return f"{field} is {_name_kind(fault['input'])}; it takes true or false, without quotes."


def _explain_flag(field: str, fault: dict[str, Any]) -> str:
    sent = fault["input"]
    shown = f"the text {sent[:_SHOWN]!r}" if _is_short(sent) else _name_kind(sent)
    return f"{field} is {shown}; it takes true or false, as in {field}=true."


def _explain_object(field: str, fault: dict[str, Any]) -> str:
    _, name, *member = fault["loc"]
    what = _join(member) if member else "The body"
    return f"{what} is {_name_kind(fault['input'])}; it takes an object, as in {_BODIES[name][1]}."


def _explain_list(field: str, fault: dict[str, Any]) -> str:
    kind = _name_kind(fault["input"])
    return f"{field} is {kind}; it takes a list, as in {_BODIES[fault['loc'][1]][1]}."


def _explain_length(field: str, fault: dict[str, Any]) -> str:
    context = fault["ctx"]
    bound = (
        f"at least {context['min_length']}"
        if "min_length" in context
        else f"at most {context['max_length']:,}"
    )
    return f"{field} has {context['actual_length']:,} entries; {bound} is taken at once."


def _explain_text(field: str, fault: dict[str, Any]) -> str:
    return f"{field} is {_name_kind(fault['input'])}; it takes text, in quotes."


def _explain_missing(field: str, fault: dict[str, Any]) -> str:
    _, name, *member = fault["loc"]
    what = (
        f"{_join(member)} is missing; send it"
        if member
        else "The body is missing; send a JSON object"
    )
    purpose = " with what to change" if name == "changes" else ""
    return f"{what}{purpose}, as in {_BODIES[name][1]}."


def _join(member: list[str | int]) -> str:
    """As in ``files[3].sha256``, counted from 0."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in member)[1:]


def _is_short(value: object) -> bool:
    # A short text is shown: no credential is as short.
    return isinstance(value, str) and len(value) <= 16


_EXPLANATIONS: Final[dict[str, Callable[[str, dict[str, Any]], str]]] = {
    "bool_parsing": _explain_flag,
    "bool_type": _explain_boolean,
    "dict_type": _explain_object,
    "extra_forbidden": _explain_unknown,
    "greater_than_equal": _explain_bound,
    "int_from_float": _explain_number,
    "int_parsing": _explain_number,
    "int_type": _explain_number,
    "less_than_equal": _explain_bound,
    "list_type": _explain_list,
    "missing": _explain_missing,
    "model_attributes_type": _explain_object,
    "model_type": _explain_object,
    "string_type": _explain_text,
    "too_long": _explain_length,
    "too_short": _explain_length,
}
