//! Broken files that are large, binary or hostile: made here, because they would not do as text.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use darsena_scenario::{
    Finding, LoadError, WriteOptions, load, read, read_memory, read_workbook, starter,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::WriterProperties;
use zip::write::SimpleFileOptions;

type Files = BTreeMap<String, Vec<u8>>;

fn base() -> Files {
    let folder = PathBuf::from("tests/base");
    let entries = fs::read_dir(folder).expect("there is a base");
    entries
        .map(|entry| {
            let entry = entry.expect("it can be listed");
            let name = entry.file_name().into_string().expect("names are plain");
            (name, fs::read(entry.path()).expect("it can be read"))
        })
        .collect()
}

fn with(file: &str, bytes: impl Into<Vec<u8>>) -> Files {
    let mut files = base();
    files.insert(file.into(), bytes.into());
    files
}

fn on_disk(files: &Files) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("there is room");
    let folder = place.path().join("scenario");
    fs::create_dir(&folder).expect("there is room");
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("there is room");
    }
    (place, folder)
}

/// The one finding: code, file, row and column.
#[track_caller]
fn only(findings: &[Finding], code: &str, file: &str, row: Option<u32>, column: Option<&str>) {
    let found: Vec<_> = findings
        .iter()
        .map(|f| (f.code, f.file.as_str(), f.row, f.column.as_deref()))
        .collect();
    assert_eq!(found, [(code, file, row, column)], "{findings:#?}");
}

#[track_caller]
fn only_in_memory(files: &Files, code: &str, file: &str, row: Option<u32>, column: Option<&str>) {
    let checked = read_memory(files).check();
    assert!(checked.scenario.is_none());
    only(&checked.findings, code, file, row, column);
}

