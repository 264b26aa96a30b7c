//! How much memory a workbook takes when it is unpacked, found out before it is.
//!
//! A workbook is a zip archive of XML. Sizes that an archive declares are not to be trusted, so every part
//! is unpacked here once without keeping it. The reader goes through a sheet piece by piece, and holds
//! one piece, a tag or the text between two, at a time; all the texts the sheets share it holds at once.

use std::io::{Cursor, Read};

use crate::finding::shown;

/// Most bytes all parts of a workbook may unpack to.
const LARGEST_UNPACKED: u64 = 1 << 30;

/// Most bytes the parts other than sheets, which are held in memory whole, may unpack to.
const LARGEST_SHARED: u64 = 256 << 20;

/// Most tags the parts other than sheets may have: each may stand for a text.
const MOST_SHARED_TAGS: u64 = 8_000_000;

/// Most bytes of a tag, a comment, or a text between two tags.
const LONGEST_PIECE: usize = 1 << 20;

/// Most parts of a workbook.
const MOST_PARTS: usize = 2_000;

/// Why a workbook is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("it is no workbook: not a zip archive")]
    NoArchive,
    #[error("it is cut off or damaged: a zip archive without its end")]
    CutOff,
    #[error("it has {0} parts and is not read")]
    Parts(usize),
    #[error("it is damaged: {}", shown(.0))]
    Damaged(String),
    #[error("it unpacks to more than {} MiB and is not read", .0 >> 20)]
    Unpacked(u64),
    #[error("the texts its sheets share are more than {MOST_SHARED_TAGS} and are not read")]
    Tags,
    #[error("it holds a text or a tag of more than {} KiB and is not read", LONGEST_PIECE >> 10)]
    Piece,
    #[error("it says that its sheets share {0} texts and is not read")]
    Count(String),
}

