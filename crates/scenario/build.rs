//! Writes the row structs, ids, enums, readers and writers of every table from `dictionary/`.
//!
//! One dictionary file a table, `dictionary/tables.csv` for their order; so the code, the checks and the
//! manual pages say the same thing. A flaw in the dictionary stops the build.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

struct Table {
    name: String,
    row: String,
    description: String,
    attributes: Vec<Attribute>,
}

struct Attribute {
    name: String,
    kind: String,
    unit: String,
    default: String,
    description: String,
    status: String,
}

fn main() {
    println!("cargo::rerun-if-changed=dictionary");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = Path::new("dictionary");
    let tables: Vec<Table> = read(&folder.join("tables.csv"), ["table", "row", "description"])
        .into_iter()
        .map(|[name, row, description]| {
            let file = folder.join(format!("{name}.csv"));
            let columns = [
                "attribute",
                "type",
                "unit",
                "default",
                "description",
                "status",
            ];
            let attributes = read(&file, columns)
                .into_iter()
                .map(
                    |[name, kind, unit, default, description, status]| Attribute {
                        name,
                        kind,
                        unit,
                        default,
                        description,
                        status,
                    },
                )
                .collect();
            Table {
                name,
                row,
                description,
                attributes,
            }
        })
        .collect();
    let mut code = String::new();
    for table in &tables {
        emit_row(&mut code, &tables, table);
    }
    emit_schema(&mut code, &tables);
    emit_scenario(&mut code, &tables);
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("tables.rs"), code).expect("the build folder can be written");
}

