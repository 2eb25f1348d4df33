//! Creating payment intents and direct charges.

use super::confirm::{authorization, check_method, check_owner};
use super::{
    Attempt, AutomaticMethods, Call, CaptureMethod, CardOptions, Charge, ConfirmationMethod,
    FutureUsage, IntentStatus, Metadata, MetadataPatch, PaymentIntent, PaymentMethod, Target,
};
use crate::changes::Draft;
use crate::checkout::CheckoutSession;
use crate::context::Context;
use crate::customers::Customer;
use crate::methods::{self, MethodType, PixEnd};
use crate::record::{Entity, Versioned};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::currency::{self, CurrencyRow};
use florin_base::{Asset, Id};
use serde_json::{Map, Value};

/// What the merchant asks for.
#[derive(Clone, Debug, Default)]
pub struct CreateIntent {
    /// Minor units.
    pub amount: i64,
    /// The currency that the buyer pays in.
    pub currency: Asset,
    /// When the money is taken.
    pub capture_method: CaptureMethod,
    /// Who may confirm.
    pub confirmation_method: ConfirmationMethod,
    /// The types; empty lets Florin choose.
    pub types: Vec<String>,
    /// The types that are switched on, to choose from; empty means cards.
    pub switched: Vec<MethodType>,
    /// Florin chooses the types.
    pub automatic: Option<AutomaticMethods>,
    /// The configuration to choose from, if not the default one.
    pub configuration: Option<Id<super::MethodConfiguration>>,
    /// Types to leave out.
    pub excluded: Vec<String>,
    /// When a code of Pix ends.
    pub pix: Option<PixEnd>,
    /// Free text.
    pub description: Option<String>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
    /// Save the method for later.
    pub setup_future_usage: Option<FutureUsage>,
    /// Card options.
    pub card: CardOptions,
    /// Descriptive members.
    pub echo: Map<String, Value>,
    /// The checkout session that it pays.
    pub session: Option<Id<CheckoutSession>>,
}

/// Makes a payment intent. Confirming it in the same request is a second decision upon this one.
///
/// # Errors
/// An amount under the least or over the largest one of the currency; a type that Florin cannot take.
pub fn create_intent(
    draft: &mut Draft,
    context: &mut Context<'_>,
    command: CreateIntent,
    customer: Option<&Versioned<Customer>>,
    method: Option<&Versioned<PaymentMethod>>,
) -> Result<Versioned<PaymentIntent>, Refusal> {
    check_amount(command.amount, command.currency, "amount")?;
    let types = types_of(&command)?;
    if let Some(customer) = customer {
        check_customer(draft, customer)?;
    }
    let status = match method {
        Some(_) => IntentStatus::RequiresConfirmation,
        None => IntentStatus::RequiresPaymentMethod,
    };
    let mut metadata = Metadata::new();
    command.metadata.apply(&mut metadata);
    let mut intent = PaymentIntent {
        id: context.id(),
        created: context.now,
        amount: command.amount,
        currency: command.currency,
        status,
        capture_method: command.capture_method,
        confirmation_method: command.confirmation_method,
        customer: customer.map(|held| held.record.id.clone()),
        payment_method: method.map(|held| held.record.id.clone()),
        types,
        automatic: command.automatic,
        configuration: command.automatic.and(command.configuration),
        secret: context.ids.secret(25),
        description: command.description,
        metadata,
        setup_future_usage: command.setup_future_usage,
        card: command.card,
        echo: command.echo,
        session: command.session,
        ..PaymentIntent::default()
    };
    intent.narrow(Some(command.excluded), Some(command.pix), context.now)?;
    if let Some(method) = method {
        check_method(&intent, &method.record)?;
    }
    let mut held = Versioned::fresh(intent);
    draft.save(context, &mut held, Transition::IntentCreated);
    Ok(held)
}

/// A customer that something is made for must exist and must not be deleted meanwhile.
pub(super) fn check_customer(
    draft: &mut Draft,
    customer: &Versioned<Customer>,
) -> Result<(), Refusal> {
    if customer.record.deleted {
        return Err(Refusal::missing_in_body(
            Customer::KIND,
            customer.record.id(),
            "customer",
        ));
    }
    draft.require(customer);
    Ok(())
}

/// What a new intent may be paid with: what the merchant lists, or what is switched on and fits.
pub(crate) fn types_of(command: &CreateIntent) -> Result<Vec<String>, Refusal> {
    if !command.types.is_empty() {
        return allowed_types(&command.types, command.currency);
    }
    let Some(asked) = command.automatic else {
        return Ok(methods::words(&[MethodType::Card]));
    };
    let captures_later =
        command.capture_method == CaptureMethod::Manual || command.card.capture_manual;
    let cards_alone = captures_later || command.setup_future_usage.is_some();
    let limits = (cards_alone, asked.never_redirect);
    let offered = methods::offered(&command.switched, command.currency, limits);
    Ok(methods::words(&offered))
}

