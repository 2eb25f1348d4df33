//! The page of all codes: first the codes of errors, then the reasons of declines.
//!
//! An error's section has the code itself as its anchor; a reason's has `decline-` before it, because some words are both.
//! Deliberately absent: the texts.

use super::frame;
use super::{declines, errors};
use std::fmt::Write as _;

/// Whether a client should send the request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same request, soon.
    Soon,
    /// The same payment, some time later.
    Later,
    /// Only after something was put right.
    Changed,
    /// Never.
    Never,
}

impl Again {
    fn text(self) -> &'static str {
        match self {
            Again::Soon => {
                "Yes. Send the same request again in a moment, with the same idempotency key."
            }
            Again::Later => {
                "Perhaps. The same may well succeed later; use a new idempotency key then."
            }
            Again::Changed => {
                "Not as it was. It can succeed once what is wrong has been put right."
            }
            Again::Never => "No. It will be refused each time.",
        }
    }
}

/// What the page says about one code.
#[derive(Debug)]
pub struct Entry {
    /// The word on the wire.
    pub code: &'static str,
    /// What happened.
    pub meaning: &'static str,
    /// What to do about it.
    pub next: &'static str,
    /// Whether to try again.
    pub again: Again,
}

/// A row of a table of texts.
pub const fn entry(
    code: &'static str,
    again: Again,
    meaning: &'static str,
    next: &'static str,
) -> Entry {
    Entry {
        code,
        meaning,
        next,
        again,
    }
}

/// One half of the page.
struct Part {
    id: &'static str,
    title: &'static str,
    opening: &'static str,
    anchor: &'static str,
    entries: &'static [Entry],
}

const PARTS: [Part; 2] = [
    Part {
        id: "codes",
        title: "Error codes",
        opening: "The member <code>code</code> of an error.",
        anchor: "",
        entries: errors::ENTRIES,
    },
    Part {
        id: "decline-codes",
        title: "Decline codes",
        opening: "The member <code>decline_code</code> says why a card was declined, as far as the issuer tells. Where there is \
            an <code>advice_code</code> as well, follow it.",
        anchor: "decline-",
        entries: declines::ENTRIES,
    },
];

/// The markup.
pub fn page() -> String {
    let mut body = String::from(
        "<h1>Errors</h1>\n<p>Every error has a <code>message</code>, most have a <code>code</code>. Decide by the code: messages may \
         change. A decline (status 402) is remembered under its idempotency key, so that the next try needs a new key. An answer \
         with status 429, 500 or above, or none at all: send the request again with the same key. It is never carried out twice.</p>\n",
    );
    for part in &PARTS {
        write_part(&mut body, part);
    }
    frame("Errors", &body)
}

fn write_part(body: &mut String, part: &Part) {
    let Part {
        id, title, opening, ..
    } = part;
    // Writing into a String cannot fail.
    let _ = write!(
        body,
        "<section id=\"{id}\">\n<h2>{title}</h2>\n<p>{opening}</p>\n<ul>\n"
    );
    for Entry { code, .. } in part.entries {
        let anchor = part.anchor;
        let _ = writeln!(
            body,
            "<li><a href=\"#{anchor}{code}\"><code>{code}</code></a></li>"
        );
    }
    body.push_str("</ul>\n");
    for entry in part.entries {
        write_entry(body, part.anchor, entry);
    }
    body.push_str("</section>\n");
}

fn write_entry(body: &mut String, anchor: &str, entry: &Entry) {
    let Entry {
        code,
        meaning,
        next,
        again,
    } = entry;
    let again = again.text();
    let _ = write!(
        body,
        "<section id=\"{anchor}{code}\">\n<h3><a href=\"#{anchor}{code}\"><code>{code}</code></a></h3>\n<p>{meaning}</p>\n\
         <dl>\n<dt>What to do</dt>\n<dd>{next}</dd>\n<dt>Does trying again help?</dt>\n<dd>{again}</dd>\n</dl>\n</section>\n"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_anchor_is_there_once() {
        let page = page();
        let mut seen = BTreeSet::new();
        for part in &PARTS {
            for entry in part.entries {
                let id = format!("{}{}", part.anchor, entry.code);
                assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
                assert_eq!(page.matches(&format!("<li><a href=\"#{id}\"")).count(), 1);
                assert!(seen.insert(id));
            }
        }
        assert_eq!(page.matches(" id=\"").count(), seen.len() + PARTS.len());
    }

    #[test]
    fn a_section_says_what_what_next_and_whether_again() {
        let page = page();
        let from = page.find("<section id=\"lock_timeout\"").expect("there");
        let section = &page[from..];
        let section = &section[..section.find("</section>").expect("an end")];
        let held = errors::ENTRIES.iter().find(|e| e.code == "lock_timeout");
        let held = held.expect("a text");
        for part in [held.meaning, held.next, Again::Soon.text()] {
            assert!(section.contains(part), "{part}");
        }
    }

    #[test]
    fn texts_are_sorted_sentences_without_markup() {
        for part in &PARTS {
            assert!(part.entries.is_sorted_by(|a, b| a.code < b.code));
            for Entry {
                code,
                meaning,
                next,
                ..
            } in part.entries
            {
                let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                assert!(code.bytes().all(is_word), "{code}");
                for text in [meaning, next] {
                    assert!(text.ends_with('.') && text.len() > 20, "{code}: {text}");
                    assert!(!text.contains(['<', '>', '&']), "{code}: {text}");
                }
            }
        }
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page();
        for foreign in ["<script", "http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }
}