#[test]
fn binary_junk_is_one_finding() {
    let junk: Vec<u8> = (0..4096_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    only_in_memory(&with("lanes.csv", junk), "binary", "lanes.csv", None, None);
}

#[test]
fn an_older_encoding_is_found_in_its_row() {
    let text = b"item,name,value\nseeker,Seeker,70\nrocket,Rakete f\xfcr Japan,350\n";
    only_in_memory(
        &with("items.csv", *text),
        "not-utf8",
        "items.csv",
        Some(3),
        None,
    );
}

#[test]
fn two_encodings_in_one_file_are_found_where_the_second_begins() {
    let mut text = "item,name,value\nseeker,Sücher,70\n".as_bytes().to_vec();
    text.extend_from_slice(b"rocket,Fus\xe9e,350\n");
    only_in_memory(
        &with("items.csv", text),
        "not-utf8",
        "items.csv",
        Some(3),
        None,
    );
}

#[test]
fn utf16_is_named() {
    let text = "item,name\nseeker,Seeker\n";
    let bytes: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    only_in_memory(
        &with("items.csv", bytes),
        "not-utf8",
        "items.csv",
        Some(1),
        None,
    );
}

#[test]
fn the_descriptor_must_be_text_too() {
    let files = with("datapackage.json", *b"{ \"name\": \"\xff\" }");
    only_in_memory(&files, "not-utf8", "datapackage.json", Some(1), None);
}

#[test]
fn byte_order_mark_crlf_and_quoted_line_ends_are_fine() {
    let mut files = base();
    let hash = read_memory(&files)
        .check()
        .scenario
        .expect("the base is sound")
        .hash()
        .to_string();
    for (name, bytes) in &mut files {
        if name.ends_with(".csv") {
            let text = String::from_utf8(bytes.clone())
                .expect("base is text")
                .replace('\n', "\r\n");
            *bytes = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        }
    }
    let same = read_memory(&files)
        .check()
        .scenario
        .expect("it is the same");
    assert_eq!(same.hash(), hash);
    files.insert("items.csv".into(), b"item,name,value,holding_cost,note\nseeker,Seeker,70,0.5,\"two\nlines\"\nrocket,Rocket,x,2,\n".to_vec());
    only_in_memory(&files, "bad-number", "items.csv", Some(4), Some("value"));
}

#[test]
fn a_huge_line_is_refused() {
    let long = "x".repeat(40 << 20);
    let files = with(
        "items.csv",
        format!("item,name\nseeker,{long}\nrocket,Rocket\n"),
    );
    only_in_memory(&files, "too-large", "items.csv", Some(2), Some("name"));
}

#[test]
fn a_header_without_end_is_refused() {
    only_in_memory(
        &with("items.csv", ",".repeat(20 << 20)),
        "too-large",
        "items.csv",
        Some(1),
        None,
    );
}

#[test]
fn a_row_without_end_is_counted_and_cut() {
    let mut text = b"item,name\nseeker,Seeker\nrocket,Rocket".to_vec();
    text.resize(20 << 20, b',');
    text.extend_from_slice(b"\nwing,Wing,\n");
    let checked = read_memory(&with("items.csv", text)).check();
    let found: Vec<_> = checked
        .findings
        .iter()
        .map(|f| (f.code, f.row, f.message.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (
                "ragged-row",
                Some(3),
                "the row has 20971485 cells where the header has 2"
            ),
            (
                "ragged-row",
                Some(4),
                "the row has 3 cells where the header has 2"
            ),
        ]
    );
}

#[test]
fn a_name_of_a_column_without_end_is_refused() {
    let files = with(
        "items.csv",
        format!("item,\"{}\"\n", "é,\n".repeat(8 << 20)),
    );
    only_in_memory(&files, "too-large", "items.csv", Some(1), None);
}

#[test]
fn a_quote_that_swallows_the_rest_is_named() {
    let files = with(
        "items.csv",
        format!("item,name\n\nseeker,\"{}", "é,\n".repeat(8 << 20)),
    );
    only_in_memory(&files, "open-quote", "items.csv", Some(3), None);
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(900_000);
    only_in_memory(
        &with("datapackage.json", deep),
        "bad-json",
        "datapackage.json",
        Some(1),
        None,
    );
}

#[test]
fn a_large_descriptor_is_refused() {
    let large = format!("{{ \"title\": \"{}\" }}", "x".repeat(2 << 20));
    only_in_memory(
        &with("datapackage.json", large),
        "too-large",
        "datapackage.json",
        None,
        None,
    );
}

#[test]
fn findings_are_counted_when_there_are_too_many() {
    let mut text = String::from("item,name,value\nseeker,Seeker,70\nrocket,Rocket,350\n");
    (0..5_000).for_each(|n| text.push_str(&format!("i{n},Item,-1\n")));
    let checked = read_memory(&with("items.csv", text)).check();
    assert_eq!(checked.findings.len(), 1_001);
    assert_eq!(
        checked.findings[1_000].message,
        "4000 more findings are not shown"
    );
}

#[test]
fn millions_of_rows_are_refused() {
    let mut text = String::from("item,name\nseeker,Seeker\nrocket,Rocket\n");
    (0..2_000_000).for_each(|n| text.push_str(&format!("i{n},I\n")));
    let files = with("items.csv", text);
    only_in_memory(&files, "too-large", "items.csv", Some(2_000_002), None);
}

#[test]
fn two_gigabytes_of_csv_are_refused_unread() {
    let (_place, folder) = on_disk(&base());
    File::create(folder.join("items.csv"))
        .and_then(|file| file.set_len(2 << 30))
        .expect("a sparse file");
    let checked = load(&folder).expect("the folder can be read");
    only(&checked.findings, "too-large", "items.csv", None, None);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let (place, folder) = on_disk(&base());
    let secret = place.path().join("secret.csv");
    fs::rename(folder.join("items.csv"), &secret).expect("it can be moved");
    std::os::unix::fs::symlink(&secret, folder.join("items.csv")).expect("links can be made");
    let checked = load(&folder).expect("the folder can be read");
    only(&checked.findings, "path-outside", "items.csv", None, None);
}

#[test]
fn a_folder_in_the_place_of_a_file_is_named() {
    let (_place, folder) = on_disk(&base());
    fs::remove_file(folder.join("lanes.csv")).expect("it can be removed");
    fs::create_dir(folder.join("lanes.csv")).expect("there is room");
    let checked = load(&folder).expect("the folder can be read");
    only(&checked.findings, "not-a-file", "lanes.csv", None, None);
    assert_eq!(checked.findings[0].message, "it is a folder, not a file");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_named() {
    let (_place, folder) = on_disk(&base());
    fs::remove_file(folder.join("lanes.csv")).expect("it can be removed");
    let made = std::process::Command::new("mkfifo")
        .arg(folder.join("lanes.csv"))
        .status();
    assert!(made.expect("there is a `mkfifo`").success());
    let checked = load(&folder).expect("the folder can be read");
    only(&checked.findings, "not-a-file", "lanes.csv", None, None);
    assert!(
        checked.findings[0].message.starts_with("it is a pipe"),
        "{checked:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_says_what_to_do() {
    let (_place, folder) = on_disk(&base());
    fs::remove_file(folder.join("lanes.csv")).expect("it can be removed");
    // A link to itself: nobody can open it, whoever runs the test.
    std::os::unix::fs::symlink("lanes.csv", folder.join("lanes.csv")).expect("links can be made");
    let checked = load(&folder).expect("the folder can be read");
    only(&checked.findings, "unreadable", "lanes.csv", None, None);
    assert!(checked.findings[0].help.is_some());
}

#[test]
fn what_is_no_scenario_is_an_error() {
    let place = tempfile::tempdir().expect("there is room");
    assert!(matches!(
        load(place.path()),
        Err(LoadError::NotAScenario(_))
    ));
    assert!(matches!(
        load(&place.path().join("nothing")),
        Err(LoadError::Unreadable(..))
    ));
    let text = place.path().join("notes.txt");
    fs::write(&text, "notes").expect("there is room");
    assert!(matches!(load(&text), Err(LoadError::NotAScenario(_))));
    let book = place.path().join("large.xlsx");
    File::create(&book)
        .and_then(|file| file.set_len(3 << 30))
        .expect("a sparse file");
    let error = load(&book).expect_err("too large");
    assert!(
        error
            .to_string()
            .ends_with("has 3072 MiB; the most that is read is 512 MiB"),
        "{error}"
    );
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .expect("a zip archive takes parts");
        archive.write_all(bytes).expect("a zip archive takes bytes");
    }
    archive.finish().expect("it is whole").into_inner()
}

#[test]
fn a_zip_bomb_is_refused() {
    let zeros = b"<si></si>".repeat((300 << 20) / 9);
    let bomb = archive(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/sharedStrings.xml", &zeros),
    ]);
    assert!(bomb.len() < 2 << 20, "it is small");
    let checked = read_workbook("bomb.xlsx", &bomb).check();
    only(&checked.findings, "bad-workbook", "bomb.xlsx", None, None);
    assert_eq!(
        checked.findings[0].message,
        "it unpacks to more than 256 MiB and is not read"
    );
}

#[test]
fn a_workbook_that_asks_for_memory_is_refused() {
    let long = " ".repeat(2 << 20);
    let lie = r#"<sst uniqueCount="99999999999"><si><t>a</t></si></sst>"#;
    let many = "<si/>".repeat(9_000_000);
    let cases = [
        ("xl/sharedStrings.xml", lie, "share 99999999999 texts"),
        ("xl/sharedStrings.xml", many.as_str(), "more than 8000000"),
        (
            "xl/worksheets/sheet1.xml",
            long.as_str(),
            "more than 1024 KiB",
        ),
    ];
    for (part, text, message) in cases {
        let bomb = archive(&[(part, text.as_bytes())]);
        let checked = read_workbook("bomb.xlsx", &bomb).check();
        only(&checked.findings, "bad-workbook", "bomb.xlsx", None, None);
        assert!(checked.findings[0].message.contains(message), "{checked:?}");
    }
}

#[test]
fn a_long_text_in_a_workbook_is_refused() {
    let mut book = read_memory(&starter())
        .to_workbook()
        .expect("the starter is sound");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&book)).expect("an archive");
    let mut parts = Vec::new();
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).expect("a part");
        let name = part.name().expect("names are plain").into_owned();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut part, &mut text).expect("parts are text");
        parts.push((name, text.replace("Northern Works", &"é".repeat(40_000))));
    }
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    book = self::archive(&parts);
    let checked = read_workbook("long.xlsx", &book).check();
    let found = &checked.findings[0];
    assert_eq!(
        (found.code, found.column.as_deref()),
        ("too-large", Some("name"))
    );
}

