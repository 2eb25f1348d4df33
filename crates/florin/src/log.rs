//! The log: one line of JSON for each event, on standard error.
//!
//! A line has `timestamp`, `level`, the fields of the event in their order, and `target`. Every request is a line, so that
//! it is written without trees and copies on the way. Deliberately absent: spans, which Florin does not open, and a buffer,
//! which would lose the last lines of a process that dies.

use anyhow::{Context, Result};
use std::fmt::{self, Debug, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, fmt};
use tracing_subscriber::registry::LookupSpan;

/// Logs what a filter of the `tracing` kind lets through.
///
/// # Errors
/// The filter is not valid.
pub fn start(filter: &str) -> Result<()> {
    let filter =
        tracing_subscriber::EnvFilter::try_new(filter).context("the log filter is not valid")?;
    fmt()
        .event_format(Lines)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

/// The format of a line.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        line.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut line)?;
        write!(line, "\",\"level\":\"{}\"", event.metadata().level())?;
        let mut fields = Fields {
            line: &mut line,
            done: Ok(()),
        };
        event.record(&mut fields);
        fields.done?;
        line.write_str(",\"target\":\"")?;
        Escaped(&mut line).write_str(event.metadata().target())?;
        line.write_str("\"}\n")
    }
}

/// Writes fields as members.
struct Fields<'a, W> {
    line: &'a mut W,
    done: fmt::Result,
}

impl<W: Write> Fields<'_, W> {
    fn text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.member(field, |line| {
            line.write_char('"')?;
            Escaped(line).write_fmt(value)?;
            line.write_char('"')
        });
    }

    fn member(&mut self, field: &Field, value: impl FnOnce(&mut W) -> fmt::Result) {
        let line = &mut *self.line;
        let written = write!(line, ",\"{}\":", field.name()).and_then(|()| value(line));
        self.done = self.done.and(written);
    }
}

impl<W: Write> Visit for Fields<'_, W> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, format_args!("{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |line| write!(line, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |line| write!(line, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |line| write!(line, "{value}"));
    }
}

/// The inside of a JSON text.
struct Escaped<'a, W>(&'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        let is_special = |c: char| c < ' ' || c == '"' || c == '\\' || c == '\u{7f}';
        while let Some(at) = rest.find(is_special) {
            self.0.write_str(&rest[..at])?;
            match rest.as_bytes()[at] {
                b'"' => self.0.write_str("\\\"")?,
                b'\\' => self.0.write_str("\\\\")?,
                b'\n' => self.0.write_str("\\n")?,
                byte => write!(self.0, "\\u{byte:04x}")?,
            }
            rest = &rest[at + 1..];
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::io;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_of_json() {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = fmt()
            .event_format(Lines)
            .with_writer(move || writer.clone())
            .finish();
        let hostile = "a \"b\" \\ c\nd\t\u{1}\u{7f} é";
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(path = %hostile, status = 200_u16, took_us = 7_u64, below = -1, is_late = true, text = hostile, "answered");
            tracing::warn!(error = ?Some(hostile), "the disk is {}", "full");
        });
        let bytes = kept.0.lock().expect("no panic").clone();
        let text = String::from_utf8(bytes).expect("a text");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect(line))
            .collect();
        assert_eq!(lines.len(), 2, "{text}");
        let names: Vec<&String> = lines[0].as_object().expect("a hash").keys().collect();
        let expected = [
            "timestamp",
            "level",
            "message",
            "path",
            "status",
            "took_us",
            "below",
            "is_late",
            "text",
            "target",
        ];
        assert_eq!(names, expected);
        assert_eq!(lines[0]["path"], hostile);
        assert_eq!(lines[0]["text"], hostile);
        assert_eq!(
            [
                &lines[0]["status"],
                &lines[0]["took_us"],
                &lines[0]["below"]
            ],
            [&json!(200), &json!(7), &json!(-1)]
        );
        assert_eq!(lines[0]["is_late"], true);
        assert_eq!(lines[1]["message"], "the disk is full");
        assert_eq!(lines[1]["error"], format!("{:?}", Some(hostile)));
        assert_eq!(lines[1]["level"], "WARN");
    }
}
