//! One wish per operation on checkout sessions, and on payments of the front door.
//!
//! Deliberately absent: choices. Every value comes in.

use super::wishes::wish;
use crate::client::Wish;
use crate::scene::FRONT;
use crate::world::BASE_URL;
use florin_base::Asset;
use florin_domain::catalog::{Decimal, NewPrice, NewProduct, NewShippingRate, ProductPatch};
use florin_domain::checkout::{self, Adjustable, FrontWish, LinkPatch, NewLink, NewSession};
use florin_domain::payments::MetadataPatch;
use florin_engine::MethodSource;
use florin_engine::operations::{
    self as ops, Choice, Collected, ItemWish, Press, PriceWish, ProductWish, ShippingWish,
};
use serde_json::{Map, Value};

fn usd() -> Asset {
    Asset::parse("usd").unwrap_or_default()
}

/// A session on a page of its own.
pub(super) fn hosted() -> NewSession {
    NewSession {
        success_url: Some("https://shop.example/thanks?of={CHECKOUT_SESSION_ID}".to_owned()),
        ..NewSession::default()
    }
}

/// One of a new product, at a price of this order.
pub(super) fn item(amount: i64, adjustable: Option<Adjustable>) -> ItemWish {
    let price = NewPrice {
        currency: usd(),
        unit: Decimal::of(amount).unwrap_or_default(),
        unit_param: "unit_amount",
        inline: true,
        ..NewPrice::default()
    };
    let product = NewProduct {
        patch: ProductPatch {
            name: Some("Tea".to_owned()),
            ..ProductPatch::default()
        },
        ..NewProduct::default()
    };
    ItemWish {
        price: PriceWish::Inline(Box::new(price), ProductWish::Inline(Box::new(product))),
        quantity: 1,
        adjustable,
        tax_rates: Vec::new(),
        metadata: MetadataPatch::default(),
    }
}

fn ships_for(amount: i64) -> ShippingWish {
    ShippingWish::Inline(Box::new(NewShippingRate {
        display_name: "By mail".to_owned(),
        amount,
        currency: usd(),
        ..NewShippingRate::default()
    }))
}

pub(super) fn create(
    command: NewSession,
    items: Vec<ItemWish>,
    shipping: Vec<ShippingWish>,
) -> Wish {
    wish("CreateSession", "checkout.session", move || {
        ops::CreateSession {
            optional: Vec::new(),
            command: command.clone(),
            items: items.clone(),
            shipping: shipping.clone(),
            customer: None,
        }
    })
}

/// An address under which every buyer gets a session, as long as no more have completed one than may.
pub(super) fn link(amount: i64, limit: Option<i64>) -> Wish {
    let patch = LinkPatch {
        limit: Some(limit),
        ..LinkPatch::default()
    };
    let link = NewLink {
        patch,
        ..NewLink::default()
    };
    wish("CreateLink", "payment_link", move || ops::CreateLink {
        optional: Vec::new(),
        link: link.clone(),
        session: NewSession::default(),
        items: vec![item(amount, None)],
        shipping: Vec::new(),
    })
}

pub(super) fn end_link(id: &str) -> Wish {
    let id = id.to_owned();
    wish("UpdateLink", "payment_link", move || ops::UpdateLink {
        id: id.clone(),
        terms: ops::LinkTerms::default(),
        patch: LinkPatch {
            active: Some(false),
            ..LinkPatch::default()
        },
    })
}

/// The total is `amount`, or `more` above it with the other way of shipping.
pub(super) fn with_shipping(command: NewSession, amount: i64, more: i64) -> Wish {
    let shipping = vec![ships_for(0), ships_for(more)];
    create(command, vec![item(amount, None)], shipping)
}

/// The total is `more` above `amount`, until the buyer leaves the second item out.
pub(super) fn with_quantity(command: NewSession, amount: i64, more: i64) -> Wish {
    let bounds = Adjustable {
        minimum: 0,
        maximum: 1,
    };
    let items = vec![item(amount, None), item(more, Some(bounds))];
    create(command, items, Vec::new())
}

