//! Server-sent events: the page's state now, and again whenever it changes.
//!
//! The state is looked up twice a second, because another copy of this server may change it. A stream ends when nothing
//! more can happen, after some minutes, or when the server stops; browsers open it again by themselves. Deliberately absent:
//! a memory of events: the state is the whole truth.

use super::{Visit, refused};
use crate::Api;
use axum::body::Body;
use axum::http::Response as HttpResponse;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use florin_engine::PageSession;
use florin_render::{page_waits, render_page};
use futures_util::stream::{Stream, unfold};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Streams that one process keeps open; pages beyond that ask for the state now and then.
const STREAMS_MAX: usize = 1_000;
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A stream ends after so long.
const STREAM_MAX: Duration = Duration::from_secs(600);
/// A sign of life for whatever lies between here and the browser.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

struct Watch {
    api: Arc<Api>,
    page: PageSession,
    told: String,
    began: Instant,
    is_over: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.api.streams.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Answers with the stream of a page.
pub(super) async fn stream(visit: &Visit<'_>) -> HttpResponse<Body> {
    let api = visit.api;
    let watch = Watch {
        api: Arc::clone(api),
        page: visit.page.clone(),
        told: String::new(),
        began: Instant::now(),
        is_over: false,
    };
    if api.streams.fetch_add(1, Ordering::AcqRel) >= STREAMS_MAX {
        let message = "Too many pages are watched at once; ask for the state instead.";
        return refused(503, Some("unavailable"), message, None);
    }
    let alive = KeepAlive::new().interval(ALIVE_EVERY);
    Sse::new(changes(watch)).keep_alive(alive).into_response()
}

fn changes(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    })
}

impl Watch {
    /// The next change; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let stops = self.api.stopping.load(Ordering::Relaxed);
            if self.is_over || stops || self.began.elapsed() > STREAM_MAX {
                return None;
            }
            if let Some(state) = self.look().await {
                return Some(Event::default().event("state").data(state));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The state, if it is another one than was told.
    async fn look(&mut self) -> Option<String> {
        // A database that does not answer now may answer at the next look.
        let facts = self.api.engine.page_facts(&self.page).await.ok()??;
        let state = render_page(&facts, &self.api.engine.view(&self.page.scope)).to_string();
        self.is_over = !page_waits(&facts);
        if state == self.told {
            return None;
        }
        self.told.clone_from(&state);
        Some(state)
    }
}
