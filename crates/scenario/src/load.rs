//! Loading: a folder of tables to a package.
//!
//! The only module that opens files, besides writing. Sizes are looked at before anything is read,
//! and whatever is wrong inside a file is a finding; only what keeps the whole from being read is an
//! error.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io, mem};

use crate::finding::{Finding, Findings, nearest, shown};
use crate::head::DESCRIPTOR;
use crate::json::Json;
use crate::package::{Checked, Package, Table};
use crate::tables::TableName;
use crate::{csv_table, parquet_table, workbook};

/// Largest file that is read, in bytes.
pub const LARGEST_FILE: u64 = 512 << 20;

/// Largest descriptor that is read, in bytes.
pub const LARGEST_DESCRIPTOR: u64 = 1 << 20;

/// Most bytes of all tables of a scenario together, as files and in memory.
pub const LARGEST_FOLDER: u64 = 1 << 30;

/// Why a scenario could not be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Nothing is there, or it may not be opened.
    #[error("cannot read `{}`", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// It is neither a folder of tables nor a workbook.
    #[error("`{}` is neither a folder with a `{DESCRIPTOR}`, nor that file, nor a workbook `.xlsx`", .0.display())]
    NotAScenario(PathBuf),
    /// It is larger than anything that is read.
    #[error("`{}` has {} MiB; the most that is read is {} MiB", .path.display(), .bytes >> 20, .most >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size.
        most: u64,
    },
}

/// Reads and checks a scenario: what every question starts from.
///
/// # Errors
/// Fails when there is no scenario at `path`. Flaws of its tables are findings, not errors.
pub fn load(path: &Path) -> Result<Checked, LoadError> {
    Ok(read(path)?.check())
}

/// Reads a scenario as text: a folder with `datapackage.json`, that file itself, or a workbook `.xlsx`.
///
/// # Errors
/// Fails when there is no scenario at `path`. Flaws of its tables are findings of the package.
pub fn read(path: &Path) -> Result<Package, LoadError> {
    let unreadable = |error| LoadError::Unreadable(path.to_path_buf(), error);
    let about = fs::metadata(path).map_err(unreadable)?;
    if about.is_file() && path.file_name().is_some_and(|name| name == DESCRIPTOR) {
        // A bare file name has the empty path as its parent: the folder one is in.
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        return read(folder.unwrap_or(Path::new(".")));
    }
    if about.is_dir() {
        let folder = Folder {
            root: fs::canonicalize(path).map_err(unreadable)?,
        };
        if !folder.root.join(DESCRIPTOR).is_file() {
            return Err(LoadError::NotAScenario(path.to_path_buf()));
        }
        return Ok(read_files(&folder));
    }
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    if !about.is_file() || !ending.eq_ignore_ascii_case("xlsx") {
        return Err(LoadError::NotAScenario(path.to_path_buf()));
    }
    if about.len() > LARGEST_FILE {
        let (path, bytes) = (path.to_path_buf(), about.len());
        return Err(LoadError::TooLarge {
            path,
            bytes,
            most: LARGEST_FILE,
        });
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(workbook::read_workbook(&name, &bytes))
}

/// Reads and checks a scenario with another file, CSV or Parquet, in the place of one of its tables.
///
/// # Errors
/// Fails when there is no scenario at `path`, and when there is no such file.
pub fn load_with(path: &Path, table: TableName, file: &Path) -> Result<Checked, LoadError> {
    let package = read(path)?;
    let unreadable = |error| LoadError::Unreadable(file.to_path_buf(), error);
    let whole = fs::canonicalize(file).map_err(unreadable)?;
    let (Some(folder), Some(name)) = (whole.parent(), whole.file_name()) else {
        return Err(LoadError::NotAScenario(file.to_path_buf()));
    };
    let files = Folder {
        root: folder.to_path_buf(),
    };
    let mut found = Findings::default();
    let name = name.to_string_lossy();
    let table = read_table(&files, table, &name, LARGEST_FOLDER, &mut found);
    Ok(package.with_table(table, found).check())
}

/// Reads a folder that is held in memory: file names and contents.
#[must_use]
pub fn read_memory(files: &BTreeMap<String, Vec<u8>>) -> Package {
    read_files(files)
}

/// Where the files of a package come from.
trait Files {
    /// Names of the files beside the descriptor, in order.
    fn names(&self) -> Vec<String>;
    /// The content of a file.
    fn get(&self, path: &str, most: u64) -> Result<Cow<'_, [u8]>, Refused>;
}

/// Why a file of a package is not read.
enum Refused {
    Missing,
    /// What is there is a folder, a pipe or a device; a word for it.
    NotAFile(&'static str),
    Outside,
    TooLarge(u64),
    Unreadable(io::Error),
}

struct Folder {
    root: PathBuf,
}

impl Files for Folder {
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.root) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        names
    }

    fn get(&self, path: &str, most: u64) -> Result<Cow<'_, [u8]>, Refused> {
        let missing = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Refused::Missing,
            _ => Refused::Unreadable(error),
        };
        // A link may point anywhere; what it points at must be in the folder too.
        let file = fs::canonicalize(self.root.join(path)).map_err(missing)?;
        if !file.starts_with(&self.root) {
            return Err(Refused::Outside);
        }
        let about = fs::metadata(&file).map_err(missing)?;
        if !about.is_file() {
            let what = if about.is_dir() {
                "a folder"
            } else {
                "a pipe or a device"
            };
            return Err(Refused::NotAFile(what));
        }
        if about.len() > most {
            return Err(Refused::TooLarge(about.len()));
        }
        fs::read(&file).map(Cow::Owned).map_err(Refused::Unreadable)
    }
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }

    fn get(&self, path: &str, most: u64) -> Result<Cow<'_, [u8]>, Refused> {
        let bytes = BTreeMap::get(self, path).ok_or(Refused::Missing)?;
        match bytes.len() as u64 {
            size if size > most => Err(Refused::TooLarge(size)),
            _ => Ok(Cow::Borrowed(bytes)),
        }
    }
}

