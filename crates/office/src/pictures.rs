//! Pictures, as pages know them: by their name alone.

use hopluu_mailbox::PictureProgress;
use hopluu_model::{CollectionId, DocId, DocKind, PictureId, PictureKey};

use crate::error::OfficeError;
use crate::office::Office;

impl Office {
    /// Keeps a picture of a collection, at most 512 KiB. It is on disk when this returns, and travels behind every edit
    /// once the next commit is done. The same bytes are the same picture.
    ///
    /// # Errors
    /// [`OfficeError::NotOurs`]; [`OfficeError::Picture`] when it is too large, there is no room, or the disk refuses it.
    pub fn keep_picture(&mut self, collection: CollectionId, bytes: &[u8]) -> Result<PictureId, OfficeError> {
        self.check_scope(DocId::new(collection, DocKind::Register))?;
        Ok(self.mailbox.keep_picture(collection, bytes)?.id)
    }

    /// Wants a picture of so many bytes that a record of this collection names. Nothing happens when it is here or on its
    /// way, so this may be called whenever a picture is to be shown; after a start at the latest.
    pub fn want_picture(&mut self, collection: CollectionId, id: PictureId, size: u32) {
        self.mailbox.want_picture(PictureKey { collection, id }, size);
    }

    /// The bytes of a picture that is here, compared with its name.
    pub fn picture(&mut self, id: PictureId) -> Option<Vec<u8>> {
        self.mailbox.picture(&id)
    }

    /// How far a picture has come.
    #[must_use]
    pub fn picture_progress(&self, id: PictureId) -> PictureProgress {
        self.mailbox.picture_progress(&id)
    }
}
