"""The check checks: each planted mistake is found, and a good answer passes."""

import json

import pytest

import validate
from description import Description

SPEC = {
    "paths": {
        "/v1/things": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["object", "data"], "properties": {
                "object": {"type": "string", "enum": ["list"]},
                "change": {"$ref": "#/components/schemas/thing_changedEvent.Data"},
                "data": {"type": "array", "items": {"$ref": "#/components/schemas/thing"}}}}}}},
            "default": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}}}}},
        "/v1/things/{id}": {"get": {"responses": {
            "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}},
            "default": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}}}}},
    },
    "components": {"schemas": {
        "error": {"type": "object", "required": ["error"], "properties": {
            "error": {"type": "object", "required": ["type"], "properties": {
                "type": {"type": "string", "enum": ["api_error"]}}}}},
        "thing": {"type": "object", "required": ["id", "object", "amount", "owner", "notes"], "properties": {
            "id": {"type": "string"}, "object": {"type": "string", "enum": ["thing"]},
            "amount": {"type": "number"}, "colour": {"type": "string", "enum": ["red", "blue"], "nullable": True},
            "notes": {"type": "object", "additionalProperties": {"type": "string"}},
            "owner": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/owner"},
                                {"$ref": "#/components/schemas/deleted_owner"}], "nullable": True}}},
        "owner": {"type": "object", "required": ["object", "name"], "properties": {
            "object": {"type": "string", "enum": ["owner"]}, "name": {"type": "string"}, "since": {"type": "number"}}},
        "deleted_owner": {"type": "object", "required": ["object", "deleted"], "properties": {
            "object": {"type": "string", "enum": ["owner"]}, "deleted": {"type": "boolean"}}},
        "thing_changedEvent.Data": {"type": "object", "properties": {
            "previous_attributes": {"$ref": "#/components/schemas/owner"}}},
    }},
}
GOOD = {"id": "th_1", "object": "thing", "amount": 5, "colour": None, "owner": "ow_1", "notes": {"any": "thing"}}


def check(value, path="/v1/things/th_1", status=200):
    _, findings, unknown = Description(SPEC).check("GET", path, status, value)
    return [(f.path, f.rule) for f in findings], unknown


@pytest.mark.parametrize("changes", [
    {}, {"owner": None}, {"owner": {"object": "owner", "name": "A"}}, {"colour": "red"},
    {"owner": {"object": "owner", "deleted": True}}])
def test_good_answers_pass(changes):
    assert check({**GOOD, **changes}) == ([], [])


@pytest.mark.parametrize("changes, findings", [
    ({"amount": "5"}, [("amount", "type")]),
    ({"amount": None}, [("amount", "type")]),
    ({"amount": True}, [("amount", "type")]),
    ({"object": "thought"}, [("object", "enum")]),
    ({"colour": "green"}, [("colour", "enum")]),
    ({"owner": {"object": "owner"}}, [("owner", "required")]),
    ({"owner": {"object": "thing", "name": "A"}}, [("owner", "anyOf")]),
    ({"owner": 7}, [("owner", "anyOf")]),
    ({"owner": {}}, [("owner", "anyOf")]),
    ({"owner": {"name": "A"}}, [("owner", "anyOf")]),
    ({"owner": {"object": {"object": "owner"}, "name": "A"}}, [("owner", "anyOf")]),
    ({"owner": {"object": "owner", "deleted": False}}, [("owner", "required")]),
    ({"owner": {"object": "owner", "deleted": "yes"}}, [("owner.deleted", "type")]),
    ({"notes": {"any": 7}}, [("notes.any", "type")]),
    ({"notes": {"0043": 7}}, [("notes.0043", "type")]),
    ({"notes": {"+1 2": 7, "+12": "x"}}, [("notes.+1 2", "type")]),
])
def test_planted_mistakes_are_found(changes, findings):
    assert check({**GOOD, **changes})[0] == findings


def test_a_missing_field_is_found():
    value = {k: v for k, v in GOOD.items() if k != "owner"}
    assert check(value)[0] == [("", "required")]


def test_lists_and_errors():
    assert check({"object": "list", "data": [GOOD]}, "/v1/things") == ([], [])
    assert check({"object": "list", "data": [{**GOOD, "amount": None}]}, "/v1/things")[0] == [
        ("data.[].amount", "type")]
    assert check({"error": {"type": "api_error"}}, status=500) == ([], [])
    assert check({"error": {"type": "oops"}}, status=500)[0] == [("error.type", "enum")]
    assert check({"error": {"type": "api_error"}}, "/v1/nowhere", 404) == ([], [])
    assert check(GOOD, "/v1/nowhere")[0] == [("", "route")]


