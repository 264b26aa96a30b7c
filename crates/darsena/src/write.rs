//! Answers to files: readable table, JSON, CSV, Parquet, Excel. A file is written whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};

use crate::answer::{Answer, Table, Values, settled};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For reading.
    Table,
    /// Head and all tables in one document.
    Json,
    /// One file a table.
    Csv,
    /// One file a table.
    Parquet,
    /// One sheet a table.
    Xlsx,
}

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Excel opens no workbook under such a name.
    #[error("`{0}` is no name for a workbook")]
    Ending(PathBuf),
    /// The place to write to.
    #[error("cannot write `{0}`")]
    Unwritable(PathBuf, #[source] io::Error),
    /// Standard output.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    /// A form of several files needs a place.
    #[error(
        "{0} needs a place to write to: name a folder or file with `--out`, or one table with `--table`"
    )]
    NeedsPlace(&'static str),
    /// A table that this answer does not have.
    #[error("the answer has no table `{0}`; it has {1}")]
    NoTable(String, String),
    /// More rows than the form can hold.
    #[error("table `{0}` has {1} rows and a sheet holds 1048575; write `csv` or `parquet`")]
    TooManyRows(&'static str, usize),
    /// The form's own writer failed.
    #[error("cannot write table `{0}` as {1}")]
    Form(
        &'static str,
        &'static str,
        #[source] Box<dyn std::error::Error + Send + Sync>,
    ),
}

/// Writes `answer`: to `out`, or to standard output where the form allows it. `table` picks one.
///
/// # Errors
/// Fails when the place cannot be written; then nothing is left there.
pub fn write(
    answer: &Answer,
    format: Format,
    out: Option<&Path>,
    table: Option<&str>,
    readable: &dyn Fn(&Answer) -> String,
) -> Result<(), WriteError> {
    place(format, out, table.is_some())?;
    let picked = table
        .map(|name| {
            answer.table(name).ok_or_else(|| {
                let names: Vec<&str> = answer.tables.iter().map(|t| t.name).collect();
                WriteError::NoTable(name.into(), names.join(", "))
            })
        })
        .transpose()?;
    let bytes = match (format, picked) {
        (Format::Table, None) => readable(answer).into_bytes(),
        (Format::Table, Some(table)) => text(table).into_bytes(),
        (Format::Json, None) => json(&answer.json()),
        (Format::Json, Some(table)) => {
            let only = Answer {
                tables: vec![table.clone()],
                ..answer.clone()
            };
            json(&only.json())
        }
        (Format::Csv, Some(table)) => csv(table)?,
        (Format::Parquet, Some(table)) => parquet(table)?,
        (Format::Xlsx, _) => workbook(picked.map_or(&answer.tables[..], std::slice::from_ref))?,
        (Format::Csv | Format::Parquet, None) => {
            let folder = out.expect("a form of several files has a place");
            return files(answer, format, folder);
        }
    };
    match out {
        Some(path) => whole_file(path, &bytes),
        None => match io::stdout().lock().write_all(&bytes) {
            // Whoever reads us has read enough.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(WriteError::Output),
        },
    }
}

/// Whether an answer, or `one_table` of it, can be written to `out` in this form: to ask before long work.
///
/// # Errors
/// Fails when the form needs a place, or one of another name.
pub fn place(format: Format, out: Option<&Path>, one_table: bool) -> Result<(), WriteError> {
    let needs = match format {
        Format::Table | Format::Json => return Ok(()),
        Format::Csv if one_table => return Ok(()),
        Format::Csv => "CSV",
        Format::Parquet => "Parquet",
        Format::Xlsx => "Excel",
    };
    let out = out.ok_or(WriteError::NeedsPlace(needs))?;
    let end = out.extension().unwrap_or_default();
    if format == Format::Xlsx && !end.eq_ignore_ascii_case("xlsx") {
        return Err(WriteError::Ending(out.to_owned()));
    }
    Ok(())
}

/// Writes `bytes` to `path` whole or not at all. What is there and is no plain file, such as a
/// terminal or a pipe, is written to instead of replaced.
///
/// # Errors
/// Fails when the folder cannot be written or the disk is full; an older file then stays as it was.
pub fn whole_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let fail = |e: io::Error| WriteError::Unwritable(path.to_path_buf(), plain(&e, path));
    if path.is_dir() {
        return Err(fail(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder",
        )));
    }
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let mut place = fs::OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(fail)?;
        return place.write_all(bytes).map_err(fail);
    }
    // A link keeps pointing where it does: the file behind it is the one that is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new()
        .prefix(".darsena")
        .tempfile_in(folder)
        .map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    readable_by_others(file.path()).map_err(fail)?;
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