/// Reads a dictionary file whose header must be `columns`.
fn read<const N: usize>(file: &Path, columns: [&str; N]) -> Vec<[String; N]> {
    let mut reader =
        csv::Reader::from_path(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let header = reader.headers().expect("a dictionary file has a header");
    assert!(
        header.iter().eq(columns),
        "{}: the header must be {columns:?}",
        file.display()
    );
    reader
        .records()
        .map(|record| {
            let record = record.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            std::array::from_fn(|n| record[n].to_string())
        })
        .collect()
}

impl Attribute {
    fn is_key(&self) -> bool {
        self.status == "key" || self.status == "optional key"
    }

    fn is_optional(&self) -> bool {
        match self.status.as_str() {
            "key" | "required" => false,
            "optional" | "optional key" => true,
            other => panic!("attribute {}: unknown status {other}", self.name),
        }
    }

    fn is_list(&self) -> bool {
        self.kind.starts_with("refs ") || matches!(self.kind.as_str(), "states" | "words")
    }

    /// The type of one value: what the parse function returns.
    fn plain_type(&self, tables: &[Table], table: &Table) -> String {
        match self.kind.as_str() {
            "key" => format!("{}Id", table.row),
            "state" => "StateId".into(),
            "states" => "Vec<StateId>".into(),
            "text" | "word" | "partial-date" => "CompactString".into(),
            "words" => "Vec<CompactString>".into(),
            "quantity" | "positive" | "number" => "f64".into(),
            "days" | "count" => "u32".into(),
            "date" => "Date".into(),
            "flag" => "bool".into(),
            kind => {
                if let Some(target) = kind.strip_prefix("refs ") {
                    format!("Vec<{}Id>", target_of(tables, target).1.row)
                } else if let Some(target) = kind.strip_prefix("ref ") {
                    format!("{}Id", target_of(tables, target).1.row)
                } else {
                    assert!(
                        kind.contains('|'),
                        "attribute {}: unknown type {kind}",
                        self.name
                    );
                    format!("{}{}", table.row, camel(&self.name))
                }
            }
        }
    }

    /// The type of the field: optional without default is an `Option`, but blank text and empty
    /// lists say that themselves.
    fn field_type(&self, tables: &[Table], table: &Table) -> String {
        let plain = self.plain_type(tables, table);
        if self.wraps() {
            format!("Option<{plain}>")
        } else {
            plain
        }
    }

    fn wraps(&self) -> bool {
        self.is_optional() && self.default.is_empty() && !self.is_list() && self.kind != "text"
    }

    fn parser(&self, tables: &[Table], table: &Table) -> String {
        let plain = self.plain_type(tables, table);
        match self.kind.as_str() {
            "key" | "state" => format!("cell::id::<{plain}>"),
            "states" => "cell::ids::<StateId>".into(),
            "partial-date" => "cell::partial_date".into(),
            kind if kind.starts_with("ref ") => format!("cell::id::<{plain}>"),
            kind if kind.starts_with("refs ") => {
                format!("cell::ids::<{}>", &plain[4..plain.len() - 1])
            }
            kind if kind.contains('|') => format!("cell::choice::<{plain}>"),
            kind => format!("cell::{kind}"),
        }
    }

    fn default_value(&self) -> String {
        match self.kind.as_str() {
            "text" => format!("CompactString::const_new({:?})", self.default),
            "quantity" | "positive" | "number" => {
                let value: f64 = self.default.parse().expect("a default is a number");
                format!("{value:?}")
            }
            "days" | "count" => self.default.clone(),
            "flag" => (self.default == "yes").to_string(),
            kind => panic!("attribute {}: no default for type {kind}", self.name),
        }
    }

    fn kind_code(&self, tables: &[Table]) -> String {
        match self.kind.as_str() {
            "key" => "Kind::Key".into(),
            "state" => "Kind::State".into(),
            "states" => "Kind::States".into(),
            "text" => "Kind::Text".into(),
            "word" => "Kind::Word".into(),
            "words" => "Kind::Words".into(),
            "quantity" => "Kind::Quantity".into(),
            "positive" => "Kind::Positive".into(),
            "number" => "Kind::Number".into(),
            "days" => "Kind::Days".into(),
            "count" => "Kind::Count".into(),
            "date" => "Kind::Date".into(),
            "partial-date" => "Kind::PartialDate".into(),
            "flag" => "Kind::Flag".into(),
            kind => {
                if let Some(target) = kind.strip_prefix("refs ") {
                    format!(
                        "Kind::Refs(TableName::{})",
                        camel(&target_of(tables, target).1.name)
                    )
                } else if let Some(target) = kind.strip_prefix("ref ") {
                    format!(
                        "Kind::Ref(TableName::{})",
                        camel(&target_of(tables, target).1.name)
                    )
                } else {
                    let words: Vec<&str> = kind.split('|').collect();
                    format!("Kind::Choice(&{words:?})")
                }
            }
        }
    }
}

fn target_of<'a>(tables: &'a [Table], name: &str) -> (usize, &'a Table) {
    tables
        .iter()
        .enumerate()
        .find(|(_, table)| table.name == name)
        .unwrap_or_else(|| panic!("the dictionary refers to a table {name}, which is not there"))
}

fn camel(name: &str) -> String {
    name.split(['_', '-'])
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().expect("a name has letters");
            first.to_uppercase().collect::<String>() + letters.as_str()
        })
        .collect()
}

macro_rules! line {
    ($code:expr, $($text:tt)*) => {
        writeln!($code, $($text)*).expect("a string takes any text")
    };
}

