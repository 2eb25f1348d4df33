//! QR codes: as pictures for pages and mails, and as text for terminals.
//!
//! Deliberately absent: colours; a code is dark on light, whatever surrounds it.

use base64::Engine as _;
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

/// How many points a module is wide in a picture of points.
const POINTS: usize = 8;

/// A picture of points (PNG), for programs that show no SVG.
pub fn png(text: &str) -> Option<Vec<u8>> {
    let code = code(text)?;
    let modules = usize::try_from(code.size() + 2 * QUIET).ok()?;
    let side = modules * POINTS;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut points = vec![0xff_u8; side * side];
    for (at, point) in points.iter_mut().enumerate() {
        let module = |at: usize| (at / POINTS) as i32 - QUIET;
        if code.get_module(module(at % side), module(at / side)) {
            *point = 0;
        }
    }
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&points).ok()?;
    drop(writer);
    Some(bytes)
}

/// A picture inside of an address (`data:`).
pub fn data_url(text: &str) -> Option<String> {
    let picture = base64::engine::general_purpose::STANDARD.encode(png(text)?);
    Some(format!("data:image/png;base64,{picture}"))
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
    fn a_picture_of_points_has_the_same_modules() {
        let bytes = png("florin").expect("a picture");
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes))
            .read_info()
            .expect("a picture that is read");
        let mut points = vec![0; reader.output_buffer_size().expect("a size")];
        let frame = reader.next_frame(&mut points).expect("points");
        let code = code("florin").expect("a code");
        assert_eq!(
            frame.width as i32,
            (code.size() + 2 * QUIET) * POINTS as i32
        );
        let dark = points.iter().filter(|point| **point == 0).count();
        let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let expected = modules.filter(|(x, y)| code.get_module(*x, *y)).count();
        assert_eq!(dark, expected * POINTS * POINTS);
        assert!(
            data_url("florin").is_some_and(|url| url.starts_with("data:image/png;base64,iVBOR"))
        );
    }

    #[test]
    fn a_terminal_shows_two_rows_in_a_line() {
        let lines = terminal("florin").expect("a code");
        // 21 modules and 2 of border on each side: 25 rows in 13 lines.
        assert_eq!(lines.lines().count(), 13);
        assert!(lines.lines().all(|line| line.ends_with("\u{1b}[0m")));
    }
}
