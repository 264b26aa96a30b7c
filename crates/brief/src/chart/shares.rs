//! Shares: how much of each quantity is on time, late and unmet.

use maud::{Markup, html};

use super::{
    Caption, PLAIN, SMALL, STEP, Width, at, drawing, stacked, text_lines, text_width, wrap,
};
use crate::number::quantity;

/// One quantity in its three parts.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// What it is of.
    pub label: &'a str,
    /// Delivered in the period it was due.
    pub on_time: f64,
    /// Delivered later.
    pub late: f64,
    /// Not delivered within the horizon.
    pub unmet: f64,
    /// Unit of the three.
    pub unit: &'a str,
}

/// Names of the parts, in the language of the page.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// On time.
    pub on_time: &'a str,
    /// Late.
    pub late: &'a str,
    /// Unmet.
    pub unmet: &'a str,
}

/// Draws each quantity as one full bar cut in its parts, with a legend above.
pub fn shares(
    caption: &Caption<'_>,
    width: Width,
    shares: &[Share<'_>],
    names: &Names<'_>,
) -> Markup {
    let full = width.units();
    let wide = width == Width::Wide;
    let (left, right, row, top) = if wide {
        (240.0, full - 104.0, 28.0, 28.0)
    } else {
        (0.0, full, 42.0, 28.0)
    };
    let totals: Vec<String> = { shares.iter() }
        .map(|share| {
            let total = share.on_time + share.late + share.unmet;
            format!("{} {}", quantity(total), share.unit)
        })
        .collect();
    // A long name takes more lines and its row more room; what is counted stands to its right.
    let total_room = { totals.iter() }
        .map(|total| text_width(total, SMALL))
        .fold(0.0, f64::max);
    let right = if wide {
        right.min(full - total_room - 10.0)
    } else {
        right
    };
    let labels: Vec<Vec<String>> = { shares.iter().zip(&totals) }
        .map(|(share, total)| {
            let room = if wide {
                left - 12.0
            } else {
                full - text_width(total, SMALL) - 10.0
            };
            wrap(share.label, PLAIN, room)
        })
        .collect();
    let more = |label: &[String]| STEP * (label.len() - 1) as f64;
    let (tops, end) = stacked(top, labels.iter().map(|label| row + more(label)));
    let height = end + 2.0;
    let parts = |share: &Share<'_>| {
        [
            (share.on_time, "c-on-time", names.on_time),
            (share.late, "c-late", names.late),
            (share.unmet, "c-unmet", names.unmet),
        ]
    };
    let mut legend_x = 0.0;
    let legend: Vec<(f64, &str, &str)> = [
        ("c-on-time", names.on_time),
        ("c-late", names.late),
        ("c-unmet", names.unmet),
    ]
    .into_iter()
    .map(|(class, name)| {
        let x = legend_x;
        legend_x += 20.0 + text_width(name, SMALL) + 14.0;
        (x, class, name)
    })
    .collect();

    drawing(
        caption,
        full,
        height,
        html! {
            @for (x, class, name) in &legend {
                rect class=(class) x=(at(*x + 0.5)) y="2.5" width="13" height="11" {}
                text class="c-small" x=(at(*x + 19.0)) y="12" { (name) }
            }
            @for (((share, total_text), label), y) in shares.iter().zip(&totals).zip(&labels).zip(tops) {
                @let total = share.on_time + share.late + share.unmet;
                // Wide, the bar stands in the middle of its name; narrow, below it.
                @let middle = y + more(label) / 2.0;
                @let (bar_y, bar_height) = if wide { (middle + 3.0, 18.0) } else { (y + more(label) + 18.0, 14.0) };
                g {
                    title {
                        (share.label) ": "
                        @for (part, (value, _, name)) in parts(share).iter().enumerate() {
                            @if part > 0 { ", " }
                            (quantity(*value)) " " (name)
                        }
                    }
                    (text_lines("", label, (0.0, y + if wide { 17.0 } else { 13.0 }), STEP))
                    text class="c-small" x=(at(full)) y=(at(if wide { middle + 16.0 } else { y + 13.0 })) text-anchor="end" { (total_text) }
                    @if total > 0.0 {
                        @let scale = (right - left) / total;
                        @for (start, value, class) in starts(&parts(share)) {
                            @if value > 0.0 {
                                rect class=(class) x=(at(left + start * scale)) y=(at(bar_y)) width=(at(value * scale)) height=(at(bar_height)) {}
                                @let text = quantity(value);
                                @let text_room = text_width(&text, SMALL) + 6.0;
                                @if text_room < value * scale {
                                    @if class != "c-on-time" {
                                        rect class="c-plate" x=(at(left + (start + value / 2.0) * scale - text_room / 2.0)) y=(at(bar_y + 1.5)) width=(at(text_room)) height=(at(bar_height - 3.0)) {}
                                    }
                                    text class=(if class == "c-on-time" { "c-small c-inverse" } else { "c-small c-strong" }) x=(at(left + (start + value / 2.0) * scale)) y=(at(bar_y + bar_height / 2.0 + 4.0)) text-anchor="middle" { (text) }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// Where each part starts.
fn starts<'a>(parts: &[(f64, &'a str, &str); 3]) -> [(f64, f64, &'a str); 3] {
    let mut start = 0.0;
    parts.map(|(value, class, _)| {
        let part = (start, value, class);
        start += value;
        part
    })
}
