//! The right to open cards is not made out of a vault.

fn make(vault: florin_vault::Vault) -> florin_vault::CardOpener {
    florin_vault::CardOpener { vault }
}

fn main() {}
