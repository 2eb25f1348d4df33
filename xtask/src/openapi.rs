//! The committed contract: `cargo xtask openapi`.
//!
//! Shape: the binary prints each file; it is written, or compared with what is committed. Deliberately absent: any
//! knowledge of the contract, which lies in the code that answers.

use std::path::Path;

use crate::command::{cargo, command, output_of, run};
use crate::tree::target;

/// Each generated file and the command of the binary that prints it.
const GENERATED: [(&str, &str); 2] = [
    ("openapi/florin.json", "openapi"),
    ("docs/compatibility.md", "compatibility"),
];

/// The `openapi` command.
///
/// # Errors
/// The binary cannot be built, or with `--check` a file differs.
pub fn openapi(root: &Path, arguments: &[String]) -> Result<(), String> {
    let is_check = match arguments {
        [] => false,
        [only] if only == "--check" => true,
        _ => return Err("openapi takes nothing or --check.".to_owned()),
    };
    run(command(root, cargo(), &["build", "--package", "florin"]))?;
    let binary = target(root).join("debug/florin");
    if is_check {
        compare(root, &binary)
    } else {
        write(root, &binary)
    }
}

/// Compares the committed files with what the binary prints.
///
/// # Errors
/// A file is missing or differs; the text names the first line that does.
pub fn compare(root: &Path, binary: &Path) -> Result<(), String> {
    let mut wrong = Vec::new();
    for (path, print) in GENERATED {
        let expected = output_of(root, binary, &[print])?;
        match std::fs::read_to_string(root.join(path)) {
            Err(error) => wrong.push(format!("{path} cannot be read: {error}")),
            Ok(committed) => wrong.extend(
                first_difference(&committed, &expected)
                    .map(|line| format!("{path} is not what the code says, first in line {line}")),
            ),
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\n`cargo xtask openapi` writes the files again.",
        wrong.join("\n")
    ))
}

fn write(root: &Path, binary: &Path) -> Result<(), String> {
    for (path, print) in GENERATED {
        let text = output_of(root, binary, &[print])?;
        let file = root.join(path);
        let folder = file.parent().unwrap_or(root);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, text));
        written.map_err(|error| format!("{path} cannot be written: {error}"))?;
        println!("{path}");
    }
    Ok(())
}

/// The number of the first line in which two texts differ.
fn first_difference(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return None;
    }
    let same = a.lines().zip(b.lines()).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_found() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a", "a\n"), Some(2));
    }

    #[test]
    fn missing_files_and_old_ones_fail_the_comparison() {
        let folder = std::env::temp_dir().join(format!("florin-openapi-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("openapi")).expect("a folder can be made");
        std::fs::write(folder.join("openapi/florin.json"), "old\n").expect("a file can be written");
        // `echo` prints its argument, as the binary prints a file.
        let why = compare(&folder, Path::new("/bin/echo")).expect_err("both are wrong");
        assert!(
            why.contains("florin.json is not") && why.contains("compatibility.md cannot"),
            "{why}"
        );
        write(&folder, Path::new("/bin/echo")).expect("both can be written");
        assert_eq!(compare(&folder, Path::new("/bin/echo")), Ok(()));
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    }
}
