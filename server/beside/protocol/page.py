"""Both documents as one page for people: no script, one stylesheet of our own, readable on paper and without either."""

import json
from html import escape
from importlib.resources import files
from typing import Any

from beside.protocol.examples import example
from beside.protocol.prose import inline, render
from beside.protocol.schemas import PREFIX, Schema

STYLESHEET = "/docs.css"


def stylesheet() -> str:
    """What is served at `STYLESHEET`."""
    return files("beside.protocol").joinpath("page.css").read_text("utf-8")


def page(asyncapi: dict[str, Any], openapi: dict[str, Any], *, asyncapi_path: str = "/asyncapi.json", openapi_path: str = "/openapi.json") -> str:
    """One HTML document from the two. Fits `default-src 'none'; style-src 'self'`."""
    shapes = {**asyncapi["components"]["schemas"], **openapi["components"]["schemas"]}
    messages = asyncapi["components"]["messages"]
    commands = {name: operation for name, operation in asyncapi["operations"].items() if operation["action"] == "receive"}
    said = [_last(reference) for reference in asyncapi["operations"]["say"]["messages"]]
    framed = {*messages}
    body = [
        "<section id=http><h1>Beside: HTTP</h1>",
        f'<p class=soft>For programs: <a href="{openapi_path}">the OpenAPI document</a>.</p>',
        render(openapi["info"]["description"], "http"),
        *(_door(path, method, operation) for path, methods in openapi["paths"].items() for method, operation in methods.items()),
        "</section><section id=socket><h1>Beside: the socket</h1>",
        f'<p class=soft>For programs: <a href="{asyncapi_path}">the AsyncAPI document</a>.</p>',
        render(asyncapi["info"]["description"], "socket"),
        "<h2 id=commands>What a client says</h2><p class=soft>A field without <em>needed</em> may be left out.</p>",
        *(_frame(_last(command["messages"][0]), messages, shapes, command) for command in commands.values()),
        "<h2 id=events>What the server says</h2>",
        *(_frame(name, messages, shapes, None) for name in said),
        "</section><section id=shapes><h1>Shapes</h1><p>What the frames, bodies and answers above are made of.</p><h2>By name</h2>",
        *(_shape(name, shapes) for name in sorted(shapes) if name not in framed),
        "</section>",
    ]
    listed = _contents(openapi, [_last(command["messages"][0]) for command in commands.values()], said, messages)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>Beside: how to write a client</title><link rel="stylesheet" href="{STYLESHEET}"></head>'
        f'<body><div class=sheet><nav aria-label="Contents">{listed}</nav><main>{"".join(body)}</main></div></body></html>\n'
    )


def _contents(openapi: dict[str, Any], commands: list[str], events: list[str], messages: dict[str, Any]) -> str:
    doors = [(operation["operationId"], f"{method.upper()} {path}") for path, methods in openapi["paths"].items() for method, operation in methods.items()]
    frames = [[(name, messages[name]["name"]) for name in some] for some in (commands, events)]
    lists = [("http", "HTTP", doors), ("commands", "What a client says", frames[0]), ("events", "What the server says", frames[1])]
    entries = [f'<p><a href="#{anchor}">{title}</a></p><ul>{"".join(_entry(*link) for link in links)}</ul>' for anchor, title, links in lists]
    return f'{entries[0]}<p><a href="#socket">The socket</a></p>{"".join(entries[1:])}<p><a href="#shapes">Shapes</a></p>'


def _entry(anchor: str, words: str) -> str:
    shown = escape(words).replace("/", "/<wbr>")
    return f"<li><a href=#{anchor}>{shown}</a></li>"


def _door(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = [
        _row(p["name"], p["schema"], f"in the {p['in']}", p.get("description", ""), p["required"]) for p in operation["parameters"] if p["name"] != "Origin"
    ]
    good = next(status for status in operation["responses"] if status < "400")
    answer = _type(operation["responses"][good]["content"]["application/json"]["schema"])
    body = operation.get("requestBody")
    sent = f"Body: {_type(body['content']['application/json']['schema'])}. " if body else ""
    words = operation["summary"] + ("\n\n" + operation["description"] if operation["description"] else "")
    return (
        f"<article id={operation['operationId']}><h3><code><span class=method>{method.upper()}</span>{escape(path)}</code></h3>"
        f"{render(words)}{_table(rows)}<p>{sent}Answer {good}: {answer}.</p></article>"
    )


def _frame(name: str, messages: dict[str, Any], shapes: dict[str, Schema], command: dict[str, Any] | None) -> str:
    message = messages[name]
    shown = json.dumps(message["examples"][0]["payload"], indent=2, ensure_ascii=False)
    answers = [_last(reference) for reference in command["reply"]["messages"]] if command else []
    links = ", ".join(f'<a href="#{answer}"><code>{messages[answer]["name"]}</code></a>' for answer in answers)
    return (
        f"<article id={name}><h3><code>{message['name']}</code></h3>{render(message['description'])}{_fields(shapes[name])}"
        f"{f'<p>Answered by {links}.</p>' if links else ''}<details><summary>For example</summary><pre tabindex=0>{escape(shown)}</pre></details></article>"
    )


def _shape(name: str, shapes: dict[str, Schema]) -> str:
    schema = shapes[name]
    words = render(schema.get("description", ""))
    if "properties" not in schema:
        return f"<article id={name}><h3><code>{name}</code></h3>{words}<p>{_type(schema)}</p></article>"
    shown = json.dumps(example(schema, shapes), indent=2, ensure_ascii=False)
    detail = f"<details><summary>For example</summary><pre tabindex=0>{escape(shown)}</pre></details>"
    return f"<article id={name}><h3><code>{name}</code></h3>{words}{_fields(schema)}{detail}</article>"


def _fields(schema: Schema) -> str:
    needed = set(schema.get("required", ()))
    return _table([_row(name, inner, "", _about(inner), name in needed) for name, inner in schema["properties"].items()])


def _table(rows: list[str]) -> str:
    return f"<table><thead><tr><th>Field<th>Is<th>Words</thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""


def _row(name: str, schema: Schema, where: str, words: str, needed: bool) -> str:
    notes = ", ".join(note for note in (where, "needed" if needed else "", _bounds(schema)) if note)
    return f"<tr><td><code>{escape(name)}</code><td>{_type(schema)}<td>{inline(words)} <span class=soft>{escape(notes)}</span>"


def _about(schema: Schema) -> str:
    return next((str(part["description"]) for part in (schema, *schema.get("anyOf", ())) if "description" in part), "")


def _bounds(schema: Schema) -> str:
    """Lengths, limits, patterns and what holds where nothing is said, in words."""
    found = {key: value for part in (*schema.get("anyOf", ()), schema) for key, value in part.items()}
    names = {"minLength": "at least {} characters", "maxLength": "at most {} characters", "minimum": "from {}", "maximum": "to {}", "pattern": "like {}"}
    notes = [words.format(found[key]) for key, words in names.items() if key in found]
    if schema.get("default") is not None:
        notes.append(f"else {json.dumps(schema['default'])}")
    return ", ".join(notes)


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = _last(schema)
        return f'<a href="#{name}"><code>{name}</code></a>'
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const']))}</code>"
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"list of {', '.join(_type(part) for part in schema['prefixItems'])}"
        return f"list of {_type(schema['items'])}"
    return {"uuid": "UUID", "date-time": "time"}.get(schema.get("format", ""), escape(str(schema.get("type", "anything"))))


def _last(reference: dict[str, str]) -> str:
    return reference["$ref"].removeprefix(PREFIX).rsplit("/", 1)[-1]
