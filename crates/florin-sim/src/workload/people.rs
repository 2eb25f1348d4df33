//! Stories of customers, their saved payment methods, and tokens.
//!
//! Deliberately absent: lists.

use super::{payments, wishes};
use crate::client::Client;

/// A customer comes, saves cards, pays, and perhaps goes.
pub async fn keep_customer(client: &mut Client) {
    let customer = match client.random.below(3) {
        0 => {
            client
                .ask(wishes::create_customer(
                    "Ada",
                    Some(wishes::published("visa")),
                    None,
                ))
                .await
        }
        1 => {
            client
                .ask(wishes::create_customer("Bo", None, Some("tok_mastercard")))
                .await
        }
        _ => {
            client
                .ask(wishes::create_customer("Cleo", None, None))
                .await
        }
    };
    if !customer.ok() {
        return;
    }
    let customer = customer.text("id");
    let Some(method) = saved_method(client, &customer).await else {
        return;
    };
    client
        .ask(wishes::update_customer(
            &customer,
            "has a card",
            Some(&method),
        ))
        .await;
    if client.random.chance(300) {
        client
            .ask(wishes::update_method(&method, "A. Lovelace"))
            .await;
    }
    payments::pay_as(client, &customer, &method).await;
    match client.random.below(4) {
        0 => {
            client.ask(wishes::detach_method(&method)).await;
        }
        1 => race_deletion(client, &customer, &method).await,
        2 => payments::charge_customer(client, &customer).await,
        _ => {}
    }
}

/// A payment method of the customer's own, made in one of several ways.
async fn saved_method(client: &mut Client, customer: &str) -> Option<String> {
    let made = match client.random.below(4) {
        3 => client.ask(wishes::create_source()).await,
        0 => {
            let token = client.ask(wishes::create_token(wishes::GOOD_NUMBER)).await;
            client.ask(wishes::method_of_token(&token.text("id"))).await
        }
        1 => client.ask(wishes::create_method()).await,
        _ => {
            let name = client.random.pick(&[
                "pm_card_visa",
                "pm_card_chargeCustomerFail",
                "pm_card_chargeDeclined",
            ]);
            let name = name.copied().unwrap_or_default();
            let attached = client.ask(wishes::attach_method(name, customer)).await;
            return attached.ok().then(|| attached.text("id"));
        }
    };
    if !made.ok() {
        return None;
    }
    let attached = client
        .ask(wishes::attach_method(&made.text("id"), customer))
        .await;
    attached.ok().then(|| attached.text("id"))
}

/// The customer is deleted while a payment is under way and a card is being attached.
async fn race_deletion(client: &mut Client, customer: &str, method: &str) {
    let (mut payer, mut saver) = (client.twin(), client.twin());
    let pays = payments::pay_as(&mut payer, customer, method);
    let saves = saver.ask(wishes::attach_method("pm_card_mastercard", customer));
    let deletes = client.ask(wishes::delete_customer(customer));
    futures_util::future::join3(pays, saves, deletes).await;
}
