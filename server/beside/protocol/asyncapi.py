"""The AsyncAPI 3.1 document of the socket, from the types of the frames."""

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from beside.protocol.commands import Hello, Ping, SendMessage, Subscribe
from beside.protocol.events import MessageAccepted, Pong, Refused, Reset, Subscribed, Welcome
from beside.protocol.examples import example
from beside.protocol.guide import socket_guide
from beside.protocol.schemas import PREFIX, Schema, commands_said, components, events_said, tag_of, words_of

ANSWERS: dict[type[Struct], list[type[Struct]]] = {
    Hello: [Welcome],
    Subscribe: [Subscribed, Reset],
    SendMessage: [MessageAccepted],
    Ping: [Pong],
}
"""What a command is answered with, beside `refused`; the others are silent when they are carried out."""


def asyncapi(public_url: str = "https://beside.example", version: str = "1") -> dict[str, Any]:
    """The whole document, for a service at `public_url`."""
    where = urlsplit(public_url)
    every = [*commands_said(), *events_said()]
    schemas = components(every)
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Beside: the socket", "version": version, "description": socket_guide()},
        "defaultContentType": "application/json",
        "servers": {
            "here": {
                "host": where.netloc,
                "protocol": "wss" if where.scheme == "https" else "ws",
                "description": "The service itself. The handshake carries the session cookie and an exact Origin.",
                "security": [{"$ref": "#/components/securitySchemes/session"}],
            }
        },
        "channels": {
            "socket": {
                "address": "/ws",
                "description": "One socket per tab; everything goes through it, told apart by `type`.",
                "messages": {shape.__name__: {"$ref": f"#/components/messages/{shape.__name__}"} for shape in every},
                "bindings": {"ws": {"method": "GET", "headers": _handshake(public_url), "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            **{_operation_name(shape): _command(shape) for shape in commands_said()},
            "say": {
                "action": "send",
                "channel": {"$ref": "#/channels/socket"},
                "summary": "What the server says.",
                "messages": [_message_ref(shape) for shape in events_said()],
            },
        },
        "components": {
            "messages": {shape.__name__: _message(shape, schemas) for shape in every},
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "httpApiKey", "name": "__Host-beside", "in": "cookie", "description": "The session cookie that signing in over HTTP sets."}
            },
        },
    }


def _message(shape: type[Struct], schemas: dict[str, Schema]) -> dict[str, Any]:
    words = words_of(shape)
    return {
        "name": tag_of(shape),
        "title": tag_of(shape),
        "summary": words.split("\n\n")[0].replace("\n", " "),
        "description": words,
        "payload": {"$ref": PREFIX + shape.__name__},
        "examples": [{"name": tag_of(shape), "payload": example(schemas[shape.__name__], schemas)}],
    }


def _command(shape: type[Struct]) -> dict[str, Any]:
    """The server's side of a command: it receives it, and replies. `reply` lists every frame that may answer it."""
    return {
        "action": "receive",
        "channel": {"$ref": "#/channels/socket"},
        "summary": words_of(shape).split("\n\n")[0].replace("\n", " "),
        "messages": [_message_ref(shape)],
        "reply": {"channel": {"$ref": "#/channels/socket"}, "messages": [_message_ref(answer) for answer in (*ANSWERS.get(shape, ()), Refused)]},
    }


def _operation_name(shape: type[Struct]) -> str:
    return shape.__name__[0].lower() + shape.__name__[1:]


def _message_ref(shape: type[Struct]) -> dict[str, str]:
    return {"$ref": f"#/channels/socket/messages/{shape.__name__}"}


def _handshake(public_url: str) -> Schema:
    return {
        "type": "object",
        "required": ["Origin", "Cookie"],
        "properties": {
            "Origin": {"type": "string", "const": public_url, "description": "Exactly the public address of the service."},
            "Cookie": {"type": "string", "description": "`__Host-beside=…`, as signing in set it."},
        },
    }
