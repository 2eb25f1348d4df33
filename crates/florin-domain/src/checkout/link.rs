//! Payment links: an address that never ends, under which every buyer gets a session of their own.
//!
//! A link keeps what its sessions are made with, as it was asked for. A link with a limit counts the sessions that buyers ended
//! with it. Deliberately absent: a count of those of other links, which would be one row that every buyer writes, and links for
//! subscriptions.

use super::{CheckoutSession, Line, NewSession, create};
use crate::catalog::{Price, ShippingRate, activity};
use crate::changes::{Claim, Draft};
use crate::context::Context;
use crate::payments::{Metadata, MetadataPatch};
use crate::record::{Columns, Entity, Versioned, record, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Asset, Id};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The space in which the page of a link finds it without a key, in the whole installation.
pub const LINK_SPACE: &str = "payment_link";

/// One position of the orders of a link, or what is offered beside an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkItem {
    /// Its price.
    pub price: Id<Price>,
    /// How many at first.
    pub quantity: i64,
    /// The buyer may change how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjustable: Option<super::Adjustable>,
}

impl LinkItem {
    fn of(item: &super::Item) -> LinkItem {
        LinkItem {
            price: item.price.id.clone(),
            quantity: item.quantity,
            adjustable: item.adjustable,
        }
    }
}

/// One way of shipping.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkShipping {
    /// The rate.
    pub rate: Id<ShippingRate>,
    /// What it costs, in minor units; that never changes.
    pub amount: i64,
}

record! {
    /// An address under which every buyer gets a session of their own.
    pub struct PaymentLink: PaymentLink, "plink_" {
        /// It makes no sessions any more.
        inactive: bool,
        /// What is sold.
        items: Vec<LinkItem>,
        /// The ways of shipping.
        shipping: Vec<LinkShipping>,
        /// What a session of it looks like, for lists of what is sold.
        lines: Vec<Line>,
        /// The currency.
        currency: Asset,
        /// What sessions are made with and act on, in the words of the API.
        asked: Map<String, Value>,
        /// What they are made with and only show.
        told: Map<String, Value>,
        /// The merchant's own data; sessions get it, too.
        metadata: Metadata,
        /// What buyers read when it is inactive.
        inactive_message: Option<String>,
        /// How many buyers may complete a session of it.
        limit: Option<i64>,
        /// How many did while it had a limit.
        completed: i64,
    }
}

impl PaymentLink {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(activity(!self.inactive))]
    }

    /// As many buyers completed a session as may.
    pub fn is_sold_out(&self) -> bool {
        self.limit.is_some_and(|limit| self.completed >= limit)
    }

    /// It makes sessions.
    pub fn is_open(&self) -> bool {
        !self.inactive && !self.is_sold_out()
    }
}

/// A buyer presses the button of a session of a link. Where the link has a limit, the session will count, and the limit must not
/// change meanwhile.
///
/// # Errors
/// As many buyers as may have completed a session already.
pub fn take_place(
    draft: &mut Draft,
    session: &mut CheckoutSession,
    link: &Versioned<PaymentLink>,
) -> Result<(), Refusal> {
    session.counts = link.record.limit.is_some();
    if !session.counts {
        return Ok(());
    }
    draft.require(link);
    match link.record.is_sold_out() {
        true => Err(Refusal::Invalid {
            code: Some("payment_link_sold_out"),
            message: "What this link sells is sold out. You were not charged.".to_owned(),
            param: None,
        }),
        false => Ok(()),
    }
}

/// A session is complete (`by` 1), or its money will not come after all (-1): its link counts it, if it does.
/// Total: whoever was under way when the last place was taken has paid, and is counted over the limit.
pub(super) fn count(
    draft: &mut Draft,
    context: &mut Context<'_>,
    session: &CheckoutSession,
    (link, by): (Option<&mut Versioned<PaymentLink>>, i64),
) {
    let Some(held) = link.filter(|_| session.counts) else {
        return;
    };
    let before = held.record.clone();
    held.record.completed += by;
    draft.save_with(context, held, Transition::LinkUpdated, Some(before));
}

