//! The press of the button: what the buyer told is held against what the session asks for, then the intent is made.

use super::update::{AMOUNT_OUTSIDE, AMOUNTS};
use super::{CheckoutSession, Field, FieldKind, Line, SessionMode};
use crate::changes::Draft;
use crate::context::Context;
use crate::customers::Customer;
use crate::methods::MethodType;
use crate::payments::{
    AutomaticMethods, CreateIntent, CreateSetup, FutureUsage, IntentStatus, MetadataPatch,
    PaymentIntent, SetupCommand, SetupIntent, SetupStatus, UpdateIntent,
};
use crate::payments::{create_intent, create_setup, types_of, update_intent};
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;
use serde_json::{Map, Value};

/// What the buyer told.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// Name, email, phone, address.
    pub buyer: Map<String, Value>,
    /// Name, phone, address.
    pub delivery: Map<String, Value>,
    /// Answers to the merchant's questions.
    pub fields: Vec<(String, String)>,
    /// The buyer agreed to the terms.
    pub agreed: bool,
}

/// One press of the button.
#[derive(Clone, Debug, Default)]
pub struct Press {
    /// What the buyer told.
    pub told: Collected,
    /// The sum that the buyer saw.
    pub expected_total: Option<i64>,
    /// The buyer wants the method saved.
    pub saves: bool,
}

/// Whether a session can be paid with this press.
///
/// # Errors
/// It is over, the sum is another one than the buyer saw, or an answer is missing or wrong.
pub fn check_press(
    context: &Context<'_>,
    session: &CheckoutSession,
    press: &Press,
) -> Result<(), Refusal> {
    session.check_open(context.now)?;
    if press
        .expected_total
        .is_some_and(|seen| seen != session.totals.total)
    {
        return Err(Refusal::Invalid {
            code: Some("amount_changed"),
            message: "The amount changed meanwhile. Look at it again before you pay.".to_owned(),
            param: Some("expected_amount".to_owned()),
        });
    }
    check_amounts(session)?;
    check_buyer(session, &press.told)?;
    // What the buyer says counts more than what the merchant knew.
    let delivery = match press.told.delivery.is_empty() {
        true => &session.delivery,
        false => &press.told.delivery,
    };
    check_delivery(session, delivery)?;
    if session.collect.terms && !press.told.agreed {
        return Err(missing("terms", "Agree to the terms to go on."));
    }
    session
        .collect
        .fields
        .iter()
        .try_for_each(|field| check_field(field, &press.told.fields))
}

fn missing(param: &str, message: &str) -> Refusal {
    Refusal::Invalid {
        code: Some("parameter_missing"),
        message: message.to_owned(),
        param: Some(param.to_owned()),
    }
}

fn has(map: &Map<String, Value>, path: &[&str]) -> bool {
    let mut found = path.first().and_then(|name| map.get(*name));
    for name in path.iter().skip(1) {
        found = found.and_then(|value| value.get(*name));
    }
    found
        .and_then(Value::as_str)
        .is_some_and(|text| !text.trim().is_empty())
}

/// What the buyer chooses the price of has one.
fn check_amounts(session: &CheckoutSession) -> Result<(), Refusal> {
    let is_open = |line: &Line| {
        let chosen = line.unit_amount.unwrap_or_default();
        line.custom.is_some_and(|bounds| !bounds.allows(chosen))
    };
    match session.lines.iter().any(is_open) {
        true => Err(missing(AMOUNTS, AMOUNT_OUTSIDE)),
        false => Ok(()),
    }
}

fn check_buyer(session: &CheckoutSession, told: &Collected) -> Result<(), Refusal> {
    let buyer = &told.buyer;
    let knows_email = session.email.is_some() || session.customer.is_some();
    if !knows_email && !has(buyer, &["email"]) {
        return Err(missing("billing[email]", "Give an email address."));
    }
    if session.collect.phone && !has(buyer, &["phone"]) {
        return Err(missing("billing[phone]", "Give a phone number."));
    }
    if session.collect.billing_address {
        for name in ["country", "line1"] {
            if !has(buyer, &["address", name]) {
                let param = format!("billing[address][{name}]");
                return Err(missing(&param, "Give the whole billing address."));
            }
        }
    }
    Ok(())
}

