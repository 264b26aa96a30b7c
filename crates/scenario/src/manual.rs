//! Manual pages: Markdown made from the dictionary, so that they cannot drift apart from the checks.

use std::fmt::Write as _;

use crate::dictionary::{Attribute, Status};
use crate::starter::starter;
use crate::tables::TableName;

/// The manual page of a table, as Markdown: what it is for, its columns, its key, and example rows.
#[must_use]
pub fn manual_page(table: TableName) -> String {
    let schema = table.schema();
    let mut page = format!("# `{}`\n\n{}\n\n", schema.text, schema.description);
    page.push_str(
        "| column | holds | unit | blank means | what it says |\n|---|---|---|---|---|\n",
    );
    for attribute in schema.attributes {
        let star = if attribute.is_required() { "\\*" } else { "" };
        writeln!(
            page,
            "| `{}`{star} | {} | {} | {} | {} |",
            attribute.name,
            bars(&attribute.kind.describe()),
            attribute.unit,
            blank(attribute),
            bars(attribute.description)
        )
        .expect("a string takes any text");
    }
    page.push_str("\nColumns marked \\* must be filled; the others may be left out. ");
    let key: Vec<String> = schema
        .key()
        .map(|n| format!("`{}`", schema.attributes[n].name))
        .collect();
    match key.as_slice() {
        [] => page.push_str("Rows have no key: equal rows may stand side by side.\n"),
        [key] => writeln!(page, "Rows are told apart by {key}.").expect("a string takes any text"),
        keys => {
            let keys = keys.join(", ");
            writeln!(page, "Rows are told apart by {keys} together.")
                .expect("a string takes any text");
        }
    }
    if let Some(example) = starter().get(&format!("{}.csv", schema.text)) {
        let example = String::from_utf8_lossy(example);
        writeln!(
            page,
            "\nFor example:\n\n```csv\n{}\n```",
            example.trim_end()
        )
        .expect("a string takes any text");
    }
    page
}

/// What a blank cell of the column means.
fn blank(attribute: &Attribute) -> String {
    match (attribute.status, attribute.default) {
        (_, Some(default)) => format!("`{default}`"),
        (Status::Key | Status::Required, None) => "not allowed".into(),
        (_, None) => "none".into(),
    }
}

/// Text for a cell of a Markdown table.
fn bars(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_page_with_every_column() {
        for table in TableName::all() {
            let page = manual_page(table);
            for attribute in table.schema().attributes {
                assert!(page.contains(&format!("| `{}`", attribute.name)), "{table}");
            }
            assert!(
                page.contains("For example:"),
                "{table} has no example in the starter"
            );
        }
    }

    #[test]
    fn every_column_of_the_dictionary_stands_in_the_starter() {
        let files = starter();
        for table in TableName::all() {
            let text = String::from_utf8_lossy(&files[&format!("{table}.csv")]).into_owned();
            let header: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
            let names: Vec<&str> = table.schema().attributes.iter().map(|a| a.name).collect();
            assert_eq!(header, names, "{table}");
        }
    }
}
