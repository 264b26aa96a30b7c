//! CSV files: bytes to a table of text.
//!
//! UTF-8 with or without byte order mark, lines that end in LF or CRLF, cells divided by commas, quotes
//! around cells that hold commas, quotes or line ends.

use crate::finding::{Finding, Findings, shown};
use crate::package::Table;
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
                findings.push(too_wide(file, columns.len()));
                return Table::unreadable(name, file.to_string());
            }
            table = Some(Table::new(name, file.to_string(), columns));
            continue;
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if !push(table, line, &record, findings) {
            break;
        }
    }
    let Some(mut table) = table else {
        findings.push(empty(file));
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

/// Appends a row, cut or filled to the columns of the header; false if the table is full.
fn push(table: &mut Table, line: u32, record: &csv::StringRecord, findings: &mut Findings) -> bool {
    let width = table.columns().len();
    if record.len() != width {
        findings.push(ragged(table.file(), line, record.len(), width));
    }
    let mut long = None;
    let cells = (0..width).map(|n| {
        let cell = record.get(n).unwrap_or_default();
        if cell.len() > Table::LONGEST_CELL && long.is_none() {
            long = Some(n);
        }
        if cell.len() > Table::LONGEST_CELL { "" } else { cell }
    });
    let fits = table.push(line, cells);
    if let Some(n) = long {
        findings.push(too_long(table.file(), line, &table.columns()[n]));
        table.make_unreadable();
    }
    if fits.is_err() {
        findings.push(too_many(table.file(), line));
        table.make_unreadable();
        return false;
    }
    true
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

pub(crate) fn empty(file: &str) -> Finding {
    Finding::error("empty-file", file, "it has no header")
        .help("write the names of the columns into the first row")
}

pub(crate) fn too_wide(file: &str, columns: usize) -> Finding {
    let message = format!("its header has {columns} columns");
    Finding::error("too-large", file, message)
        .at(1)
        .help(format!("a table has at most {} columns; are they divided by `,`?", Table::MOST_COLUMNS))
}

pub(crate) fn too_long(file: &str, line: u32, column: &str) -> Finding {
    let message = format!("the cell has more than {} letters", Table::LONGEST_CELL);
    let help = "shorten it; is a quote missing?";
    Finding::error("too-large", file, message).at(line).column(column).help(help)
}

pub(crate) fn too_many(file: &str, line: u32) -> Finding {
    let message = format!("it has more than {} cells; from here on nothing is read", Table::MOST_CELLS);
    Finding::error("too-large", file, message).at(line)
}

fn ragged(file: &str, line: u32, cells: usize, width: usize) -> Finding {
    let message = format!("the row has {cells} cells where the header has {width}");
    let help = if cells > width {
        "put quotes around cells that hold a comma"
    } else {
        "add a comma for each cell that is left blank"
    };
    Finding::error("ragged-row", file, message).at(line).help(help)
}
