//! Mutated files never make a reader panic, and never make a scenario out of errors.
//!
//! `DARSENA_FUZZ` says how many inputs are tried, `DARSENA_FUZZ_SEED` where they start. All is in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::path::PathBuf;
use std::{env, fs};

use darsena_scenario::{
    Package, Severity, WriteOptions, describe, diff, read_memory, read_workbook,
};
use zip::write::SimpleFileOptions;

type Files = BTreeMap<String, Vec<u8>>;

/// SplitMix64: small, seeded, the same everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// What people and programs leave in cells.
const CELLS: [&str; 48] = [
    "",
    " ",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e12",
    "1e13",
    "1e308",
    "1e999",
    "-1e-320",
    "nan",
    "inf",
    "+",
    ".",
    "e",
    "1,000",
    "0x10",
    "yes",
    "no",
    "TRUE",
    "2024-07-01",
    "2024-02-30",
    "0000-01-01",
    "9999-12-31",
    "-001-01-01",
    "2024-7-1",
    "01/02/2024",
    "2024-07-01T00:00:00",
    "us",
    "us;jp",
    ";;;",
    "plant",
    "rocket",
    "nobody",
    "Rocket",
    "\"",
    "\"\"",
    "a\"b",
    "\n",
    "\r\n",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{1f4a5}",
    "4294967296",
    "any",
    "make-rocket",
];

/// Bytes that mean something to one of the readers.
const TOKENS: [&[u8]; 22] = [
    b",",
    b"\"",
    b"\n",
    b"\r",
    b";",
    b"{",
    b"}",
    b"[",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\0",
    b"\"objective\": 1,",
    b"null",
    b"1e999",
    b"<c r=\"XFD1048576\"/>",
    b"<row r=\"4294967295\">",
    b"PAR1",
    b"\xff\xff\xff\xff\x0f",
    b"\x80",
    b"]]>",
    b"&#0;",
    b"t=\"s\"",
];

fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(7) {
            0 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] ^= 1 << chance.below(8);
            }
            1 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] = chance.next() as u8;
            }
            2 => {
                let end = (at + chance.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let end = (at + chance.below(60)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = chance.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            4 => bytes.truncate(bytes.len() - chance.below(bytes.len() / 4 + 1)),
            _ => {
                let token = chance.of(&TOKENS);
                let end = if chance.below(2) == 0 {
                    at
                } else {
                    (at + token.len()).min(bytes.len())
                };
                bytes.splice(at..end, token.iter().copied());
            }
        }
    }
}

/// Puts something else into some cells of a table.
fn mutate_cells(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut rows: Vec<Vec<String>> = text
        .lines()
        .map(|line| line.split(',').map(str::to_string).collect())
        .collect();
    for _ in 0..=chance.below(3) {
        let row = chance.below(rows.len());
        match chance.below(8) {
            0 => {
                let copy = rows[row].clone();
                rows.push(copy);
            }
            1 if rows.len() > 1 => {
                rows.remove(row);
            }
            _ => {
                let column = chance.below(rows[row].len());
                rows[row][column] = chance.of(&CELLS).to_string();
            }
        }
    }
    rows.iter()
        .map(|row| row.join(",") + "\n")
        .collect::<String>()
        .into_bytes()
}

/// The parts of an archive; mutated inside and packed again, since its sums would give away the rest.
fn mutate_parts(parts: &[(String, Vec<u8>)], chance: &mut Chance) -> Vec<u8> {
    let which = chance.below(parts.len());
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (n, (name, bytes)) in parts.iter().enumerate() {
        archive
            .start_file(name.as_str(), stored)
            .expect("a zip archive takes parts");
        let mut bytes = bytes.clone();
        if n == which {
            mutate(&mut bytes, chance);
        }
        archive
            .write_all(&bytes)
            .expect("a zip archive takes bytes");
    }
    archive.finish().expect("it is whole").into_inner()
}

fn unpack(book: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).expect("a workbook is an archive");
    (0..archive.len())
        .map(|n| {
            let mut part = archive.by_index(n).expect("it is there");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("it can be read");
            (part.name().expect("names are text").into_owned(), bytes)
        })
        .collect()
}

