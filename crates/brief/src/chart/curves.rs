//! Curves over time: what was due and what came, what is held and what should be.
//!
//! Every curve is a step: its value of period `t` stands from the start of `t` to the start of `t + 1`.

use maud::{Markup, html};

use super::{BOLD, Caption, SMALL, Time, Width, at, drawing, scale, text_width};
use crate::number::quantity;

/// Cumulative quantities by the end of each period; equally long.
#[derive(Debug, Clone, Copy)]
pub struct Deliveries<'a> {
    /// Units due so far.
    pub due: &'a [f64],
    /// Units delivered so far.
    pub delivered: &'a [f64],
    /// What is counted, with its unit.
    pub unit: &'a str,
}

/// Quantities at the end of each period; equally long.
#[derive(Debug, Clone, Copy)]
pub struct Stock<'a> {
    /// Units held.
    pub held: &'a [f64],
    /// Units that should be held; all zero when there is no floor.
    pub floor: &'a [f64],
    /// What is counted, with its unit.
    pub unit: &'a str,
}

/// Names of the curves, in the language of the page.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The curve that should be reached.
    pub target: &'a str,
    /// The curve that is reached.
    pub reached: &'a str,
}

/// Draws what was due against what was delivered; the hatched area between them waits.
pub fn deliveries(
    caption: &Caption<'_>,
    time: &Time<'_>,
    data: &Deliveries<'_>,
    names: &Names<'_>,
) -> Markup {
    curves(
        caption,
        time,
        data.due,
        data.delivered,
        data.unit,
        names,
        false,
    )
}

/// Draws what is held against its floor; the hatched area is missing to the floor.
pub fn stock(
    caption: &Caption<'_>,
    time: &Time<'_>,
    data: &Stock<'_>,
    names: &Names<'_>,
) -> Markup {
    curves(caption, time, data.floor, data.held, data.unit, names, true)
}

fn curves(
    caption: &Caption<'_>,
    time: &Time<'_>,
    target: &[f64],
    reached: &[f64],
    unit: &str,
    names: &Names<'_>,
    is_stock: bool,
) -> Markup {
    let width = Width::Narrow.units();
    let (left, top, bottom, height) = (46.0, 24.0, 186.0, 210.0);
    let show_target = !is_stock || target.iter().any(|value| *value > 0.0);
    let ends: Vec<(f64, String, &str)> = [
        (show_target, target, names.target, "c-target-text"),
        (true, reached, names.reached, "c-reached-text"),
    ]
    .into_iter()
    .filter(|(show, ..)| *show)
    .map(|(_, values, name, class)| {
        let end = values.last().copied().unwrap_or(0.0);
        (end, format!("{} {name}", quantity(end)), class)
    })
    .collect();
    let label_room = ends
        .iter()
        .map(|(_, label, _)| text_width(label, SMALL) * BOLD)
        .fold(0.0, f64::max);
    let right = width - label_room.min(132.0) - 8.0;

    let most = target.iter().chain(reached).copied().fold(0.0, f64::max);
    let ticks = scale(most, 5);
    let ceiling = ticks.last().copied().unwrap_or(1.0);
    let y = |value: f64| bottom - (bottom - top) * value / ceiling;
    let x = |t: usize| time.place(t, left, right);

    let steps = |values: &[f64]| {
        let mut path = String::new();
        let mut last = None;
        for (t, value) in values.iter().enumerate() {
            let level = at(y(*value));
            match &last {
                None => path.push_str(&format!("M{} {level}", at(x(t)))),
                Some(before) if *before != level => {
                    path.push_str(&format!("H{}V{level}", at(x(t))));
                }
                Some(_) => {}
            }
            last = Some(level);
        }
        path.push_str(&format!("H{}", at(x(values.len()))));
        path
    };
    // One rectangle for each stretch of equal levels in which the target is not reached.
    let mut gaps = String::new();
    let mut t = 0;
    while t < target.len().min(reached.len()) {
        let mut end = t + 1;
        while end < target.len() && target[end] == target[t] && reached[end] == reached[t] {
            end += 1;
        }
        if target[t] > reached[t] + 1e-9 {
            gaps.push_str(&format!(
                "M{} {}H{}V{}H{}Z",
                at(x(t)),
                at(y(target[t])),
                at(x(end)),
                at(y(reached[t])),
                at(x(t))
            ));
        }
        t = end;
    }
    let area = format!("{}V{}H{}Z", steps(reached), at(bottom), at(left));

    // End labels stand at the height of their curve, but never on one another.
    let mut label_y: Vec<f64> = ends.iter().map(|(end, ..)| y(*end) + 4.0).collect();
    if let [a, b] = label_y[..]
        && (a - b).abs() < 14.0
    {
        let middle = ((a + b) / 2.0).clamp(top + 7.0, bottom - 7.0);
        let first_is_higher = ends[0].0 >= ends[1].0;
        label_y = if first_is_higher {
            vec![middle - 7.0, middle + 7.0]
        } else {
            vec![middle + 7.0, middle - 7.0]
        };
    }

    drawing(
        caption,
        width,
        height,
        html! {
            text class="c-small" x="0" y="11" { (unit) }
            @for tick in &ticks {
                line class=(if *tick == 0.0 { "c-axis" } else { "c-grid" }) x1=(at(left)) x2=(at(right)) y1=(at(y(*tick))) y2=(at(y(*tick))) {}
                text class="c-small" x=(at(left - 6.0)) y=(at(y(*tick) + 4.0)) text-anchor="end" { (quantity(*tick)) }
            }
            (time.axis(left, right, top, bottom))
            @if is_stock { path class="c-area" d=(area) {} }
            @if show_target { path class="c-gap" d=(gaps) {} }
            @if show_target { path class="c-target" d=(steps(target)) {} }
            path class="c-reached" d=(steps(reached)) {}
            @for ((_, label, class), y) in ends.iter().zip(&label_y) {
                text class=(format!("c-small {class}")) x=(at(right + 5.0)) y=(at(*y)) { (label) }
            }
        },
    )
}