/// The folder a path lies in.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// An error at `path`, without the name of a file that only exists while writing.
fn plain(error: &io::Error, path: &Path) -> io::Error {
    match error.kind() {
        io::ErrorKind::NotFound if folder_of(path).is_dir() => io::Error::new(
            error.kind(),
            "the system lets nobody make a file in that folder",
        ),
        io::ErrorKind::NotFound => {
            io::Error::new(error.kind(), "the folder it should lie in does not exist")
        }
        io::ErrorKind::PermissionDenied => io::Error::new(error.kind(), "permission denied"),
        io::ErrorKind::Other | io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory => {
            io::Error::new(error.kind(), error.to_string())
        }
        kind => io::Error::from(kind),
    }
}

/// Gives a new file the rights any new file has, where a temporary one is private.
fn readable_by_others(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// All tables as files of a folder.
fn files(answer: &Answer, format: Format, folder: &Path) -> Result<(), WriteError> {
    let mut files = BTreeMap::new();
    for table in &answer.tables {
        let (bytes, end) = match format {
            Format::Parquet => (parquet(table)?, "parquet"),
            _ => (csv(table)?, "csv"),
        };
        files.insert(format!("{}.{end}", table.name), bytes);
    }
    let head = Answer {
        tables: Vec::new(),
        ..answer.clone()
    };
    files.insert("answer.json".into(), json(&head.json()));
    whole_folder(folder, &files)
}

/// Writes files into a folder that appears whole or not at all; it must not exist or be empty.
///
/// # Errors
/// Fails when the folder holds anything or cannot be written; then nothing is left behind.
pub fn whole_folder(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), WriteError> {
    let fail = |e: io::Error| WriteError::Unwritable(folder.to_path_buf(), plain(&e, folder));
    if folder.exists() && fs::read_dir(folder).map_err(fail)?.next().is_some() {
        let kind = io::Error::new(
            io::ErrorKind::AlreadyExists,
            "the folder is not empty; name a new one",
        );
        return Err(fail(kind));
    }
    let parent = folder_of(folder);
    let building = tempfile::Builder::new()
        .prefix(".darsena")
        .tempdir_in(parent)
        .map_err(fail)?;
    for (name, bytes) in files {
        fs::write(building.path().join(name), bytes).map_err(fail)?;
    }
    if folder.exists() {
        fs::remove_dir(folder).map_err(fail)?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(building.path(), fs::Permissions::from_mode(0o755)).map_err(fail)?;
    }
    fs::rename(building.keep(), folder).map_err(fail)
}

fn json(value: &serde_json::Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("a tree of values is always JSON");
    bytes.push(b'\n');
    bytes
}

fn csv(table: &Table) -> Result<Vec<u8>, WriteError> {
    let fail = |e: csv::Error| WriteError::Form(table.name, "CSV", e.into());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(table.columns.iter().map(|c| c.name))
        .map_err(fail)?;
    for n in 0..table.len() {
        writer
            .write_record(table.columns.iter().map(|c| c.values.text(n)))
            .map_err(fail)?;
    }
    writer
        .into_inner()
        .map_err(|e| WriteError::Output(e.into_error()))
}

fn parquet(table: &Table) -> Result<Vec<u8>, WriteError> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in &table.columns {
        let (kind, array): (DataType, ArrayRef) = match &column.values {
            Values::Text(v) => (DataType::Utf8, Arc::new(StringArray::from(v.clone()))),
            Values::Number(v) => (
                DataType::Float64,
                Arc::new(v.iter().map(|x| x.map(settled)).collect::<Float64Array>()),
            ),
            Values::Whole(v) => (DataType::Int64, Arc::new(Int64Array::from(v.clone()))),
            Values::Flag(v) => (DataType::Boolean, Arc::new(BooleanArray::from(v.clone()))),
            Values::Day(v) => (
                DataType::Date32,
                Arc::new(v.iter().map(|d| d.map(days)).collect::<Date32Array>()),
            ),
            Values::Lists(_) => {
                let texts = (0..column.values.len()).map(|n| Some(column.values.text(n)));
                (DataType::Utf8, Arc::new(texts.collect::<StringArray>()))
            }
        };
        let unit = std::collections::HashMap::from([("unit".to_string(), column.unit.clone())]);
        fields.push(Field::new(column.name, kind, true).with_metadata(unit));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let fail =
        |e: Box<dyn std::error::Error + Send + Sync>| WriteError::Form(table.name, "Parquet", e);
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(|e| fail(e.into()))?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, None).map_err(|e| fail(e.into()))?;
    writer.write(&batch).map_err(|e| fail(e.into()))?;
    writer.close().map_err(|e| fail(e.into()))?;
    Ok(bytes)
}