fn check_delivery(session: &CheckoutSession, delivery: &Map<String, Value>) -> Result<(), Refusal> {
    let countries = &session.collect.shipping_countries;
    if countries.is_empty() {
        return Ok(());
    }
    for path in [
        &["name"][..],
        &["address", "line1"],
        &["address", "country"],
    ] {
        if !has(delivery, path) {
            let param = match path {
                [outer, inner] => format!("shipping[{outer}][{inner}]"),
                _ => "shipping[name]".to_owned(),
            };
            return Err(missing(&param, "Give the whole shipping address."));
        }
    }
    let country = delivery
        .get("address")
        .and_then(|address| address.get("country"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    match countries.iter().any(|known| known == country) {
        true => Ok(()),
        false => Err(Refusal::invalid(
            "shipping[address][country]",
            "Nothing is shipped to this country. Choose one of those that are offered.",
        )),
    }
}

fn check_field(field: &Field, told: &[(String, String)]) -> Result<(), Refusal> {
    let param = format!("custom_fields[{}]", field.key);
    let value = told.iter().find(|(key, _)| *key == field.key);
    let value = value.map_or("", |(_, value)| value.trim());
    if value.is_empty() {
        return match field.optional {
            true => Ok(()),
            false => Err(missing(&param, &format!("Fill in {}.", field.label))),
        };
    }
    let fits = match field.kind {
        FieldKind::Dropdown => field.options.iter().any(|(known, _)| known == value),
        FieldKind::Numeric => value.bytes().all(|b| b.is_ascii_digit()),
        FieldKind::Text => true,
    };
    let length = value.chars().count() as i64;
    let long_enough = field.length.minimum.is_none_or(|least| length >= least);
    let most = field.length.maximum.unwrap_or(FIELD_CHARS_MAX);
    match fits && long_enough && length <= most.min(FIELD_CHARS_MAX) {
        true => Ok(()),
        false => Err(Refusal::invalid(
            &param,
            format!("{} does not take this value.", field.label),
        )),
    }
}

/// The longest answer to a question of the merchant.
const FIELD_CHARS_MAX: i64 = 255;

/// Keeps what the buyer told. The record is not saved yet.
pub fn collect(session: &mut CheckoutSession, told: Collected) {
    session.buyer = told.buyer;
    if !told.delivery.is_empty() {
        session.delivery = told.delivery;
    }
    session.agreed = told.agreed;
    session.declined = false;
    for field in &mut session.collect.fields {
        let value = told.fields.iter().find(|(key, _)| *key == field.key);
        field.value = value
            .map(|(_, value)| value.trim().to_owned())
            .filter(|value| !value.is_empty());
    }
}

/// Who pays, whether the method is to be saved, and what is switched on.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    /// Who pays.
    pub customer: Option<&'a Versioned<Customer>>,
    /// The buyer wants the method saved.
    pub saves: bool,
    /// The types that are switched on.
    pub switched: &'a [MethodType],
}

/// The intent of a session for this press: a fresh one, or the one of an earlier press with the sum of today.
///
/// # Errors
/// The earlier one is under way, or the sum cannot be charged.
pub fn intent_of(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    earlier: Option<Versioned<PaymentIntent>>,
    people: People<'_>,
) -> Result<Versioned<PaymentIntent>, Refusal> {
    let People {
        customer,
        saves,
        switched,
    } = people;
    let living = |held: &Versioned<PaymentIntent>| held.record.status != IntentStatus::Canceled;
    let intent = match earlier.filter(living) {
        Some(intent) => again(draft, context, &held.record, intent, people)?,
        None => {
            let command = command_of(&held.record, saves, switched);
            create_intent(draft, context, command, customer, None)?
        }
    };
    held.record.intent = Some(intent.record.id.clone());
    draft.save(context, held, Transition::SessionChanged);
    Ok(intent)
}

fn command_of(session: &CheckoutSession, saves: bool, switched: &[MethodType]) -> CreateIntent {
    let terms = &session.terms;
    let mut echo = terms.echo.clone();
    if !session.delivery.is_empty() {
        echo.insert(
            "shipping".to_owned(),
            Value::Object(session.delivery.clone()),
        );
    }
    // At the simple front door nobody says where a receipt goes: to the buyer.
    let email = session.order.as_ref().and(session.buyer_email());
    if let Some(email) = email {
        let told = echo.entry("receipt_email");
        told.or_insert_with(|| Value::from(email));
    }
    CreateIntent {
        amount: session.totals.total,
        currency: session.currency.unwrap_or_default(),
        capture_method: terms.capture_method,
        types: session.types.clone(),
        switched: switched.to_vec(),
        automatic: session.types.is_empty().then(|| AutomaticMethods {
            never_redirect: session.stays(),
        }),
        configuration: session.configuration.clone(),
        excluded: session.excluded.clone(),
        pix: terms.pix,
        description: terms.description.clone(),
        metadata: MetadataPatch::of(&terms.metadata),
        setup_future_usage: usage_of(session, saves),
        card: terms.card.clone(),
        echo,
        session: Some(session.id.clone()),
        ..CreateIntent::default()
    }
}

/// What the method is kept for: what the merchant said, or payments with the buyer there if the buyer asked for it.
fn usage_of(session: &CheckoutSession, saves: bool) -> Option<FutureUsage> {
    let said = session.terms.setup_future_usage;
    said.or((saves && session.collect.offers_save).then_some(FutureUsage::OnSession))
}

/// An earlier press left an intent: a decline, or an action that the buyer gave up.
fn again(
    draft: &mut Draft,
    context: &mut Context<'_>,
    session: &CheckoutSession,
    mut intent: Versioned<PaymentIntent>,
    people: People<'_>,
) -> Result<Versioned<PaymentIntent>, Refusal> {
    let People {
        customer,
        saves,
        switched,
    } = people;
    if intent.record.attempt.is_some() || intent.record.status == IntentStatus::Processing {
        return Err(Refusal::Busy);
    }
    let fresh = command_of(session, saves, switched);
    let types = types_of(&fresh)?;
    let same = intent.record.amount == fresh.amount
        && intent.record.setup_future_usage == fresh.setup_future_usage
        && intent.record.customer.as_ref() == customer.map(|held| &held.record.id);
    let command = UpdateIntent {
        amount: (!same).then_some(fresh.amount),
        setup_future_usage: (!same).then_some(fresh.setup_future_usage),
        description: fresh.description.map(Some),
        metadata: fresh.metadata,
        echo: fresh.echo,
        ..UpdateIntent::default()
    };
    let people = (customer.filter(|_| !same), None);
    update_intent(draft, context, &mut intent, command, people)?;
    // What was switched on or off meanwhile counts.
    intent.record.types = types;
    Ok(intent)
}

/// The set-up of a session for this press.
///
/// # Errors
/// The earlier one is under way.
pub fn setup_of(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    earlier: Option<Versioned<SetupIntent>>,
    customer: Option<&Versioned<Customer>>,
) -> Result<Versioned<SetupIntent>, Refusal> {
    debug_assert_eq!(held.record.mode, SessionMode::Setup);
    let living = |held: &Versioned<SetupIntent>| held.record.status != SetupStatus::Canceled;
    let setup = match earlier.filter(living) {
        Some(setup) if setup.record.attempt.is_some() => return Err(Refusal::Busy),
        Some(setup) => setup,
        None => {
            let create = CreateSetup {
                types: held.record.types.clone(),
                session: Some(held.record.id.clone()),
                ..CreateSetup::default()
            };
            let command = SetupCommand {
                description: held.record.terms.description.clone().map(Some),
                metadata: MetadataPatch::of(&held.record.terms.metadata),
                request_three_d_secure: held.record.terms.card.request_three_d_secure.clone(),
                ..SetupCommand::default()
            };
            create_setup(draft, context, (create, command), customer, None)?
        }
    };
    held.record.setup = Some(setup.record.id.clone());
    draft.save(context, held, Transition::SessionChanged);
    Ok(setup)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt_goes_to(
        order: Option<&str>,
        typed: Option<&str>,
        said: Option<&str>,
    ) -> Option<String> {
        let mut session = CheckoutSession {
            order: order.map(str::to_owned),
            email: Some("given@buyer.example".to_owned()),
            ..CheckoutSession::default()
        };
        if let Some(typed) = typed {
            session.buyer.insert("email".to_owned(), typed.into());
        }
        if let Some(said) = said {
            session
                .terms
                .echo
                .insert("receipt_email".to_owned(), said.into());
        }
        let echo = command_of(&session, false, &[]).echo;
        echo.get("receipt_email")
            .and_then(Value::as_str)
            .map(str::to_owned)
    }

    #[test]
    fn the_receipt_of_an_order_goes_to_its_buyer() {
        let order = Some("A-17");
        for (order, typed, said, expected) in [
            (order, None, None, Some("given@buyer.example")),
            (
                order,
                Some("typed@buyer.example"),
                None,
                Some("typed@buyer.example"),
            ),
            (
                order,
                Some("typed@buyer.example"),
                Some("said@shop.example"),
                Some("said@shop.example"),
            ),
            (None, Some("typed@buyer.example"), None, None),
            (
                None,
                None,
                Some("said@shop.example"),
                Some("said@shop.example"),
            ),
        ] {
            assert_eq!(receipt_goes_to(order, typed, said).as_deref(), expected);
        }
    }
}
