//! Programs that must not compile: printing, serialising or copying what is secret, and opening cards without the right.

#[test]
fn secrets_cannot_be_shown() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
