//! The checker: a raw tree against the parameters of an operation.
//!
//! Values are checked in the order in which they were sent, and what is missing comes last, in the order
//! of the table, so that the same request always gets the same error. Served and echoed values are
//! parted on the way. Deliberately absent: single values, see [`super::scalar`].

use super::nearest::nearest;
use super::scalar::{convert, is_longer, refuse, text, timestamp};
use super::{Kind, Members, Operation, Param, Params, Policy};
use crate::error::WireError;
use crate::limits::{
    EXPAND_DEPTH_MAX, EXPAND_PATHS_MAX, METADATA_KEY_CHARS_MAX, METADATA_KEYS_MAX,
    METADATA_VALUE_CHARS_MAX, STRING_CHARS_MAX,
};
use crate::place::{Place, shown};
use serde_json::{Map, Value};

impl Operation {
    /// Checks a raw tree and types it.
    ///
    /// # Errors
    /// 400 with the wire path of the first parameter at fault.
    pub fn check(&self, raw: Map<String, Value>) -> Result<Params, WireError> {
        let parted = check_members(&self.params, raw, None, Policy::Served)?;
        Ok(Params::new(parted.served, parted.echoed))
    }
}

/// One level of the tree, parted by policy.
#[derive(Default)]
struct Parted {
    served: Map<String, Value>,
    echoed: Map<String, Value>,
}

impl Parted {
    fn has(&self, name: &str) -> bool {
        self.served.contains_key(name) || self.echoed.contains_key(name)
    }

    fn put(&mut self, name: String, halves: Halves) {
        match halves {
            Halves {
                served: Some(served),
                echoed: Some(echoed),
            } => {
                self.served.insert(name.clone(), served);
                self.echoed.insert(name, echoed);
            }
            Halves {
                served: Some(served),
                echoed: None,
            } => {
                self.served.insert(name, served);
            }
            Halves {
                served: None,
                echoed: Some(echoed),
            } => {
                self.echoed.insert(name, echoed);
            }
            Halves {
                served: None,
                echoed: None,
            } => {}
        }
    }
}

/// One value, parted by policy; only an object or a list of objects can have both halves.
struct Halves {
    served: Option<Value>,
    echoed: Option<Value>,
}

impl Halves {
    /// What changes nothing and is not kept.
    fn none() -> Self {
        Halves {
            served: None,
            echoed: None,
        }
    }

    /// A value that may have both; below an echoed one everything is echoed.
    fn parted((served, echoed): (Value, Value), is_any_echoed: bool, policy: Policy) -> Self {
        match policy {
            Policy::Echoed => Halves::of(echoed, policy),
            _ => Halves {
                served: Some(served),
                echoed: is_any_echoed.then_some(echoed),
            },
        }
    }

    fn of(value: Value, policy: Policy) -> Self {
        if policy == Policy::Echoed {
            Halves {
                served: None,
                echoed: Some(value),
            }
        } else {
            Halves {
                served: Some(value),
                echoed: None,
            }
        }
    }
}

fn check_members(
    members: &Members,
    raw: Map<String, Value>,
    parent: Option<&Place<'_>>,
    policy: Policy,
) -> Result<Parted, WireError> {
    let mut parted = Parted::default();
    for (name, value) in raw {
        let place = Place::member(parent, &name);
        let Some(param) = members.find(&name) else {
            return Err(unknown(members, &name, parent));
        };
        let halves = check_param(param, value, &place, policy)?;
        parted.put(name, halves);
    }
    match members
        .iter()
        .find(|param| param.required && !parted.has(&param.name))
    {
        Some(param) => Err(WireError::missing(
            &Place::member(parent, &param.name).param(),
        )),
        None => Ok(parted),
    }
}

fn unknown(members: &Members, name: &str, parent: Option<&Place<'_>>) -> WireError {
    let mut error = WireError::unknown(&Place::member(parent, name).param());
    if let Some(near) = nearest(members, name) {
        let near = Place::member(parent, near).param();
        error.message.push_str(&format!(". Did you mean {near}?"));
    }
    error
}

