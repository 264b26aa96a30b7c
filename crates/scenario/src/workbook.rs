//! Workbooks: one sheet a table, and a sheet `scenario` for the descriptor.
//!
//! The sheet `scenario` has two columns, `key` and `value`. Keys of the head (`format`, `start`, …) stand
//! for themselves; `demands.title` is what is said of a table; every other key is one of the descriptor. A
//! value is text, or JSON where it begins with a bracket.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};
use jiff::civil::Date;
use rust_xlsxwriter as xlsx;

use crate::cell;
use crate::dictionary::Kind;
use crate::finding::{Finding, Findings, nearest, shown};
use crate::guard::guarded;
use crate::head::Head;
use crate::json::Json;
use crate::load::LARGEST_FOLDER;
use crate::package::{self, Package, Table};
use crate::tables::TableName;
use crate::workbook_parts;

/// The sheet that holds the descriptor.
const HEAD_SHEET: &str = "scenario";

/// What to do about a workbook or sheet that cannot be read.
const SAVE_ANEW: &str = "save it anew as a workbook `.xlsx`";

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads a workbook that is held in memory; `file` is what findings call it.
#[must_use]
pub fn read_workbook(file: &str, bytes: &[u8]) -> Package {
    let mut findings = Findings::default();
    let package = guarded(|| read(file, bytes, &mut findings));
    match package {
        Some(Ok((descriptor, rows, tables))) => {
            let row_of = |key: &str| rows.get(key).copied();
            Package::new(
                descriptor,
                format!("{file}#{HEAD_SHEET}"),
                &row_of,
                tables,
                findings,
            )
        }
        other => {
            let message = match other {
                Some(Err(why)) => why,
                _ => "it is damaged".to_string(),
            };
            let finding = Finding::error("bad-workbook", file, message);
            findings.push(finding.help(SAVE_ANEW));
            let tables = TableName::all()
                .map(|name| Table::unreadable(name, format!("{file}#{name}")))
                .collect();
            Package::new(Json::Null, file.to_string(), &|_| None, tables, findings)
        }
    }
}

/// The row of the head sheet each key stands on.
type KeyRows = BTreeMap<String, u32>;

/// The descriptor and the tables, or why the workbook cannot be read at all.
fn read(
    file: &str,
    bytes: &[u8],
    findings: &mut Findings,
) -> Result<(Json, KeyRows, Vec<Table>), String> {
    workbook_parts::measure(bytes).map_err(|refused| refused.to_string())?;
    let mut book: Book<'_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(
        |error: calamine::XlsxError| format!("it cannot be read: {}", shown(&error.to_string())),
    )?;
    let sheets = book.sheet_names();
    let mut wanted: Vec<(String, Option<TableName>)> = Vec::new();
    for sheet in sheets {
        let table = TableName::from_text(sheet.trim());
        if table.is_some() && wanted.iter().any(|(_, known)| *known == table) {
            let message = format!("two sheets are named `{}`", shown(&sheet));
            let finding = Finding::error("duplicate-table", file, message).found(&sheet);
            findings.push(finding.help("keep one of them"));
        } else if table.is_some() || sheet == HEAD_SHEET {
            wanted.push((sheet, table));
        } else {
            let message = format!(
                "sheet `{}` is named after no table and is not read",
                shown(&sheet)
            );
            let finding = Finding::warning("stray-sheet", file, message).found(&sheet);
            let names = TableName::all().map(TableName::as_str).chain([HEAD_SHEET]);
            findings.push(match nearest(&sheet.to_lowercase(), names) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("take it out, or give it the name of its table"),
            });
        }
    }
    let mut rows = KeyRows::new();
    let descriptor = match wanted.iter().find(|(_, table)| table.is_none()) {
        Some((sheet, _)) => read_head(&mut book, sheet, file, &mut rows, findings),
        None => {
            let message = format!("there is no sheet `{HEAD_SHEET}`");
            let help = "add it with columns `key` and `value`: format, start, period, periods, currency, law_as_of";
            findings.push(Finding::error("missing-head", file, message).help(help));
            Json::Null
        }
    };
    // How many bytes all further tables may have.
    let mut room = LARGEST_FOLDER;
    let tables = TableName::all()
        .map(|name| {
            let place = format!("{file}#{name}");
            match wanted.iter().find(|(_, table)| *table == Some(name)) {
                Some((sheet, _)) => {
                    let table = read_sheet(&mut book, sheet, name, &place, room, findings);
                    room = room.saturating_sub(table.bytes());
                    table
                }
                None => Table::new(name, place, Vec::new()),
            }
        })
        .collect();
    Ok((descriptor, rows, tables))
}

