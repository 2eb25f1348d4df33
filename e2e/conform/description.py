"""A description of the wire (OpenAPI 3.0), as something that can check an answer.

The judge is the JSON-schema library. This file only turns the description's dialect into
JSON schema (`nullable`), finds the operation of a request, and shortens one search: of the
hundreds of alternatives that an event or an expanded field has, only those are tried whose
fixed `object` or `type` is that of the value. The others could not be valid.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Iterator, NamedTuple

from jsonschema import Draft7Validator, ValidationError, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

DOCUMENT = "urn:wire"
KEPT = {"type", "enum", "properties", "required", "items", "anyOf", "oneOf", "allOf", "additionalProperties"}
VERBS = ("get", "post", "delete")


class Finding(NamedTuple):
    """One way of being invalid: route, kind of object, path in it, broken rule, and its detail."""

    route: str
    object: str
    path: str
    rule: str
    what: str


def to_json_schema(schema: Any) -> Any:
    """The same schema in JSON-schema words; descriptions, formats and lengths are dropped."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = {"$ref": DOCUMENT + schema["$ref"]}
        return {"anyOf": [{"type": "null"}, target]} if schema.get("nullable") else target
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {name: to_json_schema(inner) for name, inner in value.items()}
        elif key in ("anyOf", "oneOf", "allOf"):
            # `oneOf` of overlapping shapes is meant as "any of" by this description.
            out["allOf" if key == "allOf" else "anyOf"] = [to_json_schema(inner) for inner in value]
        elif key in KEPT:
            out[key] = to_json_schema(value)
    if schema.get("nullable"):
        return {"anyOf": [{"type": "null"}, out]} if set(out) - {"enum"} else {"type": "null"}
    return out


