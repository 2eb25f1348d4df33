//! The browser parts over HTTP: the SDK under the addresses that pages know, frames, and files that never change.
//!
//! Deliberately absent: HTML of the payform, which the session decides.

use crate::pipeline::header;
use crate::{Api, headers, query};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response as HttpResponse};
use florin_base::Scope;
use florin_web::{Asset, NOT_BUILT};
use serde_json::{Map, Value, json};

/// Files whose names carry the hash of their content.
const FILES: &str = "/assets/";
/// The frames.
const FIELD: &str = "/v3/frames/field";
const CONTROLLER: &str = "/v3/frames/controller";
pub const RETURN: &str = "/v3/frames/return";
/// The SDK under the hash of its content.
const PINNED: &str = "/v3/florin-";
/// Where a merchant finds the address under which the SDK never changes, and its digest.
const PIN: &str = "/v3/florin.json";
/// What may be kept for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What is looked at again each time.
const LOOKED_AT: &str = "no-cache";

/// Where a built file lies, by its name in the sources.
pub fn path(logical: &str) -> Option<String> {
    Asset::named(logical).map(|asset| format!("{FILES}{}", asset.file))
}

/// Where the texts of a language lie, if they are not bundled.
pub fn chunk(language: &str) -> Option<String> {
    let begin = format!("chunk-{language}-");
    let mut assets = florin_web::FILES.iter();
    let found = assets.find(|asset| asset.file.starts_with(&begin))?;
    Some(format!("{FILES}{}", found.file))
}

/// Answers a request for one of the browser parts; `None` for every other path.
pub async fn serve(api: &Api, parts: &Parts) -> Option<HttpResponse<Body>> {
    let path = parts.uri.path();
    let asset = match path {
        FIELD => return Some(frame(api, parts, ("field.js", "Card details")).await),
        CONTROLLER => return Some(frame(api, parts, ("controller.js", "Requests")).await),
        RETURN => return Some(frame(api, parts, ("return.js", "Back")).await),
        PIN => return Some(pin(api, parts)),
        _ if is_sdk(path) => (Asset::named("sdk.js"), LOOKED_AT),
        _ => {
            let name = path.strip_prefix(FILES);
            let name = name.or_else(|| {
                path.strip_prefix("/v3/")
                    .filter(|_| path.starts_with(PINNED))
            })?;
            (Asset::file(name).filter(|asset| !asset.is_page()), FOR_EVER)
        }
    };
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Some(headers::text(405, "Read this with GET.\n"));
    }
    match asset {
        (Some(asset), kept) => Some(file(parts, asset, kept)),
        (None, _) if florin_web::FILES.is_empty() => Some(headers::text(503, NOT_BUILT)),
        (None, _) => Some(headers::text(404, "There is no such file.\n")),
    }
}

/// The tag of the SDK that runs only as it is now: its address with the hash of its content, and its digest.
fn pin(api: &Api, parts: &Parts) -> HttpResponse<Body> {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return headers::text(405, "Read this with GET.\n");
    }
    let Some(asset) = Asset::named("sdk.js") else {
        return headers::text(503, NOT_BUILT);
    };
    let base_url = &api.engine.world().settings.base_url;
    let url = format!("{base_url}/v3/{}", asset.file);
    let integrity = asset.integrity;
    let tag = format!(
        "<script src=\"{url}\" integrity=\"{integrity}\" crossorigin=\"anonymous\"></script>"
    );
    let told = json!({"url": url, "integrity": integrity, "tag": tag});
    headers::json(200, format!("{told:#}\n"))
}

/// `/v3`, `/v3/`, and one word of small letters before `stripe.js`.
fn is_sdk(path: &str) -> bool {
    if matches!(path, "/v3" | "/v3/") {
        return true;
    }
    let train = path
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix("/stripe.js"));
    train.is_some_and(|word| {
        word == "v3" || (!word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
    })
}

/// A file that a browser asks for anew each time, if only whether it is another one.
pub fn looked_at(parts: &Parts, asset: &'static Asset) -> HttpResponse<Body> {
    file(parts, asset, LOOKED_AT)
}