/// Walks the rows of a sheet that hold anything: row number as people count, and the cells as text.
/// `see` returns false to stop.
fn walk(
    book: &mut Book<'_>,
    sheet: &str,
    mut see: impl FnMut(u32, &[String]) -> bool,
) -> Result<(), String> {
    let say =
        |error: calamine::XlsxError| format!("it cannot be read: {}", shown(&error.to_string()));
    let mut reader = book.worksheet_cells_reader(sheet).map_err(say)?;
    let mut row: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(cell) = reader.next_cell().map_err(say)? {
        let text = text_of(cell.get_value());
        let (line, column) = cell.get_position();
        if text.trim().is_empty() {
            continue;
        }
        if line != at && !row.is_empty() {
            if !see(at.saturating_add(1), &row) {
                return Ok(());
            }
            row.clear();
        }
        at = line;
        let column = column as usize;
        if column > Table::MOST_COLUMNS {
            return Err(format!(
                "row {} has more than {} columns",
                line.saturating_add(1),
                Table::MOST_COLUMNS
            ));
        }
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = text;
    }
    if !row.is_empty() {
        see(at.saturating_add(1), &row);
    }
    Ok(())
}

/// The text of a cell as it would stand in a CSV file.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::String(text) => beginning(text),
        DataRef::SharedString(text) => beginning(text),
        DataRef::Bool(value) => if *value { "yes" } else { "no" }.to_string(),
        DataRef::DateTime(when) if when.is_datetime() && when.as_f64() >= 1.0 => {
            let (year, month, day, hour, minute, second, milli) = when.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second, milli) {
                (0, 0, 0, 0) => date,
                _ => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::DateTime(when) => when.as_f64().to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.strip_suffix("T00:00:00").unwrap_or(text).to_string()
        }
        DataRef::Error(error) => error.to_string(),
    }
}

/// The text, or of one that is too long for a cell as much as shows that it is: many cells may share one
/// text.
fn beginning(text: &str) -> String {
    text[..text.floor_char_boundary(Table::LONGEST_CELL + 4)].to_string()
}

fn read_head(
    book: &mut Book<'_>,
    sheet: &str,
    file: &str,
    rows: &mut KeyRows,
    findings: &mut Findings,
) -> Json {
    let place = format!("{file}#{sheet}");
    let (mut top, mut head) = (Vec::new(), Vec::new());
    let mut said: BTreeMap<TableName, Vec<(String, Json)>> = BTreeMap::new();
    let mut found = Vec::new();
    let result = walk(book, sheet, |line, row| {
        let cell = |n: usize| row.get(n).map_or("", |text| text.trim());
        let (key, value) = (cell(0), cell(1));
        if row.len() > 2 && row[2..].iter().any(|text| !text.trim().is_empty()) {
            let finding = Finding::error(
                "ragged-row",
                &place,
                "the sheet has two columns, `key` and `value`",
            );
            found.push(
                finding
                    .at(line)
                    .help("clear the other cells; remarks have no place here"),
            );
        }
        if (key, value) == ("key", "value") || value.is_empty() {
            return true;
        }
        if key.len().max(value.len()) > Table::LONGEST_CELL {
            let message = format!("the row has more than {} bytes", Table::LONGEST_CELL);
            let finding = Finding::error("too-large", &place, message).at(line);
            found.push(finding.help("shorten it"));
            return true;
        }
        rows.insert(key.to_string(), line);
        let json = || {
            let tree = value
                .starts_with(['{', '['])
                .then(|| serde_json::from_str(value).ok());
            tree.flatten()
                .unwrap_or_else(|| Json::Text(value.to_string()))
        };
        let of_table = key
            .split_once('.')
            .and_then(|(table, key)| Some((TableName::from_text(table)?, key)));
        if Head::KEYS.contains(&key) {
            head.push((key.to_string(), Json::Text(value.to_string())));
        } else if key == "resources" || key == "darsena" {
            let message = format!("`{key}` has no place in a workbook");
            found.push(
                Finding::error("unknown-key", &place, message)
                    .at(line)
                    .column(key)
                    .help(
                        "take the row out: sheets are the tables, and keys of the head stand alone",
                    ),
            );
        } else if let Some((table, key)) = of_table {
            said.entry(table)
                .or_default()
                .push((key.to_string(), json()));
        } else if key != "name"
            && key != "title"
            && !value.starts_with(['{', '['])
            && nearest(key, Head::KEYS).is_some()
        {
            // Close to a key of the head: more likely a slip than a property of one's own.
            head.push((key.to_string(), Json::Text(value.to_string())));
        } else {
            top.push((key.to_string(), json()));
        }
        found.len() < Findings::KEPT && top.len() < 1_000
    });
    found.into_iter().for_each(|finding| findings.push(finding));
    if let Err(why) = result {
        findings.push(Finding::error("bad-sheet", &place, why).help(SAVE_ANEW));
        return Json::Null;
    }
    top.push(("darsena".into(), Json::Object(head)));
    if !said.is_empty() {
        let resource = |(table, said): (TableName, Vec<(String, Json)>)| {
            let name = ("name".to_string(), Json::Text(table.to_string()));
            Json::Object([name].into_iter().chain(said).collect())
        };
        let resources = said.into_iter().map(resource).collect();
        top.push(("resources".into(), Json::List(resources)));
    }
    Json::Object(top)
}

