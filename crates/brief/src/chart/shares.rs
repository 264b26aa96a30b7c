//! Shares: how much of each quantity is on time, late and unmet.

use maud::{Markup, html};

use super::{Caption, PLAIN, SMALL, Width, at, drawing, fit, text_width};
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
    let height = top + row * shares.len() as f64 + 2.0;
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
            @for (place, share) in shares.iter().enumerate() {
                @let y = top + row * place as f64;
                @let total = share.on_time + share.late + share.unmet;
                @let total_text = format!("{} {}", quantity(total), share.unit);
                @let (bar_y, bar_height) = if wide { (y + 3.0, 18.0) } else { (y + 18.0, 14.0) };
                g {
                    title {
                        (share.label) ": "
                        @for (part, (value, _, name)) in parts(share).iter().enumerate() {
                            @if part > 0 { ", " }
                            (quantity(*value)) " " (name)
                        }
                    }
                    text x="0" y=(at(y + if wide { 17.0 } else { 13.0 })) {
                        (fit(share.label, PLAIN, if wide { left - 12.0 } else { full - text_width(&total_text, SMALL) - 10.0 }))
                    }
                    text class="c-small" x=(at(full)) y=(at(y + if wide { 16.0 } else { 13.0 })) text-anchor="end" { (fit(&total_text, SMALL, 104.0)) }
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