def test_every_mistake_of_an_answer_is_told():
    value = {**GOOD, "amount": "5", "colour": "green", "owner": {"object": "owner", "name": 1}}
    assert sorted(check(value)[0]) == [("amount", "type"), ("colour", "enum"), ("owner.name", "type")]
    value["owner"]["since"] = "May"
    assert sorted(check(value)[0])[2:] == [("owner.name", "type"), ("owner.since", "type")]


def test_no_verdict_outlives_its_answer():
    description = Description(SPEC)
    for value, count in ((GOOD, 0), ({**GOOD, "amount": None}, 1), (GOOD, 0), ({**GOOD, "extra": 1}, 0)):
        _, findings, unknown = description.check("GET", "/v1/things/th_1", 200, value)
        assert (len(findings), unknown) == (count, ["thing.extra"] if "extra" in value else [])


def test_a_change_is_partial():
    def changed(**before):
        return check({"object": "list", "data": [], "change": {"previous_attributes": before}}, "/v1/things")[0]

    assert changed() == changed(name="B") == changed(name=None) == []
    assert changed(name=7) == [("change.previous_attributes.name", "anyOf")]
    assert changed(colour="red") == [("change.previous_attributes", "additionalProperties")]


def test_unknown_fields_are_told():
    value = {**GOOD, "extra": 1, "owner": {"object": "owner", "name": "A", "age": 3}}
    assert sorted(check(value)[1]) == ["thing.extra", "thing.owner.age"]
    value["owner"] = {"object": "owner", "deleted": True, "name": "A"}
    assert sorted(check(value)[1]) == ["thing.extra", "thing.owner.name"]


def run(tmp_path, monkeypatch, value, exceptions):
    (tmp_path / "spec3-endive.json").write_text(json.dumps(SPEC))
    (tmp_path / "exceptions.json").write_text(json.dumps(exceptions))
    record = {"method": "GET", "path": "/v1/things/th_1", "status": 200, "version": "2026-10-28.endive", "json": value}
    (tmp_path / "records.jsonl").write_text(json.dumps(record) + "\n")
    monkeypatch.setenv("FLORIN_WIRE_SPEC", str(tmp_path))
    monkeypatch.setattr(validate, "HERE", tmp_path)
    return validate.main([str(tmp_path / "records.jsonl")])


def test_the_exit_code(tmp_path, monkeypatch, capsys):
    bad = {**GOOD, "amount": None}
    assert run(tmp_path, monkeypatch, GOOD, []) == 0
    assert "valid: 1 of 1 (100.0 %)" in capsys.readouterr().out
    assert run(tmp_path, monkeypatch, bad, []) == 1
    assert run(tmp_path, monkeypatch, bad, [{"object": "thing", "path": "amount", "reason": "because"}]) == 0
    assert run(tmp_path, monkeypatch, bad, [{"object": "thing", "path": "id", "reason": "because"}]) == 1
    with pytest.raises(SystemExit):
        run(tmp_path, monkeypatch, bad, [{"object": "thing", "path": "amount"}])


def test_without_descriptions_it_says_so(monkeypatch, capsys):
    monkeypatch.delenv("FLORIN_WIRE_SPEC", raising=False)
    assert validate.main(["whatever"]) == 0
    assert "not validated: FLORIN_WIRE_SPEC is not set" in capsys.readouterr().out


def test_events_of_florins_own_are_left_out():
    own = {"object": "event", "type": "florin.payment.updated", "data": {"object": {"object": "florin.payment"}}}
    known = {**own, "type": "charge.updated"}
    assert validate.published(own) is None
    assert validate.published(known) == known
    page = {"object": "list", "data": [own, known, GOOD]}
    assert validate.published(page) == {"object": "list", "data": [known, GOOD]}
    for other in (GOOD, [own], None, {"object": "list", "data": None}, {"object": "event", "type": None}):
        assert validate.published(other) == other


def test_an_answer_is_held_against_the_names_of_its_description():
    told = {"object": "list", "data": [{"object": "product", "features": [], "id": "prod_1"}, {"object": "entitlement", "features": []}]}
    asked = {"object": "list", "data": [{"object": "product", "marketing_features": [], "id": "prod_1"}, {"object": "entitlement", "features": []}]}
    assert validate.described(told, "2023-10-16") == asked
    assert validate.described(told, "2026-10-28.endive") == told
    assert validate.described({"object": "product", "id": "prod_1"}, "2023-10-16") == {"object": "product", "id": "prod_1"}