fn emit_row(code: &mut String, tables: &[Table], table: &Table) {
    let row = &table.row;
    for attribute in &table.attributes {
        if attribute.kind == "key" {
            line!(
                code,
                "id! {{ \"Id of a row of `{}`.\" {row}Id }}",
                table.name
            );
        }
        if attribute.kind.contains('|') {
            let name = attribute.plain_type(tables, table);
            let words = attribute
                .kind
                .split('|')
                .map(|word| format!("{} = {word:?}", camel(word)));
            let words = words.collect::<Vec<_>>().join(", ");
            line!(
                code,
                "choice! {{ \"{} (`{}.{}`)\" {name} {{ {words} }} }}",
                attribute.description,
                table.name,
                attribute.name
            );
        }
    }
    line!(code, "/// A row of `{}`: {}", table.name, table.description);
    line!(code, "#[derive(Debug, Clone, PartialEq)]");
    line!(code, "pub struct {row} {{");
    for attribute in &table.attributes {
        let mut says = attribute.description.clone();
        if !attribute.unit.is_empty() {
            write!(says, " In {}.", attribute.unit).expect("a string takes any text");
        }
        line!(code, "/// {says}");
        line!(
            code,
            "pub {}: {},",
            attribute.name,
            attribute.field_type(tables, table)
        );
    }
    line!(code, "}}");

    line!(code, "impl Record for {row} {{");
    line!(
        code,
        "const TABLE: TableName = TableName::{};",
        camel(&table.name)
    );
    line!(code, "fn read(cells: &mut Cells<'_>) -> Self {{ Self {{");
    for (n, attribute) in table.attributes.iter().enumerate() {
        let (name, parse) = (&attribute.name, attribute.parser(tables, table));
        let call = if attribute.is_list() {
            format!("cells.list({n}, {parse})")
        } else if !attribute.is_optional() {
            format!("cells.required({n}, {parse})")
        } else if !attribute.default.is_empty() {
            format!(
                "cells.optional({n}, {parse}).unwrap_or({})",
                attribute.default_value()
            )
        } else if attribute.kind == "text" {
            format!("cells.optional({n}, {parse}).unwrap_or_default()")
        } else {
            format!("cells.optional({n}, {parse})")
        };
        line!(code, "{name}: {call},");
    }
    line!(code, "}} }}");
    line!(
        code,
        "fn write(&self, attribute: usize, out: &mut String) {{ match attribute {{"
    );
    for (n, attribute) in table.attributes.iter().enumerate() {
        line!(code, "{n} => self.{}.write(out),", attribute.name);
    }
    line!(code, "_ => {{}} }} }}");

    // Rows stand in order of their key; where a table has none, of what it must have.
    let keyed = table.attributes.iter().any(Attribute::is_key);
    let sort: Vec<&Attribute> = table
        .attributes
        .iter()
        .filter(|a| {
            let number = matches!(a.kind.as_str(), "quantity" | "positive" | "number");
            if keyed {
                a.is_key()
            } else {
                !a.is_optional() && !number
            }
        })
        .collect();
    let chain = sort
        .iter()
        .map(|a| format!("self.{0}.cmp(&other.{0})", a.name))
        .reduce(|all, next| format!("{all}.then_with(|| {next})"))
        .expect("a table has a key or required columns");
    line!(
        code,
        "fn order(&self, other: &Self) -> Ordering {{ {chain} }}"
    );
    line!(code, "const KEYED: bool = {keyed};");
    line!(
        code,
        "fn references<'a>(&'a self, see: &mut dyn FnMut(usize, Target, &'a str)) {{ let _ = &see;"
    );
    for (n, attribute) in table.attributes.iter().enumerate() {
        let name = &attribute.name;
        let kind = attribute.kind.as_str();
        let (target, many) = if let Some(target) = kind.strip_prefix("refs ") {
            (Some(target), true)
        } else if let Some(target) = kind.strip_prefix("ref ") {
            (Some(target), false)
        } else if kind == "state" || kind == "states" {
            (None, kind == "states")
        } else {
            continue;
        };
        let target = match target {
            // A mode is known within its task only; the checks of repair look after it.
            Some("modes") => continue,
            Some(target) => {
                format!(
                    "Target::Table(TableName::{})",
                    camel(&target_of(tables, target).1.name)
                )
            }
            None => "Target::State".into(),
        };
        if attribute.wraps() {
            line!(
                code,
                "if let Some(id) = &self.{name} {{ see({n}, {target}, id); }}"
            );
        } else if many {
            line!(code, "for id in &self.{name} {{ see({n}, {target}, id); }}");
        } else {
            line!(code, "see({n}, {target}, &self.{name});");
        }
    }
    line!(code, "}}");
    line!(code, "}}");
}

