//! CSV files: bytes to a table of text.
//!
//! UTF-8 with or without byte order mark, lines that end in LF or CRLF, cells divided by commas, quotes
//! around cells that hold commas, quotes or line ends.

use crate::finding::{Finding, Findings, shown};
use crate::package::{self, Table};
use crate::tables::TableName;

/// Reads a table that may take `room` bytes.
///
/// Beyond the file and the table no more than one row is held, and of that row no more than the table
/// keeps: of each cell the first 32 KiB, of cells past the header only how many there are.
pub(crate) fn read(
    name: TableName,
    file: &str,
    bytes: &[u8],
    room: u64,
    findings: &mut Findings,
) -> Table {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(finding) = not_text(file, bytes) {
        findings.push(finding);
        return Table::unreadable(name, file.to_string());
    }
    match read_rows(name, file, bytes, room, findings) {
        Ok(table) => table,
        Err(finding) => {
            findings.push(*finding);
            Table::unreadable(name, file.to_string())
        }
    }
}

fn read_rows(
    name: TableName,
    file: &str,
    bytes: &[u8],
    room: u64,
    findings: &mut Findings,
) -> Result<Table, Box<Finding>> {
    let mut rows = Rows::new(bytes);
    let unbalanced = bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
    // Lines that end in CR alone are not counted as lines by the reader.
    let counted = bytes.contains(&b'\n');
    let mut table: Option<Table> = None;
    for number in 1.. {
        if !rows.next(table.as_ref().map(|table| table.columns().len())) {
            break;
        }
        let line = if counted { rows.line } else { number };
        if unbalanced && rows.rest.is_empty() && rows.broken {
            let message = "a quote that opens in this row is never closed";
            let finding = Finding::error("open-quote", file, message).at(line);
            return Err(Box::new(finding.help(
                "close it, or write `\"\"` for a quote inside a quoted cell",
            )));
        }
        let cells = rows.cells();
        if let Some(table) = &mut table {
            if !table.append(line, &cells, rows.count, findings) {
                break;
            }
            continue;
        }
        if rows.count > Table::MOST_COLUMNS {
            return Err(Box::new(package::too_wide(file)));
        }
        if cells.iter().any(|cell| cell.len() > Table::LONGEST_CELL) {
            return Err(Box::new(package::long_name(file)));
        }
        let columns: Vec<String> = cells.iter().map(|cell| cell.trim().to_string()).collect();
        if let Some(finding) = other_delimiter(file, &columns) {
            return Err(Box::new(finding));
        }
        table = Some(Table::new(name, file.to_string(), columns).within(room));
    }
    let Some(mut table) = table else {
        return Err(Box::new(package::no_header(file)));
    };
    table.shrink();
    Ok(table)
}

/// Walks the rows of a file, one at a time.
struct Rows<'a> {
    reader: csv_core::Reader,
    /// What is not read yet.
    rest: &'a [u8],
    /// Room for one cell, and for a sign that it is longer than a cell may be.
    cell: Box<[u8]>,
    /// The cells of the row that are kept.
    text: Vec<u8>,
    /// Where each of them ends in `text`.
    ends: Vec<usize>,
    /// How many cells the row has, kept or not.
    count: usize,
    /// The line the row starts on.
    line: u32,
    /// Whether a cell of the row holds a line end.
    broken: bool,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Rows {
            reader: csv_core::Reader::new(),
            rest: bytes,
            cell: vec![0; Table::LONGEST_CELL + 4].into_boxed_slice(),
            text: Vec::new(),
            ends: Vec::new(),
            count: 0,
            line: 1,
            broken: false,
        }
    }

    /// Goes to the next row and keeps its first `width` cells; false after the last row. A header, for
    /// which no width is known, is given up at the first column too many.
    fn next(&mut self, width: Option<usize>) -> bool {
        use csv_core::ReadFieldResult::{End, Field, InputEmpty, OutputFull};
        self.text.clear();
        self.ends.clear();
        (self.count, self.broken) = (0, false);
        let blank = |byte: &&u8| matches!(byte, b'\n' | b'\r');
        let blank = self.rest.iter().take_while(blank);
        let blank = blank.filter(|byte| **byte == b'\n').count() as u64;
        self.line = u32::try_from(self.reader.line() + blank).unwrap_or(u32::MAX);
        let kept = width.unwrap_or(Table::MOST_COLUMNS);
        let (mut filled, mut cut) = (0, false);
        loop {
            let (result, read, written) =
                self.reader.read_field(self.rest, &mut self.cell[filled..]);
            self.rest = &self.rest[read..];
            filled += written;
            let row_ends = match result {
                InputEmpty => continue,
                End => return false,
                OutputFull => false,
                Field { record_end } => record_end,
            };
            let part = &self.cell[..filled];
            filled = 0;
            self.broken |= part.contains(&b'\n');
            if !cut && self.count < kept {
                // A cell that is too long may be cut inside a letter.
                let whole = match result {
                    OutputFull => {
                        std::str::from_utf8(part).map_or_else(|fault| fault.valid_up_to(), str::len)
                    }
                    _ => part.len(),
                };
                self.text.extend_from_slice(&part[..whole]);
                self.ends.push(self.text.len());
            }
            cut = result == OutputFull;
            if !cut {
                self.count += 1;
            }
            if row_ends || (width.is_none() && self.count > kept) {
                return true;
            }
        }
    }

    /// The cells of the row that are kept.
    fn cells(&self) -> Vec<&str> {
        let text = std::str::from_utf8(&self.text)
            .expect("the file is UTF-8, and no letter of it is cut in two");
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &text[start..*end])
            .collect()
    }
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
