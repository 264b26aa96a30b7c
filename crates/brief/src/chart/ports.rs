//! Load of a port: what its docks and trades are used for, month by month, against what they can do.
//!
//! One small panel a dock or trade, below one another over one time axis. The filled step is what is used, the dashed
//! line what there is; what is used beyond it is hatched.

use maud::{Markup, html};

use super::{
    Caption, PLAIN, SMALL, STEP, Time, Width, at, drawing, stacked, text_lines, text_width, wrap,
};

/// One dock or trade.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// Its name.
    pub label: &'a str,
    /// What is to be said of its load in a few words.
    pub note: &'a str,
    /// What is used, period by period.
    pub used: &'a [f64],
    /// What there is, period by period; equally long.
    pub capacity: &'a [f64],
}

/// Height of a panel, and of the curve in it.
const TALL: f64 = 64.0;
const CURVE: f64 = 36.0;

/// Draws the panels of one port.
pub fn port(caption: &Caption<'_>, time: &Time<'_>, panels: &[Panel<'_>]) -> Markup {
    let full = Width::Narrow.units();
    let right = full - 14.0;
    let labels: Vec<Vec<String>> = { panels.iter() }
        .map(|panel| {
            let room = full - text_width(panel.note, SMALL) - 12.0;
            wrap(panel.label, PLAIN, room)
        })
        .collect();
    let more = |label: &[String]| STEP * (label.len() - 1) as f64;
    let (tops, bottom) = stacked(0.0, labels.iter().map(|label| TALL + more(label)));
    drawing(
        caption,
        full,
        bottom + 20.0,
        html! {
            @for ((panel, label), y) in panels.iter().zip(&labels).zip(tops) {
                @let top = y + 20.0 + more(label);
                @let foot = top + CURVE;
                @let shapes = Shapes::of(panel, time, right, foot);
                g {
                    title { (panel.label) ": " (panel.note) }
                    (text_lines("", label, (0.0, y + 13.0), STEP))
                    text class="c-small" x=(at(full)) y=(at(y + 13.0)) text-anchor="end" { (panel.note) }
                    rect class="p-ground" x="0" y=(at(top)) width=(at(right)) height=(at(CURVE)) {}
                    path class="p-used" d=(shapes.used) {}
                    path class="c-late" d=(shapes.beyond) {}
                    path class="c-target p-capacity" d=(shapes.capacity) {}
                    line class="c-axis" x1="0" x2=(at(right)) y1=(at(foot)) y2=(at(foot)) {}
                }
            }
            (time.axis(0.0, right, 20.0, bottom - TALL + 20.0 + CURVE))
        },
    )
}

/// The shapes of one panel, each kind as one path.
struct Shapes {
    used: String,
    beyond: String,
    capacity: String,
}

impl Shapes {
    fn of(panel: &Panel<'_>, time: &Time<'_>, right: f64, foot: f64) -> Self {
        let most = panel
            .used
            .iter()
            .chain(panel.capacity)
            .fold(0.0f64, |a, b| a.max(*b));
        let height = |value: f64| {
            if most > 0.0 {
                (CURVE - 2.0) * value / most
            } else {
                0.0
            }
        };
        let mut shapes = Shapes {
            used: String::new(),
            beyond: String::new(),
            capacity: String::new(),
        };
        let mut before = None;
        for (t, (used, capacity)) in panel.used.iter().zip(panel.capacity).enumerate() {
            let (from, to) = (
                at(time.place(t, 0.0, right)),
                at(time.place(t + 1, 0.0, right)),
            );
            let rect = |low: f64, high: f64| {
                format!(
                    "M{from} {}H{to}V{}H{from}Z",
                    at(foot - height(low)),
                    at(foot - height(high))
                )
            };
            if *used > 0.0 {
                shapes.used.push_str(&rect(0.0, used.min(*capacity)));
            }
            if *used > capacity + 1e-9 {
                shapes.beyond.push_str(&rect(*capacity, *used));
            }
            let y = at(foot - height(*capacity));
            let step = match &before {
                None => format!("M{from} {y}H{to}"),
                Some(last) if *last == y => format!("H{to}"),
                Some(_) => format!("V{y}H{to}"),
            };
            shapes.capacity.push_str(&step);
            before = Some(y);
        }
        shapes
    }
}
