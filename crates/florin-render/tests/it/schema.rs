//! The objects against a description of the newest version, when one is at hand.
//!
//! The checker is small and knows only what the description uses: references, alternatives, closed and open
//! enums, required and unknown members. Open enums are taken as closed, because Florin sends no word of its own.

use crate::samples::{self, NOW, VIEW, usd};
use crate::shown::{
    render_balance, render_dispute, render_endpoint, render_record, render_source,
    render_transaction,
};
use florin_domain::ledger::Movement;
use florin_domain::{Context, Record};
use florin_render::expand::ExpandPlan;
use florin_render::{
    Around, event_types, render_decline, render_event, render_line_items, render_session_line,
};
use florin_wire::versions::NEWEST;
use serde_json::{Map, Value, json};

struct Description {
    root: Value,
}

impl Description {
    /// Reads the description named by the environment, or says that the test was not run.
    fn load(test: &str) -> Option<Description> {
        let Some(path) = std::env::var_os("FLORIN_WIRE_SPEC") else {
            eprintln!("not run: {test} needs FLORIN_WIRE_SPEC");
            return None;
        };
        let text = std::fs::read_to_string(std::path::Path::new(&path).join("spec3-endive.json"))
            .expect("the description can be read");
        Some(Description {
            root: serde_json::from_str(&text).expect("the description is JSON"),
        })
    }

    fn schema(&self, name: &str) -> &Value {
        let found = &self.root["components"]["schemas"][name];
        assert!(found.is_object(), "no schema {name}");
        found
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"]
            .as_str()
            .and_then(|name| name.rsplit('/').next())
        {
            Some(name) => self.resolve(self.schema(name)),
            None => schema,
        }
    }

    /// Every difference between a value and a schema.
    fn check(&self, value: &Value, schema: &Value, place: &str, problems: &mut Vec<String>) {
        if value.is_null() && schema["nullable"] == true {
            return;
        }
        let schema = self.resolve(schema);
        if value.is_null() && schema["nullable"] == true {
            return;
        }
        if let Some(options) = schema["anyOf"].as_array() {
            return self.check_any(value, options, place, problems);
        }
        let words = schema["enum"]
            .as_array()
            .or(schema["x-open-enum"].as_array());
        if words.is_some_and(|words| !words.contains(value)) {
            problems.push(format!("{place}: {value} is not among the words"));
            return;
        }
        match schema["type"].as_str() {
            Some("object") => self.check_object(value, schema, place, problems),
            Some("array") => match value.as_array() {
                Some(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.check(
                            item,
                            &schema["items"],
                            &format!("{place}[{index}]"),
                            problems,
                        );
                    }
                }
                None => problems.push(format!("{place}: {value} is no list")),
            },
            Some("string") if !value.is_string() => {
                problems.push(format!("{place}: {value} is no text"))
            }
            Some("number" | "integer") if !value.is_number() => {
                problems.push(format!("{place}: {value} is no number"))
            }
            Some("boolean") if !value.is_boolean() => {
                problems.push(format!("{place}: {value} is no flag"))
            }
            _ => {}
        }
    }

    fn check_any(&self, value: &Value, options: &[Value], place: &str, problems: &mut Vec<String>) {
        let mut least: Option<Vec<String>> = None;
        for option in options {
            let mut found = Vec::new();
            self.check(value, option, place, &mut found);
            if least.as_ref().is_none_or(|known| found.len() < known.len()) {
                least = Some(found);
            }
        }
        problems.extend(least.unwrap_or_default());
    }

    fn check_object(&self, value: &Value, schema: &Value, place: &str, problems: &mut Vec<String>) {
        let Some(members) = value.as_object() else {
            problems.push(format!("{place}: {value} is no hash"));
            return;
        };
        // A hash without described members is free.
        let Some(known) = schema["properties"]
            .as_object()
            .filter(|known| !known.is_empty())
        else {
            return;
        };
        let required = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        for name in required.filter(|name| !members.contains_key(*name)) {
            problems.push(format!("{place}.{name}: missing"));
        }
        // Recorded answers count the entries of embedded lists; the description leaves that out.
        let counted = |name: &str| name == "total_count" && known.contains_key("has_more");
        for (name, inner) in members.iter().filter(|(name, _)| !counted(name)) {
            match known.get(name) {
                Some(schema) => self.check(inner, schema, &format!("{place}.{name}"), problems),
                None => problems.push(format!("{place}.{name}: unknown")),
            }
        }
    }

    fn assert_fits(&self, value: &Value, name: &str) {
        let mut problems = Vec::new();
        self.check(value, self.schema(name), name, &mut problems);
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}

fn named(value: &Value) -> String {
    value["object"].as_str().unwrap_or_default().to_owned()
}

fn event(record: &Record) -> florin_domain::webhooks::Event {
    let mut fill = |bytes: &mut [u8]| bytes.fill(7);
    let mut context = Context {
        scope: florin_base::Scope::test("acct_1"),
        now: NOW,
        now_real: NOW.millis(),
        ids: florin_base::FreshIds::new(NOW.millis(), &mut fill),
        request: None,
        outside: false,
    };
    let snapshot = florin_domain::webhooks::Snapshot::of(record);
    let of = florin_domain::webhooks::EventOf {
        record,
        version: 1,
        before: Some(snapshot.clone()),
        snapshot,
    };
    florin_domain::webhooks::Event::of(&mut context, "customer.updated", of)
}