/// Checks one parameter. Below an echoed object everything is echoed.
fn check_param(
    param: &Param,
    value: Value,
    place: &Place<'_>,
    inherited: Policy,
) -> Result<Halves, WireError> {
    let policy = match (inherited, param.policy) {
        (_, Policy::Off) if is_off(&value, SWITCHES_DEPTH_MAX) => return Ok(Halves::none()),
        (_, Policy::Refused | Policy::Off) => return Err(WireError::unsupported(&place.param())),
        (Policy::Served, own) => own,
        (inherited, _) => inherited,
    };
    if is_empty(&value) {
        return match param.unsettable {
            true => Ok(Halves::of(Value::Null, policy)),
            false => Err(empty(place)),
        };
    }
    match &param.kind {
        Kind::Object | Kind::ObjectOrId => check_object(param, value, place, policy),
        Kind::List(element) if **element == Kind::Object => {
            check_objects(param, value, place, policy)
        }
        Kind::ObjectMap => check_keyed(param, value, place, policy),
        Kind::List(element) => Ok(Halves::of(check_list(element, value, place)?, policy)),
        Kind::Metadata => Ok(Halves::of(check_metadata(value, place)?, policy)),
        Kind::TextMap => Ok(Halves::of(
            check_map(value, STRING_CHARS_MAX, place)?,
            policy,
        )),
        Kind::Range => Ok(Halves::of(check_range(value, place)?, policy)),
        Kind::Expand => Ok(Halves::of(check_expand(value, place)?, policy)),
        scalar => Ok(Halves::of(convert(scalar, value, place)?, policy)),
    }
}

/// The words that switch something off; one of them is what an older SDK of Python makes of `False`.
const OFF: [&str; 5] = ["false", "False", "off", "never", "none"];
/// A switch lies at most so deep in its object.
const SWITCHES_DEPTH_MAX: usize = 3;

/// Whether a value switches something off and says nothing else: `false`, or an object of nothing but such values.
fn is_off(value: &Value, depth: usize) -> bool {
    match value {
        Value::Bool(on) => !on,
        Value::String(word) => OFF.contains(&word.as_str()),
        Value::Object(members) if depth > 0 => {
            let mut all = members.values();
            !members.is_empty() && all.all(|member| is_off(member, depth - 1))
        }
        _ => false,
    }
}

/// Whether a value asks to unset its parameter.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn empty(place: &Place<'_>) -> WireError {
    let param = place.param();
    let message = format!(
        "The parameter '{param}' is empty. An empty value would unset it, but '{param}' cannot be \
         unset: leave it out or give it a value."
    );
    WireError::invalid(message)
        .with_code("parameter_invalid_empty")
        .with_param(param)
}

fn check_object(
    param: &Param,
    value: Value,
    place: &Place<'_>,
    policy: Policy,
) -> Result<Halves, WireError> {
    let raw = match value {
        Value::Object(raw) => raw,
        Value::Array(_) => return Err(refuse(place, "Invalid object")),
        // An id, or an error that names the shape.
        scalar => return Ok(Halves::of(convert(&param.kind, scalar, place)?, policy)),
    };
    let Parted { served, echoed } = check_members(&param.members, raw, Some(place), policy)?;
    let any = !echoed.is_empty();
    let halves = (Value::Object(served), Value::Object(echoed));
    Ok(Halves::parted(halves, any, policy))
}

fn check_objects(
    param: &Param,
    value: Value,
    place: &Place<'_>,
    policy: Policy,
) -> Result<Halves, WireError> {
    let (mut served, mut echoed, mut any) = (Vec::new(), Vec::new(), false);
    for (index, element) in elements(value, place)? {
        let parted = check_element(param, element, &place.element(index), policy)?;
        any |= !parted.echoed.is_empty();
        served.push(Value::Object(parted.served));
        echoed.push(Value::Object(parted.echoed));
    }
    let halves = (Value::Array(served), Value::Array(echoed));
    Ok(Halves::parted(halves, any, policy))
}

/// Objects under keys of the client. As in a list, a key is there in both halves.
fn check_keyed(
    param: &Param,
    value: Value,
    place: &Place<'_>,
    policy: Policy,
) -> Result<Halves, WireError> {
    let Value::Object(keyed) = value else {
        return Err(refuse(place, "Invalid object"));
    };
    let (mut served, mut echoed, mut any) = (Map::new(), Map::new(), false);
    for (key, element) in keyed {
        let parted = check_element(param, element, &Place::member(Some(place), &key), policy)?;
        any |= !parted.echoed.is_empty();
        served.insert(key.clone(), Value::Object(parted.served));
        echoed.insert(key, Value::Object(parted.echoed));
    }
    let halves = (Value::Object(served), Value::Object(echoed));
    Ok(Halves::parted(halves, any, policy))
}

