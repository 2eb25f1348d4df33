//! Reads the text of the parameter table: operations, and below each the lines of its parameters.
//!
//! The format is described in `params/README.md`. The reader is strict, because a line that means
//! nothing would be a promise that nobody keeps. Deliberately absent: reading the types, see [`Kind`].

use super::{Kind, Members, Operation, Param, Policy};

/// All operations of a table text, in its order.
///
/// # Errors
/// The number of the first line at fault and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Operation>, String> {
    let mut operations: Vec<Operation> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.first().is_none_or(|word| word.starts_with('#')) {
            continue;
        }
        let done = match operations.last_mut() {
            _ if !line.starts_with([' ', '\t']) => {
                parse_operation(&words).map(|operation| operations.push(operation))
            }
            Some(operation) => add_param(&mut operation.params, &words),
            None => Err("a parameter before the first operation".to_owned()),
        };
        done.map_err(|message| format!("line {}: {message}", index + 1))?;
    }
    Ok(operations)
}

fn parse_operation(words: &[&str]) -> Result<Operation, String> {
    match words {
        [method @ ("GET" | "POST" | "DELETE"), path] if path.starts_with('/') => Ok(Operation {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            params: Members::default(),
        }),
        _ => Err(format!("not an operation: '{}'", words.join(" "))),
    }
}

fn add_param(members: &mut Members, words: &[&str]) -> Result<(), String> {
    let (path, kind, policy, required) = match words {
        [path, kind, policy] => (path, kind, policy, false),
        [path, kind, policy, "required"] => (path, kind, policy, true),
        _ => return Err(format!("not a parameter: '{}'", words.join(" "))),
    };
    let (kind, unsettable) = Kind::parse(kind)?;
    let policy = match *policy {
        "served" => Policy::Served,
        "echoed" => Policy::Echoed,
        "refused" => Policy::Refused,
        "off" => Policy::Off,
        other => return Err(format!("unknown policy '{other}'")),
    };
    if required && matches!(policy, Policy::Refused | Policy::Off) {
        return Err(format!("'{path}' is required and refused"));
    }
    let (parents, name) = path.rsplit_once('.').unwrap_or(("", path));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(plain) {
        return Err(format!("not a parameter name: '{name}'"));
    }
    let siblings = descend(members, parents, policy)?;
    let name = name.to_owned();
    let members = Members::default();
    let param = Param {
        name,
        kind,
        unsettable,
        policy,
        required,
        members,
    };
    if siblings.add(param) {
        Ok(())
    } else {
        Err(format!("'{path}' stands here twice"))
    }
}

/// The members below a path of parents, each of which must stand on a line above.
fn descend<'m>(
    mut members: &'m mut Members,
    parents: &str,
    policy: Policy,
) -> Result<&'m mut Members, String> {
    for step in parents.split('.').filter(|step| !step.is_empty()) {
        let (name, listed) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        let parent = members
            .find_mut(name)
            .ok_or_else(|| format!("'{step}' in '{parents}' has no line above"))?;
        if !parent.kind.has_members(listed) {
            return Err(format!("'{step}' in '{parents}' cannot have members"));
        }
        match (parent.policy, policy) {
            (Policy::Refused | Policy::Off, _) => {
                return Err(format!("'{step}' is refused as a whole"));
            }
            (Policy::Echoed, Policy::Served) => {
                return Err(format!(
                    "'{step}' is only echoed, so nothing below it is served"
                ));
            }
            _ => members = &mut parent.members,
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::*;

    const TEXT: &str = "
# A comment.
POST /v1/things/:id
  amount            int(1..)       served required
  items             list(object)?  echoed
  items[].price     id             echoed required
  owner             object|id      served
  owner.name        string?        served
  transfer          object         refused
GET /v1/things/:id
";

    #[test]
    fn a_table_is_read() {
        let table = Table::parse(TEXT).expect("a good table");
        assert_eq!(table.operations().count(), 2);
        let post = table
            .operation("POST", "/v1/things/:id")
            .expect("the operation");
        let names: Vec<&str> = post
            .params
            .iter()
            .map(|param| param.name.as_str())
            .collect();
        assert_eq!(names, ["amount", "items", "owner", "transfer"]);
        let items = post.params.find("items").expect("the list");
        assert!(items.unsettable && !items.required && items.policy == Policy::Echoed);
        assert!(
            items
                .members
                .find("price")
                .is_some_and(|price| price.required)
        );
        assert!(post.params.find("item").is_none());
        assert!(
            table
                .operation("GET", "/v1/things/:id")
                .is_some_and(|get| get.params.is_empty())
        );
        assert!(table.operation("GET", "/v1/things").is_none());
    }

    #[test]
    fn a_contradiction_is_named_with_its_line() {
        let cases = [
            ("  amount int served", "line 1: a parameter before"),
            ("PUT /v1/x", "line 1: not an operation"),
            ("GET v1/x", "line 1: not an operation"),
            ("GET /v1/x\n\n  a int", "line 3: not a parameter"),
            ("GET /v1/x\n  a int kept", "line 2: unknown policy"),
            ("GET /v1/x\n  a float served", "line 2: unknown type"),
            ("GET /v1/x\n  a int served twice", "line 2: not a parameter"),
            (
                "GET /v1/x\n  a int refused required",
                "line 2: 'a' is required and refused",
            ),
            (
                "GET /v1/x\n  a int served\n  a int served",
                "line 3: 'a' stands here twice",
            ),
            (
                "GET /v1/x\n  a.b int served",
                "line 2: 'a' in 'a' has no line above",
            ),
            (
                "GET /v1/x\n  a int served\n  a.b int served",
                "line 3: 'a' in 'a' cannot have",
            ),
            (
                "GET /v1/x\n  a object served\n  a[].b int served",
                "cannot have members",
            ),
            (
                "GET /v1/x\n  a list(object) served\n  a.b int served",
                "cannot have members",
            ),
            (
                "GET /v1/x\n  a object refused\n  a.b int served",
                "refused as a whole",
            ),
            (
                "GET /v1/x\n  a object echoed\n  a.b int served",
                "only echoed",
            ),
            ("GET /v1/x\n  a[] int served", "not a parameter name"),
            (
                "GET /v1/x\nGET /v1/x",
                "GET /v1/x stands in the table twice",
            ),
        ];
        for (text, part) in cases {
            let message = Table::parse(text).expect_err("a contradiction");
            assert!(message.contains(part), "{message}");
        }
    }
}