class Description:
    """One parsed description."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._schemas = {k: to_json_schema(v) for k, v in spec["components"]["schemas"].items()}
        for name, schema in self._schemas.items():
            if name.endswith("Event.Data"):
                self._make_partial(schema)
        resource = Resource(contents={"components": {"schemas": self._schemas}}, specification=DRAFT7)
        self._registry = Registry().with_resource(DOCUMENT, resource)
        self._validator = validators.extend(Draft7Validator, {"anyOf": self._any_of})
        self._routes = sorted(self._read_routes(spec), key=lambda r: r[2].count("{"))
        self._cache: dict[str, Any] = {}

    def _make_partial(self, schema: Any) -> None:
        """`previous_attributes` holds the changed members only; the rebuilt description lost that they are partial."""
        for part in schema.get("allOf", [schema]):
            before = part.get("properties", {}).get("previous_attributes")
            if before is None or "$ref" not in before:
                continue
            whole = self._schemas.get(before["$ref"].rsplit("/", 1)[-1], {})
            # A member that was absent before the change has null as its old value.
            members = {name: {"anyOf": [{"type": "null"}, value]} for name, value in whole.get("properties", {}).items()}
            part["properties"]["previous_attributes"] = {
                "type": "object", "properties": members, "additionalProperties": not members}

    @staticmethod
    def _read_routes(spec: dict[str, Any]) -> Iterator[tuple[str, re.Pattern[str], str, dict[str, Any]]]:
        for path, operations in spec["paths"].items():
            pattern = re.compile("/".join("[^/]+" if p.startswith("{") else re.escape(p) for p in path.split("/")))
            for verb, operation in operations.items():
                if verb in VERBS:
                    yield verb.upper(), pattern, path, operation["responses"]

    def check(self, method: str, path: str, status: int, value: Any) -> tuple[str, list[Finding], list[str]]:
        """The route of a request, what is invalid about its answer, and the fields nobody knows."""
        found = next((r for r in self._routes if r[0] == method and r[1].fullmatch(path)), None)
        if found is None and status < 400:
            route = f"{method} {re.sub(r'/[a-z]+_[A-Za-z0-9_]+', '/{id}', path)}"
            return route, [Finding(route, "-", "", "route", "the description has no such operation")], []
        route = f"{method} {found[2]}" if found else "unknown address"
        schema = self._schema_of(found[3] if found else None, status)
        kind = str(value.get("object", "error")) if isinstance(value, dict) else "-"
        findings = [_finding(route, kind, e) for e in self._validator(schema, registry=self._registry).iter_errors(value)]
        return route, findings, [f"{kind}{p}" for p in self._unknown(value, [schema], "")]

    def _schema_of(self, responses: dict[str, Any] | None, status: int) -> Any:
        if responses is None:
            return {"$ref": f"{DOCUMENT}#/components/schemas/error"}
        wanted = responses.get(str(status)) or responses["default" if status >= 400 else "200"]
        return to_json_schema(wanted["content"]["application/json"]["schema"])

    def _resolve(self, schema: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def _any_of(self, validator: Any, branches: list[Any], value: Any, schema: Any) -> Iterator[ValidationError]:
        tried = [b for b in branches if self._may_be(b, value)]
        if len(tried) == 1:
            yield from validator.descend(value, tried[0], schema_path=branches.index(tried[0]))
            return
        context: list[ValidationError] = []
        for index, branch in enumerate(tried):
            errors = list(validator.descend(value, branch, schema_path=index))
            if not errors:
                return
            context.extend(errors)
        yield ValidationError(f"{_short(value)} is none of the {len(branches)} alternatives", context=context)

    def _may_be(self, branch: Any, value: Any) -> bool:
        schema = self._resolve(branch)
        declared = schema.get("type")
        kinds = {"null": type(None), "string": str, "object": dict, "array": list, "boolean": bool}
        if declared in kinds and not isinstance(value, kinds[declared]):
            return False
        if isinstance(value, dict):
            if declared in ("number", "integer") or "enum" in schema:
                return False
            if "anyOf" in schema and "properties" not in schema:
                return any(self._may_be(b, value) for b in schema["anyOf"])
            for name in ("object", "type"):
                fixed = self._resolve(schema.get("properties", {}).get(name, {})).get("enum", [])
                if len(fixed) == 1 and value.get(name) != fixed[0]:
                    return False
            deleted = "deleted" in schema.get("required", [])
            return deleted == bool(value.get("deleted", False)) or not deleted and "deleted" not in value
        return True

    def _unknown(self, value: Any, schemas: list[Any], path: str) -> Iterator[str]:
        leaves = [leaf for s in schemas for leaf in self._leaves(s, value)]
        if isinstance(value, list):
            items = [leaf["items"] for leaf in leaves if "items" in leaf]
            for inner in value:
                yield from self._unknown(inner, items, path + "[]")
        elif isinstance(value, dict) and leaves:
            if any("properties" not in leaf or leaf.get("additionalProperties") for leaf in leaves):
                return
            for name, inner in value.items():
                below = [leaf["properties"][name] for leaf in leaves if name in leaf["properties"]]
                if below:
                    yield from self._unknown(inner, below, f"{path}.{name}")
                else:
                    yield f"{path}.{name}"

    def _leaves(self, schema: Any, value: Any) -> Iterator[Any]:
        schema = self._resolve(schema)
        inner = [b for key in ("anyOf", "allOf") for b in schema.get(key, [])]
        if not inner:
            if schema.get("type") in (None, "object", "array") and not (schema.get("enum")):
                yield schema
            return
        for branch in inner:
            if self._may_be(branch, value):
                yield from self._leaves(branch, value)


@lru_cache(maxsize=4096)
def _plain_path(parts: tuple[Any, ...]) -> str:
    return ".".join("[]" if isinstance(p, int) else str(p) for p in parts)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _finding(route: str, kind: str, error: ValidationError) -> Finding:
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    rule = str(error.validator or "anyOf")
    what = error.message if rule == "required" else f"expected {error.validator_value}" if rule in (
        "type", "enum") else "no alternative fits"
    return Finding(route, kind, _plain_path(tuple(error.absolute_path)), rule, what[:160])
