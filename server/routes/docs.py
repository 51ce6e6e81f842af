"""`/docs`: the API on one page, from its OpenAPI document; no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)
_HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
)
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Show all routes, what each takes and answers."""
    document = request.app.openapi()
    body = "".join(_page(document))
    return HTMLResponse(_HEAD + body, headers={"content-security-policy": _POLICY})


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    yield f"<title>{title}</title><h1>{title}</h1><p>{escape(info.get('summary', ''))}</p>"
    yield "<p>For programs: <a href='/openapi.json'>/openapi.json</a></p>"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation.get('description', operation.get('summary', '')))}</p>"
            yield from _parameters(operation, document)


def _parameters(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (one["name"], f"{one['in']}, {_kind(one['schema'])}", one.get("description", ""))
        for one in operation.get("parameters", [])
    ]
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(content.get("schema", {}), document)
        for name, field in schema.get("properties", {}).items():
            needed = "" if name in schema.get("required", []) else ", optional"
            kind = f"{media_type}, {_kind(_resolved(field, document))}{needed}"
            rows.append((name, kind, field.get("description", "")))
    if rows:
        yield "<dl>"
        for name, kind, text in rows:
            yield f"<dt><code>{escape(name)}</code> <small>{escape(kind)}</small></dt>"
            yield f"<dd>{escape(text)}</dd>"
        yield "</dl>"


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema, followed where it is named elsewhere in the document."""
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema's type in a few words."""
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return " or ".join(_kind(one) for one in several)
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", schema.get("$ref", "anything").rpartition("/")[2]))
