//! Mails: handed over to the one SMTP server that the operator names.
//!
//! Shape: [`Mailer`] is the door that the engine holds, [`Smtp`] the real client behind it. The operator chose the server, so that no
//! guard judges its address. Deliberately absent: what is written and when, looking up the servers of receivers, and a queue; whoever
//! sends tries again.

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

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

/// Why a mail was not taken: a code of the server (RFC 5321), or a few words. Never what the server said, which repeats the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailError {
    /// Not now: the server is away, or told to come again.
    Later(String),
    /// Never: the buyer's address or the mail is refused.
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
        if tells_in_clear(url) {
            let why = "a password would travel in clear: use smtps:// or ?tls=required, or a server on this machine";
            return Err(why.to_owned());
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "the URL has to be like smtps://USER:PASSWORD@HOST or smtp://HOST:587?tls=required"
                .to_owned()
        })?;
        let transport = transport.build();
        Ok(Smtp { transport, from })
    }

    async fn hand_over(&self, mail: Mail) -> Result<(), MailError> {
        let message = self
            .written(mail)
            .map_err(|error| MailError::Refused(error.to_string()))?;
        // The transport's own limit is for the connection alone.
        match timeout(TIMEOUT, self.transport.send(message)).await {
            Ok(sent) => sent.map(drop).map_err(|error| judged(&error)),
            Err(_) => Err(MailError::Later("no answer in time".to_owned())),
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

/// What a server says for good about the buyer's address or about the mail (RFC 5321, 4.2.3). Everything else that is wrong is
/// between the operator and the server, such as a password that is over, and may be mended: it is tried again.
const REFUSALS: [&str; 5] = ["550", "551", "552", "553", "555"];

fn judged(error: &SmtpError) -> MailError {
    let Some(code) = error.status().map(|code| code.to_string()) else {
        return MailError::Later("the server is away, or no server of mail".to_owned());
    };
    match REFUSALS.contains(&&*code) {
        true => MailError::Refused(code),
        false => MailError::Later(code),
    }
}

/// Whether a password would be told to another machine for everybody on the way to read.
fn tells_in_clear(url: &str) -> bool {
    // What cannot be read is refused by whoever opens it.
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let has_secret = !url.username().is_empty() || url.password().is_some();
    let is_here = match url.host_str().unwrap_or_default() {
        "localhost" => true,
        host => {
            let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
            address.is_ok_and(|address| address.is_loopback())
        }
    };
    // Of several the first one counts, as for whoever opens it.
    let asked = url.query_pairs().find(|(name, _)| name == "tls");
    let is_sealed = asked.is_some_and(|(_, value)| value == "required");
    url.scheme() == "smtp" && has_secret && !is_here && !is_sealed
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    const FROM: &str = "receipts@pay.example";

    fn mail() -> Mail {
        Mail {
            id: "receipt-ch_1".to_owned(),
            to: "ada@buyer.example".to_owned(),
            from: "Tea \r\nBcc: x@y.example".to_owned(),
            reply_to: Some("shop@tea.example".to_owned()),
            subject: "Beleg von\r\nBcc: y@y.example Tee & Käse".to_owned(),
            text: "49,00".to_owned(),
            html: "<p>49,00</p>".to_owned(),
        }
    }

    #[test]
    fn what_names_no_server_is_refused_without_its_password() {
        for (url, from) in [
            ("ftp://ada:secret-word@mail.example", FROM),
            ("secret-word", FROM),
            ("smtp://ada:secret-word@mail.example", FROM),
            (
                "smtp://ada:secret-word@mail.example:587?tls=opportunistic",
                FROM,
            ),
            ("smtp://ada:secret-word@10.0.0.1", FROM),
            ("SMTP://ada:secret-word@mail.example", FROM),
            (" smtp://ada:secret-word@mail.example", FROM),
            ("smtp://ada:secret-word@mail.example?xtls=required", FROM),
            ("smtp://ada:secret-word@mail.example#tls=required", FROM),
            (
                "smtp://ada:secret-word@mail.example?tls=opportunistic&tls=required",
                FROM,
            ),
            ("smtps://ada:secret-word@mail.example", "nobody"),
        ] {
            let error = Smtp::open(url, from).err().expect("no server");
            assert!(!error.contains("secret-word"), "{error}");
        }
        for url in [
            "smtp://127.0.0.1:25",
            "smtp://mail.example",
            "smtp://ada:word@127.0.0.1:25",
            "smtp://ada:word@[::1]:25",
            "smtp://ada:word@localhost",
            "smtp://ada:word@mail.example:587?tls=required",
            "smtps://ada:word@mail.example",
            "smtp://mail.example:587?tls=required",
        ] {
            assert!(Smtp::open(url, FROM).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_mail_has_both_parts_and_one_id() {
        let smtp = Smtp::open("smtp://127.0.0.1:25", FROM).expect("a server");
        let mail = mail();
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

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let smtp = Smtp::open(&format!("smtp://127.0.0.1:{port}"), FROM).expect("a server");
        let sent = smtp.send(mail()).await;
        assert_eq!(sent, Err(MailError::Later("no answer in time".to_owned())));
        drop(listener);
    }
}