/// Days since 1970-01-01.
fn days(date: jiff::civil::Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until(date).map_or(0, |span| span.get_days())
}

fn workbook(tables: &[Table]) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    // A workbook remembers when it was made; equal answers have equal bytes.
    let made = ExcelDateTime::from_ymd(2000, 1, 1).expect("a day that exists");
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&made));
    let bold = CellFormat::new().set_bold();
    let day = CellFormat::new().set_num_format("yyyy-mm-dd");
    for table in tables {
        if table.len() >= 1_048_576 {
            return Err(WriteError::TooManyRows(table.name, table.len()));
        }
        let fail = |e: rust_xlsxwriter::XlsxError| WriteError::Form(table.name, "Excel", e.into());
        let sheet = book.add_worksheet();
        sheet.set_name(table.name).map_err(fail)?;
        sheet.set_freeze_panes(1, 0).map_err(fail)?;
        for (c, column) in (0u16..).zip(&table.columns) {
            let title = if column.unit.is_empty() || column.unit == "date" {
                column.name.to_string()
            } else {
                format!("{} [{}]", column.name, column.unit)
            };
            sheet.write_with_format(0, c, title, &bold).map_err(fail)?;
            for (n, r) in (0..table.len()).zip(1u32..) {
                match &column.values {
                    Values::Number(v) => {
                        if let Some(x) = v[n] {
                            sheet.write_number(r, c, settled(x)).map_err(fail)?;
                        }
                    }
                    Values::Whole(v) => {
                        if let Some(x) = v[n] {
                            sheet.write_number(r, c, x as f64).map_err(fail)?;
                        }
                    }
                    Values::Day(v) => {
                        if let Some(d) = v[n] {
                            let date =
                                ExcelDateTime::parse_from_str(&d.to_string()).map_err(fail)?;
                            sheet
                                .write_datetime_with_format(r, c, &date, &day)
                                .map_err(fail)?;
                        }
                    }
                    _ => {
                        let words = column.values.text(n);
                        if !words.is_empty() {
                            sheet.write_string(r, c, words).map_err(fail)?;
                        }
                    }
                }
            }
        }
        sheet.autofit();
    }
    book.save_to_buffer()
        .map_err(|e| WriteError::Form("all", "Excel", e.into()))
}

/// A table with aligned columns, numbers to the right, its units under the names.
pub fn text(table: &Table) -> String {
    let mut columns: Vec<(Vec<String>, bool)> = Vec::new();
    for column in &table.columns {
        let right = matches!(column.values, Values::Number(_) | Values::Whole(_));
        let mut cells = vec![column.name.to_string(), column.unit.clone()];
        cells.extend((0..table.len()).map(|n| match &column.values {
            Values::Number(v) => v[n].map(number).unwrap_or_default(),
            values => values.text(n),
        }));
        columns.push((cells, right));
    }
    if columns.iter().all(|(cells, _)| cells[1].is_empty()) {
        columns.iter_mut().for_each(|(cells, _)| {
            cells.remove(1);
        });
    }
    aligned(&columns)
}

/// A number as people read it in a column: at most three decimals, none when it is whole.
pub fn number(x: f64) -> String {
    let rounded = (x * 1000.0).round() / 1000.0 + 0.0;
    if x != 0.0 && rounded == 0.0 {
        format!("{x:.2e}")
    } else {
        rounded.to_string()
    }
}

fn aligned(columns: &[(Vec<String>, bool)]) -> String {
    let widths: Vec<usize> = columns
        .iter()
        .map(|(cells, _)| cells.iter().map(|c| c.chars().count()).max().unwrap_or(0))
        .collect();
    let rows = columns.first().map_or(0, |(cells, _)| cells.len());
    let mut out = String::new();
    for r in 0..rows {
        let mut line = String::new();
        for ((cells, right), width) in columns.iter().zip(&widths) {
            let pad = " ".repeat(width - cells[r].chars().count());
            if *right {
                line.push_str(&pad);
                line.push_str(&cells[r]);
            } else {
                line.push_str(&cells[r]);
                line.push_str(&pad);
            }
            line.push_str("  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