fn emit_schema(code: &mut String, tables: &[Table]) {
    line!(
        code,
        "/// The tables of a scenario, in the order of the dictionary."
    );
    line!(
        code,
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]"
    );
    line!(code, "pub enum TableName {{");
    for table in tables {
        line!(code, "/// {}", table.description);
        line!(code, "{},", camel(&table.name));
    }
    line!(code, "}}");
    line!(
        code,
        "static DICTIONARY: [TableSchema; {}] = [",
        tables.len()
    );
    for table in tables {
        line!(
            code,
            "TableSchema {{ name: TableName::{}, text: {:?}, row: {:?}, description: {:?}, attributes: &[",
            camel(&table.name),
            table.name,
            table.row,
            table.description
        );
        for attribute in &table.attributes {
            let default = match attribute.default.as_str() {
                "" => "None".to_string(),
                default => format!("Some({default:?})"),
            };
            let status = match attribute.status.as_str() {
                "key" => "Status::Key",
                "optional key" => "Status::OptionalKey",
                "required" => "Status::Required",
                _ => "Status::Optional",
            };
            line!(
                code,
                "Attribute {{ name: {:?}, kind: {}, unit: {:?}, default: {default}, description: {:?}, status: {status} }},",
                attribute.name,
                attribute.kind_code(tables),
                attribute.unit,
                attribute.description
            );
        }
        line!(code, "] }},");
    }
    line!(code, "];");
}

