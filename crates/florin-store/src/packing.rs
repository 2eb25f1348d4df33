//! Bodies on disk: compressed against a dictionary of what bodies look like.
//!
//! A body is a few hundred bytes of JSON whose names and most of whose values are the same in every one. What is left of it
//! against a dictionary is little more than its random ids: a tenth. The first byte says the form: 0 for text as it is, the
//! number of the dictionary for a Zstandard frame without its magic number. An answer of before begins with `{`. Forms and
//! dictionaries are never changed, only added; `dictionary/README.md` says how one is made. Deliberately absent: any
//! knowledge of what a body means.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;
use zstd_safe::{CCtx, CDict, CParameter, DCtx, DDict, ResetDirective, zstd_sys};

/// The form of text that compression would not shorten.
const PLAIN: u8 = 0;
/// The form of a frame with the first dictionary.
const FIRST: u8 = 1;
/// How hard to look for matches: more costs time and gains next to nothing on bodies of this size.
const LEVEL: i32 = 1;
/// Four bytes that every frame begins with, and that are not stored.
const MAGIC: [u8; 4] = zstd_sys::ZSTD_MAGICNUMBER.to_le_bytes();
/// The longest body that is unpacked; what is stored is far below it.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

const DICTIONARY: &[u8] = include_bytes!("../dictionary/bodies-1.dict");

static COMPRESSING: LazyLock<CDict<'static>> = LazyLock::new(|| CDict::create(DICTIONARY, LEVEL));
static EXPANDING: LazyLock<DDict<'static>> = LazyLock::new(|| DDict::create(DICTIONARY));

thread_local! {
    static PACKER: RefCell<Option<CCtx<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// Why stored bytes are no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// The bytes to store for a body.
pub fn pack(body: &[u8]) -> Vec<u8> {
    let packed = PACKER.with_borrow_mut(|packer| compress(packer, body));
    match packed {
        Some(packed) if packed.len() <= body.len() => packed,
        _ => {
            let mut plain = Vec::with_capacity(body.len() + 1);
            plain.push(PLAIN);
            plain.extend_from_slice(body);
            plain
        }
    }
}

/// `None` when the library refuses: the body is then stored as it is.
fn compress(packer: &mut Option<CCtx<'static>>, body: &[u8]) -> Option<Vec<u8>> {
    if packer.is_none() {
        let mut fresh = CCtx::try_create()?;
        for parameter in [
            CParameter::ChecksumFlag(false),
            CParameter::DictIdFlag(false),
            CParameter::ContentSizeFlag(true),
        ] {
            fresh.set_parameter(parameter).ok()?;
        }
        fresh.ref_cdict(&COMPRESSING).ok()?;
        *packer = Some(fresh);
    }
    let packer = packer.as_mut()?;
    let mut frame = Vec::with_capacity(zstd_safe::compress_bound(body.len()));
    if packer.compress2(&mut frame, body).is_err() {
        // What a failed call leaves behind must not reach the next body.
        let _ = packer.reset(ResetDirective::SessionOnly);
        return None;
    }
    let content = frame.strip_prefix(&MAGIC)?;
    let mut packed = Vec::with_capacity(content.len() + 1);
    packed.push(FIRST);
    packed.extend_from_slice(content);
    Some(packed)
}

/// The body that was stored.
///
/// # Errors
/// The form is not known to this release, or the bytes are damaged.
pub fn unpack(stored: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    match stored.split_first() {
        Some((&PLAIN, rest)) => Ok(Cow::Borrowed(rest)),
        Some((&FIRST, rest)) => UNPACKER
            .with_borrow_mut(|unpacker| expand(unpacker, rest))
            .map(Cow::Owned),
        Some((form, _)) => Err(Unreadable(format!(
            "a body is of form {form}, which this release does not know"
        ))),
        None => Err(Unreadable("a body is empty".to_owned())),
    }
}

fn expand(unpacker: &mut Option<DCtx<'static>>, content: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let damaged = || Unreadable("a packed body is damaged".to_owned());
    let frame = [&MAGIC, content].concat();
    let size = zstd_safe::get_frame_content_size(&frame)
        .ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok())
        .filter(|size| *size <= BODY_BYTES_MAX)
        .ok_or_else(damaged)?;
    let unpacker = match unpacker {
        Some(unpacker) => unpacker,
        none => none.insert(DCtx::try_create().ok_or_else(damaged)?),
    };
    let mut body = Vec::with_capacity(size);
    unpacker
        .decompress_using_ddict(&mut body, &frame, &EXPANDING)
        .map_err(|_| damaged())?;
    Ok(body)
}

