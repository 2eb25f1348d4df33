//! Checkout sessions: what can be sold together, what a session is made of, and what the buyer may choose.

use crate::world::World;
use florin_base::{Asset, Timestamp};
use florin_domain::catalog::{Price, Product, Recurring, TaxRate};
use florin_domain::changes::JobKind;
use florin_domain::checkout::{
    self, Adjustable, CheckoutSession, Choice, Item, NewSession, PaidState, SessionMode,
    SessionStatus, ShippingOption, UiMode, UpdateSession,
};
use florin_domain::customers::Customer;
use florin_domain::payments::MetadataPatch;
use florin_domain::processor::Outcome;
use florin_domain::{Context, Draft, Refusal, Versioned};

/// When the first decision of a world happens.
const NOW: i64 = 1_700_000_060;

pub fn asset(code: &str) -> Asset {
    Asset::parse(code).expect("a currency")
}

pub fn price(code: &str, unit: i64) -> Price {
    Price {
        id: format!("price_{code}_{unit}").as_str().into(),
        product: "prod_1".into(),
        active: true,
        currency: asset(code),
        unit_amount: Some(unit),
        ..Price::default()
    }
}

pub fn item(price: Price, quantity: i64) -> Item {
    Item {
        price,
        product: Product {
            id: "prod_1".into(),
            name: "Tea".to_owned(),
            active: true,
            ..Product::default()
        },
        quantity,
        adjustable: None,
        taxes: Vec::new(),
        metadata: MetadataPatch::Keep,
    }
}

/// Two of something, of which the buyer may take from none to five.
pub fn flexible(price: Price) -> Item {
    Item {
        adjustable: Some(Adjustable {
            minimum: 0,
            maximum: 5,
        }),
        ..item(price, 2)
    }
}

pub fn hosted() -> NewSession {
    NewSession {
        success_url: Some("https://shop.example/thanks".to_owned()),
        ..NewSession::default()
    }
}

pub fn by_mail(rate: &str, amount: i64) -> ShippingOption {
    ShippingOption {
        rate: rate.into(),
        name: "By mail".to_owned(),
        amount,
        ..ShippingOption::default()
    }
}

/// Makes a session; its id.
pub fn create(world: &mut World, new: NewSession, items: Vec<Item>) -> Result<String, Refusal> {
    create_for(world, new, items, None)
}

fn create_for(
    world: &mut World,
    new: NewSession,
    items: Vec<Item>,
    customer: Option<&Versioned<Customer>>,
) -> Result<String, Refusal> {
    let mut id = String::new();
    let decide = |_: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let made = checkout::create(draft, context, new, items, customer)?;
        id = made.record.id.to_string();
        Ok(None)
    };
    world.act(decide, Outcome::Unknown)?;
    Ok(id)
}

pub fn session(world: &World, id: &str) -> CheckoutSession {
    world.get(id).expect("the session").record
}

pub fn choose(world: &mut World, id: &str, choice: Choice) -> Result<(), Refusal> {
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let mut held = world.get(id).expect("the session");
        checkout::choose(draft, context, &mut held, choice)?;
        Ok(None)
    };
    world.act(decide, Outcome::Unknown)
}

pub fn quantity(id: &str, count: i64) -> Choice {
    Choice {
        quantities: vec![(id.to_owned(), count)],
        ..Choice::default()
    }
}

/// The code and the parameter of a refusal.
pub fn told(refusal: Refusal) -> (Option<&'static str>, String) {
    match refusal {
        Refusal::Invalid { code, param, .. } => (code, param.unwrap_or_default()),
        Refusal::Missing { param, .. } => (Some("missing"), param),
        Refusal::AmountTooSmall { minimum, .. } => (Some("too small"), minimum.to_string()),
        Refusal::AmountTooLarge { maximum, .. } => (Some("too large"), maximum.to_string()),
        Refusal::Busy => (Some("busy"), String::new()),
        other => panic!("{other:?}"),
    }
}

/// The parameter that is blamed for a session that cannot be made, after its code if it has one.
fn blamed(new: NewSession, items: Vec<Item>) -> String {
    let mut world = World::new(false);
    let refused = create(&mut world, new, items).expect_err("a refusal");
    assert!(world.all::<CheckoutSession>().is_empty());
    match told(refused) {
        (None, param) => param,
        (Some(code), param) => format!("{code}: {param}"),
    }
}

#[test]
fn what_cannot_be_sold_together_is_refused() {
    let dollars = |unit| item(price("usd", unit), 1);
    let recurring = Price {
        recurring: Some(Recurring::default()),
        ..price("usd", 500)
    };
    let inactive = Price {
        active: false,
        ..price("usd", 500)
    };
    let cases = [
        (vec![], "parameter_missing: line_items"),
        (
            vec![dollars(500), item(price("eur", 500), 1)],
            "line_items[1]",
        ),
        (vec![item(price("eur", 500), 1)], "currency"),
        (vec![dollars(5); 101], "line_items"),
        (
            vec![dollars(500), item(recurring, 1)],
            "line_items[1][price]",
        ),
        (vec![item(inactive, 1)], "line_items[0][price]"),
        (vec![item(price("usd", 5), 0)], "line_items[0][quantity]"),
        (
            vec![item(price("usd", 5), 1_000_000)],
            "line_items[0][quantity]",
        ),
        (vec![dollars(49)], "too small: 50"),
        (vec![dollars(99_999_999), dollars(1)], "too large: 99999999"),
    ];
    for (items, expected) in cases {
        let new = NewSession {
            currency: Some(asset("usd")),
            ..hosted()
        };
        let count = items.len();
        assert_eq!(blamed(new, items), expected, "{count} items");
    }
}

