//! CSV files: bytes to a table of text.
//!
//! UTF-8 with or without byte order mark, lines that end in LF or CRLF, cells divided by commas, quotes
//! around cells that hold commas, quotes or line ends.

use crate::finding::{Finding, Findings, shown};
use crate::package::{self, Table};
use crate::tables::TableName;

pub(crate) fn read(name: TableName, file: &str, bytes: &[u8], findings: &mut Findings) -> Table {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(finding) = not_text(file, bytes) {
        findings.push(finding);
        return Table::unreadable(name, file.to_string());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let mut table: Option<Table> = None;
    let unbalanced = bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
    // Lines that end in CR alone are not counted as lines by the reader.
    let counted = bytes.contains(&b'\n');
    for number in 1.. {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            // Memory holds the bytes, and they are UTF-8: nothing is left that could fail.
            Err(error) => {
                let message = format!("it cannot be read: {}", shown(&error.to_string()));
                findings.push(Finding::error("unreadable", file, message));
                return Table::unreadable(name, file.to_string());
            }
        }
        let line = match record.position() {
            Some(position) if counted => line_of(position.line()),
            _ => number,
        };
        let is_last = reader.position().byte() >= bytes.len() as u64;
        let lines = record
            .iter()
            .flat_map(str::bytes)
            .filter(|byte| *byte == b'\n')
            .count();
        if unbalanced && is_last && lines > 0 {
            findings.push(
                Finding::error(
                    "open-quote",
                    file,
                    "a quote that opens in this row is never closed",
                )
                .at(line)
                .help("close it, or write `\"\"` for a quote inside a quoted cell"),
            );
            return Table::unreadable(name, file.to_string());
        }
        let Some(table) = &mut table else {
            let columns: Vec<String> = record.iter().map(|c| c.trim().to_string()).collect();
            if columns.len() > Table::MOST_COLUMNS {
                findings.push(package::too_wide(file, columns.len()));
                return Table::unreadable(name, file.to_string());
            }
            if let Some(finding) = other_delimiter(file, &columns) {
                findings.push(finding);
                return Table::unreadable(name, file.to_string());
            }
            table = Some(Table::new(name, file.to_string(), columns));
            continue;
        };
        if !table.append(line, &record.iter().collect::<Vec<_>>(), findings) {
            break;
        }
    }
    let Some(mut table) = table else {
        findings.push(package::no_header(file));
        return Table::unreadable(name, file.to_string());
    };
    table.shrink();
    table
}

/// What is wrong with a header that is one cell because its cells are divided by something else.
fn other_delimiter(file: &str, columns: &[String]) -> Option<Finding> {
    let [only] = columns else { return None };
    let (_, name) = [(';', "`;`"), ('\t', "tabulators"), ('|', "`|`")]
        .into_iter()
        .find(|(mark, _)| only.contains(*mark))?;
    let message = format!("cells are divided by {name}, not by `,`");
    let finding = Finding::error("bad-delimiter", file, message)
        .at(1)
        .found(only);
    Some(finding.help("save it as CSV with `,` between cells"))
}

fn line_of(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// What is wrong with bytes that are no UTF-8 text.
fn not_text(file: &str, bytes: &[u8]) -> Option<Finding> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let finding = Finding::error("not-utf8", file, "it is in UTF-16, not in UTF-8");
        return Some(finding.at(1).help("save it as CSV in UTF-8"));
    }
    if bytes.contains(&0) {
        let finding = Finding::error("binary", file, "it is no text: it holds bytes of value 0");
        return Some(finding.help("a table is a CSV file in UTF-8"));
    }
    let fault = std::str::from_utf8(bytes).err()?;
    let start = fault.valid_up_to();
    let row = 1 + bytes[..start].iter().filter(|b| **b == b'\n').count();
    let part = &bytes[bytes[..start]
        .iter()
        .rposition(|b| matches!(b, b'\n' | b','))
        .map_or(0, |n| n + 1)..];
    let part = &part[..part
        .iter()
        .position(|b| matches!(b, b'\n' | b',' | b'\r'))
        .unwrap_or(part.len())];
    let found = String::from_utf8_lossy(&part[..part.len().min(200)]);
    Some(
        Finding::error(
            "not-utf8",
            file,
            format!("`{}` is not in UTF-8", shown(&found)),
        )
        .at(u32::try_from(row).unwrap_or(u32::MAX))
        .found(&found)
        .help("save the whole file in UTF-8; parts of it may come from an older encoding"),
    )
}