/// The body of a record: packed, or text of before.
///
/// # Errors
/// Those of [`unpack`], and a body that is no text.
pub fn text<'a>(packed: Option<&'a [u8]>, plain: &'a str) -> Result<Cow<'a, str>, Unreadable> {
    let no_text = || Unreadable("a body is no text".to_owned());
    match packed {
        None => Ok(Cow::Borrowed(plain)),
        Some(packed) => match unpack(packed)? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|_| no_text()),
            Cow::Owned(bytes) => String::from_utf8(bytes)
                .map(Cow::Owned)
                .map_err(|_| no_text()),
        },
    }
}

/// The bytes to store for an answer. One that is sealed has nothing that a dictionary could know; without `packs` an older
/// release reads it, too.
pub fn pack_reply(body: Vec<u8>, key_id: &str, packs: bool) -> Vec<u8> {
    if !key_id.is_empty() {
        return body;
    }
    match (packs, body.first()) {
        (true, _) => pack(&body),
        (false, Some(&b'{')) => body,
        (false, _) => [&[PLAIN], body.as_slice()].concat(),
    }
}

/// The answer that was stored, packed or not.
///
/// # Errors
/// Those of [`unpack`].
pub fn unpack_reply(stored: Vec<u8>, key_id: &str) -> Result<Vec<u8>, Unreadable> {
    match key_id.is_empty() && stored.first() != Some(&b'{') {
        true => Ok(unpack(&stored)?.into_owned()),
        false => Ok(stored),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTENT: &str = r#"{"amount":2000,"currency":"usd","status":"succeeded","capture_method":"automatic_async","payment_method":"pm_VcPWPDl2UZeGoZIM7GDn1JRL","types":["card"],"secret":"VelonBTPL3WYqZUVzWdHoqiLt","description":"Order 1234","metadata":{"order_id":"6735"},"amount_received":2000,"latest_charge":"ch_VcPWPDleMADeRaFH0vEntfso"}"#;

    #[test]
    fn a_body_is_back_as_it_was() {
        let long = "x,".repeat(200_000);
        let noise: Vec<u8> = (0..999_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        for body in [
            INTENT.as_bytes(),
            b"",
            b"{}",
            b"\0\x01",
            long.as_bytes(),
            &noise,
        ] {
            let packed = pack(body);
            assert!(packed.len() <= body.len() + 1);
            assert_eq!(unpack(&packed).as_deref(), Ok(body));
        }
    }

    #[test]
    fn a_record_shrinks_to_its_ids() {
        assert!(
            pack(INTENT.as_bytes()).len() < 120,
            "{}",
            pack(INTENT.as_bytes()).len()
        );
    }

    #[test]
    fn bodies_of_the_first_form_stay_readable() {
        let written = include_bytes!("../dictionary/golden-1.packed");
        assert_eq!(text(Some(written), "").as_deref(), Ok(INTENT));
    }

    #[test]
    fn what_is_damaged_or_newer_is_told() {
        let mut packed = pack(INTENT.as_bytes());
        packed.truncate(packed.len() / 2);
        assert!(unpack(&packed).is_err());
        assert_eq!(unpack(b""), Err(Unreadable("a body is empty".to_owned())));
        let newer = unpack(&[9, 1, 2]).map(Cow::into_owned);
        assert!(newer.is_err_and(|why| why.0.contains("form 9")));
        // A size that nothing stored ever had.
        assert!(unpack(&[FIRST, 0xa0, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0]).is_err());
    }

    #[test]
    fn sealed_answers_and_those_of_before_stay_as_they_are() {
        let sealed = vec![1, 2, 3];
        assert_eq!(pack_reply(sealed.clone(), "dk_1", true), sealed);
        assert_eq!(unpack_reply(sealed.clone(), "dk_1"), Ok(sealed));
        assert_eq!(pack_reply(b"{}".to_vec(), "", false), b"{}");
        for (body, packs) in [
            (INTENT, true),
            (INTENT, false),
            ("no object", false),
            ("", true),
        ] {
            let stored = pack_reply(body.as_bytes().to_vec(), "", packs);
            assert_eq!(unpack_reply(stored, ""), Ok(body.as_bytes().to_vec()));
        }
    }

    #[test]
    fn text_of_before_is_read() {
        assert_eq!(text(None, "{}").as_deref(), Ok("{}"));
        assert!(text(Some(&[PLAIN, 0xff]), "").is_err());
    }
}
