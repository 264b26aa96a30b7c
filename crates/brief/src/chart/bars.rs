//! Bars: one quantity of several things, largest first as the caller gives them.

use maud::{Markup, html};

use super::{
    BOLD, Caption, PLAIN, SMALL, STEP, Width, at, drawing, stacked, text_lines, text_width, wrap,
};

/// One bar.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// What it is of.
    pub label: &'a str,
    /// A word more on it, set smaller; may be empty.
    pub note: &'a str,
    /// Length; negative values run to the left of the line.
    pub value: f64,
    /// The value in words, with its unit.
    pub text: &'a str,
}

/// Draws the bars below one another on one scale from zero.
pub fn bars(caption: &Caption<'_>, width: Width, bars: &[Bar<'_>]) -> Markup {
    let full = width.units();
    let wide = width == Width::Wide;
    let text_room = bars
        .iter()
        .map(|bar| text_width(bar.text, PLAIN))
        .fold(0.0, f64::max)
        * 1.1
        + 14.0;
    // Wide: label, bar, value side by side. Narrow: label and value above the bar.
    let (left, right, row) = if wide {
        (300.0, full - text_room, 32.0)
    } else {
        (0.0, full, 44.0)
    };
    // A long name takes more lines and its row more room.
    let names: Vec<(Vec<String>, Vec<String>, f64)> = { bars.iter() }
        .map(|bar| {
            let room = if wide {
                left - 12.0
            } else {
                full - text_width(bar.text, PLAIN) * BOLD - 12.0
            };
            let label = wrap(bar.label, PLAIN, room);
            let note = if bar.note.is_empty() {
                Vec::new()
            } else {
                wrap(bar.note, SMALL, if wide { room } else { full })
            };
            let more = label.len() - 1 + note.len().saturating_sub(1);
            (label, note, STEP * more as f64)
        })
        .collect();
    let most = bars
        .iter()
        .map(|bar| bar.value.max(0.0))
        .fold(0.0, f64::max);
    let least = bars
        .iter()
        .map(|bar| bar.value.min(0.0))
        .fold(0.0, f64::min);
    let span = if most - least > 0.0 {
        most - least
    } else {
        1.0
    };
    let x = |value: f64| left + (right - left) * (value - least) / span;
    let zero = x(0.0);
    let (tops, end) = stacked(0.0, names.iter().map(|name| row + name.2));
    let height = end + 6.0;

    drawing(
        caption,
        full,
        height,
        html! {
            @for ((bar, (label, note, more)), y) in bars.iter().zip(&names).zip(tops) {
                @let (from, to) = (x(bar.value.min(0.0)), x(bar.value.max(0.0)));
                // Wide, the bar stands in the middle of its names; narrow, below them.
                @let (middle, below) = if wide { (y + more / 2.0, y) } else { (y, y + more) };
                @let note_y = y + 27.0 + STEP * (label.len() - 1) as f64;
                g {
                    title { (bar.label) @if !bar.note.is_empty() { " (" (bar.note) ")" } ": " (bar.text) }
                    (text_lines("", label, (0.0, y + if wide && bar.note.is_empty() { 19.0 } else { 13.0 }), STEP))
                    (text_lines("c-small", note, (0.0, note_y), STEP))
                    @let (bar_y, bar_height) = if wide { (middle + 8.0, 14.0) } else { (below + if bar.note.is_empty() { 19.0 } else { 31.0 }, 8.0) };
                    rect class=(if bar.value < 0.0 { "c-bar c-bar-negative" } else { "c-bar" }) x=(at(from)) y=(at(bar_y)) width=(at((to - from).max(1.0))) height=(at(bar_height)) {}
                    line class="c-axis" x1=(at(zero)) x2=(at(zero)) y1=(at(bar_y - 1.0)) y2=(at(bar_y + bar_height + 3.0)) {}
                    @if wide {
                        text class="c-value" x=(at(full)) y=(at(middle + 19.0)) text-anchor="end" { (bar.text) }
                    } @else {
                        text class="c-value" x=(at(full)) y=(at(y + 13.0)) text-anchor="end" { (bar.text) }
                    }
                }
            }
        },
    )
}
