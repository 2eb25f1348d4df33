//! How the pages of a merchant look and which version its servers speak, as commands say it.
//!
//! Deliberately absent: fetching a picture to see whether it is one; the first page that shows it does, and the log says why not.

use clap::Args;
use florin_domain::accounts::{Account, AccountPatch, color};
use florin_wire::versions::{ApiVersion, NEWEST, SUPPORTED};
use serde_json::{Value, json};

/// The longest address of a picture or of a page.
const ADDRESS_CHARS_MAX: usize = 2_048;
/// What takes something away.
const NONE: &str = "none";

/// How the pages of a merchant look. `none` takes something away.
#[derive(Args, Clone, Debug, Default)]
pub struct Look {
    /// The name that buyers read.
    #[arg(long)]
    name: Option<String>,
    /// The address of a picture (PNG, JPEG, GIF, WebP or AVIF, at most 512 KiB). This server fetches it and shows it to buyers.
    #[arg(long, value_name = "URL")]
    logo: Option<String>,
    /// The colour of buttons, like #1a73e8.
    #[arg(long, value_name = "COLOR")]
    button_color: Option<String>,
    /// The colour of the page, like #ffffff.
    #[arg(long, value_name = "COLOR")]
    background_color: Option<String>,
    /// A page on which buyers find help.
    #[arg(long, value_name = "URL")]
    support_url: Option<String>,
}

impl Look {
    /// Reads what is said.
    ///
    /// # Errors
    /// A colour or an address that is none, or an empty name.
    pub fn read(self) -> anyhow::Result<AccountPatch> {
        let name = self.name.map(|name| name.trim().to_owned());
        if name.as_deref() == Some("") {
            anyhow::bail!("--name is empty: buyers have to read whom they pay");
        }
        Ok(AccountPatch {
            name,
            logo: said("--logo", self.logo, address)?,
            button_color: said("--button-color", self.button_color, color)?,
            background_color: said("--background-color", self.background_color, color)?,
            support_url: said("--support-url", self.support_url, address)?,
            api_version: None,
        })
    }
}

/// What an option says; an empty text for `none`.
fn said(
    option: &str,
    text: Option<String>,
    read: impl Fn(&str) -> Result<String, String>,
) -> anyhow::Result<Option<String>> {
    match text.as_deref() {
        None => Ok(None),
        Some(NONE) => Ok(Some(String::new())),
        Some(text) => {
            let read = read(text).map_err(|why| anyhow::anyhow!("{option}: {why}"))?;
            Ok(Some(read))
        }
    }
}

fn address(text: &str) -> Result<String, String> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let plain = text.bytes().all(|b| b.is_ascii_graphic());
    match is_web && plain && text.len() <= ADDRESS_CHARS_MAX {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "{text:?} is no address of the web: write it whole, like https://shop.example/logo.png"
        )),
    }
}

/// How the pages of a merchant look, for whoever asked.
pub fn shown(account: &Account) -> Value {
    let look = &account.branding;
    json!({
        "id": account.id,
        "name": account.name,
        "logo": look.logo,
        "button_color": look.button_color,
        "background_color": look.background_color,
        "support_url": look.support_url,
    })
}

/// What a command says of the version.
///
/// # Errors
/// A version that is not known or not served; the message names those that are.
pub fn version(set: Option<String>) -> anyhow::Result<AccountPatch> {
    let read = |text: String| -> anyhow::Result<String> {
        if text == NEWEST_WORD {
            return Ok(String::new());
        }
        let known = ApiVersion::parse(&text).is_ok_and(ApiVersion::is_supported);
        if !known {
            let served: Vec<&str> = SUPPORTED.iter().map(|one| one.as_str()).collect();
            anyhow::bail!(
                "there is no version {text:?}; use {NEWEST_WORD}, or one of: {}",
                served.join(", ")
            );
        }
        Ok(text)
    };
    Ok(AccountPatch {
        api_version: set.map(read).transpose()?,
        ..AccountPatch::default()
    })
}

/// What stands for the version of whatever release runs.
const NEWEST_WORD: &str = "newest";

/// Which version a merchant's servers speak, for whoever asked.
pub fn spoken(account: &Account) -> Value {
    let kept = account.api_version.as_deref();
    json!({
        "id": account.id,
        "api_version": kept.unwrap_or(NEWEST.as_str()),
        "follows_releases": kept.is_none(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_and_none_takes_it_away() {
        let look = Look {
            name: Some(" Tea & Co ".to_owned()),
            logo: Some("https://shop.example/logo.png".to_owned()),
            button_color: Some("#1A73E8".to_owned()),
            support_url: Some("none".to_owned()),
            ..Look::default()
        };
        let patch = look.read().expect("a good look");
        let mut account = Account::default();
        account.branding.support_url = Some("https://shop.example/help".to_owned());
        account.branding.background_color = Some("#ffffff".to_owned());
        patch.apply(&mut account);
        assert_eq!(
            shown(&account),
            json!({
                "id": "", "name": "Tea & Co", "logo": "https://shop.example/logo.png", "button_color": "#1a73e8",
                "background_color": "#ffffff", "support_url": null,
            })
        );
    }

    #[test]
    fn a_version_is_one_that_is_served() {
        let read = |text: &str| version(Some(text.to_owned()));
        let set = |text: &str| read(text).expect("a version").api_version;
        assert_eq!(set("2020-08-27").as_deref(), Some("2020-08-27"));
        assert_eq!(set("newest").as_deref(), Some(""));
        assert_eq!(version(None).expect("nothing").api_version, None);
        for unknown in ["2020-03-02", "1999-01-01", "", "latest"] {
            let error = read(unknown).expect_err(unknown).to_string();
            assert!(error.contains("2022-11-15"), "{error}");
        }
        let mut account = Account::default();
        assert_eq!(spoken(&account)["api_version"], NEWEST.as_str());
        read("2022-11-15").expect("a version").apply(&mut account);
        assert_eq!(spoken(&account)["api_version"], "2022-11-15");
        assert_eq!(spoken(&account)["follows_releases"], false);
    }

    #[test]
    fn what_is_no_colour_and_no_address_is_refused() {
        type Said = fn(&mut Look, String);
        let logo: Said = |look, text| look.logo = Some(text);
        let button: Said = |look, text| look.button_color = Some(text);
        let name: Said = |look, text| look.name = Some(text);
        for (say, text) in [
            (logo, "javascript:alert(1)"),
            (logo, "/logo.png"),
            (logo, "https://shop.example/a b"),
            (button, "blue"),
            (button, "#12345"),
            (button, "#12345g"),
            (name, "  "),
        ] {
            let mut look = Look::default();
            say(&mut look, text.to_owned());
            assert!(look.read().is_err(), "{text:?}");
        }
    }
}
