//! The table files that are built into the program, one per resource.
//!
//! Deliberately absent: reading files at run time; the table is part of the program's promise.

/// Name and text of every file under `params/`.
pub(super) const ALL: [(&str, &str); 26] = [
    ("accounts", include_str!("../../params/accounts.txt")),
    ("balance", include_str!("../../params/balance.txt")),
    ("charges", include_str!("../../params/charges.txt")),
    (
        "checkout_sessions",
        include_str!("../../params/checkout_sessions.txt"),
    ),
    (
        "confirmation_tokens",
        include_str!("../../params/confirmation_tokens.txt"),
    ),
    (
        "customer_sessions",
        include_str!("../../params/customer_sessions.txt"),
    ),
    ("customers", include_str!("../../params/customers.txt")),
    ("disputes", include_str!("../../params/disputes.txt")),
    (
        "early_fraud_warnings",
        include_str!("../../params/early_fraud_warnings.txt"),
    ),
    ("elements", include_str!("../../params/elements.txt")),
    ("events", include_str!("../../params/events.txt")),
    (
        "florin_payments",
        include_str!("../../params/florin_payments.txt"),
    ),
    (
        "payment_intents",
        include_str!("../../params/payment_intents.txt"),
    ),
    (
        "payment_links",
        include_str!("../../params/payment_links.txt"),
    ),
    (
        "payment_method_configurations",
        include_str!("../../params/payment_method_configurations.txt"),
    ),
    (
        "payment_method_domains",
        include_str!("../../params/payment_method_domains.txt"),
    ),
    (
        "payment_methods",
        include_str!("../../params/payment_methods.txt"),
    ),
    ("prices", include_str!("../../params/prices.txt")),
    ("products", include_str!("../../params/products.txt")),
    ("refunds", include_str!("../../params/refunds.txt")),
    (
        "setup_intents",
        include_str!("../../params/setup_intents.txt"),
    ),
    (
        "shipping_rates",
        include_str!("../../params/shipping_rates.txt"),
    ),
    ("sources", include_str!("../../params/sources.txt")),
    ("tax_rates", include_str!("../../params/tax_rates.txt")),
    ("tokens", include_str!("../../params/tokens.txt")),
    (
        "webhook_endpoints",
        include_str!("../../params/webhook_endpoints.txt"),
    ),
];

#[cfg(test)]
mod tests {
    use super::super::{Kind, Members, Policy, Table};
    use super::ALL;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_file_is_built_in_and_the_table_loads() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("params");
        let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
            .expect("the folder of the tables")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".txt").map(str::to_owned))
            .collect();
        let built_in: BTreeSet<String> = ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(on_disk, built_in);
        let table = Table::load();
        assert!(table.operation("POST", "/v1/payment_intents").is_some());
        assert!(table.operation("DELETE", "/v1/payment_intents").is_none());
    }

    #[test]
    fn every_list_can_be_paged() {
        let table = Table::load();
        let lists = table
            .operations()
            .filter(|one| one.params.find("limit").is_some());
        let mut count = 0;
        for operation in lists {
            count += 1;
            let limit = operation.params.find("limit").map(|param| &param.kind);
            assert_eq!(
                limit,
                Some(&Kind::Integer { min: 1, max: 100 }),
                "{}",
                operation.path
            );
            for name in ["starting_after", "ending_before"] {
                assert!(
                    operation.params.find(name).is_some(),
                    "{} {name}",
                    operation.path
                );
            }
        }
        assert!(count > 5, "only {count} lists in the tables");
    }

    #[test]
    fn every_object_that_is_served_has_members() {
        fn walk(path: &str, members: &Members) {
            for param in members.iter() {
                let path = format!("{path} {}", param.name);
                let served = param.policy == Policy::Served;
                let empty = matches!(param.kind, Kind::Object) && param.members.is_empty();
                // The mark of an acceptance on paper carries nothing but its presence.
                let mark = param.name == "offline";
                assert!(!served || !empty || mark, "{path} has no lines below it");
                walk(&path, &param.members);
            }
        }
        for operation in Table::load().operations() {
            walk(&operation.path, &operation.params);
        }
    }
}
