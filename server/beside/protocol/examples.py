"""An example of each shape, made from its schema, so that the documents show a whole frame and never an outdated one."""

from typing import Any

from beside.protocol.schemas import PREFIX, Schema

_FORMATS = {"uuid": "01930000-0000-7000-8000-000000000001", "date-time": "2026-11-21T22:00:00Z", "date": "2026-11-21"}


def example(schema: Schema, components: dict[str, Schema]) -> Any:
    """A value that fits `schema`; its references are looked up in `components`."""
    if "$ref" in schema:
        return example(components[str(schema["$ref"]).removeprefix(PREFIX)], components)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], components)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: example(inner, components) for name, inner in schema["properties"].items()}
    kind = schema.get("type")
    if kind == "array":
        return [example(part, components) for part in schema["prefixItems"]] if "prefixItems" in schema else [example(schema["items"], components)]
    if kind == "string":
        return _text(schema)
    return {"integer": max(1, schema.get("minimum", 1)), "number": 1, "boolean": True}.get(str(kind))


def _text(schema: Schema) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if "examples" in schema:
        return str(schema["examples"][0])
    if "pattern" in schema:
        return "123456"  # the only pattern is the six numbers of an authenticator app
    return "words".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", 80)]
