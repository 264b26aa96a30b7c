//! Parquet files: bytes to a table of text, and back.
//!
//! Numbers, dates and text of any width are read; a null is a blank cell. Written are numbers as 64-bit
//! floats or 32-bit integers, days as dates and everything else as text.

use std::sync::Arc;

use arrow_array::builder::{Date32Builder, Float64Builder, StringBuilder, UInt32Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use bytes::Bytes;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::cell;
use crate::dictionary::Kind;
use crate::finding::{Finding, Findings, shown};
use crate::guard::guarded;
use crate::package::{self, Table};
use crate::parquet_pages::{self, Refused};
use crate::tables::TableName;
use crate::time::days_between;

/// Rows that are unpacked at once.
const BATCH: usize = 4096;

/// Reads a table that may take `room` bytes.
pub(crate) fn read(
    name: TableName,
    file: &str,
    bytes: Vec<u8>,
    room: u64,
    findings: &mut Findings,
) -> Table {
    let why = match guarded(|| read_rows(name, file, bytes, room, findings)) {
        Some(Ok(table)) => return table,
        Some(Err(finding)) => *finding,
        None => Finding::error("bad-parquet", file, "it is damaged")
            .help("write it again, packed with snappy or not at all"),
    };
    findings.push(why);
    Table::unreadable(name, file.to_string())
}

fn read_rows(
    name: TableName,
    file: &str,
    bytes: Vec<u8>,
    room: u64,
    findings: &mut Findings,
) -> Result<Table, Box<Finding>> {
    let say = |error: ParquetError| {
        let message = format!("it cannot be read: {}", shown(&error.to_string()));
        let finding = Finding::error("bad-parquet", file, message);
        Box::new(finding.help("write it again, packed with snappy or not at all"))
    };
    let bytes = Bytes::from(bytes);
    let refuse = |refused: Refused| Box::new(refused.finding(file));
    parquet_pages::measure_footer(&bytes).map_err(refuse)?;
    // What the writer's program said about types is not needed: the file's own types will do.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&bytes, options.clone()).map_err(say)?;
    let fields = metadata.schema().fields();
    if fields.is_empty() {
        return Err(Box::new(package::no_header(file)));
    }
    if fields.len() > Table::MOST_COLUMNS {
        return Err(Box::new(package::too_wide(file)));
    }
    parquet_pages::measure(&bytes, metadata.metadata()).map_err(refuse)?;
    // Text is looked at where it lies: a file may say one long text a million times.
    let viewed: Vec<Field> = fields
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
            _ => field.as_ref().clone(),
        })
        .collect();
    for field in &viewed {
        if !is_readable(field.data_type()) {
            let message = format!(
                "cells of type {} are not read",
                shown(&field.data_type().to_string())
            );
            let finding = Finding::error("unsupported", file, message)
                .at(1)
                .column(field.name());
            return Err(Box::new(
                finding.help("write text, numbers, days, or true and false"),
            ));
        }
    }
    let columns = viewed
        .iter()
        .map(|field| field.name().trim().to_string())
        .collect();
    let options = options.with_schema(Arc::new(Schema::new(viewed)));
    let metadata =
        ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).map_err(say)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata)
        .with_batch_size(BATCH)
        .build()
        .map_err(say)?;
    let mut table = Table::new(name, file.to_string(), columns).within(room);
    let mut line: u32 = 1;
    for batch in reader {
        let batch = batch.map_err(|error| say(error.into()))?;
        let mut row = vec![String::new(); batch.num_columns()];
        for n in 0..batch.num_rows() {
            line = line.saturating_add(1);
            // Blank rows are not kept, but a small file may say that there are billions of them.
            if (line as usize).saturating_mul(row.len()) > Table::MOST_CELLS {
                return Err(Box::new(package::too_many(file, line)));
            }
            for (cell, column) in row.iter_mut().zip(batch.columns()) {
                cell.clear();
                write_cell(column, n, cell);
            }
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            if !table.append(line, &cells, cells.len(), findings) {
                return Ok(table);
            }
        }
    }
    table.shrink();
    Ok(table)
}

fn is_readable(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Boolean
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
            | DataType::Float32
            | DataType::Float64
            | DataType::Decimal128(..)
            | DataType::Date32
            | DataType::Timestamp(..)
            | DataType::Utf8View
            | DataType::Null
    )
}

