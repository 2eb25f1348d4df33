//! A vault that only seals has no way to open a card.

fn read(
    vault: &florin_vault::Vault,
    context: &florin_vault::SealContext<'_>,
    sealed: &florin_vault::SealedCard,
) {
    drop(vault.open_card(context, sealed));
}

fn main() {}