fn read_files(files: &impl Files) -> Package {
    let mut findings = Findings::default();
    let (descriptor, text) = read_descriptor(files, &mut findings);
    let names = files.names();
    // Tables that lie there are read whether they are listed or not, so that all is found in one pass.
    let mut listed = match &descriptor {
        Json::Null => Vec::new(),
        descriptor => resources(descriptor, &text, &mut findings),
    };
    report_unlisted(&names, &listed, descriptor != Json::Null, &mut findings);
    let refused: Vec<TableName> = listed
        .iter()
        .filter(|(_, path)| path.is_none())
        .map(|(name, _)| *name)
        .collect();
    listed.retain(|(_, path)| path.is_some());
    for table in TableName::all() {
        let file = names.iter().find(|name| table_of(name) == Some(table));
        if let Some(file) = file.filter(|_| listed.iter().all(|(name, _)| *name != table)) {
            listed.push((table, Some(file.clone())));
        }
    }
    // How many bytes all further tables may have.
    let mut room = LARGEST_FOLDER;
    let tables = TableName::all()
        .map(
            |name| match listed.iter().find(|(listed, _)| *listed == name) {
                Some((_, Some(path))) => {
                    let table = read_table(files, name, path, room, &mut findings);
                    room = room.saturating_sub(table.bytes());
                    table
                }
                _ if refused.contains(&name) => Table::unreadable(name, format!("{name}.csv")),
                _ => Table::new(name, format!("{name}.csv"), Vec::new()),
            },
        )
        .collect();
    let row_of = |key: &str| row_of(&text, key);
    Package::new(descriptor, DESCRIPTOR.into(), &row_of, tables, findings)
}

/// The descriptor and its text; `null` if it cannot be read.
fn read_descriptor(files: &impl Files, findings: &mut Findings) -> (Json, String) {
    let bytes = match files.get(DESCRIPTOR, LARGEST_DESCRIPTOR) {
        Ok(bytes) => bytes,
        Err(refused) => {
            findings.push(refused.finding(DESCRIPTOR, LARGEST_DESCRIPTOR));
            return (Json::Null, String::new());
        }
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let finding =
                Finding::error("not-utf8", DESCRIPTOR, "it is not in UTF-8").at(row_at(before));
            findings.push(finding.help("save it in UTF-8"));
            return (Json::Null, String::new());
        }
    };
    match serde_json::from_str::<Json>(&text) {
        Ok(Json::Null) => {
            let finding = Finding::error("bad-descriptor", DESCRIPTOR, "it holds `null`");
            findings.push(finding.at(1).help("write `{ … }`"));
            (Json::Null, text)
        }
        Ok(json) => (json, text),
        Err(error) => {
            let column = error.column();
            let row = u32::try_from(error.line()).unwrap_or(u32::MAX);
            let what = error.to_string();
            // The place is told apart from what is wrong.
            let what = what.split(" at line ").next().unwrap_or_default();
            let message = format!("it is not JSON: {} at letter {column}", shown(what));
            findings.push(
                Finding::error("bad-json", DESCRIPTOR, message)
                    .at(row.max(1))
                    .help("look for a missing comma, quote or bracket just before"),
            );
            (Json::Null, text)
        }
    }
}

/// The row after so many bytes.
fn row_at(before: &[u8]) -> u32 {
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}

