//! The page of one request: what Florin keeps of it, and how to find that.
//!
//! Nobody has to show a key here, so the page is the same for every id and does not say whether there was such a request.
//! Deliberately absent: the rest of the path. Only an id of the right shape is ever repeated.

use super::frame;
use crate::html::escape;

/// What the id of a request begins with.
const PREFIX: &str = "req_";
/// Florin's own ids have fourteen characters after the prefix.
const ID_CHARS_MAX: usize = 64;

/// Status and markup of the page for what stands in the path.
pub fn page(id: &str, base_url: &str) -> (u16, String) {
    if !is_id(id) {
        let body = "<h1>Not found</h1>\n<p>The id of a request is <code>req_</code> followed by letters and digits.</p>";
        return (404, frame("Not found", body));
    }
    (200, frame(&format!("Request {id}"), &body(id, base_url)))
}

fn is_id(id: &str) -> bool {
    let Some(rest) = id.strip_prefix(PREFIX) else {
        return false;
    };
    (1..=ID_CHARS_MAX).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn body(id: &str, base_url: &str) -> String {
    let base = escape(base_url);
    format!(
        "<h1>Request <code>{id}</code></h1>\n\
         <p class=note>Florin keeps no copies of requests. Of answers it keeps those to requests with an idempotency key, for 25 hours, to \
         send them again. This page is the same for every id and does not know whether there was such a request.</p>\n\
         <h2>In the log of the server</h2>\n\
         <p>Each request has one line in the log: time, id, method, path, status and duration. Queries, bodies, keys and card data \
         are never logged. The log goes to standard error, one JSON object in each line. With <code>--log warn</code> or \
         <code>--log error</code> these lines are not written.</p>\n\
         <p>In a file, or wherever your system keeps the log:</p>\n\
         <pre><code>grep '\"request\":\"{id}\"' florin.log</code></pre>\n\
         <p>In a search over structured logs, the field is <code>request</code>.</p>\n\
         <h2>What the request changed</h2>\n\
         <p>An event names the request that caused it, in <code>request.id</code>. Events of the last 30 days are listed newest \
         first; this looks through the newest hundred with your secret key:</p>\n\
         <pre><code>curl -s '{base}/v1/events?limit=100' -u YOUR_SECRET_KEY: | jq '.data[] | select(.request.id == \"{id}\")'</code></pre>\n\
         <p>For an older request, begin at its time with <code>created[gte]</code> and <code>created[lte]</code>. A request that was \
         refused has no events, unless the refusal itself was recorded, such as a decline.</p>\n\
         <p><a href=\"/docs/errors\">What the error codes mean</a></p>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://florin.example";

    #[test]
    fn the_page_names_the_request_and_how_to_find_it() {
        let (status, page) = page("req_VbZphil4pl9SuS", BASE);
        assert_eq!(status, 200);
        for part in [
            "<h1>Request <code>req_VbZphil4pl9SuS</code></h1>",
            "grep '\"request\":\"req_VbZphil4pl9SuS\"'",
            "https://florin.example/v1/events?limit=100",
            "keeps no copies of requests",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn nothing_but_an_id_is_repeated() {
        let long = format!("req_{}", "a".repeat(ID_CHARS_MAX + 1));
        for id in [
            "req_<script>alert(1)</script>",
            "req_1%3Cscript%3E",
            "req_a\"b",
            "req_a'b",
            "req_\u{e4}",
            "req_a b",
            "req_a_b",
            "REQ_1",
            "",
            long.as_str(),
        ] {
            let (status, page) = page(id, BASE);
            assert_eq!(status, 404, "{id}");
            assert!(id.is_empty() || !page.contains(id), "{id}");
        }
        let longest = format!("req_{}", "a".repeat(ID_CHARS_MAX));
        assert_eq!(page(&longest, BASE).0, 200);
    }

    #[test]
    fn the_address_of_the_server_is_escaped() {
        let (_, page) = page("req_1", "http://x/<b>");
        assert!(page.contains("http://x/&lt;b&gt;/v1/events"));
    }
}