fn read_sheet(
    book: &mut Book<'_>,
    sheet: &str,
    name: TableName,
    place: &str,
    room: u64,
    findings: &mut Findings,
) -> Table {
    let mut table: Option<Table> = None;
    let mut flaw = None;
    let result = walk(book, sheet, |line, row| match &mut table {
        None if row.len() > Table::MOST_COLUMNS => {
            flaw = Some(package::too_wide(place));
            false
        }
        None if row.iter().any(|text| text.len() > Table::LONGEST_CELL) => {
            flaw = Some(package::long_name(place));
            false
        }
        None => {
            let columns = row.iter().map(|text| text.trim().to_string()).collect();
            table = Some(Table::new(name, place.to_string(), columns).within(room));
            true
        }
        Some(table) => {
            // A sheet has no end of row: blank cells at the end are not written down.
            let width = table.columns().len().max(row.len());
            let cells: Vec<&str> = (0..width)
                .map(|n| row.get(n).map_or("", String::as_str))
                .collect();
            table.append(line, &cells, cells.len(), findings)
        }
    });
    let finding = match (result, flaw, &table) {
        (Err(why), ..) => Finding::error("bad-sheet", place, why).help(SAVE_ANEW),
        (_, Some(flaw), _) => flaw,
        (_, _, None) => package::no_header(place),
        (_, _, Some(_)) => {
            return table.map_or_else(
                || Table::unreadable(name, place.into()),
                |mut table| {
                    table.shrink();
                    table
                },
            );
        }
    };
    findings.push(finding);
    Table::unreadable(name, place.to_string())
}

/// Most rows of a sheet, the header among them.
pub(crate) const MOST_ROWS: usize = 1_048_576;

/// The bytes of a workbook with all tables of the package; the same package gives the same bytes.
pub(crate) fn write(package: &Package) -> Result<Vec<u8>, xlsx::XlsxError> {
    let mut book = xlsx::Workbook::new();
    let day = xlsx::ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&xlsx::DocProperties::new().set_creation_datetime(&day));
    let bold = xlsx::Format::new().set_bold();
    let text = xlsx::Format::new().set_num_format("@");
    let date = xlsx::Format::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet().set_name(HEAD_SHEET)?;
    sheet.set_column_width(0, 16)?.set_column_width(1, 48)?;
    sheet
        .write_with_format(0, 0, "key", &bold)?
        .write_with_format(0, 1, "value", &bold)?;
    for (row, (key, value)) in (1..).zip(package.head_entries()) {
        sheet
            .write_string(row, 0, key)?
            .write_string_with_format(row, 1, value, &text)?;
    }
    for table in package
        .tables()
        .iter()
        .filter(|table| !table.columns().is_empty())
    {
        let sheet = book.add_worksheet().set_name(table.name().as_str())?;
        sheet.set_freeze_panes(1, 0)?;
        for (n, column) in (0..).zip(table.columns()) {
            sheet.write_string_with_format(0, n, column, &bold)?;
            let width = column.len().clamp(8, 40) + 2;
            sheet.set_column_width(n, width as f64)?;
            let attribute = table.schema().attribute(column);
            let kind = attribute.map_or(Kind::Text, |a| table.schema().attributes[a].kind);
            match kind {
                Kind::Date => sheet.set_column_format(n, &date)?,
                kind if kind.is_number() => sheet,
                // So that a workbook program leaves `2024-04` and `1e5` the words they are.
                _ => sheet.set_column_format(n, &text)?,
            };
            for row in 0..table.len() {
                let cell = table.cell(row, n as usize);
                let at = row as u32 + 1;
                if cell.is_empty() {
                    continue;
                }
                let number = if kind.is_number() {
                    cell::number(cell).ok()
                } else {
                    None
                };
                let day = if kind == Kind::Date {
                    cell::date(cell).ok().and_then(sheet_day)
                } else {
                    None
                };
                match (number, day) {
                    (Some(number), _) => sheet.write_number(at, n, number)?,
                    (_, Some(day)) => sheet.write_datetime_with_format(at, n, &day, &date)?,
                    _ => sheet.write_string_with_format(at, n, cell, &text)?,
                };
            }
        }
    }
    book.save_to_buffer()
}

/// A day as workbooks know it: they begin with March 1900, two months after which their calendar is right.
fn sheet_day(day: Date) -> Option<xlsx::ExcelDateTime> {
    let year = u16::try_from(day.year()).ok().filter(|year| *year > 1900)?;
    let (month, day) = (
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    );
    xlsx::ExcelDateTime::from_ymd(year, month, day).ok()
}