fn emit_scenario(code: &mut String, tables: &[Table]) {
    line!(
        code,
        "/// Every table as rows in order of their key; those of scenarios that differ in others are shared."
    );
    line!(code, "#[derive(Debug, Clone, PartialEq)]");
    line!(code, "pub(crate) struct Tables {{");
    for table in tables {
        line!(code, "pub(crate) {}: Arc<[{}]>,", table.name, table.row);
    }
    line!(code, "}}");
    line!(
        code,
        "/// Every table while it is being checked: rows and where each stands."
    );
    line!(code, "pub(crate) struct Drafts {{");
    for table in tables {
        line!(code, "pub(crate) {}: Draft<{}>,", table.name, table.row);
    }
    line!(code, "indexes: Indexes,");
    line!(code, "}}");
    emit_indexes(code, tables);
    line!(code, "impl Drafts {{");
    line!(
        code,
        "pub(crate) fn read(tables: &[Table], findings: &mut Findings) -> Self {{"
    );
    for (n, table) in tables.iter().enumerate() {
        line!(
            code,
            "let {} = Draft::read(&tables[{n}], findings);",
            table.name
        );
    }
    line!(code, "let indexes = Indexes {{");
    for (table, _) in known_by_id(tables) {
        line!(code, "{0}: Index::new(&{0}.rows),", table.name);
    }
    line!(code, "}};");
    let names = tables.iter().map(|table| table.name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    line!(code, "Self {{ {names}, indexes }} }}");
    line!(
        code,
        "pub(crate) fn see_references(&self, checker: &mut References<'_>) {{"
    );
    for table in tables {
        line!(code, "checker.see(&self.{});", table.name);
    }
    line!(code, "}}");
    line!(
        code,
        "/// The place of the row of `table` whose key is `id`."
    );
    line!(
        code,
        "pub(crate) fn find(&self, table: TableName, id: &str) -> Option<usize> {{ match table {{"
    );
    for (table, _) in known_by_id(tables) {
        line!(
            code,
            "TableName::{} => self.indexes.{1}.find(&self.{1}.rows, id),",
            camel(&table.name),
            table.name
        );
    }
    line!(code, "_ => None, }} }}");
    line!(
        code,
        "/// The ids of `table`, in order; none where its rows are not known by one id."
    );
    line!(
        code,
        "pub(crate) fn ids(&self, table: TableName) -> Vec<&str> {{ match table {{"
    );
    for (table, key) in known_by_id(tables) {
        line!(
            code,
            "TableName::{} => self.{}.rows.iter().map(|row| row.{key}.as_str()).collect(),",
            camel(&table.name),
            table.name
        );
    }
    line!(code, "_ => Vec::new(), }} }}");
    line!(code, "/// Whether all rows of `table` are here.");
    line!(
        code,
        "pub(crate) fn complete(&self, table: TableName) -> bool {{ match table {{"
    );
    for table in tables {
        line!(
            code,
            "TableName::{} => self.{}.complete,",
            camel(&table.name),
            table.name
        );
    }
    line!(code, "}} }}");
    line!(
        code,
        "pub(crate) fn finish(self) -> (Tables, Indexes) {{ let tables = Tables {{"
    );
    for table in tables {
        line!(code, "{0}: self.{0}.rows.into(),", table.name);
    }
    line!(code, "}}; (tables, self.indexes) }}");
    line!(code, "}}");

    line!(code, "impl Tables {{");
    line!(
        code,
        "pub(crate) fn each(&self, see: &mut impl EachTable) {{"
    );
    for table in tables {
        line!(code, "see.table(&self.{});", table.name);
    }
    line!(code, "}}");
    line!(
        code,
        "/// Puts what `editor` makes of one table in its place."
    );
    line!(
        code,
        "pub(crate) fn edit(&mut self, table: TableName, editor: &mut impl EditTable) -> Result<(), Box<Finding>> {{ match table {{"
    );
    for table in tables {
        line!(
            code,
            "TableName::{} => self.{1} = editor.table(&self.{1})?,",
            camel(&table.name),
            table.name
        );
    }
    line!(code, "}} Ok(()) }}");
    line!(code, "}}");

    line!(code, "/// The tables, each in order of its key.");
    line!(code, "impl Scenario {{");
    for table in tables {
        line!(code, "/// {}", table.description);
        line!(
            code,
            "#[must_use] pub fn {0}(&self) -> &[{1}] {{ &self.tables.{0} }}",
            table.name,
            table.row
        );
    }
    for table in tables {
        if let Some(key) = single_key(table) {
            line!(
                code,
                "/// Where the row with this id stands in [`Scenario::{}`].",
                table.name
            );
            line!(
                code,
                "#[must_use] pub fn find_{key}(&self, {key}: &str) -> Option<usize> {{"
            );
            line!(
                code,
                "self.indexes.{0}.find(&self.tables.{0}, {key}) }}",
                table.name
            );
            continue;
        }
        let first = table.attributes.iter().find(|a| a.is_key());
        let Some(first) = first.filter(|a| !a.is_optional() && a.kind.starts_with("ref ")) else {
            continue;
        };
        let (name, key) = (&table.name, &first.name);
        line!(
            code,
            "/// The rows of [`Scenario::{name}`] with this `{key}`, in order."
        );
        line!(
            code,
            "#[must_use] pub fn {name}_of(&self, {key}: &str) -> &[{}] {{",
            table.row
        );
        line!(
            code,
            "rows_of(&self.tables.{name}, |row| row.{key}.as_str().cmp({key})) }}"
        );
    }
    line!(code, "}}");
}

/// Where each id stands, for every table whose rows are known by one.
fn emit_indexes(code: &mut String, tables: &[Table]) {
    line!(code, "/// Where each id stands.");
    line!(code, "#[derive(Debug, Clone)]");
    line!(code, "pub(crate) struct Indexes {{");
    for (table, _) in known_by_id(tables) {
        line!(code, "pub(crate) {}: Index,", table.name);
    }
    line!(code, "}}");
    for (table, key) in known_by_id(tables) {
        line!(
            code,
            "impl Known for {} {{ fn id(&self) -> &str {{ self.{key}.as_str() }} }}",
            table.row
        );
    }
}

/// The tables whose rows are known by one id, with the column it stands in.
fn known_by_id(tables: &[Table]) -> impl Iterator<Item = (&Table, &str)> {
    tables
        .iter()
        .filter_map(|table| Some((table, single_key(table)?)))
}

/// The key column of a table whose rows are known by one id.
fn single_key(table: &Table) -> Option<&str> {
    let mut keys = table.attributes.iter().filter(|a| a.is_key());
    match (keys.next(), keys.next()) {
        (Some(key), None) if key.kind == "key" => Some(&key.name),
        _ => None,
    }
}