/// The row of a descriptor a key stands on: the last one inside the head if it is there, else the
/// first one anywhere; of no key the first that is not blank. The parser does not tell, so the text is searched.
fn row_of(text: &str, key: &str) -> Option<u32> {
    if key.is_empty() {
        let blank = text.len() - text.trim_start().len();
        return Some(row_at(&text.as_bytes()[..blank]));
    }
    let quoted = serde_json::to_string(key).ok()?;
    let is_key = |(at, _): &(usize, &str)| text[at + quoted.len()..].trim_start().starts_with(':');
    let head = text.find("\"darsena\"").unwrap_or(text.len());
    let end = head + text[head..].find('}').unwrap_or(text.len() - head);
    let inside = text[head..end]
        .rmatch_indices(&quoted)
        .map(|(at, found)| (head + at, found));
    let at = inside
        .filter(is_key)
        .chain(text.match_indices(&quoted).filter(is_key))
        .next();
    at.map(|(at, _)| row_at(&text.as_bytes()[..at]))
}

/// The rows on which the entries of `resources` begin, in order.
fn rows_of_entries(text: &str) -> Vec<u32> {
    let mut rows = Vec::new();
    let list = text.match_indices("\"resources\"").find_map(|(at, key)| {
        let rest = text[at + key.len()..].trim_start().strip_prefix(':')?;
        let rest = rest.trim_start().strip_prefix('[')?;
        Some(text.len() - rest.len())
    });
    let Some(list) = list else { return rows };
    let mut row = row_at(&text.as_bytes()[..list]);
    let (mut depth, mut quoted, mut escaped, mut next) = (0_usize, false, false, true);
    for byte in text.as_bytes()[list..].iter() {
        let (in_text, plain) = (quoted, !mem::take(&mut escaped));
        match byte {
            b'\n' => row += 1,
            b'"' if plain => quoted = !quoted,
            b'\\' if in_text && plain => escaped = true,
            _ => {}
        }
        if next && !byte.is_ascii_whitespace() && *byte != b']' {
            rows.push(row);
            next = false;
        }
        match byte {
            b'{' | b'[' if !in_text => depth += 1,
            b']' if !in_text && depth == 0 => break,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            b',' if !in_text && depth == 0 => next = true,
            _ => {}
        }
    }
    rows
}

/// The table a file is named after.
fn table_of(file: &str) -> Option<TableName> {
    let (stem, ending) = file.rsplit_once('.')?;
    matches!(ending, "csv" | "parquet")
        .then(|| TableName::from_text(stem))
        .flatten()
}

/// A table the descriptor lists, with its path; none if the path will not do.
type Listed = (TableName, Option<String>);

/// The tables the descriptor lists.
fn resources(descriptor: &Json, text: &str, findings: &mut Findings) -> Vec<Listed> {
    let row = row_of(text, "resources").or_else(|| row_of(text, ""));
    let error = |code, message: String| {
        let mut finding = Finding::error(code, DESCRIPTOR, message).column("resources");
        finding.row = row;
        finding
    };
    let rows = rows_of_entries(text);
    let entries = match descriptor.get("resources") {
        Some(Json::List(entries)) => entries.as_slice(),
        Some(_) => {
            let finding = error("bad-descriptor", "`resources` is not a list".into());
            findings.push(
                finding.help("write `[ { \"name\": \"sites\", \"path\": \"sites.csv\" }, … ]`"),
            );
            &[]
        }
        None => {
            let finding = error("missing-value", "it has no `resources`".into());
            findings.push(finding.help(
                "add `\"resources\": [ { \"name\": \"sites\", \"path\": \"sites.csv\" }, … ]`",
            ));
            &[]
        }
    };
    let mut listed: Vec<Listed> = Vec::new();
    for (n, entry) in entries.iter().enumerate() {
        let error = |code, message| {
            let mut finding = error(code, message);
            finding.row = rows.get(n).copied().or(row);
            finding
        };
        if let Some(key) = entry.twin() {
            let message = format!("`{}` stands twice in resource {}", shown(key), n + 1);
            findings.push(
                error("duplicate-key", message)
                    .found(key)
                    .help("keep one of them"),
            );
        }
        let (Some(name), Some(path)) = (
            entry.get("name").and_then(Json::text),
            entry.get("path").and_then(Json::text),
        ) else {
            let message = format!("resource {} needs a `name` and a `path`, both text", n + 1);
            let help =
                "write `{ \"name\": \"sites\", \"path\": \"sites.csv\" }`; a table is one file";
            findings.push(error("bad-resource", message).help(help));
            continue;
        };
        let Some(table) = TableName::from_text(name) else {
            let names: Vec<&str> = TableName::all().map(TableName::as_str).collect();
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("tables are `{}`", names.join("`, `")),
            };
            let message = format!("`{}` is no table of a scenario", shown(name));
            findings.push(error("unknown-table", message).found(name).help(help));
            continue;
        };
        if listed.iter().any(|(listed, _)| *listed == table) {
            let message = format!("table `{table}` is listed twice");
            findings.push(
                error("duplicate-table", message)
                    .found(name)
                    .help("keep one of them"),
            );
            continue;
        }
        if !is_inside(path) {
            let message = format!(
                "path `{}` of table `{table}` leaves the folder",
                shown(path)
            );
            let help = format!("put the file beside the descriptor: `\"path\": \"{table}.csv\"`");
            findings.push(error("path-outside", message).found(path).help(help));
            listed.push((table, None));
            continue;
        }
        for (key, fine) in [("encoding", "utf-8"), ("format", "")] {
            let other = entry.get(key).and_then(Json::text);
            if let Some(other) = other.filter(|o| !fine.is_empty() && !o.eq_ignore_ascii_case(fine))
            {
                let message = format!("`{key}` of table `{table}` is `{}`", shown(other));
                findings.push(
                    error("unsupported", message)
                        .found(other)
                        .help(format!("tables are in {fine}")),
                );
            }
        }
        let delimiter = entry
            .get("dialect")
            .and_then(|d| d.get("delimiter"))
            .and_then(Json::text);
        if let Some(other) = delimiter.filter(|d| *d != ",") {
            let message = format!("cells of table `{table}` are divided by `{}`", shown(other));
            findings.push(
                error("unsupported", message)
                    .found(other)
                    .help("divide cells by `,`"),
            );
        }
        listed.push((table, Some(path.to_string())));
    }
    listed
}

