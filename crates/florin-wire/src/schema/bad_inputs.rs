//! Bad requests, each with the exact code and parameter of its answer, against the built-in tables and
//! against a small one for the types that the tables use rarely.
//!
//! Deliberately absent: bytes that the codecs refuse by themselves; those stand beside the codecs.

use super::{Params, Table};
use crate::error::WireError;
use crate::{parse_form, parse_json};
use serde_json::{Map, Value};

const SMALL: &str = "
POST /v1/things
  address          object?          served
  address.country  country?         served
  at               timestamp        served
  created          range            served
  email            email            served
  expand           expand           served
  flag             bool             served
  kind             enum(a|b|c)      served
  limit            int(1..100)      served
  list             list(int)        served
  metadata         metadata         served
  owner            object|id        served
  owner.name       string           served
  parts            list(object)?    served
  parts[].price    id               served required
  parts[].tax      object           refused
  rate             number           served
  rates            map(object)?     served
  rates[].cost     int(0..)         served required
  rates[].note     string?          echoed
  site             url              served
  tags             map              served
  title            string(5)        served
  transfer         object           refused
";

type Case = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
);

fn refusal(table: &Table, path: &str, raw: Map<String, Value>) -> WireError {
    let operation = table.operation("POST", path).expect("the operation");
    let checked: Result<Params, WireError> = operation.check(raw);
    checked.expect_err("a refusal")
}

fn expect(error: &WireError, case: &Case) {
    let (body, code, param, message) = case;
    assert_eq!(error.status, 400, "{body}: {error}");
    assert_eq!(error.code.as_deref(), *code, "{body}: {error}");
    assert_eq!(error.param.as_deref(), Some(*param), "{body}: {error}");
    assert!(error.message.contains(message), "{body}: {error}");
}

const INTEGER: Option<&str> = Some("parameter_invalid_integer");
const EMPTY: Option<&str> = Some("parameter_invalid_empty");
const UNKNOWN: Option<&str> = Some("parameter_unknown");
const MISSING: Option<&str> = Some("parameter_missing");
const UNSUPPORTED: Option<&str> = Some("parameter_unsupported");