#[test]
fn what_is_no_workbook_is_one_finding() {
    for bytes in [
        b"".to_vec(),
        b"not a workbook".to_vec(),
        archive(&[("a.txt", b"a")]),
    ] {
        let checked = read_workbook("junk.xlsx", &bytes).check();
        only(&checked.findings, "bad-workbook", "junk.xlsx", None, None);
    }
    let book = read_memory(&starter())
        .to_workbook()
        .expect("the starter is sound");
    let checked = read_workbook("half.xlsx", &book[..book.len() / 2]).check();
    only(&checked.findings, "bad-workbook", "half.xlsx", None, None);
}

#[test]
fn findings_in_a_workbook_name_sheet_and_row() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("scenario").expect("a name");
    let head = [
        ("key", "value"),
        ("name", "book"),
        ("format", "1"),
        ("start", "2024-07-01"),
        ("period", "weak"),
        ("periods", "4"),
        ("currency", "USD"),
        ("law_as_of", "2024-07-01"),
    ];
    for (row, (key, value)) in (0..).zip(head) {
        sheet
            .write(row, 0, key)
            .and_then(|sheet| sheet.write(row, 1, value))
            .expect("fits");
    }
    let sheet = book.add_worksheet().set_name("parties").expect("a name");
    for (column, (head, cell)) in (0..).zip([
        ("party", "us"),
        ("name", "US"),
        ("kind", "state"),
        ("state", "us"),
    ]) {
        sheet
            .write(0, column, head)
            .and_then(|sheet| sheet.write(1, column, cell))
            .expect("fits");
    }
    let sheet = book.add_worksheet().set_name("sites").expect("a name");
    for (column, (head, cell)) in (0..).zip([("site", "plant"), ("name", "Plant"), ("state", "uk")])
    {
        // A blank row between header and row, as people leave them.
        sheet
            .write(0, column, head)
            .and_then(|sheet| sheet.write(2, column, cell))
            .expect("fits");
    }
    let sheet = book.add_worksheet().set_name("items").expect("a name");
    sheet
        .write(0, 0, "item")
        .and_then(|s| s.write(0, 1, "name"))
        .and_then(|s| s.write(0, 2, "value"))
        .expect("fits");
    sheet
        .write(1, 0, "seeker")
        .and_then(|s| s.write(1, 1, "Seeker"))
        .and_then(|s| s.write(1, 2, -3.5))
        .expect("fits");
    book.add_worksheet().set_name("Demand").expect("a name");
    let bytes = book.save_to_buffer().expect("a workbook");
    let checked = read_workbook("book.xlsx", &bytes).check();
    let mut found: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(
        found,
        [
            "book.xlsx#items:2: column `value`: `-3.5` is negative\nhelp: write a number of at least 0",
            "book.xlsx#scenario:5: column `period`: `weak` is none of the words it may be\nhelp: did you mean `week`? it may be `day`, `week`, `month`, `quarter`",
            "book.xlsx#sites:3: column `state`: `uk` is no party of kind `state`\nhelp: did you mean `us`?",
            "book.xlsx: sheet `Demand` is named after no table and is not read\nhelp: did you mean `demands`?",
        ]
    );
}

