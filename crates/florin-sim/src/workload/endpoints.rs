//! Stories of webhook endpoints.
//!
//! Deliberately absent: deliveries, which the engine makes by itself.

use super::{operators, wishes};
use crate::client::Client;

/// Makes an endpoint; most stay as they are, so that the auditor can count what arrives.
pub async fn subscribe(client: &mut Client) {
    let url = format!("https://shop.example/{}/{}", client.name, client.count);
    let made = client.ask(wishes::create_endpoint(&url)).await;
    if !made.ok() || client.random.chance(500) {
        return;
    }
    let id = made.text("id");
    client.think(2_000).await;
    client
        .ask(wishes::update_endpoint(&id, "a second look"))
        .await;
    client.think(2_000).await;
    if client.random.chance(500) {
        operators::roll_secret(client, &id).await;
    }
    if client.random.chance(300) {
        return;
    }
    client.ask(wishes::delete_endpoint(&id)).await;
}