const FORMS: [Case; 65] = [
    ("foo=1", UNKNOWN, "foo", "Received unknown parameter: foo"),
    ("titel=1", UNKNOWN, "titel", "Did you mean title?"),
    (
        "address[contry]=DE",
        UNKNOWN,
        "address[contry]",
        "Did you mean address[country]?",
    ),
    ("parts[0][bogus]=1", UNKNOWN, "parts[0][bogus]", "unknown"),
    (
        "parts[3][prize]=1",
        UNKNOWN,
        "parts[3][prize]",
        "Did you mean parts[3][price]?",
    ),
    ("created[eq]=5", UNKNOWN, "created[eq]", "unknown"),
    ("4242424242424242=1", UNKNOWN, "[hidden]", "unknown"),
    ("parts[][x]=1", UNKNOWN, "parts[0][x]", "unknown"),
    (
        "parts[0][price]=a&parts[1][n]=1",
        UNKNOWN,
        "parts[1][n]",
        "unknown",
    ),
    ("parts[0]=x", None, "parts[0]", "Invalid object"),
    ("parts[]=", EMPTY, "parts[0]", "empty"),
    ("parts[a][price]=x", None, "parts", "Invalid array"),
    ("parts[00][price]=x", None, "parts", "Invalid array"),
    ("parts[-1][price]=x", None, "parts", "Invalid array"),
    ("parts[9999999999][price]=x", None, "parts", "Invalid array"),
    ("parts=x", None, "parts", "Invalid array"),
    (
        "parts[0][tax][a][b]=1",
        UNSUPPORTED,
        "parts[0][tax]",
        "docs/compatibility.md",
    ),
    (
        "transfer[destination]=acct_1",
        UNSUPPORTED,
        "transfer",
        "not supported by Florin yet",
    ),
    ("transfer=", UNSUPPORTED, "transfer", "not supported"),
    ("transfer[]=1", UNSUPPORTED, "transfer", "not supported"),
    ("title=", EMPTY, "title", "cannot be unset"),
    ("flag=", EMPTY, "flag", "cannot be unset"),
    ("metadata=", EMPTY, "metadata", "cannot be unset"),
    ("created[gt]=", EMPTY, "created[gt]", "cannot be unset"),
    ("expand=", EMPTY, "expand", "cannot be unset"),
    ("expand[]=", EMPTY, "expand[0]", "cannot be unset"),
    ("list[]=", EMPTY, "list[0]", "cannot be unset"),
    ("title=sixsix", None, "title", "at most 5 characters"),
    ("title[a]=b", None, "title", "Invalid string"),
    ("title[]=b", None, "title", "Invalid string"),
    ("limit=abc", INTEGER, "limit", "Invalid integer: abc"),
    ("limit=1.5", INTEGER, "limit", "Invalid integer: 1.5"),
    ("limit=1e1", INTEGER, "limit", "Invalid integer: 1e1"),
    ("limit=+1", INTEGER, "limit", "Invalid integer:  1"),
    (
        "limit=0",
        INTEGER,
        "limit",
        "This value must be greater than or equal to 1.",
    ),
    (
        "limit=101",
        INTEGER,
        "limit",
        "This value must be less than or equal to 100.",
    ),
    (
        "limit=99999999999999999999",
        INTEGER,
        "limit",
        "Invalid integer: [hidden]",
    ),
    ("limit[a]=1", INTEGER, "limit", "Invalid integer"),
    (
        "list[]=1&list[]=x",
        INTEGER,
        "list[1]",
        "Invalid integer: x",
    ),
    ("list[7]=x", INTEGER, "list[7]", "Invalid integer: x"),
    ("list=5", None, "list", "Invalid array"),
    ("flag=yes", None, "flag", "Invalid boolean: yes"),
    (
        "kind=d",
        None,
        "kind",
        "Invalid kind: must be one of a, b, or c",
    ),
    ("at=soon", None, "at", "Invalid timestamp: soon"),
    ("at=-1", None, "at", "Invalid timestamp: -1"),
    ("created=x", None, "created", "Invalid timestamp: x"),
    ("created[lt]=x", None, "created[lt]", "Invalid timestamp: x"),
    ("created[]=5", None, "created", "Invalid object"),
    ("rate=1e3", None, "rate", "Invalid decimal: 1e3"),
    (
        "email=nobody",
        Some("email_invalid"),
        "email",
        "Invalid email address: nobody",
    ),
    (
        "site=example.com",
        Some("url_invalid"),
        "site",
        "Not a valid URL",
    ),
    (
        "address[country]=DEU",
        Some("country_code_invalid"),
        "address[country]",
        "two letters",
    ),
    ("address=x", None, "address", "Invalid object"),
    ("address[]=x", None, "address", "Invalid object"),
    ("tags=x", None, "tags", "Invalid object"),
    ("rates=x", None, "rates", "Invalid object"),
    ("rates[]=x", None, "rates", "Invalid object"),
    ("rates[eur]=x", None, "rates[eur]", "Invalid object"),
    ("rates[eur]=", EMPTY, "rates[eur]", "empty"),
    ("rates[eur][note]=a", MISSING, "rates[eur][cost]", "Missing"),
    (
        "rates[eur][cost]=-1",
        INTEGER,
        "rates[eur][cost]",
        "greater",
    ),
    (
        "rates[eur][cast]=1",
        UNKNOWN,
        "rates[eur][cast]",
        "Did you mean rates[eur][cost]?",
    ),
    ("expand=a.b.c.d.e", None, "expand", "At most 4 levels"),
    (
        "expand[]=a&expand[]=a..b",
        None,
        "expand[1]",
        "cannot be expanded (a..b)",
    ),
    ("parts[0]=&parts[1][price]=a", EMPTY, "parts[0]", "empty"),
];

#[test]
fn bad_forms_have_exact_answers() {
    let table = Table::parse(SMALL).expect("a good table");
    for case in &FORMS {
        let raw = parse_form(case.0.as_bytes()).expect("a well-formed body");
        expect(&refusal(&table, "/v1/things", raw), case);
    }
}

