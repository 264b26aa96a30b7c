//! Tables that can be read on a phone, by ear and on paper.

use maud::{Markup, html};

use crate::text;

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column<'a> {
    /// Words, to the left.
    Words(&'a str),
    /// Numbers, to the right.
    Number(&'a str),
}

/// A table that scrolls in a box of its own where it is too wide. Each of `rows` is a whole `<tr>`.
pub(crate) fn table(caption: &str, columns: &[Column<'_>], rows: &[Markup]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="group" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr {
                    @for column in columns {
                        @match column {
                            Column::Words(title) => th scope="col" { (title) },
                            Column::Number(title) => th scope="col" class="number" { (title) },
                        }
                    }
                } }
                tbody { @for row in rows { (row) } }
            }
        }
    }
}

/// The numbers of a drawing, folded away under it.
pub(crate) fn numbers(caption: &str, columns: &[Column<'_>], rows: &[Markup]) -> Markup {
    folded(text::NUMBERS, caption, columns, rows)
}

/// A table folded away under a line of its own.
pub(crate) fn folded(
    title: &str,
    caption: &str,
    columns: &[Column<'_>],
    rows: &[Markup],
) -> Markup {
    html! {
        details {
            summary { (title) }
            (table(caption, columns, rows))
        }
    }
}

/// Anything else folded away under a line of its own. Paper shows it open.
pub(crate) fn fold(title: &str, content: Markup) -> Markup {
    html! {
        details class="fold" {
            summary { (title) }
            (content)
        }
    }
}

/// A cell with a number.
pub(crate) fn number(content: Markup) -> Markup {
    html! { td class="number" { (content) } }
}

/// A drawing laid out twice, of which the page shows the one that fits.
pub(crate) fn both(wide: Markup, narrow: Markup) -> Markup {
    html! {
        div class="wide" { (wide) }
        div class="narrow" { (narrow) }
    }
}