/// The base with its items as Parquet.
fn with_parquet(change: impl FnOnce(&mut Vec<u8>)) -> Files {
    let options = WriteOptions {
        parquet_from_rows: Some(0),
        ..WriteOptions::default()
    };
    let mut files = read_memory(&base())
        .to_files(&options)
        .expect("the base is sound");
    change(
        files
            .get_mut("items.parquet")
            .expect("all tables are Parquet"),
    );
    files
}

#[test]
fn damaged_parquet_is_one_finding() {
    let half = with_parquet(|bytes| bytes.truncate(bytes.len() / 2));
    only_in_memory(&half, "bad-parquet", "items.parquet", None, None);
    let empty = with_parquet(Vec::clear);
    only_in_memory(&empty, "bad-parquet", "items.parquet", None, None);
    let junk = with_parquet(|bytes| bytes[4..60].fill(0xa5));
    only_in_memory(&junk, "bad-parquet", "items.parquet", None, None);
}

/// The base with its items as a Parquet file of one column of texts.
fn with_texts(texts: &[&str], properties: WriterProperties) -> Files {
    let column = Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let rows = RecordBatch::try_from_iter([("item", column)]).expect("one column");
    let mut writer =
        ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).expect("text is fine");
    writer.write(&rows).expect("there is room");
    let bytes = writer.into_inner().expect("it is whole");
    with_parquet(|items| *items = bytes)
}

