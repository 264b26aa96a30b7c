//! How much memory a Parquet file takes when it is unpacked, found out before it is.
//!
//! Each page says in its own header how many bytes it unpacks to, and the reader makes room for so many
//! before it looks at one of them. A few bytes may therefore ask for gigabytes, a hundred columns may
//! name the same page, and the totals in the footer bind nobody. So the headers are read here first.
//!
//! A header is a struct of Thrift's compact protocol. Of its fields only four matter: 2 and 3, the bytes
//! of the page unpacked and packed, 7, which only a page with a dictionary has, and in 5 and 8, the
//! headers of pages with values, the encoding. A header with anything in it that headers do not have is
//! refused: the reader might understand it otherwise.

use bytes::Bytes;
use parquet::file::metadata::ParquetMetaData;

use crate::finding::Finding;

/// Most bytes of a footer: it lists every column of every group of rows, and takes many times its size.
const LARGEST_FOOTER: u32 = 4 << 20;

/// Most bytes all pages of a file may unpack to.
const LARGEST_UNPACKED: u64 = 512 << 20;

/// Most bytes one page, or all dictionaries of a group of rows, may unpack to.
const LARGEST_AT_ONCE: u64 = 64 << 20;

/// Encodings of text, DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY, by which a few bytes may stand for
/// very much.
const UNBOUNDED: std::ops::RangeInclusive<u64> = 6..=7;

/// Why a file is not unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("its footer has more than {} MiB", LARGEST_FOOTER >> 20)]
    Footer,
    #[error("it unpacks to more than {} MiB and is not read", LARGEST_UNPACKED >> 20)]
    File,
    #[error("a page of it unpacks to more than {} MiB", LARGEST_AT_ONCE >> 20)]
    Page,
    #[error("the dictionaries of a group of rows unpack to more than {} MiB", LARGEST_AT_ONCE >> 20)]
    Dictionaries,
    #[error("text in an encoding of differences (`DELTA_…`) is not read")]
    Encoding,
    #[error("it is damaged: the header of a page cannot be read")]
    Damaged,
}

impl Refused {
    pub(crate) fn finding(self, file: &str) -> Finding {
        let (code, help) = match self {
            Refused::Damaged => ("bad-parquet", "write it again"),
            Refused::Encoding => (
                "unsupported",
                "write it again with plain text or with dictionaries",
            ),
            _ => ("too-large", "write it again with pages of about 1 MiB"),
        };
        Finding::error(code, file, self.to_string()).help(help)
    }
}

/// Refuses a footer that is too large to be read. It ends with its size and four letters.
pub(crate) fn measure_footer(bytes: &[u8]) -> Result<(), Refused> {
    let tail = bytes.last_chunk::<8>().map(|tail| {
        let [a, b, c, d, ..] = *tail;
        u32::from_le_bytes([a, b, c, d])
    });
    match tail {
        Some(size) if size > LARGEST_FOOTER && size as usize <= bytes.len() => Err(Refused::Footer),
        _ => Ok(()),
    }
}

/// Refuses a file whose pages ask for too much memory: looks at the header of each page the reader
/// would come to, column by column.
pub(crate) fn measure(bytes: &Bytes, metadata: &ParquetMetaData) -> Result<(), Refused> {
    let mut unpacked = 0_u64;
    for group in metadata.row_groups() {
        let mut dictionaries = 0_u64;
        for column in group.columns() {
            let (start, length) = column.byte_range();
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let end = start.saturating_add(length).min(bytes.len());
            let mut rest = bytes.get(start..end).unwrap_or_default();
            while !rest.is_empty() {
                let (page, length) = Page::read(rest).ok_or(Refused::Damaged)?;
                unpacked = unpacked.saturating_add(page.unpacked);
                if page.is_dictionary {
                    dictionaries = dictionaries.saturating_add(page.unpacked);
                }
                if page.unpacked > LARGEST_AT_ONCE {
                    return Err(Refused::Page);
                } else if dictionaries > LARGEST_AT_ONCE {
                    return Err(Refused::Dictionaries);
                } else if unpacked > LARGEST_UNPACKED {
                    return Err(Refused::File);
                } else if page.is_unbounded {
                    return Err(Refused::Encoding);
                }
                let packed = usize::try_from(page.packed).unwrap_or(usize::MAX);
                rest = rest
                    .get(length.saturating_add(packed)..)
                    .unwrap_or_default();
            }
        }
    }
    Ok(())
}