/// Whether a path of the descriptor stays in the folder.
fn is_inside(path: &str) -> bool {
    let plain = !path.is_empty() && path.len() < 1_000 && !path.contains(['\\', ':', '\0']);
    plain && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn report_unlisted(names: &[String], listed: &[Listed], complain: bool, findings: &mut Findings) {
    for file in names {
        if listed.iter().any(|(_, path)| path.as_ref() == Some(file)) {
            continue;
        }
        if let Some(table) = table_of(file) {
            // Where its path is refused, that has been said.
            if !complain || listed.contains(&(table, None)) {
                continue;
            }
            let message = format!("it is in the folder but `{DESCRIPTOR}` does not list it");
            let help = format!(
                "add `{{ \"name\": \"{table}\", \"path\": \"{file}\" }}` to `resources`, or take the file away"
            );
            findings.push(Finding::error("unlisted-table", file, message).help(help));
        } else if let Some(stem) = file.strip_suffix(".csv").or(file.strip_suffix(".parquet")) {
            let message = "it is named after no table and is not read";
            let finding = Finding::warning("stray-file", file, message);
            let near = nearest(stem, TableName::all().map(TableName::as_str));
            findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("take it out of the folder, or give it the name of its table"),
            });
        }
    }
}

/// Reads a table that may have `room` bytes.
fn read_table(
    files: &impl Files,
    name: TableName,
    path: &str,
    room: u64,
    findings: &mut Findings,
) -> Table {
    let most = LARGEST_FILE.min(room);
    let bytes = match files.get(path, most) {
        Ok(bytes) => bytes,
        Err(refused) => {
            findings.push(refused.finding(path, most));
            return Table::unreadable(name, path.to_string());
        }
    };
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv") => csv_table::read(name, path, &bytes, room, findings),
        Some("parquet") => parquet_table::read(name, path, bytes.into_owned(), room, findings),
        _ => {
            let message = "its name ends neither in `.csv` nor in `.parquet`";
            let help = "save the table as CSV in UTF-8 and name that file in `resources`";
            findings.push(Finding::error("unsupported", path, message).help(help));
            Table::unreadable(name, path.to_string())
        }
    }
}

impl Refused {
    fn finding(self, path: &str, most: u64) -> Finding {
        match self {
            Refused::Missing => Finding::error("missing-file", path, "there is no such file")
                .help(format!("add the file, or take it out of `{DESCRIPTOR}`")),
            Refused::NotAFile(what) => {
                let message = format!("it is {what}, not a file");
                Finding::error("not-a-file", path, message).help(format!(
                    "put the table itself there, or take it out of `{DESCRIPTOR}`"
                ))
            }
            Refused::Outside => Finding::error("path-outside", path, "it leads out of the folder")
                .help("put the file itself into the folder, not a link"),
            Refused::TooLarge(bytes) => {
                let message = format!("it has {} MiB and is not read", bytes >> 20);
                Finding::error("too-large", path, message)
                    .help(format!("at most {} MiB fit here", most >> 20))
            }
            Refused::Unreadable(error) => {
                let help = match error.kind() {
                    io::ErrorKind::PermissionDenied => "give yourself the right to read it",
                    _ => "see whether another program can read it, or copy it anew",
                };
                Finding::error("unreadable", path, format!("it cannot be read: {error}")).help(help)
            }
        }
    }
}
