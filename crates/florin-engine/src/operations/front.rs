//! The simple front door: one call makes a payment of an order, one cancels it, one gives the money back.

use super::endpoints::{check_told, told_at};
use super::intents::tell_session;
use super::{CreateRefund, Operation, OperationFuture, RefundOf, expire_session};
use crate::caller::Caller;
use crate::links::{escaped, with_query};
use crate::numbers::is_card_number;
use crate::step::{Answer, Decided, Halt, Step};
use florin_domain::catalog::{Price, Product};
use florin_domain::checkout::{
    self, CheckoutSession, FrontWish, IntentTerms, Item, NewSession, Order, SessionStatus,
};
use florin_domain::payments::{
    self, CancelInputs, IntentStatus, MetadataPatch, PaymentIntent, RefundCommand,
};
use florin_domain::transitions::Transition;
use florin_domain::{Entity, Kind, Refusal, Versioned};
use std::collections::BTreeMap;

/// `POST /florin/v1/payments`.
pub struct CreateFrontPayment {
    /// What is asked for.
    pub wish: FrontWish,
}

impl Operation for CreateFrontPayment {
    fn object(&self) -> Option<&str> {
        Some(&self.wish.order)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let wish = &self.wish;
            if is_card_number(&wish.order) {
                let message = "An order_id must not look like a card number.";
                return Err(Refusal::invalid("order_id", message).into());
            }
            let order = step.find::<Order>(&wish.order).await?;
            if let Some(held) = &order
                && let Some(session) = step.find::<CheckoutSession>(&held.record.session).await?
            {
                if session.record.holds_order(step.engine().now()) {
                    checkout::check_same(held, wish.amount, wish.currency)?;
                    if let Some(url) = wish.webhook_url.as_deref() {
                        check_told(step, url, session.record.told_to.as_ref())?;
                    }
                    return Ok(answered(step, &session, None));
                }
                // Its time is over, but a payment of it may still be under way: an order is never paid twice.
                if session.record.status == SessionStatus::Open {
                    expire_session(step, session).await?;
                }
            }
            let (endpoint, secret) = match wish.webhook_url.as_deref() {
                Some(url) => told_at(step, url)
                    .await
                    .map(|(id, secret)| (Some(id), secret))?,
                None => (None, None),
            };
            let settings = secret.is_some();
            let command = NewSession {
                switched: step.switched(None).await?,
                order: Some((wish.order.clone(), endpoint)),
                ..session_of(wish)
            };
            let (draft, mut context) = step.parts();
            let items = vec![item_of(wish)];
            let session = checkout::create(draft, &mut context, command, items, None);
            let session = session.map_err(named_here)?;
            let mut order = order.unwrap_or_else(|| {
                Versioned::fresh(Order {
                    id: wish.order.as_str().into(),
                    created: context.now,
                    ..Order::default()
                })
            });
            order.record.session = session.record.id.clone();
            order.record.amount = wish.amount;
            order.record.currency = wish.currency;
            draft.save(&mut context, &mut order, Transition::OrderPlaced);
            Ok(Decided {
                settings,
                ..answered(step, &session, secret)
            })
        })
    }
}

/// A refusal with the names that parameters have at this door.
fn named_here(refusal: Refusal) -> Refusal {
    refusal.renamed("allowed_payment_method_types", "methods")
}

/// Answered as a payment of the front door.
fn answered(step: &Step, session: &Versioned<CheckoutSession>, secret: Option<String>) -> Decided {
    let scope = step.scope();
    Decided {
        answer: Answer::Front(session.record.key(scope), secret),
        ..Decided::record(scope, &session.record.id)
    }
}

fn session_of(wish: &FrontWish) -> NewSession {
    let metadata = BTreeMap::from([("order_id".to_owned(), wish.order.clone())]);
    let back_to = wish.return_url.as_deref();
    let back_to = back_to.map(|url| back(url, &wish.order));
    NewSession {
        email: wish.email.clone(),
        types: wish.types.clone(),
        success_url: back_to.clone(),
        cancel_url: back_to,
        reference: Some(wish.order.clone()),
        metadata: MetadataPatch::of(&metadata),
        terms: IntentTerms {
            description: wish.description.clone(),
            metadata,
            ..IntentTerms::default()
        },
        locale: wish.locale.clone(),
        ..NewSession::default()
    }
}