#[test]
fn parquet_that_unpacks_to_much_is_refused() {
    let plain = || {
        WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_dictionary_enabled(false)
    };
    let long = "x".repeat(80 << 20);
    let one = with_texts(&[long.as_str()], plain().build());
    assert!(one["items.parquet"].len() < 8 << 20, "it is small");
    only_in_memory(&one, "too-large", "items.parquet", None, None);
    let text = &long[..30_000];
    let delta = plain().set_encoding(Encoding::DELTA_BYTE_ARRAY);
    let files = with_texts(&[text; 10], delta.build());
    only_in_memory(&files, "unsupported", "items.parquet", None, None);
}

#[test]
fn a_parquet_footer_without_end_is_refused() {
    let files = with_parquet(|bytes| {
        bytes.resize(8 << 20, 0);
        bytes.extend_from_slice(&(6_u32 << 20).to_le_bytes());
        bytes.extend_from_slice(b"PAR1");
    });
    only_in_memory(&files, "too-large", "items.parquet", None, None);
}

#[test]
fn a_scenario_is_not_written_over_unless_asked() {
    let package = read_memory(&starter());
    let (_place, folder) = on_disk(&base());
    let refused = package
        .write_folder(&folder, &WriteOptions::default())
        .expect_err("it is there");
    assert!(
        refused.to_string().ends_with("is there already"),
        "{refused}"
    );
    let over = WriteOptions {
        overwrite: true,
        parquet_from_rows: Some(5),
    };
    package
        .write_folder(&folder, &over)
        .expect("it may be written over");
    assert!(folder.join("sites.parquet").is_file() && !folder.join("sites.csv").exists());
    let again = read(&folder).expect("it can be read").check();
    assert_eq!(again.findings, []);
    let hash = package
        .check()
        .scenario
        .expect("the starter is sound")
        .hash()
        .to_string();
    assert_eq!(again.scenario.expect("no findings").hash(), hash);
    let book = folder.join("book.xlsx");
    package
        .write_workbook(&book, &WriteOptions::default())
        .expect("there is room");
    assert!(
        package
            .write_workbook(&book, &WriteOptions::default())
            .is_err()
    );
    assert_eq!(
        load(&book)
            .expect("it can be read")
            .scenario
            .expect("no findings")
            .hash(),
        hash
    );
}

#[test]
fn a_scenario_may_be_named_by_its_descriptor() {
    let (_place, folder) = on_disk(&base());
    let hash = |path: &Path| {
        let checked = load(path).expect("it can be read");
        checked
            .scenario
            .expect("the base is sound")
            .hash()
            .to_string()
    };
    assert_eq!(hash(&folder.join("datapackage.json")), hash(&folder));
    let other = folder.join("items.csv");
    assert!(matches!(load(&other), Err(LoadError::NotAScenario(_))));
}

#[test]
fn nothing_is_written_into_a_folder_that_is_not_there() {
    let package = read_memory(&starter());
    let place = tempfile::tempdir().expect("there is room");
    let missing = place.path().join("missing");
    let options = WriteOptions::default();
    for error in [
        package.write_folder(&missing.join("plan"), &options),
        package.write_workbook(&missing.join("plan.xlsx"), &options),
    ] {
        let text = error.expect_err("its folder is missing").to_string();
        let (what, help) = text.split_once('\n').expect("two lines");
        let there_is_none = format!("there is no folder `{}`", missing.display());
        assert!(what.ends_with(&there_is_none), "{what}");
        assert!(help.starts_with("help: make "), "{help}");
    }
    assert!(!missing.exists());
    package
        .write_folder(&missing, &options)
        .expect("one folder is made");
    package
        .write_workbook(&place.path().join("plan.xlsx"), &options)
        .expect("there is room");
}

#[test]
fn what_could_not_be_read_is_not_written_again() {
    let package = read_memory(&with("lanes.csv", *b"\xff"));
    assert!(package.to_files(&WriteOptions::default()).is_err());
    assert!(package.to_workbook().is_err());
}