/// What a request says of a link.
#[derive(Clone, Debug, Default)]
pub struct LinkPatch {
    /// Whether it makes sessions.
    pub active: Option<bool>,
    /// What buyers read when it does not; the inner `None` removes it.
    pub inactive_message: Option<Option<String>>,
    /// What happens when a buyer has paid.
    pub after: Option<(Map<String, Value>, Map<String, Value>)>,
    /// How many buyers may complete a session; the inner `None` removes the limit.
    pub limit: Option<Option<i64>>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
}

/// What a new link is made of.
#[derive(Clone, Debug, Default)]
pub struct NewLink {
    /// What sessions act on.
    pub asked: Map<String, Value>,
    /// What they only show.
    pub told: Map<String, Value>,
    /// The rest.
    pub patch: LinkPatch,
}

/// Makes a link. A session is made of it once, and thrown away: what a session would be refused for, the link is.
///
/// # Errors
/// As for a session.
pub fn create_link(
    draft: &mut Draft,
    context: &mut Context<'_>,
    new: NewLink,
    session: NewSession,
    items: Vec<super::Item>,
) -> Result<Versioned<PaymentLink>, Refusal> {
    if items.is_empty() {
        return Err(Refusal::Invalid {
            code: Some("parameter_missing"),
            message: "Say in line_items what the link sells.".to_owned(),
            param: Some("line_items".to_owned()),
        });
    }
    let kept = items.iter().map(LinkItem::of).collect();
    let options = session.shipping_options.iter();
    let shipping = options.map(|option| LinkShipping {
        rate: option.rate.clone(),
        amount: option.amount,
    });
    let shipping = shipping.collect();
    let mut scratch = Draft::new(&context.scope);
    let sample: CheckoutSession = create(&mut scratch, context, session, items, None)?.record;
    let mut link = PaymentLink {
        id: context.id(),
        created: context.now,
        items: kept,
        shipping,
        lines: sample.lines,
        currency: sample.currency.unwrap_or_default(),
        asked: new.asked,
        told: new.told,
        ..PaymentLink::default()
    };
    new.patch.apply(&mut link);
    let mut held = Versioned::fresh(link);
    draft.claim(Claim {
        scope: None,
        space: LINK_SPACE,
        key: held.record.id.to_string(),
        target: held.record.key(&context.scope),
    });
    draft.save(context, &mut held, Transition::LinkCreated);
    Ok(held)
}

/// Changes what the sessions of a link are made with. Those that exist stay as they are. What is sold keeps its ids.
///
/// # Errors
/// As for a new link.
pub fn revise_link(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<PaymentLink>,
    new: NewLink,
    (session, items): (NewSession, Vec<super::Item>),
) -> Result<(), Refusal> {
    let before = held.record.clone();
    let kept = items.iter().map(LinkItem::of).collect();
    let mut scratch = Draft::new(&context.scope);
    let sample = create(&mut scratch, context, session, items, None)?.record;
    let link = &mut held.record;
    let ids: Vec<String> = link.lines.iter().map(|line| line.id.clone()).collect();
    link.items = kept;
    link.lines = sample.lines;
    for (line, id) in link.lines.iter_mut().zip(ids) {
        line.id = id;
    }
    link.asked = new.asked;
    link.told = new.told;
    new.patch.apply(link);
    draft.save_with(context, held, Transition::LinkUpdated, Some(before));
    Ok(())
}

/// Changes a link. Sessions that exist stay as they are.
pub fn update_link(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<PaymentLink>,
    patch: LinkPatch,
) {
    let before = held.record.clone();
    patch.apply(&mut held.record);
    draft.save_with(context, held, Transition::LinkUpdated, Some(before));
}

impl LinkPatch {
    fn apply(self, held: &mut PaymentLink) {
        set(&mut held.inactive, self.active.map(|active| !active));
        set(&mut held.inactive_message, self.inactive_message);
        set(&mut held.limit, self.limit);
        if let Some((asked, told)) = self.after {
            // Whoever stays is not sent on any more.
            held.asked.remove("success_url");
            held.asked.extend(asked);
            for (name, value) in told {
                match (held.told.get_mut(&name), value) {
                    (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                    (_, value) => {
                        held.told.insert(name, value);
                    }
                }
            }
        }
        self.metadata.apply(&mut held.metadata);
    }
}