pub(super) fn describe(id: &str) -> Wish {
    let id = id.to_owned();
    wish("UpdateSession", "checkout.session", move || {
        ops::UpdateSession {
            lines: None,
            id: id.clone(),
            command: checkout::UpdateSession {
                metadata: MetadataPatch::Merge(vec![("note".to_owned(), "sent".to_owned())]),
                ..checkout::UpdateSession::default()
            },
            shipping: None,
        }
    })
}

/// The merchant changes the order: the first item stays, and another one is sold beside it.
pub(super) fn sell_another(id: &str, first: &str, amount: i64) -> Wish {
    let id = id.to_owned();
    let line = |id: Option<&str>, price| ops::LineWish {
        id: id.map(str::to_owned),
        price,
        quantity: id.is_none().then_some(1),
        adjustable: None,
        tax_rates: None,
        metadata: MetadataPatch::Keep,
    };
    let other = item(amount, None).price;
    let lines = vec![line(Some(first), None), line(None, Some(other))];
    wish("UpdateSession", "checkout.session", move || {
        ops::UpdateSession {
            id: id.clone(),
            command: checkout::UpdateSession::default(),
            shipping: None,
            lines: Some(lines.clone()),
        }
    })
}

/// The buyer comes back to what has expired.
pub(super) fn recover(id: &str) -> Wish {
    let id = id.to_owned();
    wish("RecoverSession", "checkout.session", move || {
        ops::RecoverSession { id: id.clone() }
    })
}

fn choose(id: &str, choice: Choice) -> Wish {
    let id = id.to_owned();
    wish("ChooseSession", "checkout.session", move || {
        ops::ChooseSession {
            id: id.clone(),
            choice: choice.clone(),
        }
    })
}

pub(super) fn ship_by(id: &str, rate: &str) -> Wish {
    let choice = Choice {
        shipping_rate: Some(rate.to_owned()),
        ..Choice::default()
    };
    choose(id, choice)
}

pub(super) fn leave_out(id: &str, line: &str) -> Wish {
    let choice = Choice {
        quantities: vec![(line.to_owned(), 0)],
        ..Choice::default()
    };
    choose(id, choice)
}

/// The buyer presses the button, with or without a method.
pub(super) fn press(id: &str, method: Option<MethodSource>, saves: bool) -> Wish {
    let id = id.to_owned();
    let buyer = Map::from_iter([("email".to_owned(), Value::from("buyer@shop.example"))]);
    let press = Press {
        told: Collected {
            buyer,
            ..Collected::default()
        },
        expected_total: None,
        saves,
    };
    wish("PressSession", "checkout.session", move || {
        ops::PressSession {
            id: id.clone(),
            press: press.clone(),
            method: method.clone(),
            return_url: format!("{BASE_URL}/c/pay/{id}"),
        }
    })
}

pub(super) fn abandon(id: &str) -> Wish {
    let id = id.to_owned();
    wish("AbandonSession", "checkout.session", move || {
        ops::AbandonSession { id: id.clone() }
    })
}

pub(super) fn expire(id: &str) -> Wish {
    let id = id.to_owned();
    wish("ExpireSession", "checkout.session", move || {
        ops::ExpireSession { id: id.clone() }
    })
}

/// A payment at the front door.
pub(super) fn ask_payment(asked: &FrontWish) -> Wish {
    let asked = asked.clone();
    wish("CreateFrontPayment", FRONT, move || {
        ops::CreateFrontPayment {
            wish: asked.clone(),
        }
    })
}

pub(super) fn cancel_payment(id: &str) -> Wish {
    let id = id.to_owned();
    wish("CancelFrontPayment", FRONT, move || {
        ops::CancelFrontPayment { id: id.clone() }
    })
}

/// Gives so much back, or all that is left.
pub(super) fn refund_payment(id: &str, amount: Option<i64>) -> Wish {
    let id = id.to_owned();
    wish("RefundFrontPayment", FRONT, move || {
        ops::RefundFrontPayment {
            id: id.clone(),
            amount,
        }
    })
}