/// What the header of a page says.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Page {
    unpacked: u64,
    packed: u64,
    is_dictionary: bool,
    is_unbounded: bool,
}

impl Page {
    /// The header `bytes` begin with, and its length; none if there is no such header.
    fn read(bytes: &[u8]) -> Option<(Page, usize)> {
        let mut thrift = Thrift(bytes);
        let mut page = Page::default();
        let mut id = 0;
        while let Some(kind) = thrift.field(&mut id)? {
            match (id, kind) {
                (1 | 4, INT) | (6, STRUCT) => thrift.skip(kind, DEEPEST)?,
                (2, INT) => page.unpacked = thrift.size()?,
                (3, INT) => page.packed = thrift.size()?,
                (5, STRUCT) => page.is_unbounded |= thrift.values(2)?,
                (7, STRUCT) => {
                    page.is_dictionary = true;
                    thrift.values(2)?;
                }
                (8, STRUCT) => page.is_unbounded |= thrift.values(4)?,
                _ => return None,
            }
        }
        Some((page, bytes.len() - thrift.0.len()))
    }
}

/// Kinds of fields in Thrift's compact protocol: those that headers of pages have.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const INT: u8 = 5;
const LONG: u8 = 6;
const BINARY: u8 = 8;
const STRUCT: u8 = 12;

/// How deep structs may lie in one another.
const DEEPEST: u32 = 8;

/// Bytes in Thrift's compact protocol; what is read is taken off their beginning. None where they end
/// too early or hold what no header of a page has.
struct Thrift<'a>(&'a [u8]);

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number of seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A signed number that must not be negative; its sign is the lowest bit.
    fn size(&mut self) -> Option<u64> {
        let number = self.number()?;
        (number & 1 == 0).then_some(number >> 1)
    }

    /// Goes to the next field of a struct and returns its kind; nothing inside at its end.
    fn field(&mut self, id: &mut u64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head & 0x0f == 0 {
            return Some(None);
        }
        *id = match head >> 4 {
            0 => self.size().filter(|id| *id < 100)?,
            step => *id + u64::from(step),
        };
        Some(Some(head & 0x0f))
    }

    /// The header of values or of a dictionary: whether the encoding, field `place`, knows no bounds.
    fn values(&mut self, place: u64) -> Option<bool> {
        let (mut id, mut is_unbounded) = (0, false);
        while let Some(kind) = self.field(&mut id)? {
            if id == place {
                is_unbounded |= kind != INT || UNBOUNDED.contains(&self.size()?);
            } else {
                self.skip(kind, DEEPEST)?;
            }
        }
        Some(is_unbounded)
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let length = match kind {
            TRUE | FALSE => 0,
            BYTE => 1,
            INT | LONG => return self.number().map(|_| ()),
            BINARY => usize::try_from(self.number()?).ok()?,
            STRUCT => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth)?;
                }
                return Some(());
            }
            _ => return None,
        };
        self.0 = self.0.get(length..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_page_is_read() {
        // Type 0, unpacked 300, packed 20, values: 4 of them, encoding 8, then two more.
        let bytes = [
            0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x28, 0x2c, 0x15, 0x08, 0x15, 0x10, 0x15, 0x06,
            0x15, 0x06, 0x00, 0x00, 0xff,
        ];
        let page = Page {
            unpacked: 300,
            packed: 20,
            is_dictionary: false,
            is_unbounded: false,
        };
        assert_eq!(Page::read(&bytes), Some((page, 18)));
        for end in 0..18 {
            assert_eq!(Page::read(&bytes[..end]), None);
        }
    }
}
