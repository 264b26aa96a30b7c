//! Utilisation strips: how full each resource is, period by period.
//!
//! Every period is an upright mark on a pale ground of full height; the mark's height is the share
//! of the capacity that is used. Periods at the limit are set in the strong colour and carry a
//! tick on top, so that they show without colour. More periods than there is room for are put
//! together by their mean.

use maud::{Markup, html};

use super::{
    Caption, PLAIN, SMALL, STEP, Time, Width, at, drawing, stacked, text_lines, text_width, wrap,
};

/// One resource.
#[derive(Debug, Clone, Copy)]
pub struct Strip<'a> {
    /// Its name.
    pub label: &'a str,
    /// A word more on it, such as where it is; may be empty.
    pub detail: &'a str,
    /// What is to be said of its use in a few words.
    pub note: &'a str,
    /// Share of its capacity used, one a period; more than 1 is overtime, none is no capacity.
    pub shares: &'a [Option<f64>],
}

/// Draws one strip below the other over one time axis.
pub fn strips(
    caption: &Caption<'_>,
    width: Width,
    time: &Time<'_>,
    strips: &[Strip<'_>],
) -> Markup {
    let full = width.units();
    let wide = width == Width::Wide;
    let note_room = strips
        .iter()
        .map(|strip| text_width(strip.note, SMALL))
        .fold(0.0, f64::max)
        + 12.0;
    let (left, right, row) = if wide {
        (270.0, full - note_room, 34.0)
    } else {
        (0.0, full - 14.0, 64.0)
    };
    // A long name takes more lines and its row more room.
    let names: Vec<(Vec<String>, Vec<String>, f64)> = { strips.iter() }
        .map(|strip| {
            let note = text_width(strip.note, SMALL) + 12.0;
            let (room, detail_room) = if wide {
                (left - 12.0, left - 12.0)
            } else {
                (full, full - note)
            };
            let label = wrap(strip.label, PLAIN, room);
            let detail = if strip.detail.is_empty() {
                Vec::new()
            } else {
                wrap(strip.detail, SMALL, detail_room)
            };
            let more = label.len() - 1 + detail.len().saturating_sub(1);
            (label, detail, STEP * more as f64)
        })
        .collect();
    let (tops, end) = stacked(0.0, names.iter().map(|name| row + name.2));
    let bottom = end + 2.0;
    let bin = (time.periods.max(1) as f64 * 2.5 / (right - left))
        .ceil()
        .max(1.0) as usize;

    drawing(
        caption,
        full,
        bottom + 20.0,
        html! {
            (time.axis(left, right, 2.0, bottom))
            @for ((strip, (label, detail, more)), y) in strips.iter().zip(&names).zip(tops) {
                @let below = STEP * (label.len() - 1) as f64;
                // Wide, the strip stands in the middle of its names; narrow, below them.
                @let (top, tall) = if wide { (y + more / 2.0 + 8.0, 20.0) } else { (y + more + 37.0, 22.0) };
                @let marks = marks(strip.shares, bin, time, (left, right), (top, tall));
                g {
                    title { (strip.label) ": " (strip.note) }
                    @if wide {
                        (text_lines("", label, (0.0, y + if detail.is_empty() { 22.0 } else { 15.0 }), STEP))
                        (text_lines("c-small", detail, (0.0, y + below + 28.0), STEP))
                        text class="c-small" x=(at(full)) y=(at(top + 14.0)) text-anchor="end" { (strip.note) }
                    } @else {
                        (text_lines("", label, (0.0, y + 16.0), STEP))
                        (text_lines("c-small", detail, (0.0, y + below + 30.0), STEP))
                        text class="c-small" x=(at(full)) y=(at(y + below + 30.0)) text-anchor="end" { (strip.note) }
                    }
                    path class="c-strip-ground" d=(marks.ground) {}
                    path class="c-strip" d=(marks.part) {}
                    path class="c-strip-full" d=(marks.full) {}
                    path class="c-strip-tick" d=(marks.ticks) {}
                }
            }
        },
    )
}

/// The shapes of one strip, each kind as one path.
struct Marks {
    ground: String,
    part: String,
    full: String,
    ticks: String,
}

fn marks(
    shares: &[Option<f64>],
    bin: usize,
    time: &Time<'_>,
    (left, right): (f64, f64),
    (top, tall): (f64, f64),
) -> Marks {
    let mut marks = Marks {
        ground: String::new(),
        part: String::new(),
        full: String::new(),
        ticks: String::new(),
    };
    for (place, chunk) in shares.chunks(bin).enumerate() {
        let known: Vec<f64> = chunk.iter().flatten().copied().collect();
        if known.is_empty() {
            continue;
        }
        let share = known.iter().sum::<f64>() / known.len() as f64;
        let from = time.place(place * bin, left, right);
        let to = time.place(place * bin + chunk.len(), left, right);
        let gap = if to - from > 4.0 { 0.8 } else { 0.0 };
        let rect = |height: f64| {
            format!(
                "M{} {}H{}V{}H{}Z",
                at(from),
                at(top + tall),
                at(to - gap),
                at(top + tall - height),
                at(from)
            )
        };
        marks.ground.push_str(&rect(tall));
        if share > 1e-9 {
            let is_full = share > 0.995;
            let shape = rect(tall * share.clamp(0.03, 1.0));
            if is_full {
                marks.full.push_str(&shape)
            } else {
                marks.part.push_str(&shape)
            }
            if is_full {
                marks
                    .ticks
                    .push_str(&format!("M{} {}H{}", at(from), at(top - 2.5), at(to - gap)));
            }
        }
    }
    marks
}