/// The types that a merchant lists, each once. A type that is not known, or does not take the currency, is refused by name.
pub(crate) fn allowed_types(types: &[String], currency: Asset) -> Result<Vec<String>, Refusal> {
    let read = listed_types(types)?;
    if let Some(other) = read.iter().find(|kind| !kind.takes(currency)) {
        return Err(Refusal::invalid(
            TYPES,
            format!(
                "The payment method type {:?} does not take {}. It takes: {}.",
                other.word(),
                currency.as_str(),
                other.currencies().join(", ")
            ),
        ));
    }
    Ok(methods::words(&read))
}

/// The types of a set-up: only cards can be kept.
pub(crate) fn kept_types(types: &[String]) -> Result<Vec<String>, Refusal> {
    let read = listed_types(types)?;
    match read.iter().find(|kind| !kind.is_card()) {
        Some(other) => Err(Refusal::invalid(
            TYPES,
            format!(
                "A payment method of type {:?} pays once and cannot be set up; use \"card\".",
                other.word()
            ),
        )),
        None => Ok(methods::words(&[MethodType::Card])),
    }
}

/// The parameter that lists types.
const TYPES: &str = "allowed_payment_method_types";

/// The types of a list; none stands for cards.
pub(crate) fn listed_types(types: &[String]) -> Result<Vec<MethodType>, Refusal> {
    MethodType::read(types).map(methods::or_cards).map_err(|other| {
        Refusal::invalid(
            TYPES,
            format!(
                "The payment method type {other:?} is not available; use one of: {}. See docs/compatibility.md.",
                methods::words(MethodType::ALL).join(", ")
            ),
        )
    })
}

/// The facts about a currency that money can be taken in. `param` names it.
pub(crate) fn known_currency(asset: Asset, param: &str) -> Result<&'static CurrencyRow, Refusal> {
    let code = asset.as_str();
    currency::row(code).ok_or_else(|| {
        let message = format!(
            "Invalid currency: {code}. Use a three-letter ISO 4217 code of a supported currency."
        );
        Refusal::invalid(param, message)
    })
}

/// An amount must be chargeable in its currency.
pub(crate) fn check_amount(amount: i64, asset: Asset, param: &str) -> Result<(), Refusal> {
    let row = known_currency(asset, "currency")?;
    if amount < row.charge_min {
        return Err(Refusal::AmountTooSmall {
            minimum: row.charge_min,
            currency: asset,
        });
    }
    let maximum = currency::charge_max(asset.as_str());
    if amount > maximum {
        return Err(Refusal::AmountTooLarge {
            maximum,
            currency: asset,
        });
    }
    check_multiple(amount, asset, param)
}

/// Some currencies know only amounts that end in zeros.
pub(crate) fn check_multiple(amount: i64, asset: Asset, param: &str) -> Result<(), Refusal> {
    let code = asset.as_str();
    let multiple_of = currency::row(code).map_or(1, |row| row.multiple_of);
    if amount % multiple_of == 0 {
        return Ok(());
    }
    Err(Refusal::Invalid {
        code: Some("parameter_invalid_integer"),
        message: format!("Amounts in {code} must be divisible by {multiple_of}."),
        param: Some(param.to_owned()),
    })
}

/// A direct charge without an intent: the legacy way.
#[derive(Clone, Debug, Default)]
pub struct CreateCharge {
    /// Minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Asset,
    /// Take the money in the same step.
    pub capture: bool,
    /// Free text.
    pub description: Option<String>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
    /// Descriptive members.
    pub echo: Map<String, Value>,
}

/// Decides on a direct charge.
///
/// # Errors
/// The amount cannot be charged, or the customer is gone.
pub fn create_charge(
    draft: &mut Draft,
    context: &mut Context<'_>,
    command: CreateCharge,
    customer: Option<&Versioned<Customer>>,
    method: &Versioned<PaymentMethod>,
) -> Result<Call, Refusal> {
    check_amount(command.amount, command.currency, "amount")?;
    if let Some(customer) = customer {
        check_customer(draft, customer)?;
    }
    let payer = customer.map(|held| &held.record.id);
    check_owner(payer, &method.record, "source")?;
    if !method.record.kind.is_card() {
        let message = "A charge without a payment intent takes cards only. Make a PaymentIntent.";
        return Err(Refusal::invalid("source", message));
    }
    let mut metadata = Metadata::new();
    command.metadata.apply(&mut metadata);
    let charge = Charge {
        id: context.id(),
        created: context.now,
        amount: command.amount,
        currency: command.currency,
        status: super::ChargeStatus::Pending,
        customer: customer.map(|held| held.record.id.clone()),
        payment_method: Some(method.record.id.clone()),
        card: method.record.card.clone(),
        source: method.record.source.clone(),
        billing: method.record.billing.clone(),
        description: command.description,
        metadata,
        captured: command.capture,
        echo: command.echo,
        ..Charge::default()
    };
    let mut request = authorization(
        context,
        &method.record,
        charge.id.as_str(),
        command.amount,
        command.currency,
    );
    request.terms.capture = command.capture;
    let attempt = Attempt::new(context, Target::Charge(charge.id.clone()), &request);
    let mut held = Versioned::fresh(charge);
    if context.outside {
        draft.save(context, &mut held, Transition::ChargeSent);
    } else {
        draft.stage(held);
    }
    Ok(Call { attempt, request })
}