/// The merchant's page with the payment in its query. What became of it the page has to ask for.
fn back(url: &str, order: &str) -> String {
    let order = escaped(order);
    let named = format!("order_id={order}&payment={{CHECKOUT_SESSION_ID}}");
    with_query(url, &named)
}

/// The one position of such an order. It has neither a price nor a product of its own: the catalog stays the merchant's.
fn item_of(wish: &FrontWish) -> Item {
    let name = wish.description.clone();
    Item {
        price: Price {
            active: true,
            inline: true,
            currency: wish.currency,
            unit_amount: Some(wish.amount),
            ..Price::default()
        },
        product: Product {
            name: name.unwrap_or_else(|| wish.order.clone()),
            ..Product::default()
        },
        quantity: 1,
        adjustable: None,
        taxes: Vec::new(),
        metadata: MetadataPatch::Keep,
    }
}

/// A payment of the front door is a session with an order.
async fn ordered(step: &mut Step, id: &str) -> Result<Versioned<CheckoutSession>, Halt> {
    let session = step.in_url::<CheckoutSession>(id, "payment").await?;
    match session.record.order {
        Some(_) => Ok(session),
        None => Err(Refusal::missing(Kind::CheckoutSession, id, "payment").into()),
    }
}

/// The payment of a session whose buyer was told how to send the money, and for which none is on its way yet.
async fn awaited(
    step: &mut Step,
    session: &CheckoutSession,
) -> Result<Option<Versioned<PaymentIntent>>, Halt> {
    let intent = step
        .linked::<PaymentIntent>(session.intent.as_deref())
        .await?;
    let waits = |held: &Versioned<PaymentIntent>| {
        held.record.tried.is_delayed() && held.record.status == IntentStatus::RequiresAction
    };
    Ok(intent.filter(waits))
}

/// `POST /florin/v1/payments/:id/cancel`.
pub struct CancelFrontPayment {
    /// Which one.
    pub id: String,
}

impl Operation for CancelFrontPayment {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut session = ordered(step, &self.id).await?;
            if let Some(intent) = awaited(step, &session.record).await? {
                let decided = answered(step, &session, None);
                session.record.canceled = true;
                let id = intent.record.id.clone();
                let inputs = CancelInputs {
                    intent,
                    charge: None,
                };
                let (draft, mut context) = step.parts();
                draft.stage(session);
                payments::cancel(draft, &mut context, inputs, None)?;
                tell_session(step, &id).await?;
                return Ok(decided);
            }
            if is_done(&session) {
                let message =
                    "This payment is paid, or its money is on its way. Refund it instead.";
                return Err(Refusal::plain(Some("session_complete"), message).into());
            }
            let decided = answered(step, &session, None);
            if session.record.status == SessionStatus::Open {
                session.record.canceled = true;
                expire_session(step, session).await?;
            }
            Ok(decided)
        })
    }
}

/// `POST /florin/v1/payments/:id/refund`.
pub struct RefundFrontPayment {
    /// Which one.
    pub id: String,
    /// How much; nothing said gives back all that is left.
    pub amount: Option<i64>,
}

impl Operation for RefundFrontPayment {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let session = ordered(step, &self.id).await?;
            let answer = answered(step, &session, None).answer;
            let Some(intent) = session.record.intent.as_ref().filter(|_| is_done(&session)) else {
                let message = "This payment is not paid, so there is nothing to give back. Cancel it instead.";
                return Err(Refusal::plain(None, message).into());
            };
            let refund = CreateRefund {
                of: RefundOf::Intent(intent.to_string()),
                command: RefundCommand {
                    amount: self.amount,
                    ..RefundCommand::default()
                },
            };
            let decided = refund.run(step, caller).await?;
            Ok(Decided { answer, ..decided })
        })
    }
}

/// Paid, or the money is on its way.
fn is_done(session: &Versioned<CheckoutSession>) -> bool {
    session.record.status == SessionStatus::Complete && !session.record.has_failed()
}

#[cfg(test)]
mod tests {
    use super::back;

    #[test]
    fn the_shop_learns_which_order_came_back() {
        assert_eq!(
            back("https://shop.example/?a=1#b", "A/17"),
            "https://shop.example/?a=1&order_id=A%2F17&payment={CHECKOUT_SESSION_ID}#b"
        );
    }
}
