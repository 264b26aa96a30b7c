//! The drawings: pure functions from numbers to SVG, one file a drawing.
//!
//! A drawing knows no scenario and no plan. It takes numbers and names, and returns one `<svg>` of
//! plain shapes with a title and a description for readers who hear it. Colours come from the
//! page's style sheet ([`STYLE`]), so one drawing serves light, dark and paper; what a colour says
//! is always said by a pattern, a dash or a word as well.
//!
//! A drawing is laid out for one [`Width`]. Where the two would differ much, a page carries both
//! and shows the one that fits: text in an SVG shrinks with it, and a phone would make it unreadable.

pub mod bars;
pub mod curves;
pub mod gantt;
pub mod map;
mod outline;
pub mod ports;
pub mod shares;
pub mod strips;

use maud::{Markup, html};

/// Colours, fonts and patterns of the drawings; put it in the page once.
pub const STYLE: &str = include_str!("chart.css");

/// The rules that a Gantt chart needs in a file of its own. Colours are written out, since not every reader of SVG knows
/// variables; the light ones stand first, the dark ones for screens that ask for them.
pub fn standalone_style() -> String {
    let page = include_str!("../style.css");
    let rules: Vec<&str> = { STYLE.lines().chain(gantt::STYLE.lines()) }
        .filter(|line| {
            [".chart text", ".c-small", ".c-strong", ".c-grid", "g-"]
                .iter()
                .any(|part| line.starts_with('.') && line.contains(part))
        })
        .collect();
    let rules = ".chart { font-family: var(--sans); font-size: 12px; fill: var(--ink); }\n"
        .to_owned()
        + &rules.join("\n");
    let written = |scheme: usize| {
        let mut rules = rules.clone();
        // The first scheme names fonts as well, which the second keeps.
        for n in (0..=scheme).rev() {
            for (name, value) in variables(page, n)
                .into_iter()
                .chain(variables(gantt::STYLE, n))
            {
                rules = rules.replace(&format!("var({name})"), value);
            }
        }
        rules
    };
    format!(
        "{}\n@media screen and (prefers-color-scheme: dark) {{\n{}\n}}",
        written(0),
        written(1)
    )
}

/// The variables of the `n`th scheme of a style sheet.
fn variables(style: &'static str, n: usize) -> Vec<(&'static str, &'static str)> {
    let block = style
        .split(":root {")
        .nth(n + 1)
        .and_then(|rest| rest.split('}').next())
        .unwrap_or("");
    let pairs = block.split(';').filter_map(|pair| pair.split_once(':'));
    pairs
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, _)| name.starts_with("--"))
        .collect()
}

/// What a reader who hears the drawing is told.
#[derive(Debug, Clone, Copy)]
pub struct Caption<'a> {
    /// Unique in the page; letters, digits and `-`.
    pub id: &'a str,
    /// What the drawing shows.
    pub title: &'a str,
    /// What is to be seen in it.
    pub description: &'a str,
}

/// The room a drawing is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Desk and paper.
    Wide,
    /// Phone, or one of several drawings side by side.
    Narrow,
}

impl Width {
    /// Width of the drawing in its own units, one to the pixel when shown at full width.
    pub fn units(self) -> f64 {
        match self {
            Width::Wide => 760.0,
            Width::Narrow => 360.0,
        }
    }
}

/// The time axis: how many periods there are and which of them carry a label.
#[derive(Debug, Clone, Copy)]
pub struct Time<'a> {
    /// Number of periods.
    pub periods: usize,
    /// Labelled periods in order.
    pub ticks: &'a [(usize, String)],
}

impl Time<'_> {
    /// Place of the start of period `t` on an axis from `left` to `right`.
    fn place(&self, t: usize, left: f64, right: f64) -> f64 {
        left + (right - left) * t as f64 / self.periods.max(1) as f64
    }

    /// Tick marks and labels below `y`; labels that would run into the one before are left out.
    fn axis(&self, left: f64, right: f64, top: f64, y: f64) -> Markup {
        let mut free = f64::NEG_INFINITY;
        let labels: Vec<(f64, Option<&str>)> = self
            .ticks
            .iter()
            .filter(|(t, _)| *t <= self.periods)
            .map(|(t, label)| {
                let x = self.place(*t, left, right);
                let half = text_width(label, SMALL) / 2.0;
                let fits = x - half > free && x + half <= right + 24.0;
                if fits {
                    free = x + half + 6.0;
                }
                (x, fits.then_some(label.as_str()))
            })
            .collect();
        html! {
            @for (x, label) in &labels {
                line class="c-grid" x1=(at(*x)) x2=(at(*x)) y1=(at(top)) y2=(at(y + 4.0)) {}
                @if let Some(label) = label {
                    text class="c-small" x=(at(*x)) y=(at(y + 15.0)) text-anchor="middle" { (label) }
                }
            }
        }
    }
}

/// Size of ordinary text in a drawing.
const PLAIN: f64 = 12.0;
/// Size of axis labels and notes.
const SMALL: f64 = 11.0;
/// From line to line of a text that is broken.
const STEP: f64 = 14.0;

/// How much wider bold text runs.
const BOLD: f64 = 1.1;