/// One object of many.
fn check_element(
    param: &Param,
    element: Value,
    place: &Place<'_>,
    policy: Policy,
) -> Result<Parted, WireError> {
    if is_empty(&element) {
        return Err(empty(place));
    }
    match element {
        Value::Object(raw) => check_members(&param.members, raw, Some(place), policy),
        _ => Err(refuse(place, "Invalid object")),
    }
}

/// The elements of a list with the numbers that the client gave them, in the order of the numbers.
fn elements(value: Value, place: &Place<'_>) -> Result<Vec<(usize, Value)>, WireError> {
    match value {
        Value::Array(items) => Ok(items.into_iter().enumerate().collect()),
        Value::Object(map) => {
            let numbered: Option<Vec<(usize, Value)>> = map
                .into_iter()
                .map(|(key, item)| Some((list_index(&key)?, item)))
                .collect();
            let mut numbered = numbered.ok_or_else(|| refuse(place, "Invalid array"))?;
            numbered.sort_by_key(|(index, _)| *index);
            Ok(numbered)
        }
        _ => Err(refuse(place, "Invalid array")),
    }
}

/// The number of a list element. Each number has one way to be written, so that none comes twice.
fn list_index(key: &str) -> Option<usize> {
    let digits = key.len() <= 9 && key.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = key.len() > 1 && key.starts_with('0');
    if digits && !leading_zero {
        key.parse().ok()
    } else {
        None
    }
}

fn check_list(kind: &Kind, value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    let typed: Result<Vec<Value>, WireError> = elements(value, place)?
        .into_iter()
        .map(|(index, element)| {
            let place = place.element(index);
            if is_empty(&element) {
                Err(empty(&place))
            } else {
                convert(kind, element, &place)
            }
        })
        .collect();
    typed.map(Value::Array)
}

fn check_metadata(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    if value
        .as_object()
        .is_some_and(|map| map.len() > METADATA_KEYS_MAX)
    {
        let message = format!("Metadata can have at most {METADATA_KEYS_MAX} keys.");
        return Err(refuse(place, message));
    }
    let mut keys = value.as_object().into_iter().flat_map(Map::keys);
    if let Some(long) = keys.find(|key| is_longer(key, METADATA_KEY_CHARS_MAX)) {
        let limit = METADATA_KEY_CHARS_MAX;
        let message = format!(
            "The metadata key '{}' is longer than {limit} characters.",
            shown(long)
        );
        return Err(refuse(place, message));
    }
    check_map(value, METADATA_VALUE_CHARS_MAX, place)
}

/// A map of text to text. An empty value stays in it: whoever merges the map removes the key.
fn check_map(value: Value, chars_max: usize, place: &Place<'_>) -> Result<Value, WireError> {
    let Value::Object(map) = value else {
        return Err(refuse(place, "Invalid object"));
    };
    let mut typed = Map::with_capacity(map.len());
    for (key, value) in map {
        if key.is_empty() || key.contains(['[', ']']) {
            let message = format!(
                "Invalid key '{}': keys are not empty and hold no brackets.",
                shown(&key)
            );
            return Err(refuse(place, message));
        }
        let text = match value {
            Value::Null => String::new(),
            // Maps carry what a program stores for itself, so a float keeps its own text here.
            Value::Number(number) => number.to_string(),
            other => text(other, chars_max, &Place::member(Some(place), &key))?,
        };
        typed.insert(key, Value::String(text));
    }
    Ok(Value::Object(typed))
}

fn check_range(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    let map = match value {
        Value::Object(map) => map,
        Value::Array(_) => return Err(refuse(place, "Invalid object")),
        scalar => return timestamp(&scalar, place),
    };
    let mut typed = Map::with_capacity(map.len());
    for (bound, value) in map {
        let place = Place::member(Some(place), &bound);
        if !matches!(bound.as_str(), "gt" | "gte" | "lt" | "lte") {
            return Err(WireError::unknown(&place.param()));
        }
        if is_empty(&value) {
            return Err(empty(&place));
        }
        let seconds = timestamp(&value, &place)?;
        typed.insert(bound, seconds);
    }
    Ok(Value::Object(typed))
}

