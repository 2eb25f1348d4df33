//! Where processors tell of outcomes by themselves: `POST /processors/test/notices` and `/processors/live/notices`.
//!
//! The adapter checks that a notice is its processor's own. Anything but 204 makes a processor send it again.

use crate::pipeline::in_time;
use crate::{Api, headers};
use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use florin_engine::notices::Noticed;
use std::sync::Arc;

/// Where notices of test mode go.
const TEST: &str = "/processors/test/notices";
/// Where notices of live mode go.
const LIVE: &str = "/processors/live/notices";
/// The most bytes of a delivery.
const NOTICE_BYTES_MAX: usize = 1024 * 1024;

/// The mode that a path is for, if notices go there.
pub fn mode(path: &str) -> Option<bool> {
    match path {
        TEST => Some(false),
        LIVE => Some(true),
        _ => None,
    }
}

/// Takes one delivery.
pub async fn serve(api: &Arc<Api>, parts: &Parts, body: Body, live: bool) -> HttpResponse<Body> {
    if parts.method != Method::POST {
        return headers::text(405, "notices are sent with POST\n");
    }
    let Some(Ok(bytes)) = in_time(to_bytes(body, NOTICE_BYTES_MAX)).await else {
        return headers::text(413, "the notice is too large or was cut off\n");
    };
    let told: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    match api.engine.take_notices(live, &told, &bytes).await {
        Noticed::Recorded => headers::text(204, ""),
        Noticed::TryAgain => headers::text(503, "not recorded yet; send it again\n"),
        Noticed::Refused(why) => {
            tracing::warn!(?why, live, "a processor's notice was refused");
            headers::text(400, "this is no notice of this installation's processor\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_the_mode() {
        assert_eq!(mode(TEST), Some(false));
        assert_eq!(mode(LIVE), Some(true));
        assert_eq!(mode("/processors/test/notices/"), None);
        assert_eq!(mode("/v1/payment_intents"), None);
    }
}
