//! Payment links: create and change. What a link makes are sessions, by the operation that makes all of them.

use super::checkout::{ItemWish, LineWish, ShippingWish, items, optional, shipping};
use super::{Decided, Operation, OperationFuture};
use crate::caller::Caller;
use crate::step::{Halt, Step};
use florin_domain::checkout::{self, LinkPatch, NewLink, NewSession, PaymentLink};
use florin_domain::{Refusal, Versioned};
use florin_render::parse;
use florin_wire::Params;
use florin_wire::versions::NEWEST;
use serde_json::{Map, Value};

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
    /// What is offered beside it.
    pub optional: Vec<ItemWish>,
    /// The ways of shipping.
    pub shipping: Vec<ShippingWish>,
}

impl Operation for CreateLink {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let items = items(step, &self.items).await?;
            let mut session = self.session.clone();
            session.optional = optional(step, &self.optional).await?;
            session.switched = step.switched(None).await?;
            let currency = session.currency_of(&items);
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
    /// What changes of the link.
    pub patch: LinkPatch,
    /// What changes of what its sessions are made with.
    pub terms: LinkTerms,
}

/// What sessions of a link are made with from now on.
#[derive(Clone, Debug, Default)]
pub struct LinkTerms {
    /// What they act on; null takes something away.
    pub asked: Map<String, Value>,
    /// What they only show; likewise.
    pub told: Map<String, Value>,
    /// How many of what is sold; the prices stay.
    pub lines: Vec<LineWish>,
}

impl LinkTerms {
    fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.told.is_empty() && self.lines.is_empty()
    }

    /// What the link sells, with the changes.
    fn items(&self, link: &PaymentLink) -> Result<Vec<ItemWish>, Refusal> {
        let mut wishes: Vec<ItemWish> = link.items.iter().map(ItemWish::of_link).collect();
        for (at, change) in self.lines.iter().enumerate() {
            let id = change.id.as_deref().unwrap_or_default();
            let place = link.lines.iter().position(|line| line.id == id);
            let Some(wish) = place.and_then(|place| wishes.get_mut(place)) else {
                let message = format!("This link has no line item {id}.");
                return Err(Refusal::invalid(&format!("line_items[{at}][id]"), message));
            };
            wish.quantity = change.quantity.unwrap_or(wish.quantity);
            if let Some(said) = change.adjustable {
                wish.adjustable = said.map(|adjusts| adjusts.around(wish.quantity));
            }
        }
        Ok(wishes)
    }
}

/// Puts what is sent over what is held. Null takes away; the intent's data and texts are changed member by member.
fn merge(held: &mut Map<String, Value>, sent: &Map<String, Value>) {
    for (name, value) in sent {
        match (held.get_mut(name), value) {
            (_, Value::Null) => {
                held.remove(name);
            }
            (Some(Value::Object(known)), Value::Object(more))
                if BY_MEMBER.contains(&name.as_str()) =>
            {
                merge(known, more);
            }
            _ => {
                held.insert(name.clone(), value.clone());
            }
        }
    }
}

/// The parameters that are changed member by member.
const BY_MEMBER: [&str; 2] = ["payment_intent_data", "custom_text"];

impl Operation for UpdateLink {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = step.in_url::<PaymentLink>(&self.id, "payment_link").await?;
            if !self.terms.is_empty() {
                return self.revise(step, held).await;
            }
            let patch = self.patch.clone();
            step.decide(|draft, context| {
                checkout::update_link(draft, context, &mut held, patch);
                Ok(held)
            })
        })
    }
}

impl UpdateLink {
    /// A link whose sessions are made with something else is checked as a new one is.
    async fn revise(
        &self,
        step: &mut Step,
        mut held: Versioned<PaymentLink>,
    ) -> Result<Decided, Halt> {
        let link = &held.record;
        let (mut asked, mut told) = (link.asked.clone(), link.told.clone());
        merge(&mut asked, &self.terms.asked);
        merge(&mut told, &self.terms.told);
        let items = items(step, &self.terms.items(link)?).await?;
        let params = Params::new(asked.clone(), told.clone());
        let mut session = parse::create_session(&params, NEWEST)?;
        let offered: Vec<ItemWish> = parse::offered(&params)
            .iter()
            .map(ItemWish::of_link)
            .collect();
        session.optional = optional(step, &offered).await?;
        session.switched = step.switched(None).await?;
        let ways = held.record.shipping.iter();
        let ways: Vec<ShippingWish> = ways
            .map(|way| ShippingWish::Known(way.rate.to_string()))
            .collect();
        let currency = Some(held.record.currency);
        session.shipping_options = shipping(step, &ways, currency).await?;
        let new = NewLink {
            asked,
            told,
            patch: self.patch.clone(),
        };
        step.decide(|draft, context| {
            let made = checkout::revise_link(draft, context, &mut held, new, (session, items));
            made.map_err(|refusal| refusal.renamed(LISTED, "payment_method_types"))?;
            Ok(held)
        })
    }
}