fn check_expand(value: Value, place: &Place<'_>) -> Result<Value, WireError> {
    if value.is_string() {
        expand_path(&value, place)?;
        return Ok(Value::Array(vec![value]));
    }
    let paths = elements(value, place)?;
    if paths.len() > EXPAND_PATHS_MAX {
        let message = format!("At most {EXPAND_PATHS_MAX} properties can be expanded at once.");
        return Err(refuse(place, message));
    }
    for (index, path) in &paths {
        expand_path(path, &place.element(*index))?;
    }
    Ok(Value::Array(
        paths.into_iter().map(|(_, path)| path).collect(),
    ))
}

fn expand_path(path: &Value, place: &Place<'_>) -> Result<(), WireError> {
    let Value::String(path) = path else {
        return Err(refuse(place, "Invalid string"));
    };
    if path.is_empty() {
        return Err(empty(place));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let good = path
        .split('.')
        .all(|step| !step.is_empty() && step.bytes().all(plain));
    if !good {
        let message = format!("This property cannot be expanded ({}).", shown(path));
        return Err(refuse(place, message));
    }
    if path.split('.').count() > EXPAND_DEPTH_MAX {
        let message = format!(
            "At most {EXPAND_DEPTH_MAX} levels can be expanded, and {} has more.",
            shown(path)
        );
        return Err(refuse(place, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::*;
    use crate::{parse_form, parse_json};
    use proptest::prelude::*;
    use serde_json::json;

    const TEXT: &str = "
POST /v1/things
  amount          int(1..)        served required
  automatic       object          served
  automatic.on    bool            served required
  automatic.note  string?         echoed
  created         range           served
  currency        currency        served
  expand          expand          served
  items           list(object)    served
  items[].label   string?         echoed
  items[].price   id              served required
  metadata        metadata?       served
  owner           object|id       served
  owner.name      string          served
  rate            number          served
  rates           map(object)     served
  rates[].cost    int             served
  rates[].note    string?         echoed
  shipping        object?         echoed
  shipping.name   string          echoed required
  shipping.tags   map?            echoed
  transfer        object          refused
  types           list(string)?   served
  upsell          object          off
";

    fn check(raw: Map<String, Value>) -> Result<Params, WireError> {
        let table = Table::parse(TEXT).expect("a good table");
        table
            .operation("POST", "/v1/things")
            .expect("the operation")
            .check(raw)
    }

    fn form(body: &str) -> Result<Params, WireError> {
        check(parse_form(body.as_bytes())?)
    }

    fn good(body: &str) -> Params {
        form(&format!("amount=1&{body}")).expect("a good body")
    }

    #[test]
    fn values_get_the_types_of_the_table() {
        let params = good(
            "automatic[on]=true&created[gte]=5&currency=EUR&types[1]=b&types[0]=a&owner=cus_1\
             &rate=0.10&metadata[0]=x&metadata[k]=",
        );
        let expected = json!({
            "amount": 1, "automatic": {"on": true}, "created": {"gte": 5}, "currency": "eur",
            "types": ["a", "b"], "owner": "cus_1", "rate": "0.10", "metadata": {"0": "x", "k": ""},
        });
        assert_eq!(Value::Object(params.typed().clone()), expected);
        assert!(params.echoed().is_empty());
        assert_eq!(good("owner[name]=x").text("owner.name"), Some("x"));
        assert_eq!(good("created=7").int("created"), Some(7));
    }

    #[test]
    fn numbered_elements_are_sorted_as_numbers() {
        let params = good("items[10][price]=k&items[9][price]=i&items[2][price]=b");
        let expected = json!([{"price": "b"}, {"price": "i"}, {"price": "k"}]);
        assert_eq!(params.get("items"), Some(&expected));
    }

    #[test]
    fn echoed_values_live_apart_and_keep_their_place() {
        let params = good(
            "automatic[on]=true&automatic[note]=n&shipping[name]=x&shipping[tags][a]=b\
             &items[0][price]=p&items[1][price]=q&items[1][label]=l",
        );
        assert_eq!(
            params.get("items"),
            Some(&json!([{"price": "p"}, {"price": "q"}]))
        );
        assert_eq!(params.object("automatic").map(Map::len), Some(1));
        let expected = json!({
            "automatic": {"note": "n"},
            "shipping": {"name": "x", "tags": {"a": "b"}},
            "items": [{}, {"label": "l"}],
        });
        assert_eq!(Value::Object(params.echoed().clone()), expected);
    }

    #[test]
    fn objects_stand_under_keys_of_the_client() {
        let params = good("rates[eur][cost]=5&rates[usd][cost]=6&rates[usd][note]=n");
        assert_eq!(params.int("rates.eur.cost"), Some(5));
        assert_eq!(params.object("rates").map(Map::len), Some(2));
        let echoed = json!({"rates": {"eur": {}, "usd": {"note": "n"}}});
        assert_eq!(Value::Object(params.echoed().clone()), echoed);
        assert!(good("rates[eur][cost]=5").echoed().is_empty());
    }

    #[test]
    fn empty_means_unset_where_the_table_allows_it() {
        let params = good("metadata=&types=&shipping=&items[0][price]=p&items[0][label]=");
        assert!(params.is_unset("metadata") && params.is_unset("types"));
        let echoed = json!({"shipping": null, "items": [{"label": null}]});
        assert_eq!(Value::Object(params.echoed().clone()), echoed);
        let raw = parse_json(br#"{"amount": 1, "metadata": null, "types": []}"#).expect("JSON");
        let params = check(raw).expect("a good body");
        assert!(params.is_unset("metadata"));
        assert_eq!(params.list("types").map(Vec::len), Some(0));
    }

    #[test]
    fn what_is_switched_off_is_not_refused_and_not_kept() {
        let plain = good("").canonical();
        for off in [
            "[enabled]=false",
            "[a][b]=off&upsell[c]=none",
            "=false",
            "=never",
            "[enabled]=False",
        ] {
            let params = good(&format!("upsell{off}"));
            assert_eq!(params.canonical(), plain, "{off}");
        }
        for on in [
            "[enabled]=true",
            "[enabled]=false&upsell[sum]=3",
            "=",
            "[a][b][c][d]=false",
            "[]=false",
            "[enabled]=",
        ] {
            let error = form(&format!("amount=1&upsell{on}")).expect_err(on);
            assert_eq!(error.code.as_deref(), Some("parameter_unsupported"), "{on}");
            assert_eq!(error.param.as_deref(), Some("upsell"), "{on}");
        }
        let error = form("amount=1&transfer[enabled]=false").expect_err("a refused one");
        assert_eq!(error.param.as_deref(), Some("transfer"));
    }

    #[test]
    fn expand_takes_a_list_or_one_text() {
        for body in ["expand=a.b", "expand[]=a.b", "expand[0]=a.b"] {
            assert_eq!(
                good(body).list("expand"),
                Some(&vec![json!("a.b")]),
                "{body}"
            );
        }
    }

    #[test]
    fn a_form_and_the_same_json_have_the_same_bytes() {
        let form = good("automatic[on]=true&items[][price]=p&metadata[n]=5&shipping=&rate=1.5");
        let body = br#"{
            "shipping": null, "metadata": {"n": 5}, "rate": 1.5, "items": [{"price": "p"}],
            "automatic": {"on": true}, "amount": 1
        }"#;
        let json = check(parse_json(body).expect("JSON")).expect("a good body");
        assert_eq!(form.canonical(), json.canonical());
        assert_ne!(form.canonical(), good("automatic[on]=true").canonical());
    }

    #[test]
    fn errors_come_in_the_order_of_the_request_and_missing_ones_last() {
        let param = |body: &str| form(body).expect_err("a bad body").param;
        assert_eq!(param("currency=x&bogus=1").as_deref(), Some("currency"));
        assert_eq!(param("bogus=1&currency=x").as_deref(), Some("bogus"));
        assert_eq!(param("automatic[note]=n").as_deref(), Some("automatic[on]"));
        assert_eq!(param("").as_deref(), Some("amount"));
    }

    proptest! {
        #[test]
        fn no_form_makes_it_panic(
            body in "((amount|items|metadata|shipping|owner|created|expand|types|rate)(\\[(0|1|a|name|price|gt|)\\]){0,3}=[a0.%+-]{0,3}&){0,6}",
        ) {
            if let Err(error) = form(&body) {
                prop_assert_eq!(error.status, 400);
            }
        }

        #[test]
        fn no_json_makes_it_panic(
            name in "amount|items|metadata|shipping|owner|created|expand|types|rate|automatic",
            value in prop_oneof![
                Just(json!(null)), Just(json!(1.5)), Just(json!([[]])), Just(json!({"0": {}})),
                Just(json!([{"price": [1]}])), Just(json!(u64::MAX)), Just(json!([null])),
                Just(json!({"": {"": ""}})), Just(json!(true)), Just(json!("")),
            ],
        ) {
            if let Err(error) = check(Map::from_iter([(name, value)])) {
                prop_assert_eq!(error.status, 400);
            }
        }
    }
}
