//! Races (F19): what several requests did to one payment at the same moment is what they would have done one after the
//! other, in some order.
//!
//! The model is the auditor's own and small: an authorization is captured once or given back, and no more is refunded
//! than was captured. A move of which nobody knows may have been done, not done, or, for a refund, done and undone.
//! Deliberately absent: partial and raised captures, which contests do not use.

use super::history::{History, number, status};
use crate::evidence::{Contest, Evidence, Move, Told, Violation};
use florin_domain::Kind;

/// A payment in the model.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Model {
    authorized: i64,
    is_open: bool,
    captured: i64,
    refunded: i64,
    /// Refunds that counted for a while and did not arrive.
    undone: i64,
}

impl Model {
    /// The payment after a move; `None` when it is refused.
    fn after(self, wanted: Move) -> Option<Model> {
        match wanted {
            Move::Capture(part) => {
                let may = self.is_open && (1..=self.authorized).contains(&part);
                may.then_some(Model {
                    is_open: false,
                    captured: part,
                    ..self
                })
            }
            Move::Cancel => self.is_open.then_some(Model {
                is_open: false,
                ..self
            }),
            Move::Refund(part) => {
                let refunded = self.refunded + part;
                let may = part > 0 && refunded <= self.captured;
                may.then_some(Model { refunded, ..self })
            }
        }
    }

    /// Every payment that may be after a move of which this was told.
    fn outcomes(self, (wanted, told): (Move, Told)) -> Vec<Model> {
        let done = self.after(wanted);
        match told {
            Told::Done => done.into_iter().collect(),
            Told::Refused => done.is_none().then_some(self).into_iter().collect(),
            Told::Unheard => vec![self],
            Told::Unsure => {
                let undone = done.and_then(|after| match wanted {
                    Move::Refund(part) => Some(Model {
                        undone: after.undone + part,
                        ..after
                    }),
                    _ => None,
                });
                [Some(self), done, undone].into_iter().flatten().collect()
            }
        }
    }
}

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    for contest in &evidence.contests {
        let intent = history.body(&contest.scope, Kind::PaymentIntent, &contest.intent);
        let charge = history.body(&contest.scope, Kind::Charge, &contest.charge);
        let (Some(intent), Some(charge)) = (intent, charge) else {
            let what = format!("{} was raced for and is not there", contest.intent);
            found.push(Violation::new("F19", what));
            continue;
        };
        let state = status(Kind::PaymentIntent, intent);
        let (captured, refunded) = (
            number(charge, "amount_captured"),
            number(charge, "amount_refunded"),
        );
        let fits = |end: &Model| {
            let expected = match (end.is_open, end.captured) {
                (true, _) => "requires_capture",
                (false, 0) => "canceled",
                (false, _) => "succeeded",
            };
            state == expected && captured == end.captured && refunded == end.refunded - end.undone
        };
        if !ends(contest).iter().any(fits) {
            let what = format!(
                "{} of {} is {state}, took {captured} and gave {refunded} back: no order of {:?} ends so",
                contest.intent, contest.amount, contest.moves
            );
            found.push(Violation::new("F19", what));
        }
    }
}

/// Every end that some order of the moves has.
fn ends(contest: &Contest) -> Vec<Model> {
    let first = &contest.moves[..contest.before.min(contest.moves.len())];
    // What is still under way when the others begin may take effect after them.
    let is_over = first.iter().all(|(_, told)| *told != Told::Unsure);
    let (before, racing) = contest.moves.split_at(match is_over {
        true => first.len(),
        false => 0,
    });
    let mut states = vec![Model {
        authorized: contest.amount,
        is_open: true,
        captured: 0,
        refunded: 0,
        undone: 0,
    }];
    for each in before {
        states = states
            .iter()
            .flat_map(|state| state.outcomes(*each))
            .collect();
    }
    let mut ends = Vec::new();
    for state in states {
        walk(state, racing.to_vec(), &mut ends);
    }
    ends
}

/// Tries each of the moves that are left as the next one.
fn walk(state: Model, left: Vec<(Move, Told)>, ends: &mut Vec<Model>) {
    if left.is_empty() {
        ends.push(state);
    }
    for at in 0..left.len() {
        let mut rest = left.clone();
        let next = rest.remove(at);
        for after in state.outcomes(next) {
            walk(after, rest.clone(), ends);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_base::Scope;

    fn contest(moves: &[(Move, Told)]) -> Contest {
        Contest {
            scope: Scope::test("acct_1"),
            intent: "pi_1".to_owned(),
            charge: "ch_1".to_owned(),
            amount: 100,
            moves: moves.to_vec(),
            before: 0,
        }
    }

    #[test]
    fn what_is_under_way_may_end_after_what_came_later() {
        let moves = [
            (Move::Capture(60), Told::Unsure),
            (Move::Cancel, Told::Refused),
            (Move::Refund(10), Told::Refused),
        ];
        let late = Contest {
            before: 1,
            ..contest(&moves)
        };
        assert!(
            ends(&late)
                .iter()
                .any(|end| end.captured == 60 && end.refunded == 0)
        );
        let mut over = late;
        over.moves[0].1 = Told::Done;
        assert!(ends(&over).is_empty());
    }

    fn captured_and_left(moves: &[(Move, Told)]) -> Vec<(i64, i64)> {
        let mut ends: Vec<(i64, i64)> = ends(&contest(moves))
            .iter()
            .map(|end| (end.captured, end.refunded - end.undone))
            .collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    #[test]
    fn only_serial_ends_are_ends() {
        use Move::{Cancel, Capture, Refund};
        use Told::{Done, Refused, Unheard, Unsure};
        for (moves, expected) in [
            (
                vec![(Capture(60), Done), (Capture(40), Refused)],
                vec![(60, 0)],
            ),
            (vec![(Capture(60), Done), (Capture(40), Done)], vec![]),
            (vec![(Capture(60), Done), (Cancel, Done)], vec![]),
            (vec![(Cancel, Done), (Refund(1), Refused)], vec![(0, 0)]),
            (
                vec![
                    (Capture(60), Done),
                    (Refund(60), Done),
                    (Refund(1), Refused),
                ],
                vec![(60, 60)],
            ),
            (
                vec![(Capture(60), Done), (Refund(60), Done), (Refund(1), Done)],
                vec![],
            ),
            (
                vec![
                    (Capture(60), Done),
                    (Refund(60), Unsure),
                    (Refund(1), Refused),
                ],
                vec![(60, 0), (60, 60)],
            ),
            (vec![(Capture(60), Refused), (Cancel, Refused)], vec![]),
            (
                vec![(Capture(60), Unheard), (Refund(1), Refused)],
                vec![(0, 0)],
            ),
        ] {
            assert_eq!(captured_and_left(&moves), expected, "{moves:?}");
        }
    }
}