#[test]
fn the_bounds_of_a_quantity_hold_the_quantity() {
    for (minimum, maximum, quantity, fits) in [
        (0, 5, 2, true),
        (2, 2, 2, true),
        (3, 5, 2, false),
        (0, 1, 2, false),
        (-1, 5, 2, false),
        (0, 1_000_000, 2, false),
    ] {
        let mut item = item(price("usd", 500), quantity);
        item.adjustable = Some(Adjustable { minimum, maximum });
        let made = create(&mut World::new(false), hosted(), vec![item]);
        let blamed = made.map_err(told);
        let expected = (None, "line_items[0][adjustable_quantity]".to_owned());
        assert_eq!(blamed.is_ok(), fits, "{minimum} {maximum}");
        if !fits {
            assert_eq!(blamed, Err(expected), "{minimum} {maximum}");
        }
    }
}

#[test]
fn a_session_lasts_from_half_an_hour_to_a_day() {
    for (seconds, fits) in [
        (1_799, false),
        (1_800, true),
        (86_400, true),
        (86_401, false),
    ] {
        let new = NewSession {
            expires: Some(Timestamp(NOW + seconds)),
            ..hosted()
        };
        let mut world = World::new(false);
        let made = create(&mut world, new, vec![item(price("usd", 500), 1)]);
        match (made, fits) {
            (Ok(id), true) => assert_eq!(session(&world, &id).expires.0, NOW + seconds),
            (Err(refused), false) => assert_eq!(told(refused), (None, "expires_at".to_owned())),
            (made, _) => panic!("{seconds}: {made:?}"),
        }
    }
}

fn with(
    mut new: NewSession,
    change: fn(&mut NewSession, Option<String>),
    value: Option<String>,
) -> NewSession {
    change(&mut new, value);
    new
}

#[test]
fn each_kind_of_page_has_its_own_addresses() {
    let url = || Some("https://shop.example/".to_owned());
    let word = |word: &str| Some(word.to_owned());
    let embedded = || NewSession {
        ui: UiMode::EmbeddedPage,
        return_url: url(),
        ..NewSession::default()
    };
    let cases = [
        (
            with(hosted(), |new, to| new.return_url = to, url()),
            "return_url",
        ),
        (
            with(hosted(), |new, to| new.redirect = to, word("always")),
            "redirect_on_completion",
        ),
        (
            with(embedded(), |new, to| new.success_url = to, url()),
            "success_url",
        ),
        (
            with(embedded(), |new, to| new.cancel_url = to, url()),
            "cancel_url",
        ),
        (
            with(embedded(), |new, to| new.return_url = to, None),
            "return_url",
        ),
        (
            with(embedded(), |new, to| new.redirect = to, word("never")),
            "return_url",
        ),
    ];
    for (new, expected) in cases {
        assert_eq!(blamed(new, vec![item(price("usd", 500), 1)]), expected);
    }
    let silent = with(embedded(), |new, to| new.redirect = to, word("never"));
    let silent = with(silent, |new, to| new.return_url = to, None);
    for new in [hosted(), embedded(), silent] {
        let embeds = new.ui == UiMode::EmbeddedPage;
        let mut world = World::new(false);
        let id = create(&mut world, new, vec![item(price("usd", 500), 1)]).expect("a session");
        // Only a page inside another one needs a secret of its own.
        assert_eq!(session(&world, &id).client_secret().is_some(), embeds);
    }
}

#[test]
fn a_set_up_sells_nothing() {
    let setup = || NewSession {
        mode: SessionMode::Setup,
        ..hosted()
    };
    assert_eq!(
        blamed(setup(), vec![item(price("usd", 500), 1)]),
        "line_items"
    );
    let mut world = World::new(false);
    let id = create(&mut world, setup(), vec![]).expect("a session");
    let made = session(&world, &id);
    assert_eq!(
        (made.currency, made.totals.total, made.is_free()),
        (None, 0, false)
    );
}

#[test]
fn a_session_takes_five_ways_of_shipping_and_no_more() {
    let ways = |count: usize| NewSession {
        shipping_options: vec![by_mail("shr_1", 5); count],
        ..hosted()
    };
    let items = || vec![item(price("usd", 500), 1)];
    assert_eq!(blamed(ways(6), items()), "shipping_options");
    assert!(create(&mut World::new(false), ways(5), items()).is_ok());
}