fn file(parts: &Parts, asset: &'static Asset, kept: &'static str) -> HttpResponse<Body> {
    let tag = format!("\"{}\"", asset.integrity);
    if header(&parts.headers, "if-none-match").is_some_and(|known| known.contains(&tag)) {
        return headers::file(304, &[], asset.media(), (kept, &tag, None));
    }
    let (bytes, encoding) = encoded(&parts.headers, asset);
    headers::file(200, bytes, asset.media(), (kept, &tag, encoding))
}

/// The shortest form that the browser takes.
fn encoded(headers: &HeaderMap, asset: &'static Asset) -> (&'static [u8], Option<&'static str>) {
    let accepted = header(headers, "accept-encoding").unwrap_or_default();
    let takes = |name: &str| {
        let mut listed = accepted.split(',').map(str::trim);
        listed.any(|coding| coding.split(';').next() == Some(name) && !coding.ends_with("q=0"))
    };
    match (takes("br"), takes("gzip")) {
        (true, _) => (asset.brotli, Some("br")),
        (_, true) => (asset.gzip, Some("gzip")),
        _ => (asset.plain, None),
    }
}

/// The document of a frame: one script, no markup. Its shop is named in the query, and nobody else may frame it.
async fn frame(api: &Api, parts: &Parts, (script, title): (&str, &str)) -> HttpResponse<Body> {
    let origin = match holder(api, &query::read(parts), None).await {
        Ok(origin) => origin,
        Err(answer) => return answer,
    };
    let Some(asset) = Asset::named(script) else {
        return headers::text(503, NOT_BUILT);
    };
    let html = format!(
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<script type=module src=\"{FILES}{}\"></script>\n</head>\n<body>\n<main id=root></main>\n</body>\n</html>\n",
        asset.file
    );
    headers::frame(html, &origin)
}

/// Whose page wants to hold a frame, by the query of its address, if the key in it allows that. Fields may begin without a key: what
/// they send needs one. What shows something of an account has to be held with a key `of` it.
///
/// # Errors
/// The answer that says why not.
pub async fn holder(
    api: &Api,
    query: &Map<String, Value>,
    of: Option<&Scope>,
) -> Result<String, HttpResponse<Body>> {
    let origin = query::text(query, "origin").filter(|origin| is_origin(origin));
    let Some(origin) = origin else {
        return Err(headers::text(400, "The query names no origin.\n"));
    };
    let key = match query::text(query, "pk") {
        None if of.is_none() => return Ok(origin.to_owned()),
        key => key.unwrap_or_default(),
    };
    // What surrounds a key is left out on the way to the API, and would make it another one here.
    let is_plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if key.is_empty() || !is_plain {
        return Err(headers::text(400, "The query names no publishable key.\n"));
    }
    match api.engine.may_frame(key, origin, of).await {
        Ok(true) => Ok(origin.to_owned()),
        Ok(false) => Err(headers::text(403, not_allowed(origin, of.is_some()))),
        Err(_) => Err(headers::text(
            503,
            "The server cannot check the key now. Try again.\n",
        )),
    }
}

/// What a page gets whose host the key does not name.
fn not_allowed(origin: &str, is_of_account: bool) -> String {
    let other = match is_of_account {
        true => {
            " It has to be one of the account and mode that made the session, and not to be ended."
        }
        false => "",
    };
    format!(
        "Pages of {origin} may not hold this frame with this publishable key.{other} Whoever runs the server can allow \
         other pages: florin keys domains KEY_ID HOST [HOST]\n"
    )
}

/// Scheme, host and perhaps a port: nothing that could end a directive of a policy.
pub fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        let plain =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        !host.is_empty() && host.len() <= 255 && host.bytes().all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_lies_where_pages_look_for_it() {
        for path in [
            "/v3",
            "/v3/",
            "/v3/stripe.js",
            "/basil/stripe.js",
            "/endive/stripe.js",
        ] {
            assert!(is_sdk(path), "{path}");
        }
        for path in [
            "/v4/",
            "/Basil/stripe.js",
            "/a/b/stripe.js",
            "/stripe.js",
            "//stripe.js",
        ] {
            assert!(!is_sdk(path), "{path}");
        }
    }

    #[test]
    fn an_origin_ends_no_directive() {
        for good in [
            "https://shop.example",
            "http://127.0.0.1:7001",
            "http://[::1]:80",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "https://a b",
            "https://a;script-src *",
            "https://a/path",
            "javascript:alert(1)",
            "https://a,b",
            "https://*",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