/// Unpacks every part without keeping it.
pub(crate) fn measure(bytes: &[u8]) -> Result<(), Refused> {
    let refused = |_| match bytes {
        [b'P', b'K', ..] => Refused::CutOff,
        _ => Refused::NoArchive,
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(refused)?;
    if archive.len() > MOST_PARTS {
        return Err(Refused::Parts(archive.len()));
    }
    let (mut unpacked, mut shared, mut tags) = (0, 0, 0);
    let mut buffer = vec![0; 1 << 16];
    for n in 0..archive.len() {
        let mut part = archive
            .by_index(n)
            .map_err(|error| Refused::Damaged(error.to_string()))?;
        // A sheet of another name is fine as well, but counts among what is held whole.
        let is_sheet = part
            .name()
            .is_ok_and(|name| name.starts_with("xl/worksheets/sheet"));
        let mut pieces = Pieces::new(!is_sheet);
        loop {
            let read = part
                .read(&mut buffer)
                .map_err(|error| Refused::Damaged(error.to_string()))?;
            if read == 0 {
                break;
            }
            unpacked += read as u64;
            if unpacked > LARGEST_UNPACKED {
                return Err(Refused::Unpacked(LARGEST_UNPACKED));
            }
            if !is_sheet {
                shared += read as u64;
                if shared > LARGEST_SHARED {
                    return Err(Refused::Unpacked(LARGEST_SHARED));
                }
            }
            pieces.see(&buffer[..read])?;
        }
        if !is_sheet {
            tags += pieces.tags;
            if tags > MOST_SHARED_TAGS {
                return Err(Refused::Tags);
            }
        }
    }
    Ok(())
}

/// Where in an XML text one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between two tags.
    Text,
    /// In a tag.
    Tag,
    /// In a tag, between two of these marks.
    Quoted(u8),
    /// In a comment, a block of text, or an instruction, which ends with these marks.
    Aside(&'static [u8]),
}

/// Measures the pieces of an XML text.
struct Pieces {
    place: Place,
    /// How many bytes the current piece has.
    length: usize,
    /// The tag one is in, if tags are looked into.
    tag: Option<Vec<u8>>,
    /// The last bytes of the piece, the last one lowest.
    last: u64,
    tags: u64,
}

impl Pieces {
    fn new(looks_into_tags: bool) -> Self {
        Pieces {
            place: Place::Text,
            length: 0,
            tag: looks_into_tags.then(Vec::new),
            last: 0,
            tags: 0,
        }
    }

    fn see(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        for byte in bytes {
            self.length += 1;
            if self.length > LONGEST_PIECE {
                return Err(Refused::Piece);
            }
            self.last = self.last << 8 | u64::from(*byte);
            match (self.place, *byte) {
                (Place::Text, b'<') => {
                    self.tags += 1;
                    self.turn(Place::Tag);
                }
                (Place::Tag, b'>') => {
                    self.close()?;
                    self.turn(Place::Text);
                }
                (Place::Tag, mark @ (b'"' | b'\'')) => {
                    self.remember(*byte);
                    self.place = Place::Quoted(mark);
                }
                (Place::Tag, _) => {
                    self.remember(*byte);
                    match (self.length, *byte) {
                        (1, b'?') => self.place = Place::Aside(b"?>"),
                        (3, _) if self.ends_with(b"!--") => self.place = Place::Aside(b"-->"),
                        (8, _) if self.ends_with(b"![CDATA[") => self.place = Place::Aside(b"]]>"),
                        _ => {}
                    }
                }
                (Place::Quoted(mark), _) => {
                    self.remember(*byte);
                    if mark == *byte {
                        self.place = Place::Tag;
                    }
                }
                (Place::Aside(end), b'>') if self.ends_with(end) => self.turn(Place::Text),
                _ => {}
            }
        }
        Ok(())
    }

    fn turn(&mut self, place: Place) {
        (self.place, self.length, self.last) = (place, 0, 0);
        if let Some(tag) = &mut self.tag {
            tag.clear();
        }
    }

    fn remember(&mut self, byte: u8) {
        if let Some(tag) = &mut self.tag {
            tag.push(byte);
        }
    }

    fn ends_with(&self, end: &[u8]) -> bool {
        self.last.to_be_bytes().ends_with(end)
    }

    /// Looks into a tag that is whole: the reader makes room for as many texts as it says there are.
    fn close(&self) -> Result<(), Refused> {
        const COUNT: &[u8] = b"uniqueCount";
        let tag = self.tag.as_deref().unwrap_or_default();
        let Some(at) = tag.windows(COUNT.len()).position(|part| part == COUNT) else {
            return Ok(());
        };
        let digits: String = tag[at + COUNT.len()..]
            .iter()
            .map(|byte| char::from(*byte))
            .skip_while(|letter| !letter.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        match digits.parse::<u64>() {
            Ok(count) if count > MOST_SHARED_TAGS => Err(Refused::Count(digits)),
            Err(_) if !digits.is_empty() => Err(Refused::Count(shown(&digits))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(text: &str) -> Result<u64, String> {
        let mut pieces = Pieces::new(true);
        for part in text.as_bytes().chunks(7) {
            pieces.see(part).map_err(|refused| refused.to_string())?;
        }
        Ok(pieces.tags)
    }

    #[test]
    fn pieces_are_measured_whatever_marks_they_hold() {
        let much = "<>".repeat(LONGEST_PIECE / 2);
        let fine = "x".repeat(LONGEST_PIECE - 100);
        for (start, end) in [
            ("<t>", "</t>"),
            ("<a b=\"", "\"/>"),
            ("<a b='", "'/>"),
            ("<!--", "-->"),
            ("<![CDATA[", "]]>"),
            ("<?", "?>"),
        ] {
            let text = format!("<s>{start}{fine}{end}</s>");
            assert!(longest(&text).is_ok(), "{start}");
            let x = if start == "<t>" {
                "x".repeat(LONGEST_PIECE + 1)
            } else {
                much.clone()
            };
            let text = format!("<s>{start}{x}{end}</s>");
            assert!(longest(&text).is_err(), "{start}");
        }
        assert_eq!(longest("<a><b/>text<!-- <c> --></a>"), Ok(4));
    }

    #[test]
    fn a_count_of_texts_is_not_believed() {
        assert!(longest("<sst count='9' uniqueCount=\"12\">").is_ok());
        assert!(longest("<sst uniqueCount = '99999999999'>").is_err());
        assert!(longest("<sst uniqueCount='99999999999999999999999'>").is_err());
    }
}
