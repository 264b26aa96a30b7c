//! Writing: a package to a folder, a workbook, or files in memory.
//!
//! What was read is written again without loss: columns, rows and words as they stood. In a folder the
//! descriptor gets a table schema from the dictionary, so that any tool for Data Packages can read and
//! check the tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value, json};

use crate::dictionary::{Kind, TableSchema};
use crate::head::DESCRIPTOR;
use crate::json::Json;
use crate::package::{Package, Table};
use crate::tables::TableName;
use crate::{parquet_table, workbook};

/// How a package is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Tables with at least so many rows become Parquet files; none do if blank.
    pub parquet_from_rows: Option<usize>,
    /// Whether a scenario that is there already may be written over.
    pub overwrite: bool,
}

/// Why a package was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Something else is there already.
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    /// The folder it would be written into is not there: the path asked for, and the folder.
    #[error(
        "`{}` is not written: there is no folder `{}`\nhelp: make `{}` first, or check how it is spelled",
        .0.display(), .1.display(), .1.display()
    )]
    NoFolder(PathBuf, PathBuf),
    /// The system refused.
    #[error("cannot write `{}`", .0.display())]
    Unwritable(PathBuf, #[source] io::Error),
    /// A table could not be read to its end; writing it would lose the rest.
    #[error("`{0}` could not be read to its end and is not written again")]
    Unreadable(String),
    /// A table has more rows than a sheet of a workbook holds.
    #[error("table `{0}` has {1} rows, more than a sheet holds")]
    TooLong(TableName, usize),
    /// The tables cannot be held in this format.
    #[error("cannot write `{0}`")]
    Format(String, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Keys of a resource of the descriptor that are made anew; all others are its author's.
const MADE: [&str; 10] = [
    "name",
    "path",
    "profile",
    "encoding",
    "schema",
    "format",
    "mediatype",
    "dialect",
    "bytes",
    "hash",
];

impl Package {
    /// The files of the folder: names and contents.
    ///
    /// # Errors
    /// Fails if a table could not be read to its end.
    pub fn to_files(
        &self,
        options: &WriteOptions,
    ) -> Result<BTreeMap<String, Vec<u8>>, WriteError> {
        self.must_be_readable()?;
        let mut files = BTreeMap::new();
        let mut written = Vec::new();
        for table in self
            .tables()
            .iter()
            .filter(|table| !table.columns().is_empty())
        {
            let parquet = options
                .parquet_from_rows
                .is_some_and(|rows| table.len() >= rows);
            let ending = if parquet { "parquet" } else { "csv" };
            let path = format!("{}.{ending}", table.name());
            let bytes = match parquet {
                true => parquet_table::write(table)
                    .map_err(|error| WriteError::Format(path.clone(), error.into()))?,
                false => csv_bytes(table),
            };
            written.push((table, path.clone()));
            files.insert(path, bytes);
        }
        let mut text = serde_json::to_string_pretty(&self.descriptor_with(&written))
            .map_err(|error| WriteError::Format(DESCRIPTOR.into(), error.into()))?;
        text.push('\n');
        files.insert(DESCRIPTOR.into(), text.into_bytes());
        Ok(files)
    }

    /// Writes the package as a folder. With `overwrite` the tables of a scenario that is there are
    /// replaced and its other files stay.
    ///
    /// # Errors
    /// Fails if the folder is there and is not empty, unless it may be written over; if the folder it is
    /// to lie in is not there; if a table could not be read to its end; and if the system refuses. Each
    /// file is written whole or not at all.
    pub fn write_folder(&self, folder: &Path, options: &WriteOptions) -> Result<(), WriteError> {
        must_have_parent(folder)?;
        let files = self.to_files(options)?;
        let refused = |path: &Path| {
            let path = path.to_path_buf();
            move |error| WriteError::Unwritable(path, error)
        };
        if !folder.is_dir() {
            fs::create_dir(folder).map_err(refused(folder))?;
        }
        let old: Vec<_> = fs::read_dir(folder)
            .and_then(Iterator::collect::<io::Result<_>>)
            .map_err(refused(folder))?;
        if !old.is_empty() && !options.overwrite {
            return Err(WriteError::Exists(folder.to_path_buf()));
        }
        for (name, bytes) in &files {
            write_whole(&folder.join(name), bytes)?;
        }
        // A table that has changed its format must not lie there twice.
        for entry in old {
            let name = entry.file_name();
            let table = name
                .to_str()
                .and_then(|name| name.strip_suffix(".csv").or(name.strip_suffix(".parquet")));
            let stale = table.is_some_and(|table| TableName::from_text(table).is_some())
                && name.to_str().is_some_and(|name| !files.contains_key(name));
            if stale {
                fs::remove_file(entry.path()).map_err(refused(&entry.path()))?;
            }
        }
        Ok(())
    }

    /// The bytes of a workbook: one sheet a table, and a sheet `scenario` for the descriptor.
    ///
    /// # Errors
    /// Fails if a table could not be read to its end or is longer than a sheet.
    pub fn to_workbook(&self) -> Result<Vec<u8>, WriteError> {
        self.must_be_readable()?;
        if let Some(table) = self
            .tables()
            .iter()
            .find(|table| table.len() >= workbook::MOST_ROWS)
        {
            return Err(WriteError::TooLong(table.name(), table.len()));
        }
        workbook::write(self).map_err(|error| WriteError::Format("workbook".into(), error.into()))
    }

    /// Writes the package as a workbook.
    ///
    /// # Errors
    /// As [`Package::to_workbook`]; and if the file is there already, unless it may be written over, if
    /// its folder is not there, or the system refuses. The file is written whole or not at all.
    pub fn write_workbook(&self, file: &Path, options: &WriteOptions) -> Result<(), WriteError> {
        must_have_parent(file)?;
        let bytes = self.to_workbook()?;
        if file.exists() && !options.overwrite {
            return Err(WriteError::Exists(file.to_path_buf()));
        }
        write_whole(file, &bytes)
    }

    fn must_be_readable(&self) -> Result<(), WriteError> {
        if *self.descriptor() == Json::Null {
            return Err(WriteError::Unreadable(self.descriptor_file().to_string()));
        }
        match self.tables().iter().find(|table| !table.is_readable()) {
            Some(table) => Err(WriteError::Unreadable(table.file().to_string())),
            None => Ok(()),
        }
    }

    /// The descriptor as keys and text, head first: what a workbook holds of it.
    pub(crate) fn head_entries(&self) -> Vec<(String, String)> {
        let text = |value: &Json| match value {
            Json::Text(text) => text.clone(),
            other => other.to_value().to_string(),
        };
        let Json::Object(top) = self.descriptor() else {
            return Vec::new();
        };
        let dropped = ["darsena", "resources", "profile"];
        let mut entries: Vec<(String, String)> = top
            .iter()
            .filter(|(key, value)| !dropped.contains(&key.as_str()) && *value != Json::Null)
            .map(|(key, value)| (key.clone(), text(value)))
            .collect();
        if let Some(Json::Object(head)) = self.descriptor().get("darsena") {
            let known = head.iter().filter(|(_, value)| *value != Json::Null);
            entries.extend(known.map(|(key, value)| (key.clone(), text(value))));
        }
        // What the author said about a table, as `demands.title`.
        let resources = match self.descriptor().get("resources") {
            Some(Json::List(resources)) => resources.as_slice(),
            _ => &[],
        };
        for resource in resources {
            let (Some(name), Json::Object(said)) =
                (resource.get("name").and_then(Json::text), resource)
            else {
                continue;
            };
            let own = said
                .iter()
                .filter(|(key, value)| !MADE.contains(&key.as_str()) && *value != Json::Null);
            entries.extend(own.map(|(key, value)| (format!("{name}.{key}"), text(value))));
        }
        entries
    }

    /// The descriptor of a folder with these tables. Keys of its own stay as they are.
    fn descriptor_with(&self, tables: &[(&Table, String)]) -> Value {
        let Json::Object(top) = self.descriptor() else {
            return Value::Null;
        };
        let old = match self.descriptor().get("resources") {
            Some(Json::List(old)) => old.as_slice(),
            _ => &[],
        };
        let resources: Vec<Value> = tables
            .iter()
            .map(|(table, path)| resource(table, path, tables, old))
            .collect();
        let mut object = Map::new();
        object.insert("profile".into(), json!("tabular-data-package"));
        for (key, value) in top {
            match key.as_str() {
                "resources" => {}
                "darsena" => {
                    object.insert(key.clone(), head_value(value));
                }
                _ => {
                    object.insert(key.clone(), value.to_value());
                }
            }
        }
        object.insert("resources".into(), Value::Array(resources));
        Value::Object(object)
    }
}

/// The head with numbers as numbers: in a workbook all values are text.
fn head_value(head: &Json) -> Value {
    let mut value = head.to_value();
    for key in ["format", "periods"] {
        let number = value
            .get(key)
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<u32>().ok());
        if let Some(number) = number {
            value[key] = json!(number);
        }
    }
    value
}

fn resource(table: &Table, path: &str, tables: &[(&Table, String)], old: &[Json]) -> Value {
    let name = table.name().as_str();
    let mut object = Map::new();
    object.insert("name".into(), json!(name));
    object.insert("path".into(), json!(path));
    if path.ends_with(".csv") {
        object.insert("profile".into(), json!("tabular-data-resource"));
        object.insert("encoding".into(), json!("utf-8"));
        object.insert("schema".into(), schema(table, tables));
    } else {
        object.insert("profile".into(), json!("data-resource"));
        object.insert("format".into(), json!("parquet"));
    }
    // What the scenario's author said about the table stays.
    let before = old
        .iter()
        .find(|entry| entry.get("name").and_then(Json::text) == Some(name));
    if let Some(Json::Object(entries)) = before {
        for (key, value) in entries
            .iter()
            .filter(|(key, _)| !MADE.contains(&key.as_str()))
        {
            object.insert(key.clone(), value.to_value());
        }
    }
    Value::Object(object)
}

/// The table schema of a Data Package, for the columns the table has.
fn schema(table: &Table, tables: &[(&Table, String)]) -> Value {
    let TableSchema { attributes, .. } = table.schema();
    let known: Vec<_> = table
        .columns()
        .iter()
        .map(|column| {
            (
                column,
                table.schema().attribute(column).map(|n| &attributes[n]),
            )
        })
        .collect();
    let fields: Vec<Value> = known
        .iter()
        .map(|(column, attribute)| {
            let Some(attribute) = attribute else {
                return json!({ "name": column, "type": "string" });
            };
            let mut constraints = Map::new();
            if attribute.is_required() {
                constraints.insert("required".into(), json!(true));
            }
            let (kind, minimum) = match attribute.kind {
                Kind::Quantity | Kind::Positive => ("number", Some(0)),
                Kind::Number => ("number", None),
                Kind::Days => ("integer", Some(0)),
                Kind::Count => ("integer", Some(1)),
                Kind::Date => ("date", None),
                Kind::Flag => ("boolean", None),
                _ => ("string", None),
            };
            if let Some(minimum) = minimum {
                constraints.insert("minimum".into(), json!(minimum));
            }
            if let Kind::Choice(words) = attribute.kind {
                constraints.insert("enum".into(), json!(words));
            }
            let mut field =
                json!({ "name": column, "type": kind, "description": attribute.description });
            if attribute.kind == Kind::Flag {
                field["trueValues"] = json!(["yes", "true"]);
                field["falseValues"] = json!(["no", "false"]);
            }
            if !constraints.is_empty() {
                field["constraints"] = Value::Object(constraints);
            }
            field
        })
        .collect();
    let mut schema = json!({ "fields": fields });
    let keys: Vec<&str> = known
        .iter()
        .filter_map(|(_, a)| a.filter(|a| a.is_key()))
        .map(|a| a.name)
        .collect();
    let optional = known
        .iter()
        .any(|(_, a)| a.is_some_and(|a| a.is_key() && !a.is_required()));
    if !keys.is_empty() && !optional {
        schema["primaryKey"] = json!(keys);
    }
    // References to tables whose rows are known by one id, and which are there as CSV too.
    let references: Vec<Value> = known
        .iter()
        .filter_map(|(column, attribute)| {
            let Kind::Ref(target) = attribute.as_ref()?.kind else { return None };
            let mut keys = target.schema().key();
            let (key, None) = (keys.next()?, keys.next()) else { return None };
            let csv = |(table, path): &&(&Table, String)| table.name() == target && path.ends_with(".csv");
            tables.iter().find(csv)?;
            let key = target.schema().attributes[key].name;
            Some(json!({ "fields": column, "reference": { "resource": target.as_str(), "fields": key } }))
        })
        .collect();
    if !references.is_empty() {
        schema["foreignKeys"] = json!(references);
    }
    schema
}

fn csv_bytes(table: &Table) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_row(&mut bytes, table.columns().iter().map(String::as_str));
    for row in 0..table.len() {
        write_row(&mut bytes, table.row(row));
    }
    bytes
}

fn write_row<'a>(bytes: &mut Vec<u8>, cells: impl Iterator<Item = &'a str>) {
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            bytes.push(b',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            bytes.push(b'"');
            bytes.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            bytes.push(b'"');
        } else {
            bytes.extend_from_slice(cell.as_bytes());
        }
    }
    bytes.push(b'\n');
}

/// Refuses a path into a folder that is not there: more often a slip of the pen than a wish for folders.
fn must_have_parent(path: &Path) -> Result<(), WriteError> {
    match path.parent() {
        Some(parent) if parent != Path::new("") && !parent.is_dir() => Err(WriteError::NoFolder(
            path.to_path_buf(),
            parent.to_path_buf(),
        )),
        _ => Ok(()),
    }
}

/// Writes a file beside its place, then moves it there.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let result = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    result.map_err(|error| {
        // The refusal is what matters; a part that cannot be taken away is left.
        let _ = fs::remove_file(&part);
        WriteError::Unwritable(path.to_path_buf(), error)
    })
}
