//! Utilisation strips: how full each resource is, period by period.
//!
//! Every period is an upright mark on a pale ground of full height; the mark's height is the share
//! of the capacity that is used. Periods at the limit are set in the strong colour and carry a
//! tick on top, so that they show without colour. More periods than there is room for are put
//! together by their mean.

use maud::{Markup, html};

use super::{Caption, PLAIN, SMALL, Time, Width, at, drawing, fit, text_width};

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
        .min(190.0)
        + 12.0;
    let (left, right, row) = if wide {
        (270.0, full - note_room, 34.0)
    } else {
        (0.0, full - 14.0, 64.0)
    };
    let bottom = row * strips.len() as f64 + 2.0;
    let bin = (time.periods.max(1) as f64 * 2.5 / (right - left))
        .ceil()
        .max(1.0) as usize;

    drawing(
        caption,
        full,
        bottom + 20.0,
        html! {
            (time.axis(left, right, 2.0, bottom))
            @for (place, strip) in strips.iter().enumerate() {
                @let y = row * place as f64;
                @let (top, tall) = if wide { (y + 8.0, 20.0) } else { (y + 37.0, 22.0) };
                @let marks = marks(strip.shares, bin, time, (left, right), (top, tall));
                g {
                    title { (strip.label) ": " (strip.note) }
                    @if wide {
                        text x="0" y=(at(y + if strip.detail.is_empty() { 22.0 } else { 15.0 })) { (fit(strip.label, PLAIN, left - 12.0)) }
                        @if !strip.detail.is_empty() { text class="c-small" x="0" y=(at(y + 28.0)) { (fit(strip.detail, SMALL, left - 12.0)) } }
                        text class="c-small" x=(at(full)) y=(at(y + 22.0)) text-anchor="end" { (fit(strip.note, SMALL, note_room - 8.0)) }
                    } @else {
                        @let detail_room = full - text_width(strip.note, SMALL) - 12.0;
                        text x="0" y=(at(y + 16.0)) { (fit(strip.label, PLAIN, full)) }
                        text class="c-small" x="0" y=(at(y + 30.0)) { (fit(strip.detail, SMALL, detail_room)) }
                        text class="c-small" x=(at(full)) y=(at(y + 30.0)) text-anchor="end" { (fit(strip.note, SMALL, full)) }
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
