//! The measured part of a page, between two marks.
//!
//! Deliberately absent: any change outside of the marks, where people write.

/// Stands on a line before the measured part.
const BEGIN: &str = "<!-- measured -->";
/// Stands on a line behind it.
const END: &str = "<!-- end of measured -->";

/// The page with another measured part.
///
/// # Errors
/// The page does not hold each mark exactly once, in their order.
pub fn replaced(page: &str, measured: &str) -> Result<String, String> {
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let is_once = [BEGIN, END]
        .iter()
        .all(|mark| page.matches(mark).count() == 1);
    match parts {
        Some((before, after)) if is_once => {
            let measured = measured.trim();
            Ok(format!("{before}{BEGIN}\n\n{measured}\n\n{END}{after}"))
        }
        _ => Err(format!(
            "the page must hold `{BEGIN}` and, behind it, `{END}`, each once"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays() {
        let page = format!("# Page\n\n{BEGIN}\nold\n{END}\n\nBy hand.\n");
        let expected = format!("# Page\n\n{BEGIN}\n\n| new |\n\n{END}\n\nBy hand.\n");
        let once = replaced(&page, "\n| new |\n").expect("marks");
        assert_eq!(once, expected);
        assert_eq!(replaced(&once, "| new |"), Ok(expected));
    }

    #[test]
    fn a_page_without_its_marks_is_refused() {
        for page in [
            String::new(),
            BEGIN.to_owned(),
            format!("{END} {BEGIN}"),
            format!("{BEGIN} {END} {END}"),
            format!("{BEGIN} {BEGIN} {END}"),
        ] {
            assert!(replaced(&page, "new").is_err(), "{page}");
        }
    }
}