#[test]
fn a_customer_is_there_and_says_who_they_are_once() {
    let ada = |deleted| Versioned {
        version: 1,
        record: Customer {
            id: "cus_1".into(),
            deleted,
            ..Customer::default()
        },
    };
    for (deleted, email, expected) in [
        (true, None, (Some("missing"), "customer")),
        (false, Some("a@example.com"), (None, "customer_email")),
    ] {
        let new = NewSession {
            email: email.map(str::to_owned),
            ..hosted()
        };
        let mut world = World::new(false);
        let items = vec![item(price("usd", 500), 1)];
        let refused = create_for(&mut world, new, items, Some(&ada(deleted)));
        let refused = told(refused.expect_err("a refusal"));
        assert_eq!(refused, (expected.0, expected.1.to_owned()));
    }
}

#[test]
fn a_session_is_made_with_its_sums_its_link_and_its_end() {
    let mut world = World::new(false);
    let mut sold = item(price("eur", 4_900), 2);
    sold.taxes = vec![TaxRate {
        id: "txr_1".into(),
        percentage: "19".to_owned(),
        ..TaxRate::default()
    }];
    let new = NewSession {
        shipping_options: vec![by_mail("shr_1", 500), by_mail("shr_2", 900)],
        ..hosted()
    };
    let id = create(&mut world, new, vec![sold]).expect("a session");
    let made = session(&world, &id);
    assert!(id.starts_with("cs_test_"), "{id}");
    assert_eq!(
        (made.status, made.paid, made.intent.is_none()),
        (SessionStatus::Open, PaidState::Unpaid, true)
    );
    let sums = made.totals;
    assert_eq!(
        (sums.subtotal, sums.tax, sums.shipping, sums.total),
        (9_800, 1_862, 500, 12_162)
    );
    assert_eq!(made.currency, Some(asset("eur")));
    assert_eq!(made.shipping_rate.as_deref(), Some("shr_1"));
    assert_eq!(made.expires.0, NOW + 86_400);
    assert_eq!(world.jobs_of(JobKind::SessionExpiry), 1);
    assert_eq!(world.jobs[0].due, made.expires.millis());
    assert!(!world.has_event("checkout.session.completed"));
}

#[test]
fn a_buyer_chooses_what_is_offered() {
    let mut world = World::new(false);
    let new = NewSession {
        shipping_options: vec![by_mail("shr_1", 500), by_mail("shr_2", 900)],
        ..hosted()
    };
    let id = create(&mut world, new, vec![flexible(price("usd", 1_000))]).expect("a session");
    let line = session(&world, &id).lines[0].id.clone();
    let ship = |rate: &str| Choice {
        shipping_rate: Some(rate.to_owned()),
        ..Choice::default()
    };
    for (choice, total) in [
        (ship("shr_2"), 2_900),
        (quantity(&line, 5), 5_900),
        (quantity(&line, 1), 1_900),
        (ship("shr_1"), 1_500),
    ] {
        choose(&mut world, &id, choice).expect("a choice");
        assert_eq!(session(&world, &id).totals.total, total);
    }
    for (choice, param) in [
        (ship("shr_3"), "shipping_option"),
        (quantity(&line, 6), "quantities"),
        (quantity(&line, -1), "quantities"),
        (quantity(&line, 0), "quantities"),
        (quantity("li_other", 1), "quantities"),
    ] {
        let refused = choose(&mut world, &id, choice.clone()).expect_err("a refusal");
        assert_eq!(told(refused), (None, param.to_owned()), "{choice:?}");
    }
    assert_eq!(session(&world, &id).totals.total, 1_500);
    let fixed = create(&mut world, hosted(), vec![item(price("usd", 500), 1)]);
    let fixed = fixed.expect("a session");
    let line = session(&world, &fixed).lines[0].id.clone();
    let refused = choose(&mut world, &fixed, quantity(&line, 2)).expect_err("a refusal");
    assert_eq!(told(refused), (None, "quantities".to_owned()));
}

#[test]
fn a_merchant_changes_metadata_always_and_shipping_while_it_is_open() {
    let mut world = World::new(false);
    let id = create(&mut world, hosted(), vec![item(price("usd", 500), 1)]).expect("a session");
    let update = |world: &mut World, options: Option<Vec<ShippingOption>>| {
        let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
            let mut held = world.get(&id).expect("the session");
            let command = UpdateSession {
                metadata: MetadataPatch::Merge(vec![("order".to_owned(), "42".to_owned())]),
                shipping_options: options,
                ..UpdateSession::default()
            };
            checkout::update(draft, context, &mut held, command)?;
            Ok(None)
        };
        world.act(decide, Outcome::Unknown)
    };
    let dear = || Some(vec![by_mail("shr_9", 700)]);
    assert_eq!(update(&mut world, dear()), Ok(()));
    assert_eq!(session(&world, &id).totals.total, 1_200);
    world.pass(86_400);
    let refused = update(&mut world, dear()).expect_err("a refusal");
    assert_eq!(told(refused), (Some("session_expired"), String::new()));
    assert_eq!(update(&mut world, None), Ok(()));
    assert_eq!(session(&world, &id).metadata["order"], "42");
}
