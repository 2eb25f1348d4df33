//! The sums of an order.
//!
//! Taxes are rounded for each line and rate, half up. Deliberately absent: discounts, which do not exist yet.

use super::{CheckoutSession, Line, Totals};
use crate::catalog::{line_amount, tax_of};
use crate::payments::check_amount;
use crate::refusal::Refusal;

/// Works out a line from its unit amount, quantity and taxes.
///
/// # Errors
/// The sum does not fit.
pub(super) fn sum_line(line: &mut Line, at: usize) -> Result<(), Refusal> {
    let unit = (line.unit_amount, line.unit_amount_decimal.as_deref());
    let count = line.package.map(|package| package.count(line.quantity));
    let count = count.unwrap_or(line.quantity);
    if count == 0 && line.quantity > 0 {
        let message = "That is less than one package, and only whole ones are sold.";
        let param = format!("line_items[{at}][quantity]");
        return Err(Refusal::invalid(&param, message));
    }
    let subtotal = line_amount(unit, count).ok_or_else(|| too_much(at))?;
    let (mut contained, mut added) = (0, 0);
    for rate in &line.taxes {
        let tax = tax_of(subtotal, &rate.percentage, rate.inclusive).ok_or_else(|| too_much(at))?;
        match rate.inclusive {
            true => contained += tax,
            false => added += tax,
        }
    }
    line.subtotal = subtotal;
    line.tax = contained + added;
    line.total = subtotal + added;
    Ok(())
}

fn too_much(at: usize) -> Refusal {
    Refusal::invalid(
        &format!("line_items[{at}][quantity]"),
        "The amount of this line item is larger than any payment. Lower the quantity or the price.",
    )
}

/// Works out the sums of a session from its lines and the chosen shipping.
///
/// # Errors
/// The total cannot be charged in the currency. A total of nothing can.
pub(super) fn sum(session: &mut CheckoutSession) -> Result<(), Refusal> {
    for (at, line) in session.lines.iter_mut().enumerate() {
        sum_line(line, at)?;
    }
    let over = |lines: &[Line], part: fn(&Line) -> i64| -> i128 {
        lines.iter().map(|line| i128::from(part(line))).sum()
    };
    let shipping = session.shipping().map_or(0, |option| option.amount);
    let subtotal = over(&session.lines, |line| line.subtotal);
    let tax = over(&session.lines, |line| line.tax);
    let total = over(&session.lines, |line| line.total) + i128::from(shipping);
    let whole = [subtotal, tax, total].map(i64::try_from);
    let [Ok(subtotal), Ok(tax), Ok(total)] = whole else {
        return Err(too_much(0));
    };
    session.totals = Totals {
        subtotal,
        shipping,
        tax,
        total,
    };
    match session.currency {
        Some(asset) if total != 0 => check_amount(total, asset, "amount"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LineTax, ShippingOption};
    use super::*;
    use florin_base::Asset;

    fn line(unit: i64, quantity: i64, taxes: &[(&str, bool)]) -> Line {
        let taxes = taxes.iter().map(|(percentage, inclusive)| LineTax {
            rate: "txr_1".into(),
            percentage: (*percentage).to_owned(),
            inclusive: *inclusive,
        });
        Line {
            unit_amount: Some(unit),
            quantity,
            taxes: taxes.collect(),
            ..Line::default()
        }
    }

    #[test]
    fn contained_taxes_raise_nothing_and_added_ones_do() {
        for (taxes, subtotal, tax, total) in [
            (&[][..], 2000, 0, 2000),
            (&[("19", true)], 2000, 319, 2000),
            (&[("19", false)], 2000, 380, 2380),
            (&[("8.875", false)], 2000, 178, 2178),
            (&[("10", true), ("5", false)], 2000, 282, 2100),
        ] {
            let mut line = line(1000, 2, taxes);
            sum_line(&mut line, 0).expect("a sum");
            assert_eq!(
                (line.subtotal, line.tax, line.total),
                (subtotal, tax, total),
                "{taxes:?}"
            );
        }
    }

    #[test]
    fn shipping_is_part_of_the_total() {
        let mut session = CheckoutSession {
            currency: Asset::parse("eur"),
            lines: vec![line(4900, 1, &[("19", false)])],
            shipping_options: vec![ShippingOption {
                rate: "shr_1".into(),
                amount: 500,
                ..ShippingOption::default()
            }],
            shipping_rate: Some("shr_1".into()),
            ..CheckoutSession::default()
        };
        sum(&mut session).expect("a sum");
        let totals = session.totals;
        assert_eq!(
            (totals.subtotal, totals.tax, totals.shipping, totals.total),
            (4900, 931, 500, 6331)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut line = line(i64::MAX / 2, 3, &[]);
        let refused = sum_line(&mut line, 4).expect_err("a refusal");
        assert!(
            matches!(refused, Refusal::Invalid { param: Some(param), .. } if param == "line_items[4][quantity]")
        );
    }
}
