"""Every shape of the wire as JSON Schema, made once from the types; the two documents and the TypeScript are written from it."""

import inspect
from datetime import datetime
from types import ModuleType
from typing import Any, get_args

import msgspec
from msgspec import Struct

from beside.protocol import (
    account_snapshots,
    call_snapshots,
    channel_snapshots,
    commands,
    conversation_snapshots,
    desk_snapshots,
    events,
    line_snapshots,
    policy,
    report_snapshots,
    requests,
    review_snapshots,
    rota,
    snapshots,
    staff_snapshots,
)

PREFIX = "#/components/schemas/"

Schema = dict[str, Any]


def commands_said() -> list[type[Struct]]:
    """What a client may say on the socket, in the order of the code."""
    return list(get_args(commands.AnyCommand))


def events_said() -> list[type[Struct]]:
    """What the server says on the socket, in the order of the code."""
    return list(get_args(events.AnyEvent))


def log_events() -> list[type[Struct]]:
    """The events that have a place in a log."""
    return list(get_args(events.AnyLogEvent))


def bodies_said() -> list[type[Struct]]:
    """Bodies of requests, then bodies of answers."""
    rooms = (account_snapshots, conversation_snapshots, line_snapshots, desk_snapshots, report_snapshots, call_snapshots, review_snapshots)
    said = (requests, snapshots, *rooms, channel_snapshots, staff_snapshots, rota, policy)
    return [shape for module in said for shape in _shapes_of(module)]


def components(roots: list[type[Struct]]) -> dict[str, Schema]:
    """The schemas of `roots` and of everything they mention, by name."""
    _, found = msgspec.json.schema_components(roots, ref_template=PREFIX + "{name}")
    classes = _classes_by_name()
    return {name: _plainer(schema, classes.get(name)) for name, schema in found.items()}


def tag_of(shape: type[Struct]) -> str:
    """The value of `type` that names this frame."""
    return str(shape.__struct_config__.tag)


def words_of(thing: object) -> str:
    """The docstring, without its indentation; empty where there is none of its own."""
    return inspect.cleandoc(vars(thing).get("__doc__") or "")


def _shapes_of(module: ModuleType) -> list[type[Struct]]:
    own = [thing for thing in vars(module).values() if inspect.isclass(thing) and issubclass(thing, Struct) and thing.__module__ == module.__name__]
    return [shape for shape in own if shape.__struct_fields__]  # those without are parents


def _classes_by_name() -> dict[str, type[Struct]]:
    inner = [thing for thing in vars(events).values() if inspect.isclass(thing) and issubclass(thing, Struct)]
    return {shape.__name__: shape for shape in (*inner, *commands_said(), *bodies_said())}


def _plainer(schema: Schema, shape: type[Struct] | None) -> Schema:
    """What the library leaves out: the server writes every field of its answers, and a time is a time."""
    if "description" in schema:
        schema["description"] = inspect.cleandoc(schema["description"])
    if shape is None:
        return schema
    if not shape.__struct_config__.forbid_unknown_fields:  # said by the server, which leaves no field out
        schema["required"] = list(schema["properties"])
        for field in schema["properties"].values():
            field.pop("default", None)
    for field in msgspec.structs.fields(shape):
        if datetime in (field.type, *get_args(field.type)):
            _mark_time(schema["properties"][field.encode_name])
    return schema


def _mark_time(schema: Schema) -> None:
    for part in (schema, *schema.get("anyOf", ())):
        if part.get("type") == "string":
            part["format"] = "date-time"
