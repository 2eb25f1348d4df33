//! The frame of every page that people see: one document, one style, nothing from elsewhere.
//!
//! Deliberately absent: scripts, images and links to other hosts; the headers of `headers::page` refuse them, too.

use crate::headers;
use axum::body::Body;
use axum::http::Response as HttpResponse;

/// A whole page. `style` comes after the style that all pages share; `body` is markup and is not escaped.
pub fn frame(title: &str, style: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{SHARED}{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n",
        escape(title)
    )
}

/// A page that says one thing, in plain text.
pub fn said(status: u16, title: &str, text: &str) -> HttpResponse<Body> {
    let body = format!("<h1>{}</h1>\n<p>{}</p>", escape(title), escape(text));
    headers::page(status, frame(title, "", &body))
}

/// Colors follow the reader's system, in light and in dark.
const SHARED: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{margin:0;background:Canvas;color:CanvasText}\
main{padding:2rem 1.5rem;width:100%;box-sizing:border-box;overflow-wrap:anywhere}\
h1{font-size:1.4rem;margin:0 0 .75rem}\
.note{border-left:.25rem solid #b45309;padding:.25rem .75rem;margin:0 0 1rem}\
:focus-visible{outline:3px solid #60a5fa;outline-offset:2px}";

pub use florin_render::markup::escape;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_on_the_page_is_escaped() {
        assert!(frame("<t>", "", "x").contains("<title>&lt;t&gt;</title>"));
    }
}