/// What holds for every package, however it came about.
fn examine(package: &Package, base: &Package, chance: &mut Chance) {
    let checked = package.check();
    assert!(checked.findings.len() <= 1_001);
    let stopped = checked
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    assert_eq!(
        checked.scenario.is_none(),
        stopped,
        "{:?}",
        checked.findings
    );
    for finding in &checked.findings {
        let text = finding.to_string();
        let lines = text.split('\n').count();
        assert_eq!(lines, 1 + usize::from(finding.help.is_some()), "{text:?}");
        assert!(
            !text
                .chars()
                .any(|letter| letter.is_control() && letter != '\n'),
            "{text:?}"
        );
    }
    let Some(scenario) = checked.scenario else {
        return;
    };
    assert!(!describe(&scenario).to_string().is_empty());
    if chance.below(16) == 0 {
        let _ = diff(base, package).to_string();
        let options = WriteOptions {
            parquet_from_rows: Some(2),
            ..WriteOptions::default()
        };
        let files = package
            .to_files(&options)
            .expect("a sound package can be written");
        let again = read_memory(&files).check();
        let hash = again.scenario.as_ref().map(|scenario| scenario.hash());
        assert_eq!(hash, Some(scenario.hash()), "{:?}", again.findings);
    }
}

#[test]
fn fuzz_readers() {
    let number = |name: &str, otherwise| {
        env::var(name).map_or(otherwise, |text| {
            text.parse::<u64>().expect("it is a number")
        })
    };
    let inputs = number("DARSENA_FUZZ", 20_000);
    let seed = number("DARSENA_FUZZ_SEED", 1);
    let folder = PathBuf::from("tests/base");
    let files: Files = fs::read_dir(folder)
        .expect("there is a base")
        .map(|entry| {
            let entry = entry.expect("it can be listed");
            let name = entry.file_name().into_string().expect("names are plain");
            (name, fs::read(entry.path()).expect("it can be read"))
        })
        .collect();
    let base = read_memory(&files);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let book = base.to_workbook().expect("the base is sound");
    let parts = unpack(&book);
    let parquet = WriteOptions {
        parquet_from_rows: Some(0),
        ..WriteOptions::default()
    };
    let columns = base.to_files(&parquet).expect("the base is sound");
    let column_names: Vec<&str> = columns
        .keys()
        .map(String::as_str)
        .filter(|name| name.ends_with(".parquet"))
        .collect();
    for input in 0..inputs {
        // Every input can be made again from its number alone.
        let chance = &mut Chance(seed.wrapping_mul(0x0100_0000_01b3).wrapping_add(input));
        let package = match chance.below(20) {
            0..=6 => {
                let mut files = files.clone();
                let name = chance.of(&names);
                mutate(files.get_mut(name).expect("it is there"), chance);
                read_memory(&files)
            }
            7..=13 => {
                let mut files = files.clone();
                let name = chance.of(&names);
                let bytes = files.get_mut(name).expect("it is there");
                if name.ends_with(".csv") {
                    *bytes = mutate_cells(bytes, chance);
                } else {
                    mutate(bytes, chance);
                }
                read_memory(&files)
            }
            14 => {
                let mut book = book.clone();
                mutate(&mut book, chance);
                read_workbook("book.xlsx", &book)
            }
            15 | 16 => read_workbook("book.xlsx", &mutate_parts(&parts, chance)),
            _ => {
                // One table as Parquet among the others as CSV.
                let name = chance.of(&column_names);
                let csv = name.replace(".parquet", ".csv");
                let mut bytes = columns[name].clone();
                mutate(&mut bytes, chance);
                let mut files = files.clone();
                files.remove(&csv);
                let listed =
                    String::from_utf8_lossy(&files["datapackage.json"]).replace(&csv, name);
                files.insert("datapackage.json".into(), listed.into_bytes());
                files.insert(name.into(), bytes);
                read_memory(&files)
            }
        };
        examine(&package, &base, chance);
    }
}
