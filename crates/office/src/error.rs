//! Why an office cannot do something.

use hopluu_document::DocumentError;
use hopluu_mailbox::MailboxError;
use hopluu_model::{CollectionId, DocId};
use hopluu_store::{PictureError, StoreError};

/// Why an office cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// A document cannot take an edit.
    #[error("the edit cannot be written")]
    Document(#[from] DocumentError),
    /// The journal failed, or the roster refuses.
    #[error("the mailbox cannot go on")]
    Mailbox(#[from] MailboxError),
    /// A picture cannot be kept: its size, the room left, or its folder. Everything else goes on.
    #[error("the picture is not kept")]
    Picture(#[from] PictureError),
    /// The view for people cannot be brought up to date; it is rebuilt at the next start.
    #[error("the view cannot be written")]
    View(#[from] hopluu_view::Error),
    /// An edit of a document outside this office's scope.
    #[error("{0} is not this office's to write")]
    NotOurs(DocId),
    /// The year of an issue is not open.
    #[error("issues of {0} are not open yet")]
    YearNotOpen(u16),
    /// A commune that has no collection yet.
    #[error("the collection {0} is not known here")]
    NoCollection(CollectionId),
    /// A device that the roster does not name.
    #[error("the roster names no device {0:?}")]
    NoDevice(String),
    /// An invitation cannot be drawn up before the province exists.
    #[error("the province is not founded yet")]
    NotFounded,
}

impl From<StoreError> for OfficeError {
    fn from(error: StoreError) -> Self {
        Self::Mailbox(MailboxError::Store(error))
    }
}

impl OfficeError {
    /// Whether the journal failed, so that the store must be opened again before anything more is taken.
    #[must_use]
    pub fn needs_reopening(&self) -> bool {
        matches!(self, Self::Mailbox(MailboxError::Store(_)))
    }

    /// Whether the edit said nothing that the document does not hold already: a repetition.
    #[must_use]
    pub fn is_repetition(&self) -> bool {
        matches!(self, Self::Document(DocumentError::Nothing))
    }
}
