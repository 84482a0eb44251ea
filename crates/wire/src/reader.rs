//! A cursor over untrusted bytes.

/// Reads forward; every method returns `None` instead of going past the end.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(len)?;
        self.0 = tail;
        Some(head)
    }

    /// Unsigned LEB128, at most ten bytes, shortest form only: two spellings would be two hashes.
    pub(crate) fn uleb(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return (byte != 0 || shift == 0).then_some(value);
            }
        }
        None
    }

    /// A length that must fit into what is left.
    pub(crate) fn len(&mut self) -> Option<usize> {
        let len = usize::try_from(self.uleb()?).ok()?;
        (len <= self.0.len()).then_some(len)
    }
}

/// Appends unsigned LEB128.
pub(crate) fn put_uleb(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        for value in [0, 1, 127, 128, 300, u64::MAX] {
            let mut bytes = Vec::new();
            put_uleb(&mut bytes, value);
            assert_eq!(Reader(&bytes).uleb(), Some(value));
        }
        assert_eq!(Reader(&[0x80, 0x00]).uleb(), None, "zero written long");
        assert_eq!(Reader(&[0xff; 11]).uleb(), None);
        assert_eq!(Reader(&[5, 1]).len(), None, "length beyond the end");
    }
}
