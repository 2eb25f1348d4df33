//! `docs/compatibility.md`, generated from the one table of parameters and the one table of routes.

use florin_wire::schema::{Members, Param};
use florin_wire::versions::{NEWEST, PROVEN, SUPPORTED};
use florin_wire::{Policy, Table};
use std::fmt::Write;

/// The document.
pub fn document() -> String {
    let table = Table::load();
    let mut text = String::from("# Compatibility\n\n");
    text.push_str(
        "Generated from the code by `cargo xtask openapi`; do not edit. Florin's wire is compatible with the Stripe v1 format and\n\
         is not affiliated with Stripe. An operation that is not listed answers 404.\n\n\
         - **served**: the parameter acts.\n- **echoed**: it is descriptive; it is checked, stored and answered.\n\
         - **taken when switched off**: refused like the next ones, but for `false`, `none`, `never`, `off`, or an object of nothing but \
         these, such as `automatic_tax[enabled]=false`: that is what Florin does.\n\
         - **refused**: it would change money, parties or status, and Florin does not act on it yet: 400 `parameter_unsupported`.\n\n",
    );
    let proven: Vec<&str> = PROVEN.iter().map(|version| version.as_str()).collect();
    let _ = writeln!(
        text,
        "Versions: rendered in {} and walked back; accepted from {}; proven with {}.\n",
        NEWEST.as_str(),
        SUPPORTED.first().map_or("", |version| version.as_str()),
        proven.join(" and ")
    );
    text.push_str(BEHAVIOUR);
    for operation in table.operations() {
        let _ = writeln!(text, "## {} {}\n", operation.method, operation.path);
        for (policy, name) in [
            (Policy::Served, "served"),
            (Policy::Echoed, "echoed"),
            (Policy::Off, "taken when switched off"),
            (Policy::Refused, "refused"),
        ] {
            let mut paths = Vec::new();
            collect(&operation.params, "", policy, &mut paths);
            if !paths.is_empty() {
                let _ = writeln!(text, "- {name}: {}", paths.join(", "));
            }
        }
        text.push('\n');
    }
    text
}

