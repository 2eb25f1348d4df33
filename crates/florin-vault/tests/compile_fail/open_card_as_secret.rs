//! The door of secrets does not take a sealed card.

fn read(
    vault: &florin_vault::Vault,
    context: &florin_vault::SealContext<'_>,
    sealed: &florin_vault::SealedCard,
) {
    drop(vault.open_secret(context, sealed));
}

fn main() {}
