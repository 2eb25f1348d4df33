//! The ring's life: rotation, re-sealing, retirement, reload in another process, and tampering.

use crate::world::{CONTEXT, VISA, master, number, open_again, open_vault};
use florin_vault::{
    Expiry, KeyState, MasterKeyError, MasterKeySource, RingError, Vault, VaultError, Zeroizing,
    create_ring,
};

fn adopt_rotation(vault: &Vault) -> String {
    let change = vault.rotate(5_000).expect("rotates");
    let text = change.text().to_owned();
    assert!(vault.adopt(change).expect("adopts"));
    text
}

#[test]
fn a_rotation_takes_effect_only_when_it_is_adopted() {
    let (vault, ..) = open_vault();
    let first = vault.active_key_id();
    let change = vault.rotate(5_000).expect("rotates");
    assert_eq!((change.replaces(), change.revision()), (1, 2));
    assert_eq!(
        (vault.active_key_id(), vault.revision()),
        (first.clone(), 1)
    );
    assert!(vault.adopt(change).expect("adopts"));
    assert_eq!(vault.revision(), 2);
    assert_ne!(vault.active_key_id(), first);
    let states: Vec<KeyState> = vault.keys().iter().map(|key| key.state).collect();
    assert_eq!(states, [KeyState::Retiring, KeyState::Active]);
    let superseded: Vec<i64> = vault.keys().iter().map(|key| key.superseded_ms).collect();
    assert_eq!(superseded, [5_000, 0]);
}

#[test]
fn rows_move_from_the_old_key_to_the_new_one() {
    let (vault, opener, _) = open_vault();
    let expiry = Expiry::new(1, 2040).expect("a month");
    let old = vault
        .seal_card(&CONTEXT, &number(VISA), expiry)
        .expect("seals");
    assert!(!vault.needs_reseal(old.key_id()));
    adopt_rotation(&vault);
    assert!(vault.needs_reseal(old.key_id()));
    assert_eq!(
        opener
            .open_card(&CONTEXT, &old)
            .expect("still opens")
            .number_digits(),
        VISA
    );
    let new = vault.reseal(&CONTEXT, &old).expect("re-seals");
    assert!(!vault.needs_reseal(new.key_id()));
    assert_eq!(
        opener
            .open_card(&CONTEXT, &new)
            .expect("opens")
            .number_digits(),
        VISA
    );
    let elsewhere = florin_vault::SealContext {
        record: "pm_2",
        ..CONTEXT
    };
    assert_eq!(
        vault.reseal(&elsewhere, &old).err(),
        Some(VaultError::Refused)
    );

    assert!(
        vault
            .adopt(vault.retire(old.key_id()).expect("retires"))
            .expect("adopts")
    );
    let gone = VaultError::UnknownKey(old.key_id().to_owned());
    assert_eq!(opener.open_card(&CONTEXT, &old).err(), Some(gone));
    assert!(opener.open_card(&CONTEXT, &new).is_ok());
    assert_eq!(vault.keys().len(), 1);
}

#[test]
fn only_a_retiring_key_is_retired() {
    let (vault, ..) = open_vault();
    let active = vault.active_key_id();
    assert!(matches!(vault.retire(&active), Err(RingError::KeyActive(id)) if id == active));
    assert!(matches!(vault.retire("dk_other"), Err(RingError::UnknownKey(id)) if id == "dk_other"));
}

#[test]
fn another_process_reloads_on_an_unknown_key() {
    let (here, _, text) = open_vault();
    let (there, there_opener) = open_again(&text);
    let newer = adopt_rotation(&here);
    let sealed = here
        .seal_card(
            &CONTEXT,
            &number(VISA),
            Expiry::new(1, 40).expect("a month"),
        )
        .expect("seals");
    let unknown = VaultError::UnknownKey(sealed.key_id().to_owned());
    assert_eq!(
        there_opener.open_card(&CONTEXT, &sealed).err(),
        Some(unknown)
    );
    assert!(!there.knows_key(sealed.key_id()) && !there.is_at(&newer).expect("read"));
    assert!(there.reload(&newer).expect("reloads"));
    assert!(there.knows_key(sealed.key_id()) && there.is_at(&newer).expect("read"));
    assert_eq!(
        there_opener
            .open_card(&CONTEXT, &sealed)
            .expect("opens")
            .number_digits(),
        VISA
    );
}

#[test]
fn two_rings_of_one_revision_are_told_apart() {
    let (here, _, text) = open_vault();
    let (there, _) = open_again(&text);
    let (one, other) = (adopt_rotation(&here), adopt_rotation(&there));
    assert_eq!(here.revision(), there.revision());
    assert!(here.is_at(&one).expect("read") && !here.is_at(&other).expect("read"));
}

