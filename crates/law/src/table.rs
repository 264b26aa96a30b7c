//! A table of law as text: which columns it has, and its rows, each with the line it begins on.

/// Which columns a table of law has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Its file, or its folder with a stroke.
    pub(crate) file: &'static str,
    /// What its rows are.
    pub(crate) name: &'static str,
    /// Columns it must have.
    pub(crate) columns: &'static [&'static str],
    /// Columns it may have.
    pub(crate) more: &'static [&'static str],
}

const fn shape(
    file: &'static str,
    name: &'static str,
    columns: &'static [&'static str],
    more: &'static [&'static str],
) -> Shape {
    Shape {
        file,
        name,
        columns,
        more,
    }
}

/// The tables, each after those whose ids it names.
#[rustfmt::skip]
pub(crate) const SHAPES: [Shape; 9] = [
    shape("states.csv", "states", &["state", "name", "aliases"], &[]),
    shape("facts.csv", "facts", &["fact", "type", "origin", "of", "options", "default", "flags", "closed_by", "presumed", "plain"], &[]),
    shape("regimes.csv", "regimes", &["regime", "name", "state", "roles", "acts", "flag", "generic", "about"], &[]),
    shape("approvals.csv", "approvals", &["approval", "grantor", "body", "name", "after", "kinds"], &[]),
    shape("sources.csv", "sources", &["source", "url", "note"], &[]),
    shape("groups.csv", "groups", &["group", "name", "plain"], &["empty"]),
    shape("classes.csv", "classes", &["class", "regime", "code", "flags", "plain"], &[]),
    shape("revisions.csv", "revisions", &["revision", "regime", "from", "name", "source"], &[]),
    shape("members/", "members", &["group", "state", "from", "until", "source", "confidence", "note"], &[]),
];

/// A row of a table, with where it stands.
pub(crate) struct Row<'a> {
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    pub(crate) header: &'a [String],
    pub(crate) cells: &'a [String],
}

impl Row<'_> {
    pub(crate) fn get(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place
            .and_then(|n| self.cells.get(n))
            .map_or("", String::as_str)
    }

    pub(crate) fn list(&self, column: &str) -> Vec<String> {
        list(self.get(column), ';')
    }
}

pub(crate) fn list(text: &str, by: char) -> Vec<String> {
    let parts = text.split(by).map(|part| part.trim().to_string());
    parts.filter(|part| !part.is_empty()).collect()
}

/// Records of a CSV text with the line each begins on, blank lines left out, and the lines on which a quote
/// stands where none may: it would swallow what follows.
pub(crate) fn records(text: &str) -> (Vec<(u32, Vec<String>)>, Vec<u32>) {
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut start, mut stray) = (1, 1, Vec::new());
    // Inside quotes; after the quotes of a cell; the line on which they opened.
    let (mut quoted, mut closed, mut opened) = (false, false, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => (quoted, closed) = (false, true),
            '"' if !closed && cell.trim().is_empty() => {
                cell.clear();
                (quoted, opened) = (true, line);
            }
            '"' => stray.push(line),
            ',' if !quoted => {
                cells.push(std::mem::take(&mut cell).trim().to_string());
                closed = false;
            }
            '\r' if !quoted => {}
            '\n' => {
                line += 1;
                if quoted {
                    cell.push('\n');
                } else {
                    cells.push(std::mem::take(&mut cell).trim().to_string());
                    if cells.len() > 1 || !cells[0].is_empty() {
                        records.push((start, std::mem::take(&mut cells)));
                    }
                    cells.clear();
                    (start, closed) = (line, false);
                }
            }
            _ => {
                if closed && !letter.is_whitespace() {
                    stray.push(line);
                }
                cell.push(letter);
            }
        }
    }
    if quoted {
        stray.push(opened);
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell.trim().to_string());
        records.push((start, cells));
    }
    stray.dedup();
    (records, stray)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_that_would_swallow_rows_are_told() {
        let lines = |text: &str| records(text).1;
        assert_eq!(lines("a,b\n\"x, \"\"y\"\" \",z\n"), [] as [u32; 0]);
        assert_eq!(lines("a,b\nc,\"d\ne,f\n"), [2]);
        assert_eq!(lines("a,b\nc,5\" gun\n"), [2]);
        assert_eq!(lines("a,b\nc,\"d\ne,\"f\n"), [3]);
    }
}
