//! QR codes: as a picture for pages, and as text for terminals.
//!
//! Deliberately absent: colours; a code is dark on light, whatever surrounds it.

use qrcodegen::{QrCode, QrCodeEcc};

/// The light border that readers need, in modules.
const QUIET: i32 = 4;

fn code(text: &str) -> Option<QrCode> {
    QrCode::encode_text(text, QrCodeEcc::Medium).ok()
}

/// A picture; `None` for a text that is too long for any code.
pub fn svg(text: &str) -> Option<String> {
    let code = code(text)?;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" shape-rendering=\"crispEdges\">\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>\n"
    ))
}

/// Lines of half blocks for a terminal, light on dark ones included: each cell says both of its colours.
pub fn terminal(text: &str) -> Option<String> {
    let code = code(text)?;
    let (from, to) = (-QUIET / 2, code.size() + QUIET / 2);
    let mut lines = String::new();
    for y in (from..to).step_by(2) {
        lines.push_str("\u{1b}[30;107m");
        for x in from..to {
            let dark = |y: i32| code.get_module(x, y);
            lines.push(match (dark(y), dark(y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        lines.push_str("\u{1b}[0m\n");
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_border() {
        let picture = svg("https://pay.example/c/pay/cs_test_1").expect("a code");
        assert!(picture.starts_with("<svg xmlns"));
        // The first dark module is the corner of the first finder.
        let first = picture.find("M4,4h1").expect("the corner");
        assert!(picture[..first].ends_with("<path d=\""));
        assert!(svg(&"x".repeat(5_000)).is_none());
    }

    #[test]
    fn a_terminal_shows_two_rows_in_a_line() {
        let lines = terminal("florin").expect("a code");
        // 21 modules and 2 of border on each side: 25 rows in 13 lines.
        assert_eq!(lines.lines().count(), 13);
        assert!(lines.lines().all(|line| line.ends_with("\u{1b}[0m")));
    }
}
