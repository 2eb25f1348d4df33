//! Finds the parameter that a client probably meant.
//!
//! Deliberately absent: any guess over more than two letters, and parameters that would be refused.

use super::{Members, Policy};

/// Most letters that may differ.
const DISTANCE_MAX: usize = 2;
/// Longest name that is compared, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The name among the members that differs least from the given one, if any is close.
pub(super) fn nearest<'m>(members: &'m Members, name: &str) -> Option<&'m str> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    members
        .iter()
        .filter(|param| !matches!(param.policy, Policy::Refused | Policy::Off))
        .map(|param| (distance(&param.name, name), param.name.as_str()))
        .filter(|(distance, known)| *distance <= DISTANCE_MAX && 2 * *distance < known.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many bytes have to be inserted, removed or replaced; more than the limit if the lengths alone
/// say so.
fn distance(one: &str, two: &str) -> usize {
    let (one, two) = (one.as_bytes(), two.as_bytes());
    if one.len().abs_diff(two.len()) > DISTANCE_MAX {
        return DISTANCE_MAX + 1;
    }
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (at, left) in one.iter().enumerate() {
        let mut diagonal = at;
        row[0] = at + 1;
        for (column, right) in two.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_counted_in_letters() {
        let cases = [
            ("amount", "amount", 0),
            ("amount", "amout", 1),
            ("amount", "amuont", 2),
        ];
        for (one, two, expected) in cases {
            assert_eq!(
                (distance(one, two), distance(two, one)),
                (expected, expected)
            );
        }
        assert!(distance("amount", "currency") > DISTANCE_MAX);
        assert!(distance("a", "abcdefgh") > DISTANCE_MAX);
    }
}
