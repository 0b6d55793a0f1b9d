"""The documents of the wire, made from the code's own types: AsyncAPI for the socket, OpenAPI for HTTP, TypeScript for the client."""

import json
from pathlib import Path
from typing import Any

from beside.doors import DOORS
from beside.protocol.asyncapi import asyncapi
from beside.protocol.openapi import openapi
from beside.protocol.typescript import typescript

BESIDE_THE_CODE = Path(__file__).parent / "protocol" / "documents"


def documents(public_url: str = "https://beside.example") -> dict[str, dict[str, Any]]:
    """Both documents, by file name, for a service at this address."""
    return {"asyncapi.json": asyncapi(public_url), "openapi.json": openapi(DOORS, public_url)}


def write_documents(types: Path) -> list[Path]:
    """Write the TypeScript types into `types`, and the documents beside the code. Returns what was written."""
    BESIDE_THE_CODE.mkdir(exist_ok=True)
    written = []
    for name, found in documents().items():
        path = BESIDE_THE_CODE / name
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        written.append(path)
    path = types / "wire.ts"
    path.write_text(typescript())
    return [*written, path]
