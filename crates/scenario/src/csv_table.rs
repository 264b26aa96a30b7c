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
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let mut table: Option<Table> = None;
    let mut last = (1, 1);
    loop {
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
        let line = line_of(record.position().map_or(0, csv::Position::line));
        last = (line, line_of(reader.position().line()));
        let Some(table) = &mut table else {
            let columns: Vec<String> = record.iter().map(|c| c.trim().to_string()).collect();
            if columns.len() > Table::MOST_COLUMNS {
                findings.push(package::too_wide(file, columns.len()));
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
    let quotes = bytes.iter().filter(|b| **b == b'"').count();
    if quotes % 2 == 1 && last.1 > last.0 + 1 {
        findings.push(
            Finding::error("open-quote", file, "a quote that opens in this row is never closed")
                .at(last.0)
                .help("close it, or write `\"\"` for a quote inside a quoted cell"),
        );
        table.make_unreadable();
    }
    table.shrink();
    table
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
    let part = &bytes[bytes[..start].iter().rposition(|b| matches!(b, b'\n' | b',')).map_or(0, |n| n + 1)..];
    let part = &part[..part.iter().position(|b| matches!(b, b'\n' | b',' | b'\r')).unwrap_or(part.len())];
    let found = String::from_utf8_lossy(&part[..part.len().min(200)]);
    Some(
        Finding::error("not-utf8", file, format!("`{}` is not in UTF-8", shown(&found)))
            .at(u32::try_from(row).unwrap_or(u32::MAX))
            .found(&found)
            .help("save the whole file in UTF-8; parts of it may come from an older encoding"),
    )
}
