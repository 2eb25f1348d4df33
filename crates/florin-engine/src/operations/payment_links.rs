//! Payment links: create and change. What a link makes are sessions, by the operation that makes all of them.

use super::checkout::{ItemWish, ShippingWish, item, shipping};
use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::step::Step;
use florin_domain::checkout::{self, LinkPatch, NewLink, NewSession, PaymentLink};

/// The parameter of sessions that lists types of payment methods.
const LISTED: &str = "allowed_payment_method_types";

/// `POST /v1/payment_links`.
pub struct CreateLink {
    /// What it keeps.
    pub link: NewLink,
    /// What its sessions are made with.
    pub session: NewSession,
    /// What is sold.
    pub items: Vec<ItemWish>,
    /// The ways of shipping.
    pub shipping: Vec<ShippingWish>,
}

impl Operation for CreateLink {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut items = Vec::with_capacity(self.items.len());
            for (at, wish) in self.items.iter().enumerate() {
                items.push(item(step, wish, at).await?);
            }
            let mut session = self.session.clone();
            session.switched = step.switched(None).await?;
            let currency = items.first().map(|item| item.price.currency);
            session.shipping_options = shipping(step, &self.shipping, currency).await?;
            let link = self.link.clone();
            step.decide(|draft, context| {
                let made = checkout::create_link(draft, context, link, session, items);
                made.map_err(|refusal| refusal.renamed(LISTED, "payment_method_types"))
            })
        })
    }
}

/// `POST /v1/payment_links/:id`.
pub struct UpdateLink {
    /// Which one.
    pub id: String,
    /// What changes.
    pub patch: LinkPatch,
}

impl Operation for UpdateLink {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = step.in_url::<PaymentLink>(&self.id, "payment_link").await?;
            let patch = self.patch.clone();
            step.decide(|draft, context| {
                checkout::update_link(draft, context, &mut held, patch);
                Ok(held)
            })
        })
    }
}