#[test]
fn an_older_ring_never_replaces_a_newer_one() {
    let (vault, _, oldest) = open_vault();
    let newer = adopt_rotation(&vault);
    let active = vault.active_key_id();
    assert!(!vault.reload(&oldest).expect("read"));
    assert!(!vault.reload(&newer).expect("read"), "the same revision");
    assert_eq!(vault.active_key_id(), active);
}

#[test]
fn a_changed_ring_text_does_not_open() {
    let (_, _, text) = open_vault();
    let field = |name: &str| {
        let ring: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        ring[name].as_str().expect("text").to_owned()
    };
    let flip = |value: String| {
        let first = if value.starts_with('A') { "B" } else { "A" };
        text.replace(&value, &format!("{first}{}", &value[1..]))
    };
    let changed = [
        text.replace("\"revision\":1", "\"revision\":2"),
        flip(field("wrapped_key")),
        flip(field("sealed_ring")),
    ];
    for text in changed {
        assert!(
            matches!(
                Vault::open(Box::new(master(1)), &text),
                Err(RingError::Refused)
            ),
            "{text}"
        );
    }
    let (_, _, other) = open_vault();
    let other: serde_json::Value = serde_json::from_str(&other).expect("JSON");
    let foreign = other["sealed_ring"].as_str().expect("text");
    let mixed = text.replace(&field("sealed_ring"), foreign);
    assert!(matches!(
        Vault::open(Box::new(master(1)), &mixed),
        Err(RingError::Refused)
    ));
}

#[test]
fn what_is_no_ring_is_malformed() {
    let (_, _, text) = open_vault();
    let long = format!("{text}{}", " ".repeat(florin_vault::RING_TEXT_LEN_MAX));
    let newer = text.replace("\"format\":2", "\"format\":3");
    let older = text.replace("\"format\":2", "\"format\":1");
    let cut = &text[..text.len() - 1];
    for text in ["", "{}", "null", cut, &long, &newer, &older] {
        assert!(matches!(
            Vault::open(Box::new(master(1)), text),
            Err(RingError::Malformed)
        ));
    }
}

#[test]
fn the_wrong_master_key_is_named() {
    let (_, _, text) = open_vault();
    let Err(RingError::WrongMaster { wrapped_by, given }) = Vault::open(Box::new(master(2)), &text)
    else {
        panic!("another master key opened the ring, or failed otherwise");
    };
    assert_eq!(
        (wrapped_by, given.clone()),
        (master(1).id(), master(2).id())
    );
    let renamed = text.replace(&master(1).id(), &given);
    assert!(matches!(
        Vault::open(Box::new(master(2)), &renamed),
        Err(RingError::Refused)
    ));
}

#[test]
fn a_ring_moves_to_another_master_key() {
    let (vault, _, _) = open_vault();
    let sealed = vault.seal_secret(&CONTEXT, b"whsec").expect("seals");
    let change = vault.rewrap(&master(2)).expect("rewraps");
    assert_eq!(change.replaces(), vault.revision());
    let (moved, _) =
        Vault::open(Box::new(master(2)), change.text()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        **moved.open_secret(&CONTEXT, &sealed).expect("opens"),
        *b"whsec"
    );
    assert!(matches!(
        Vault::open(Box::new(master(1)), change.text()),
        Err(RingError::WrongMaster { .. })
    ));
}

/// A key service that is away.
struct Away;

impl MasterKeySource for Away {
    fn id(&self) -> String {
        "away".to_owned()
    }

    fn wrap_key(&self, _: &[u8]) -> Result<Vec<u8>, MasterKeyError> {
        Err(MasterKeyError::Source("connection refused".to_owned()))
    }

    fn unwrap_key(&self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
        Err(MasterKeyError::Source("connection refused".to_owned()))
    }
}

#[test]
fn a_key_service_that_is_away_is_told_from_a_changed_ring() {
    assert!(matches!(
        create_ring(&Away),
        Err(RingError::Master(MasterKeyError::Source(_)))
    ));
    let (vault, _, text) = open_vault();
    let text = text.replace(&master(1).id(), "away");
    assert!(matches!(
        Vault::open(Box::new(Away), &text),
        Err(RingError::Master(MasterKeyError::Source(_)))
    ));
    assert!(matches!(vault.rewrap(&Away), Err(RingError::Master(_))));
    assert!(
        vault.seal_secret(&CONTEXT, b"x").is_ok(),
        "sealing needs no key service"
    );
}
