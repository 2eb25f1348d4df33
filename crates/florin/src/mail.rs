//! What an operator says about mail. Deliberately absent: the way of a mail out (`florin-egress`).

use anyhow::{Result, anyhow};
use clap::Args;
use florin_egress::mail::{Mailer, Smtp};
use std::sync::Arc;

/// Flags about mail.
#[derive(Args, Clone)]
pub struct MailArgs {
    /// The SMTP server that takes receipts: `smtps://USER:PASSWORD@HOST`, `smtp://USER:PASSWORD@HOST:587?tls=required`, or
    /// `smtp://HOST:25` for one on this machine. Without it nothing is mailed.
    #[arg(
        long,
        value_name = "URL",
        env = "FLORIN_SMTP_URL",
        hide_env_values = true,
        requires = "mail_from"
    )]
    pub smtp_url: Option<String>,
    /// The address that mails come from, such as `receipts@pay.example.com`. Buyers see the merchant's name before it.
    #[arg(long, value_name = "ADDRESS", env = "FLORIN_MAIL_FROM")]
    pub mail_from: Option<String>,
}

impl std::fmt::Debug for MailArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailArgs")
            .field("mail_from", &self.mail_from)
            .finish_non_exhaustive()
    }
}

impl MailArgs {
    /// The way of mails out, if there is one.
    ///
    /// # Errors
    /// The URL names no server, or the address is none.
    pub fn mailer(&self) -> Result<Option<Arc<dyn Mailer>>> {
        let (Some(url), Some(from)) = (&self.smtp_url, &self.mail_from) else {
            return Ok(None);
        };
        let smtp = Smtp::open(url, from);
        let smtp =
            smtp.map_err(|why| anyhow!("--smtp-url or --mail-from cannot be used: {why}"))?;
        Ok(Some(Arc::new(smtp)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_nowhere() {
        let args = MailArgs {
            smtp_url: Some("ftp://ada:secret-word@mail.example".to_owned()),
            mail_from: Some("receipts@pay.example".to_owned()),
        };
        assert!(!format!("{args:?}").contains("secret-word"));
        let error = args.mailer().err().expect("no server");
        assert!(!format!("{error:#}").contains("secret-word"), "{error:#}");
        let none = MailArgs {
            smtp_url: None,
            ..args
        };
        assert!(none.mailer().expect("nothing to refuse").is_none());
    }
}