/// Appends the text of a cell as it would stand in a CSV file.
fn write_cell(column: &ArrayRef, row: usize, out: &mut String) {
    use std::fmt::Write as _;
    if column.is_null(row) {
        return;
    }
    let mut show = |value: &dyn std::fmt::Display| {
        write!(out, "{value}").expect("a string takes any text");
    };
    match column.data_type() {
        DataType::Boolean => show(&if column.as_boolean().value(row) {
            "yes"
        } else {
            "no"
        }),
        DataType::Int8 => show(&column.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => show(&column.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => show(&column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => show(&column.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => show(&column.as_primitive::<UInt8Type>().value(row)),
        DataType::UInt16 => show(&column.as_primitive::<UInt16Type>().value(row)),
        DataType::UInt32 => show(&column.as_primitive::<UInt32Type>().value(row)),
        DataType::UInt64 => show(&column.as_primitive::<UInt64Type>().value(row)),
        DataType::Float32 => show(&column.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => show(&column.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(..) => {
            show(&column.as_primitive::<Decimal128Type>().value_as_string(row))
        }
        DataType::Date32 => {
            let days = i64::from(column.as_primitive::<Date32Type>().value(row));
            match day_of(days) {
                Some(day) => show(&day),
                None => show(&format_args!("day {days} since 1970")),
            }
        }
        DataType::Timestamp(unit, _) => {
            let (value, second) = match unit {
                TimeUnit::Second => (column.as_primitive::<TimestampSecondType>().value(row), 1),
                TimeUnit::Millisecond => (
                    column.as_primitive::<TimestampMillisecondType>().value(row),
                    1_000,
                ),
                TimeUnit::Microsecond => (
                    column.as_primitive::<TimestampMicrosecondType>().value(row),
                    1_000_000,
                ),
                TimeUnit::Nanosecond => (
                    column.as_primitive::<TimestampNanosecondType>().value(row),
                    1_000_000_000,
                ),
            };
            let day = 86_400 * second;
            match day_of(value.div_euclid(day)) {
                Some(date) if value.rem_euclid(day) == 0 => show(&date),
                Some(date) => {
                    let seconds = value.rem_euclid(day) / second;
                    let (hour, minute) = (seconds / 3_600, seconds / 60 % 60);
                    show(&format_args!(
                        "{date}T{hour:02}:{minute:02}:{:02}",
                        seconds % 60
                    ));
                }
                None => show(&format_args!("{value} since 1970")),
            }
        }
        DataType::Utf8View => {
            let text = column.as_string_view().value(row);
            // One letter too many is enough to be refused; the rest need not be copied.
            let mut end = text.len().min(Table::LONGEST_CELL + 4);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            show(&&text[..end]);
        }
        // The types were looked at before.
        _ => {}
    }
}

const EPOCH: Date = date(1970, 1, 1);

fn day_of(days: i64) -> Option<Date> {
    EPOCH.checked_add(0.days().try_days(days).ok()?).ok()
}

/// The bytes of a Parquet file with all rows of the table; the same table gives the same bytes.
pub(crate) fn write(table: &Table) -> Result<Vec<u8>, ParquetError> {
    let columns: Vec<(Field, Kind)> = table
        .columns()
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let attribute = table.schema().attribute(name);
            let kind = attribute.map_or(Kind::Text, |a| table.schema().attributes[a].kind);
            // A column with a flaw is written as the text it is.
            let sound = (0..table.len())
                .map(|row| table.cell(row, n))
                .all(|text| text.is_empty() || cell::check(kind, text).is_ok());
            let kind = if sound { kind } else { Kind::Text };
            let stored = match kind {
                kind if kind.is_whole() => DataType::UInt32,
                kind if kind.is_number() => DataType::Float64,
                Kind::Date => DataType::Date32,
                _ => DataType::Utf8,
            };
            (Field::new(name, stored, true), kind)
        })
        .collect();
    let schema = Arc::new(Schema::new(
        columns
            .iter()
            .map(|(field, _)| field.clone())
            .collect::<Vec<_>>(),
    ));
    let properties = WriterProperties::builder()
        .set_created_by("darsena".into())
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties))?;
    let step = 65_536;
    for start in (0..table.len()).step_by(step) {
        let rows = start..(start + step).min(table.len());
        let arrays = columns.iter().enumerate().map(|(n, (_, kind))| {
            let cells = rows.clone().map(|row| table.cell(row, n));
            array(*kind, cells)
        });
        writer.write(&RecordBatch::try_new(schema.clone(), arrays.collect())?)?;
    }
    writer.into_inner()
}

fn array<'a>(kind: Kind, cells: impl Iterator<Item = &'a str>) -> ArrayRef {
    match kind {
        kind if kind.is_whole() => {
            let mut builder = UInt32Builder::new();
            cells.for_each(|text| builder.append_option(cell::days(text).ok()));
            Arc::new(builder.finish())
        }
        kind if kind.is_number() => {
            let mut builder = Float64Builder::new();
            cells.for_each(|text| builder.append_option(cell::number(text).ok()));
            Arc::new(builder.finish())
        }
        Kind::Date => {
            let mut builder = Date32Builder::new();
            let day = |text: &str| i32::try_from(days_between(EPOCH, cell::date(text).ok()?)).ok();
            cells.for_each(|text| builder.append_option(day(text)));
            Arc::new(builder.finish())
        }
        _ => {
            let mut builder = StringBuilder::new();
            cells
                .for_each(|text| builder.append_option(Some(text).filter(|text| !text.is_empty())));
            Arc::new(builder.finish())
        }
    }
}
