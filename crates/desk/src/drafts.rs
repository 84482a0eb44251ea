//! Forms that are not finished yet: they live on the node, so that no browser can lose them.

use std::collections::BTreeMap;

use hopluu_model::Timestamp;
use hopluu_office::{Office, OfficeError};
use serde::{Deserialize, Serialize};

use crate::accounts::{AccountId, all, digest_of, not_your_own, one};
use crate::{Desk, Refusal, Who, Why};

/// A draft holds at most so many bytes.
const LARGEST: usize = 64 * 1_024;
/// An account has at most so many.
const PER_ACCOUNT: usize = 50;
/// Names of forms, and of what they are about, have at most so many characters.
const NAME_MAX: usize = 100;
const DRAFTS_AT: &str = "draft/";

/// A draft as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftRow {
    /// The form.
    pub form: String,
    /// What it is about, such as the code of an issue; empty for something new.
    pub key: String,
    /// When it was last changed, by this machine's clock.
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    place: u32,
    account: AccountId,
    form: String,
    key: String,
    at: Timestamp,
    fields: BTreeMap<String, String>,
}

/// Where a draft lies, and what it held when it was last written.
struct Placed {
    place: u32,
    at: Timestamp,
    digest: [u8; 32],
}

type Name = (AccountId, String, String);

/// Where all drafts lie; what they say stays on the disk.
#[derive(Default)]
pub(crate) struct Drafts(BTreeMap<Name, Placed>);

impl Drafts {
    pub(crate) fn read(office: &Office) -> Result<Self, OfficeError> {
        let placed = all::<Kept>(office, DRAFTS_AT)?.into_iter().map(|kept| {
            let placed = Placed { place: kept.place, at: kept.at, digest: digest(&kept.fields) };
            ((kept.account, kept.form, kept.key), placed)
        });
        Ok(Self(placed.collect()))
    }

    fn of(&self, account: AccountId) -> impl Iterator<Item = (&Name, &Placed)> {
        self.0.iter().filter(move |((of, _, _), _)| *of == account)
    }

    fn free_place(&self) -> u32 {
        (0..).find(|place| self.0.values().all(|placed| placed.place != *place)).unwrap_or_default()
    }
}

fn digest(fields: &BTreeMap<String, String>) -> [u8; 32] {
    digest_of(&serde_json::to_vec(fields).unwrap_or_default())
}

fn place_key(place: u32) -> String {
    format!("{DRAFTS_AT}{place:06}")
}

fn name(who: &Who, form: &str, key: &str) -> Result<Name, Refusal> {
    let account = who.account.ok_or_else(not_your_own)?;
    let cut = |text: &str| text.chars().take(NAME_MAX).collect();
    Ok((account, cut(form), cut(key)))
}

impl Desk {
    /// Keeps what was typed so far. The same again writes nothing; nothing but empty fields takes the draft away.
    ///
    /// # Errors
    /// When nobody is signed in, it is too large, or there are too many.
    pub async fn keep_draft(
        &self,
        who: &Who,
        form: &str,
        key: &str,
        fields: BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let name = name(who, form, key)?;
        if fields.iter().map(|(name, text)| name.len() + text.len()).sum::<usize>() > LARGEST {
            return Err(too_large());
        }
        if fields.values().all(|text| text.trim().is_empty()) {
            return self.drop_draft(who, form, key).await;
        }
        self.with_book(move |pen| {
            let digest = digest(&fields);
            let known = pen.book.drafts.0.get(&name);
            if known.is_some_and(|placed| placed.digest == digest) {
                return Ok(());
            }
            if known.is_none() && pen.book.drafts.of(name.0).count() >= PER_ACCOUNT {
                return Err(too_many().into());
            }
            let place = known.map_or_else(|| pen.book.drafts.free_place(), |placed| placed.place);
            let (at, (account, form, key)) = (pen.wall, name.clone());
            pen.put(&place_key(place), &Kept { place, account, form, key, at, fields })?;
            pen.book.drafts.0.insert(name, Placed { place, at, digest });
            Ok(())
        })
        .await
    }

    /// What was typed so far into a form.
    ///
    /// # Errors
    /// When nobody is signed in, or the office cannot answer.
    pub async fn draft(&self, who: &Who, form: &str, key: &str) -> Result<Option<BTreeMap<String, String>>, Refusal> {
        let name = name(who, form, key)?;
        self.with_book(move |pen| {
            let Some(placed) = pen.book.drafts.0.get(&name) else { return Ok(None) };
            let kept: Option<Kept> = one(pen.office, &place_key(placed.place))?;
            // Until the commit a place may still hold what somebody else took away just now.
            let kept = kept.filter(|kept| (&kept.account, &kept.form, &kept.key) == (&name.0, &name.1, &name.2));
            Ok(kept.map(|kept| kept.fields))
        })
        .await
    }

    /// Which forms are not finished, the one changed last first.
    ///
    /// # Errors
    /// When nobody is signed in, or the office cannot answer.
    pub async fn drafts(&self, who: &Who) -> Result<Vec<DraftRow>, Refusal> {
        let account = who.account.ok_or_else(not_your_own)?;
        self.with_book(move |pen| {
            let row = |((_, form, key), placed): (&Name, &Placed)| DraftRow {
                form: form.clone(),
                key: key.clone(),
                at: placed.at,
            };
            let mut rows: Vec<DraftRow> = pen.book.drafts.of(account).map(row).collect();
            rows.sort_by_key(|row| std::cmp::Reverse(row.at));
            Ok(rows)
        })
        .await
    }

    /// Takes a draft away, once its form was sent or given up.
    ///
    /// # Errors
    /// When nobody is signed in, or it cannot be saved.
    pub async fn drop_draft(&self, who: &Who, form: &str, key: &str) -> Result<(), Refusal> {
        let name = name(who, form, key)?;
        self.with_book(move |pen| {
            if let Some(placed) = pen.book.drafts.0.remove(&name) {
                pen.take_away(&place_key(placed.place))?;
            }
            Ok(())
        })
        .await
    }
}

fn too_large() -> Refusal {
    Refusal::new(
        Why::Refused,
        "draft-too-large",
        "Bản nháp quá dài. Hãy rút gọn rồi lưu lại.",
        "The draft is too long. Shorten it and save it again.",
    )
}

fn too_many() -> Refusal {
    Refusal::new(
        Why::Refused,
        "too-many-drafts",
        "Đã có 50 bản nháp. Hãy gửi hoặc xóa bớt bản nháp cũ.",
        "There are 50 drafts. Send or drop an older one.",
    )
}