const BODIES: [Case; 14] = [
    (r#"{"foo": null}"#, UNKNOWN, "foo", "unknown"),
    (r#"{"title": null}"#, EMPTY, "title", "cannot be unset"),
    (r#"{"title": 1.5}"#, None, "title", "Invalid string"),
    (
        r#"{"limit": 1.0}"#,
        INTEGER,
        "limit",
        "Invalid integer: 1.0",
    ),
    (
        r#"{"limit": true}"#,
        INTEGER,
        "limit",
        "Invalid integer: true",
    ),
    (r#"{"flag": 1}"#, None, "flag", "Invalid boolean: 1"),
    (
        r#"{"list": [1, null]}"#,
        EMPTY,
        "list[1]",
        "cannot be unset",
    ),
    (
        r#"{"parts": [{"price": "a"}, 5]}"#,
        None,
        "parts[1]",
        "Invalid object",
    ),
    (
        r#"{"parts": [{}]}"#,
        MISSING,
        "parts[0][price]",
        "Missing required param: parts[0][price].",
    ),
    (r#"{"owner": []}"#, None, "owner", "Invalid object"),
    (
        r#"{"metadata": {"a[b]": "x"}}"#,
        None,
        "metadata",
        "no brackets",
    ),
    (r#"{"metadata": {"": "x"}}"#, None, "metadata", "not empty"),
    (
        r#"{"metadata": {"a": {"b": "x"}}}"#,
        None,
        "metadata[a]",
        "Invalid string",
    ),
    (
        r#"{"expand": ["a", 5]}"#,
        None,
        "expand[1]",
        "Invalid string",
    ),
];

#[test]
fn bad_json_has_exact_answers() {
    let table = Table::parse(SMALL).expect("a good table");
    for case in &BODIES {
        let raw = parse_json(case.0.as_bytes()).expect("well-formed JSON");
        expect(&refusal(&table, "/v1/things", raw), case);
    }
}

#[test]
fn metadata_has_limits_in_characters() {
    let table = Table::parse(SMALL).expect("a good table");
    let things = table
        .operation("POST", "/v1/things")
        .expect("the operation");
    let pairs = |count: usize| {
        (0..count)
            .map(|n| format!("metadata[k{n}]=v&"))
            .collect::<String>()
    };
    let one =
        |key: usize, value: usize| format!("metadata[{}]={}", "ü".repeat(key), "ü".repeat(value));
    let check = |body: String| things.check(parse_form(body.as_bytes()).expect("a body"));
    for good in [pairs(50), one(40, 500)] {
        assert!(check(good).is_ok());
    }
    let key = "ü".repeat(40);
    let cases = [
        (pairs(51), "metadata".to_owned(), "at most 50 keys"),
        (
            one(41, 1),
            "metadata".to_owned(),
            "longer than 40 characters",
        ),
        (
            one(40, 501),
            format!("metadata[{key}]"),
            "at most 500 characters",
        ),
    ];
    for (body, param, part) in cases {
        let error = check(body).expect_err("a refusal");
        assert_eq!(
            (error.code.clone(), error.param.clone()),
            (None, Some(param))
        );
        assert!(error.message.contains(part), "{error}");
    }
}

const INTENTS: [Case; 6] = [
    (
        "currency=usd",
        MISSING,
        "amount",
        "Missing required param: amount.",
    ),
    (
        "amount=0&currency=usd",
        INTEGER,
        "amount",
        "greater than or equal to 1",
    ),
    (
        "amount=5&currency=dollar",
        None,
        "currency",
        "Invalid currency: dollar",
    ),
    (
        "amount=5&transfer_data[destination]=acct_1",
        UNSUPPORTED,
        "transfer_data",
        "money",
    ),
    (
        "amount=5&payment_method_data[card][exp_month]=x",
        INTEGER,
        "payment_method_data[card][exp_month]",
        "Invalid integer: x",
    ),
    (
        "automatic_payment_methods[enable]=1",
        UNKNOWN,
        "automatic_payment_methods[enable]",
        "Did you mean automatic_payment_methods[enabled]?",
    ),
];

#[test]
fn the_built_in_table_refuses_what_it_should() {
    let table = Table::load();
    for case in &INTENTS {
        let raw = parse_form(case.0.as_bytes()).expect("a well-formed body");
        expect(&refusal(&table, "/v1/payment_intents", raw), case);
    }
}

#[test]
fn a_usual_payment_passes_the_built_in_table() {
    let body =
        b"amount=2000&currency=USD&confirm=true&payment_method_types[]=card&off_session=true\
        &payment_method_data[type]=card&payment_method_data[card][number]=4242424242424242\
        &payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2030\
        &payment_method_data[card][cvc]=123&metadata[order]=6735&expand[]=latest_charge";
    let table = Table::load();
    let operation = table
        .operation("POST", "/v1/payment_intents")
        .expect("the operation");
    let params = operation
        .check(parse_form(body).expect("a body"))
        .expect("good parameters");
    assert_eq!(params.int("amount"), Some(2000));
    assert_eq!(params.text("currency"), Some("usd"));
    assert_eq!(params.int("payment_method_data.card.exp_month"), Some(12));
    assert_eq!(params.text("off_session"), Some("true"));
}
