//! Pictures: made small and clean on the way in, kept by their content, fetched when somebody wants to see them.

use std::io::Cursor;

use hopluu_model::{CollectionId, PictureId};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use serde::Serialize;

use crate::{Desk, Refusal, Who, Why};

/// The longer edge of a kept picture, in pixels: enough to read a sign on a wall.
const EDGE: u32 = 1_600;
/// Pictures with more pixels on an edge than any telephone takes are not opened.
const MOST_EDGE: u32 = 16_000;
/// Memory a decoder may take, in bytes: a photograph of 64 million pixels.
const MOST_MEMORY: u64 = 256 << 20;
/// A kept picture is at most so large, in bytes.
const MOST_BYTES: usize = 512 << 10;
/// Qualities that are tried until it is small enough.
const QUALITIES: [u8; 4] = [80, 65, 50, 35];

/// How far a picture has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PictureWay {
    /// Bytes that are here.
    pub have: u32,
    /// Bytes of the whole.
    pub of: u32,
    /// Whether the relay has all of it.
    pub at_relay: bool,
}

impl PictureWay {
    /// Whether all of it is here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.of > 0 && self.have >= self.of
    }
}

/// A picture that was kept: its name and size.
pub(crate) type Kept = (String, u32);

impl Desk {
    /// Keeps a picture as telephones take them: scaled down, turned upright, and without anything a camera adds beside the
    /// picture (place, time, owner), since only its pixels are written anew.
    ///
    /// # Errors
    /// When it is no picture, too large to be one, or the disk has no room.
    pub(crate) async fn keep_picture(&self, collection: CollectionId, bytes: Vec<u8>) -> Result<Kept, Refusal> {
        let small = self.aside(move || small_picture(&bytes)).await??;
        let size = u32::try_from(small.len()).unwrap_or(u32::MAX);
        let id = self.with(move |office, _, _| Ok(office.keep_picture(collection, &small)?)).await?;
        Ok((id.to_string(), size))
    }

    /// The picture of an issue that whoever asks may see, when it is here; else how far it has come, and it is asked for.
    ///
    /// # Errors
    /// When no issue they may see names such a picture.
    pub async fn picture(&self, who: &Who, code: &str) -> Result<Result<Vec<u8>, PictureWay>, Refusal> {
        let row = self.issue(who, code)?.issue;
        let none = || Refusal::not_found("ảnh của phiếu", "picture of issue", code);
        let picture = row.picture.ok_or_else(none)?;
        let id: PictureId = picture.hash.parse().map_err(|_| none())?;
        self.with(move |office, _, _| {
            if let Some(bytes) = office.picture(id) {
                return Ok(Ok(bytes));
            }
            office.want_picture(row.collection, id, picture.size);
            let progress = office.picture_progress(id);
            Ok(Err(PictureWay { have: progress.have, of: picture.size, at_relay: progress.at_relay }))
        })
        .await
    }

    /// How far the picture of an issue has come: here, and from here to the relay.
    ///
    /// # Errors
    /// When no issue they may see names a picture.
    pub async fn picture_way(&self, who: &Who, code: &str) -> Result<PictureWay, Refusal> {
        let row = self.issue(who, code)?.issue;
        let none = || Refusal::not_found("ảnh của phiếu", "picture of issue", code);
        let picture = row.picture.ok_or_else(none)?;
        let id: PictureId = picture.hash.parse().map_err(|_| none())?;
        self.with(move |office, _, _| {
            office.want_picture(row.collection, id, picture.size);
            let progress = office.picture_progress(id);
            Ok(PictureWay { have: progress.have, of: picture.size, at_relay: progress.at_relay })
        })
        .await
    }
}

/// A picture as it is kept: at most 1,600 pixels long, upright, a JPEG of at most 512 KiB with nothing beside its pixels.
///
/// # Errors
/// When it is no picture, or one that is larger than any telephone takes.
pub fn small_picture(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let unreadable = |error: &dyn std::error::Error| no_picture().because(error);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| unreadable(&error))?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(no_picture());
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_EDGE), Some(MOST_EDGE));
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    if picture.width().max(picture.height()) > EDGE {
        picture = picture.thumbnail(EDGE, EDGE);
    }
    picture.apply_orientation(upright);
    let pixels = picture.into_rgb8();
    for quality in QUALITIES {
        let mut small = Vec::new();
        JpegEncoder::new_with_quality(&mut small, quality).encode_image(&pixels).map_err(|error| unreadable(&error))?;
        if small.len() <= MOST_BYTES {
            return Ok(small);
        }
    }
    Err(no_picture())
}

fn no_picture() -> Refusal {
    Refusal::new(
        Why::Refused,
        "no-picture",
        "Không đọc được ảnh này. Chọn ảnh JPEG, PNG hoặc WebP chụp từ điện thoại; nội dung đã gõ vẫn còn.",
        "This picture cannot be read. Choose a JPEG, PNG or WebP as telephones take them; what you typed is still there.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, 7]));
        JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
        bytes
    }

    #[test]
    fn large_pictures_become_small_and_lose_what_a_camera_added() {
        let mut taken = jpeg(3_000, 2_000);
        // An APP1 segment behind the start marker, as cameras put place and time there.
        let place = b"Exif\0\0GPSLatitude";
        let length = u16::try_from(place.len() + 2).unwrap().to_be_bytes();
        let segment: Vec<u8> = [&[0xff, 0xe1][..], &length, place].concat();
        taken.splice(2..2, segment);
        let small = small_picture(&taken).unwrap();
        assert!(small.len() <= MOST_BYTES);
        assert!(!small.windows(3).any(|bytes| bytes == b"GPS"));
        let kept = image::load_from_memory(&small).unwrap();
        assert_eq!((kept.width(), kept.height()), (1_600, 1_067));
    }

    #[test]
    fn what_is_no_picture_and_what_bursts_is_refused() {
        for junk in [&b""[..], b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 not a picture", b"%PDF-1.4"] {
            assert_eq!(small_picture(junk).unwrap_err().code, "no-picture");
        }
        // A PNG that claims 60,000 x 60,000 pixels and holds next to nothing.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend([60_000_u32.to_be_bytes(), 60_000_u32.to_be_bytes()].concat());
        bomb.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(small_picture(&bomb).unwrap_err().code, "no-picture");
    }
}
