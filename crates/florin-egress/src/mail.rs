//! Mails: handed over to the one SMTP server that the operator names.
//!
//! Shape: [`Mailer`] is the door that the engine holds, [`Smtp`] the real client behind it. The operator chose the server, so that no
//! guard judges its address. Deliberately absent: what is written and when, looking up the servers of receivers, and a queue; whoever
//! sends tries again.

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How long one exchange with the server may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A mail to a buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same for every try of the same mail: with it a reader who gets two sees one.
    pub id: String,
    /// The buyer's address.
    pub to: String,
    /// Who writes: the merchant. The address is the server's own.
    pub from: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The subject.
    pub subject: String,
    /// The content as plain text.
    pub text: String,
    /// The content as a document.
    pub html: String,
}

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailError {
    /// Not now: the server is away, or told to come again.
    Later(String),
    /// Never: the address or the mail is refused.
    Refused(String),
}

/// The answer of a mail server.
pub type MailFuture<'a> = Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>>;

/// The way of mails out.
pub trait Mailer: Send + Sync {
    /// Hands a mail over to a server that answers for it from then on.
    fn send(&self, mail: Mail) -> MailFuture<'_>;
}

/// An SMTP server, and the address that mails come from.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl Smtp {
    /// The server that a URL names: `smtps://USER:PASSWORD@HOST`, `smtp://HOST:587?tls=required`, or `smtp://HOST` for one on this
    /// machine.
    ///
    /// # Errors
    /// The URL names no server, or the address is none. The text never repeats the URL, which may hold a password.
    pub fn open(url: &str, from: &str) -> Result<Smtp, String> {
        let from = from
            .parse()
            .map_err(|_| format!("{from:?} is no mail address"))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "the URL has to be like smtps://USER:PASSWORD@HOST or smtp://HOST:587?tls=required"
                .to_owned()
        })?;
        let transport = transport.timeout(Some(TIMEOUT)).build();
        Ok(Smtp { transport, from })
    }

    async fn hand_over(&self, mail: Mail) -> Result<(), MailError> {
        let message = self
            .written(mail)
            .map_err(|error| MailError::Refused(error.to_string()))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(judged(&error)),
        }
    }

    /// A message of two parts: readers show the document, or the text.
    fn written(&self, mail: Mail) -> Result<Message, String> {
        let Mail {
            id,
            to,
            from,
            reply_to,
            subject,
            text,
            html,
        } = mail;
        let host = self.from.domain();
        let mut message = Message::builder()
            .message_id(Some(format!("<{id}@{host}>")))
            .from(Mailbox::new(Some(line(&from)), self.from.clone()))
            .to(Mailbox::new(
                None,
                to.parse()
                    .map_err(|_| "the buyer's address is none".to_owned())?,
            ))
            .subject(line(&subject));
        let answers = reply_to.and_then(|address| address.parse().ok());
        if let Some(address) = answers {
            message = message.reply_to(Mailbox::new(None, address));
        }
        let parts = MultiPart::alternative_plain_html(text, html);
        let written = message.multipart(parts);
        written.map_err(|error| format!("the mail cannot be written: {error}"))
    }
}

/// A text as a header can hold it: one line. A line end in it would begin another header.
fn line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

impl Mailer for Smtp {
    fn send(&self, mail: Mail) -> MailFuture<'_> {
        Box::pin(self.hand_over(mail))
    }
}

/// Only a server that says so for good has refused; everything else is tried again.
fn judged(error: &SmtpError) -> MailError {
    let said = error.to_string();
    match error.is_permanent() {
        true => MailError::Refused(said),
        false => MailError::Later(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "receipts@pay.example";

    #[test]
    fn what_names_no_server_is_refused_without_its_password() {
        for (url, from) in [
            ("ftp://ada:secret-word@mail.example", FROM),
            ("secret-word", FROM),
            ("smtp://ada:secret-word@mail.example", "nobody"),
        ] {
            let error = Smtp::open(url, from).err().expect("no server");
            assert!(!error.contains("secret-word"), "{error}");
        }
        for url in [
            "smtp://127.0.0.1:25",
            "smtps://ada:word@mail.example",
            "smtp://mail.example:587?tls=required",
        ] {
            assert!(Smtp::open(url, FROM).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_mail_has_both_parts_and_one_id() {
        let smtp = Smtp::open("smtp://127.0.0.1:25", FROM).expect("a server");
        let mail = Mail {
            id: "receipt-ch_1".to_owned(),
            to: "ada@buyer.example".to_owned(),
            from: "Tea \r\nBcc: x@y.example".to_owned(),
            reply_to: Some("shop@tea.example".to_owned()),
            subject: "Beleg von\r\nBcc: y@y.example Tee & Käse".to_owned(),
            text: "49,00".to_owned(),
            html: "<p>49,00</p>".to_owned(),
        };
        let written = smtp.written(mail.clone()).expect("a message").formatted();
        let written = String::from_utf8(written).expect("text");
        for part in [
            "Message-ID: <receipt-ch_1@pay.example>",
            "To: ada@buyer.example",
            "Reply-To: shop@tea.example",
            "text/plain",
            "text/html",
            "receipts@pay.example",
        ] {
            assert!(written.contains(part), "{part}: {written}");
        }
        assert!(!written.contains("\nBcc:"), "{written}");
        let to = "no address".to_owned();
        assert!(smtp.written(Mail { to, ..mail }).is_err());
    }
}
