"""A description of the wire (OpenAPI 3.0), as something that can check an answer.

The judge is the JSON-schema library. This file turns the description's dialect into JSON
schema (`nullable`), finds the operation of a request, and makes one search stricter: of the
hundreds of alternatives that an event or an expanded field has, only those count whose fixed
`object` or `type` is that of the value, and a deleted object counts only for the alternative
that says so. That rule is itself a schema (`_guard`), so that the judge applies it too. An
answer that is not valid is told by the deepest mistake of the alternatives that count.

A validator is compiled once per shape of answer, and what a shape knows is looked up once per
kind of value; nothing about a value that was checked is kept.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import Any, Iterator, NamedTuple

from jsonschema_rs import Draft7, Draft7Validator, Registry, ValidationError

DOCUMENT = "urn:wire"
KEPT = {"type", "enum", "properties", "required", "items", "anyOf", "oneOf", "allOf", "additionalProperties"}
KINDS = {"null": type(None), "string": str, "object": dict, "array": list, "boolean": bool}
# What a truth test calls false, as JSON.
FALSE = {"enum": [False, None, 0, "", [], {}]}
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


class Tag(NamedTuple):
    """All that chooses between alternatives: two equal tags have the same alternatives."""

    kind: type
    object: str | None
    type: str | None
    deleted: bool

    def sample(self) -> Any:
        """The smallest value with this tag."""
        if self.kind is not dict:
            return self.kind()
        named = {"object": self.object, "type": self.type, "deleted": self.deleted or None}
        return {name: value for name, value in named.items() if value is not None}


# Old values are partial in hashes down to this depth.
PARTIAL_LEVELS = 5


class Description:
    """One parsed description."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._schemas = {k: to_json_schema(v) for k, v in spec["components"]["schemas"].items()}
        for name, schema in self._schemas.items():
            if name.endswith("Event.Data"):
                self._make_partial(schema)
        self._guards: dict[int, dict[str, Any]] = {}
        guarded = {name: self._guarded(schema) for name, schema in self._schemas.items()}
        self._registry = Registry([(DOCUMENT, {"components": {"schemas": guarded}})], draft=Draft7)
        self._routes: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for route in sorted(self._read_routes(spec), key=lambda r: r[2].count("{")):
            self._routes[route[0], route[2].count("/")].append(route)
        self._shapes: dict[str, tuple[Any, Draft7Validator]] = {}
        self._judges: dict[int, Draft7Validator] = {}
        # Schemas are known by identity here: each lives as long as this object.
        self._counting: dict[tuple[int, Tag], bool] = {}
        self._known: dict[tuple[tuple[int, ...], Tag], Any] = {}

    def _make_partial(self, schema: Any) -> None:
        """`previous_attributes` holds the changed members only; the rebuilt description lost that they are partial."""
        for part in schema.get("allOf", [schema]):
            before = part.get("properties", {}).get("previous_attributes")
            if before is None or "$ref" not in before:
                continue
            whole = self._schemas.get(before["$ref"].rsplit("/", 1)[-1], {})
            members = self._partial_members(whole, PARTIAL_LEVELS)
            part["properties"]["previous_attributes"] = {
                "type": "object", "properties": members, "additionalProperties": not members}

    def _partial_members(self, whole: dict[str, Any], levels: int) -> dict[str, Any]:
        """The members of a hash as old values: one that was absent before the change is null."""
        members = whole.get("properties", {}).items()
        return {name: {"anyOf": [{"type": "null"}, self._partial(value, levels)]} for name, value in members}

    def _partial(self, schema: Any, levels: int) -> Any:
        """An old value: of a hash only what changed. Other objects of the API in it are whole."""
        if not isinstance(schema, dict) or not levels:
            return schema
        if "$ref" in schema:
            named = self._schemas.get(schema["$ref"].rsplit("/", 1)[-1], {})
            is_hash = "properties" in named and "object" not in named["properties"]
            return self._partial(named, levels) if is_hash else schema
        for combined in ("anyOf", "oneOf", "allOf"):
            if combined in schema:
                return {**schema, combined: [self._partial(part, levels) for part in schema[combined]]}
        values = schema.get("additionalProperties")
        if isinstance(values, dict):
            return {**schema, "additionalProperties": {"anyOf": [{"type": "null"}, values]}}
        if "properties" in schema:
            rest = {name: value for name, value in schema.items() if name != "required"}
            return {**rest, "properties": self._partial_members(schema, levels - 1)}
        return schema

    @staticmethod
    def _read_routes(spec: dict[str, Any]) -> Iterator[tuple[str, re.Pattern[str], str, dict[str, Any]]]:
        for path, operations in spec["paths"].items():
            pattern = re.compile("/".join("[^/]+" if p.startswith("{") else re.escape(p) for p in path.split("/")))
            for verb, operation in operations.items():
                if verb in VERBS:
                    yield verb.upper(), pattern, path, operation["responses"]

    def check(self, method: str, path: str, status: int, value: Any) -> tuple[str, list[Finding], list[str]]:
        """The route of a request, what is invalid about its answer, and the fields nobody knows."""
        routes = self._routes.get((method, path.count("/")), [])
        found = next((r for r in routes if r[1].fullmatch(path)), None)
        if found is None and status < 400:
            route = f"{method} {re.sub(r'/[a-z]+_[A-Za-z0-9_]+', '/{id}', path)}"
            return route, [Finding(route, "-", "", "route", "the description has no such operation")], []
        route = f"{method} {found[2]}" if found else "unknown address"
        schema, judge = self._shape_of(found[3] if found else None, status)
        kind = str(value.get("object", "error")) if isinstance(value, dict) else "-"
        errors = [] if judge.is_valid(value) else [inner for e in judge.iter_errors(value) for inner in _mistakes(e)]
        findings = [_finding(route, kind, e, value) for e in errors]
        return route, findings, [f"{kind}{p}" for p in self._unknown(value, (schema,), "")]

    def _shape_of(self, responses: dict[str, Any] | None, status: int) -> tuple[Any, Draft7Validator]:
        """The schema of an answer and its judge, which is compiled the first time."""
        wanted: Any = {"$ref": "#/components/schemas/error"}
        if responses is not None:
            answer = responses.get(str(status)) or responses["default" if status >= 400 else "200"]
            wanted = answer["content"]["application/json"]["schema"]
        name = json.dumps(wanted)
        if name not in self._shapes:
            schema = to_json_schema(wanted)
            judge = Draft7Validator(self._guarded(schema), registry=self._registry, offline=True)
            self._shapes[name] = schema, judge
        return self._shapes[name]

    def _resolve(self, schema: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def _guarded(self, schema: Any) -> Any:
        """The same schema for the judge: an alternative counts only where its guard lets the value in."""
        if isinstance(schema, list):
            return [self._guarded(inner) for inner in schema]
        if not isinstance(schema, dict):
            return schema
        out = {key: value if key in ("enum", "required", "type", "$ref") else self._guarded(value)
               for key, value in schema.items() if key not in ("properties", "anyOf")}
        if "properties" in schema:
            out["properties"] = {name: self._guarded(inner) for name, inner in schema["properties"].items()}
        if "anyOf" in schema:
            out["anyOf"] = [{"if": self._guard(b), "then": self._guarded(b), "else": False} for b in schema["anyOf"]]
        return out

    def _guard(self, branch: Any) -> dict[str, Any]:
        """A schema for the values that may be meant by an alternative; it holds no reference."""
        schema = self._resolve(branch)
        if id(schema) not in self._guards:
            self._guards[id(schema)] = self._make_guard(schema)
        return self._guards[id(schema)]

    def _make_guard(self, schema: dict[str, Any]) -> dict[str, Any]:
        declared = schema.get("type")
        kind = {"type": declared} if declared in KINDS else {}
        if declared in KINDS and declared != "object":
            return kind
        if declared in ("number", "integer") or "enum" in schema:
            return {**kind, "not": {"type": "object"}}
        if "anyOf" in schema and "properties" not in schema:
            inner = [self._guard(b) for b in schema["anyOf"]]
            return {**kind, "if": {"type": "object"}, "then": {"anyOf": inner}}
        members = {}
        for name in ("object", "type"):
            fixed = self._resolve(schema.get("properties", {}).get(name, {})).get("enum", [])
            if len(fixed) == 1:
                members[name] = {"enum": fixed}
        required = list(members)
        # Of a value that is no object these two words say nothing, so it passes.
        if "deleted" in schema.get("required", []):
            return {**kind, "required": [*required, "deleted"], "properties": {**members, "deleted": {"not": FALSE}}}
        return {**kind, "required": required, "properties": {**members, "deleted": FALSE}}

    def _counts(self, branch: Any, tag: Tag) -> bool:
        schema = self._resolve(branch)
        key = (id(schema), tag)
        if key not in self._counting:
            if id(schema) not in self._judges:
                self._judges[id(schema)] = Draft7Validator(self._guard(schema))
            self._counting[key] = self._judges[id(schema)].is_valid(tag.sample())
        return self._counting[key]

    def _unknown(self, value: Any, schemas: tuple[Any, ...], path: str) -> Iterator[str]:
        if not isinstance(value, (dict, list)):
            return
        tag = _tag(value)
        key = (tuple(map(id, schemas)), tag)
        if key not in self._known:
            self._known[key] = self._below(schemas, tag)
        below = self._known[key]
        if isinstance(value, list):
            for inner in value:
                yield from self._unknown(inner, below, path + "[]")
        elif below is not None:
            for name, inner in value.items():
                if name in below:
                    yield from self._unknown(inner, below[name], f"{path}.{name}")
                else:
                    yield f"{path}.{name}"

    def _below(self, schemas: tuple[Any, ...], tag: Tag) -> Any:
        """The schemas of a list's items, or of each known member; None where any member may be."""
        leaves = [leaf for s in schemas for leaf in self._leaves(s, tag)]
        if tag.kind is list:
            return tuple(leaf["items"] for leaf in leaves if "items" in leaf)
        if not leaves or any("properties" not in leaf or leaf.get("additionalProperties") for leaf in leaves):
            return None
        members: dict[str, tuple[Any, ...]] = defaultdict(tuple)
        for leaf in leaves:
            for name, inner in leaf["properties"].items():
                members[name] += (inner,)
        return dict(members)

    def _leaves(self, schema: Any, tag: Tag) -> Iterator[Any]:
        schema = self._resolve(schema)
        inner = [b for key in ("anyOf", "allOf") for b in schema.get(key, [])]
        if not inner:
            if schema.get("type") in (None, "object", "array") and not (schema.get("enum")):
                yield schema
            return
        for branch in inner:
            if self._counts(branch, tag):
                yield from self._leaves(branch, tag)


def _tag(value: Any) -> Tag:
    if not isinstance(value, dict):
        return Tag(type(value), None, None, False)
    texts = (t if isinstance(t, str) else None for t in (value.get("object"), value.get("type")))
    return Tag(dict, *texts, bool(value.get("deleted", False)))


def _mistakes(error: ValidationError) -> list[ValidationError]:
    """The mistakes that one error stands for: of several alternatives that count, the deepest alone."""
    if error.kind.name != "anyOf":
        return [error]
    tried = [branch for branch in error.kind.context if not any(_is_refusal(e) for e in branch)]
    below = [inner for branch in tried for e in branch for inner in _mistakes(e)]
    if len(tried) == 1:
        return below
    return [max(below, key=lambda e: len(e.instance_path))] if below else [error]


def _is_refusal(error: ValidationError) -> bool:
    """Whether an alternative was refused by its guard, and not by its schema."""
    return error.kind.name == "falseSchema" and error.schema_path[-1] == "else"


def _plain_path(parts: list[Any], value: Any) -> str:
    """The path in `value`, with `[]` for an index. The library tells the member "0043" as the number 43."""
    names = []
    for part in parts:
        if isinstance(value, list):
            names.append("[]")
        else:
            same = (n for n in value if n.lstrip("+").isdecimal() and int(n) == part)
            part = part if part in value else next(same)
            names.append(part)
        value = value[part]
    return ".".join(names)


def _finding(route: str, kind: str, error: ValidationError, value: Any) -> Finding:
    rule, told = error.kind.name, error.kind
    what = "no alternative fits"
    if rule == "falseSchema":
        rule = str(error.schema_path[-1])
    elif rule == "required":
        what = f"{told.property!r} is a required property"
    elif rule == "type":
        what = f"expected {' or '.join(told.types)}"
    elif rule == "enum":
        what = f"expected {told.options}"
    return Finding(route, kind, _plain_path(error.instance_path, value), rule, what[:160])