#[test]
fn every_object_fits_the_description() {
    let Some(description) = Description::load("every_object_fits_the_description") else {
        return;
    };
    let mut values: Vec<Value> = samples::records()
        .iter()
        .map(|record| render_record(record, &VIEW))
        .collect();
    values.extend(
        Movement::ALL
            .iter()
            .map(|one| render_transaction(&samples::transaction(*one), &VIEW, NOW)),
    );
    values.push(render_dispute(&samples::dispute(), &VIEW, NOW));
    values.push(render_balance(&[], usd(), &VIEW));
    values.push(render_endpoint(
        &samples::endpoint(),
        &VIEW,
        Some("whsec_x"),
    ));
    values.push(render_source(&samples::method(), &VIEW));
    values.push(render_event(
        &event(&samples::customer().into()),
        &VIEW,
        1,
        NEWEST,
    ));
    values.extend(render_line_items(&samples::full_intent()));
    let (session, price) = (crate::sold::session(), crate::sold::price());
    for price in [Some(&price), None] {
        let line = render_session_line(&session, &session.lines[0], price, &VIEW);
        values.push(line);
    }
    for value in &values {
        description.assert_fits(value, &named(value));
    }
    let gone = florin_render::deleted(florin_domain::Kind::Customer, "cus_1");
    description.assert_fits(&gone, "deleted_customer");
}

#[test]
fn a_decline_fits_the_description_of_a_stored_error() {
    let Some(description) = Description::load("a_decline_fits_the_description_of_a_stored_error")
    else {
        return;
    };
    let (intent, method) = (samples::intent(), samples::method());
    let around = Around {
        intent: Some(&intent),
        method: Some(&method),
        charge: Some("ch_1"),
        setup: None,
    };
    let error = render_decline(&samples::decline(), &around, &VIEW).body(VIEW.base_url, "req_1");
    description.assert_fits(&error["error"], "PaymentIntent.LastPaymentError");
}

/// The checker itself must be able to fail.
#[test]
fn the_checker_finds_what_is_wrong() {
    let schemas = json!({
        "thing": {"type": "object", "required": ["id", "kind"], "properties": {
            "id": {"type": "string"}, "kind": {"$ref": "#/components/schemas/Kind"},
            "owner": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/thing"}], "nullable": true},
            "parts": {"type": "array", "items": {"type": "number"}},
        }},
        "Kind": {"type": "string", "x-open-enum": ["a", "b"]},
    });
    let description = Description {
        root: json!({"components": {"schemas": schemas}}),
    };
    let cases = [
        (
            json!({"id": "x", "kind": "a", "owner": null, "parts": [1]}),
            0,
        ),
        (
            json!({"id": "x", "kind": "a", "owner": {"id": "y", "kind": "b"}}),
            0,
        ),
        (json!({"id": "x"}), 1),
        (json!({"id": "x", "kind": "c"}), 1),
        (json!({"id": null, "kind": "a", "extra": 1}), 2),
        (
            json!({"id": "x", "kind": "a", "owner": {"id": "y"}, "parts": ["1", 2]}),
            2,
        ),
    ];
    for (value, count) in cases {
        let mut problems = Vec::new();
        description.check(&value, description.schema("thing"), "thing", &mut problems);
        assert_eq!(problems.len(), count, "{value}: {problems:?}");
    }
}

/// Members of an object that hold an id or an object, as dotted paths through plain hashes.
fn expandable(
    description: &Description,
    schema: &Value,
    front: &str,
    depth: usize,
    found: &mut Vec<String>,
) {
    let nothing = Map::new();
    for (name, member) in schema["properties"].as_object().unwrap_or(&nothing) {
        let path = format!("{front}{name}");
        let options = member["anyOf"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![member.clone()]);
        let refers = |one: &&Value| one["$ref"].is_string();
        if options.iter().any(|one| one["type"] == "string")
            && options.iter().any(|one| one["$ref"].is_string())
        {
            found.push(path);
        } else if let Some(inner) = options.iter().find(refers).filter(|_| depth > 0) {
            let inner = description.resolve(inner);
            if inner["properties"]["object"].is_null() && name != "payment_method_options" {
                expandable(description, inner, &format!("{path}."), depth - 1, found);
            }
        }
    }
}

#[test]
fn every_expandable_field_of_the_description_is_accepted() {
    let Some(description) =
        Description::load("every_expandable_field_of_the_description_is_accepted")
    else {
        return;
    };
    let mut checked = 0;
    for record in samples::records() {
        let value = render_record(&record, &VIEW);
        let mut paths = Vec::new();
        expandable(
            &description,
            description.schema(&named(&value)),
            "",
            1,
            &mut paths,
        );
        for path in paths {
            let plan = ExpandPlan::parse(&[&path], false).expect("few levels");
            if let Err(error) = plan.wanted(&value) {
                panic!("{} of {}: {error}", path, named(&value));
            }
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked} fields were found");
}

#[test]
fn the_event_types_are_those_of_the_description() {
    let Some(description) = Description::load("the_event_types_are_those_of_the_description")
    else {
        return;
    };
    let listed = description.root["x-event-types"]
        .as_array()
        .expect("a list of event types");
    let mut listed: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
    // The simple front door is Florin's own.
    listed.push("florin.payment.updated");
    listed.sort_unstable();
    assert_eq!(listed, event_types::EVENT_TYPES);
}