/// What differs from the original behind the same shapes.
const BEHAVIOUR: &str = "## Behaviour that differs\n\n\
- Payment methods: `card`, and in the sandbox `alipay`, `bancontact`, `customer_balance`, `ideal`, `paynow`, `paypal`, `pix`, `promptpay`, \
`revolut_pay` and `wechat_pay`. Every other type is refused. Cards are on at first; the others are switched on in the account's payment \
method configuration, or listed. They pay once: they are not attached, set up, or captured later.\n\
- `customer_balance` is a bank transfer for one payment, and needs no customer. There is no cash balance: a transfer is paid whole or \
not at all. `next_action` of every method leads to a page of the sandbox.\n\
- The default configuration of payment methods shows the types that Florin takes. `parent` and `application` do not exist yet.\n\
- `automatic_async` captures at once: the balance transaction is there in the first answer.\n\
- A partial capture or a cancellation makes no refund object and no `charge.refunded`, in every version. Before \
2025-03-31.basil the charge counts what was given back in `amount_refunded`.\n\
- `payment_method_types` of intents is taken in every version, also since 2026-09-30.endive.\n\
- `mandate_data` is kept and no mandate is made of it. `use_stripe_sdk` has no effect: the next action is `redirect_to_url`.\n\
- Disputes open in the moment of the charge; evidence cannot be submitted yet.\n\
- A card that opens several disputes opens two, each of half the amount, in the moment of the charge.\n\
- Early fraud warnings come in the moment of the charge. Radar's reviews and scores beyond the three risk levels are not modelled.\n\
- Prices are per unit: tiers and usage are refused. A session is paid in the `currency` that is asked for, or in that of its first price: \
no currency is guessed from where the buyer is. Amounts in further currencies (`currency_options`) can be changed, and an order keeps those it was made with. Of what the buyer chooses the price \
(`custom_unit_amount`) one is sold, beside other items if you like, and a `minimum` of 0 means more than nothing. A whole `unit_amount_decimal` becomes `unit_amount`.\n\
- The id of a deleted product is not used again.\n\
- Codes of taxes (`tax_code`) are kept as text and not looked up.\n\
- Checkout sessions are for payments and set-ups. Subscriptions, discounts, promotion codes, automatic tax, invoices \
and the `ui_mode` word `form` are refused. What stands in a page of the shop (`embedded_page`, `elements`) is known by \
its client secret alone. The bank of a card opens in a window over that page; a method with a page of its own takes the whole page and leads back to `return_url`. `GET /v1/elements/sessions` is Florin's own: its browser script asks it.\n\
- A checkout session makes its payment intent when the buyer presses the button, and in versions before 2022-08-01 at once, as long as the buyer chooses no amount. It ends after 24 hours at most. \
Nobody but the page of the session confirms that intent, or its set-up. While a session is open, in every `ui_mode`, its line items, ways of shipping, `payment_intent_data` and \
shipping address can be changed; an action of the buyer that is open then is given up. An inline price is a price with `active: false`, and its product is a product like any other.\n\
- Optional items of a session are listed among its line items once the buyer has added them. A browser without a script cannot add them.\n\
- Payment links sell what sessions sell. Prices and ways of shipping of a link cannot be changed. \
`restrictions` count the sessions that buyers completed while there was a limit, the count stays when the limit is changed or taken away, and a buyer whose bank was being asked when the last place \
was taken is counted over it. A session of a link expires after 24 hours, the link never.\n\
- An expired session that can be begun anew (`after_expiration`) has one successor at a time: who opens its address again comes to the same one, until that expires, too. What the buyer had told is asked anew.\n\
- `customer_update` of a session keeps what the buyer told with the customer when the button is pressed, whatever becomes of the payment. \
The page cannot remove saved cards (`saved_payment_method_options[payment_method_remove]`).\n\
- The client secret of a customer session holds what it allows, sealed; nothing is stored, so that it cannot be ended early. With it a \
browser may detach a card of that customer, and make a confirmation token of it.\n\
- Shipping is not taxed, and a line item shows the sum of its taxes but no `taxes`.\n\
- In versions before 2023-10-16 only what breaks a client is undone; members that were just added stay. In those before 2022-11-15 \
`charges` of an intent holds its newest charge and counts up to 100, and an event shows the charges of an intent, the refunds of a charge and its dispute as they are when it is sent. Why a try did not pay is one general code there.\n\
- What begins with `/florin/` is Florin's own and no part of the format: the simple front door. Its event `florin.payment.updated` is \
sent to endpoints that name it or `*`, and an endpoint that a payment made for its `webhook_url` is listed like any other.\n\
- Receipts are mailed when money is first taken and when a refund succeeded, in test mode, too, and only where the operator named a mail \
server. A `receipt_email` that a charge gets after its money was taken mails refunds only, and one that an intent gets after its \
authorization mails nothing. `receipt_url` is null until money was taken, and `receipt_number` until then and without a `receipt_email`.\n\
- Search endpoints do not exist yet.\n\n";

fn collect(members: &Members, prefix: &str, policy: Policy, paths: &mut Vec<String>) {
    for param in members.iter() {
        let path = if prefix.is_empty() {
            param.name.clone()
        } else {
            format!("{prefix}[{}]", param.name)
        };
        let below_same = param.members.iter().all(|member| same(member, policy));
        if param.policy == policy && below_same {
            paths.push(format!("`{path}`"));
        } else {
            collect(&param.members, &path, policy, paths);
        }
    }
}

/// True when a parameter and everything below it has this policy.
fn same(param: &Param, policy: Policy) -> bool {
    param.policy == policy && param.members.iter().all(|member| same(member, policy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_shown() {
        let text = document();
        assert!(text.contains("## POST /v1/payment_intents\n"));
        assert!(text.contains("- refused: "));
        assert!(text.contains("`transfer_data`"));
    }
}