/// The patterns that say late and unmet without colour. Put it in the page once, before the drawings.
pub fn patterns() -> Markup {
    html! {
        svg class="c-patterns" width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern id="c-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect class="c-hatch-ground" width="6" height="6" {}
                    line class="c-hatch-line" x1="1.5" y1="0" x2="1.5" y2="6" {}
                }
                pattern id="c-dots" width="5" height="5" patternUnits="userSpaceOnUse" {
                    rect class="c-dots-ground" width="5" height="5" {}
                    circle class="c-dots-dot" cx="2.5" cy="2.5" r="1.1" {}
                }
            }
        }
    }
}

/// The outer `<svg>` with its texts.
fn drawing(caption: &Caption<'_>, width: f64, height: f64, body: Markup) -> Markup {
    let title = format!("{}-t", caption.id);
    let description = format!("{}-d", caption.id);
    html! {
        svg id=(caption.id) class="chart" xmlns="http://www.w3.org/2000/svg" role="img"
            viewBox=(format!("0 0 {} {}", at(width), at(height)))
            width=(at(width)) height=(at(height))
            aria-labelledby=(format!("{title} {description}")) {
            title id=(title) { (caption.title) }
            desc id=(description) { (caption.description) }
            (body)
        }
    }
}

/// A coordinate: one decimal, none when it is whole.
fn at(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 {
        "0".to_owned()
    } else {
        format!("{rounded}")
    }
}

/// About how wide a text runs, on the safe side: the page's fonts are not known here.
fn text_width(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' => {
                0.36
            }
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
            'A'..='Z' => 0.72,
            '0'..='9' => 0.6,
            c if c as u32 >= 0x1100 => 1.02,
            _ => 0.58,
        })
        .sum::<f64>()
        * size
}

/// The text in as many lines as it needs to run no wider than `room`, broken between words and as evenly as that allows; a word
/// that is wider alone is broken inside. Nothing is left out. There is always a line, if an empty one.
fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let greedy = |room: f64| {
        let mut lines: Vec<String> = vec![String::new()];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let last = lines.last_mut().expect("there is always a line");
            if last.is_empty() {
                last.push_str(word);
            } else if text_width(last, size) + text_width(" ", size) + text_width(word, size)
                <= room
            {
                last.push(' ');
                last.push_str(word);
            } else {
                lines.push(word.to_owned());
            }
        }
        lines
    };
    let mut lines = greedy(room);
    // The narrowest that needs no more lines: two lines of a like length read better than a long and a short one.
    for part in 1..8 {
        let even = greedy(room * (1.0 - 0.07 * f64::from(part)));
        let fits = even.iter().all(|line| text_width(line, size) <= room);
        if even.len() > lines.len() || !fits {
            break;
        }
        lines = even;
    }
    let broken = lines.into_iter().flat_map(|line| {
        let mut pieces = vec![String::new()];
        for c in line.chars() {
            let last = pieces.last_mut().expect("there is always a piece");
            last.push(c);
            if text_width(last, size) > room && last.chars().count() > 1 {
                last.pop();
                pieces.push(c.to_string());
            }
        }
        pieces
    });
    broken.collect()
}

/// Tops of rows of these heights below one another, and where the last ends.
fn stacked(from: f64, heights: impl Iterator<Item = f64>) -> (Vec<f64>, f64) {
    let mut next = from;
    let mut tops = Vec::new();
    for height in heights {
        tops.push(next);
        next += height;
    }
    (tops, next)
}

/// Lines of text below one another, the first on the line `y`.
fn text_lines(class: &str, lines: &[String], (x, y): (f64, f64), step: f64) -> Markup {
    html! {
        @for (n, line) in lines.iter().enumerate() {
            text class=[(!class.is_empty()).then_some(class)] x=(at(x)) y=(at(y + step * n as f64)) { (line) }
        }
    }
}

/// Round values from 0 to at least `most`, `steps` or a few more or fewer.
fn scale(most: f64, steps: usize) -> Vec<f64> {
    if most <= 0.0 || !most.is_finite() {
        return vec![0.0, 1.0];
    }
    let raw = most / steps.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw * 0.999_999)
        .unwrap_or(10.0 * power);
    let last = (most / step - 1e-9).ceil().max(1.0) as usize;
    (0..=last).map(|k| k as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_cover() {
        assert_eq!(scale(100.0, 4), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(scale(7.0, 4), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(scale(0.0, 4), [0.0, 1.0]);
        assert_eq!(scale(0.03, 3).last(), Some(&0.03));
    }

    #[test]
    fn long_texts_are_broken_and_nothing_is_lost() {
        assert_eq!(wrap("short", PLAIN, 100.0), ["short"]);
        assert_eq!(wrap("", PLAIN, 100.0), [""]);
        let name = "a very long name of a site indeed, Hauptversorgungslagerverwaltung";
        for room in [60.0, 80.0, 150.0, 300.0] {
            let lines = wrap(name, PLAIN, room);
            assert!(
                lines.iter().all(|line| text_width(line, PLAIN) <= room),
                "{lines:?}"
            );
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&lines.concat()), letters(name));
        }
        assert_eq!(
            wrap(
                "Customers whose orders the sources do not name",
                PLAIN,
                228.0
            ),
            ["Customers whose orders", "the sources do not name"]
        );
    }

    #[test]
    fn texts_are_escaped() {
        let caption = Caption {
            id: "x",
            title: "<script>",
            description: "a & b",
        };
        let out = drawing(&caption, 10.0, 10.0, html! {}).into_string();
        assert!(out.contains("&lt;script&gt;") && out.contains("a &amp; b"));
    }
}
