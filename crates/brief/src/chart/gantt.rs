//! Gantt charts: who is where from which day until which, one row a dock or a ship.
//!
//! Kinds of work are told apart by shade, outline and height; work done by another state carries a heavy line below
//! the bar, a shut dock is hatched, days past the due date carry a line above the bar. A name stands in a bar only
//! where it fits. Long times are cut at the turn of a year, long lists between rows, so that nothing has to shrink; on a
//! narrow screen the bars scroll under their names.

use jiff::ToSpan;
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};

use super::{BOLD, Caption, SMALL, at, drawing, text_lines, text_width, wrap};

/// Colours and patterns of these charts; put it in the page once.
pub const STYLE: &str = include_str!("gantt.css");

/// How a page lays them out.
pub const PAGE_STYLE: &str = include_str!("gantt_page.css");

/// Rows under a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The heading.
    pub title: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A dock or a ship.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub label: String,
    /// A shorter name, for where that one does not fit.
    pub short: String,
    /// What is told of it on request.
    pub title: String,
    /// How many bars may stand below one another.
    pub lanes: usize,
    /// Whether it is drawn in years in which nothing happens.
    pub always: bool,
    /// What happens.
    pub bars: Vec<Bar>,
    /// Due dates and promises.
    pub marks: Vec<Mark>,
}

/// A stretch of days, from the first day of the chart on.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// First day.
    pub from: i32,
    /// First day no longer.
    pub until: i32,
    /// Which of the lanes.
    pub lane: usize,
    /// What is done.
    pub kind: Kind,
    /// Whether another state does it.
    pub foreign: bool,
    /// A name, set where it fits.
    pub label: String,
    /// A shorter name, set where only that one fits; may be empty.
    pub short: String,
    /// What is told of it on request.
    pub title: String,
    /// Table and row it is read from; may be empty.
    pub row: (&'static str, String),
}

/// What is done in a stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Work in a dock or bay.
    Dock,
    /// Work of trades outside it.
    Pier,
    /// Trials, without dock or trades.
    Trials,
    /// Work-up, after trials.
    WorkUp,
    /// On the way.
    Passage,
    /// Away and waiting.
    Wait,
    /// A dock is made ready for the next.
    SetUp,
    /// A dock is shut.
    Shut,
}

/// When a visit is due, done and safely done.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Day from which late costs.
    pub due: i32,
    /// Planned day back.
    pub back: i32,
    /// Days by which it is back in half, and in four of five, of the draws.
    pub promise: Option<(i32, i32)>,
    /// What is told of it on request.
    pub title: String,
}

/// Words of the legend, in the language of the page.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// Work in a dock or bay.
    pub dock: &'a str,
    /// Work at the pier.
    pub pier: &'a str,
    /// Trials.
    pub trials: &'a str,
    /// Work-up.
    pub work_up: &'a str,
    /// Passage.
    pub passage: &'a str,
    /// Waiting.
    pub wait: &'a str,
    /// Set-up.
    pub set_up: &'a str,
    /// Shut.
    pub shut: &'a str,
    /// Work by another state.
    pub foreign: &'a str,
    /// Due date.
    pub due: &'a str,
    /// Days late.
    pub late: &'a str,
    /// Promises.
    pub promise: &'a str,
}

/// A piece of a chart: some years, some rows.
#[derive(Debug, Clone)]
pub struct Part {
    /// Years it covers, such as `2024–2027`.
    pub years: String,
    /// First and last heading of its rows.
    pub titles: (String, String),
    /// The drawing.
    pub drawing: Markup,
}

/// Width of the names.
const NAMES: f64 = 166.0;
/// Width of the bars of a piece.
const BARS: f64 = 690.0;
/// Most quarters of a year that stand side by side.
const QUARTERS: usize = 14;
/// Height a piece may have.
const TALL: f64 = 1060.0;
/// Heights: the axis, a heading, a row, each further lane.
const AXIS: f64 = 36.0;
const HEADING: f64 = 24.0;
const ROW: f64 = 22.0;
const LANE: f64 = 18.0;
/// From line to line of a name.
const NEXT: f64 = 13.0;
/// Text in bars.
const TINY: f64 = 10.0;

/// A quarter of a year: its first day, year, and number from 1.
type Quarter = (i32, i16, i8);

/// The quarters that cover all days of `groups`, and the first day after them; day 0 is `start`.
fn quarters(start: Date, groups: &[Group]) -> (Vec<Quarter>, i32) {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    // Shut docks reach into any future: they are drawn as far as there is work.
    let work = || {
        rows()
            .flat_map(|row| &row.bars)
            .filter(|bar| bar.kind != Kind::Shut)
    };
    let ends = rows().flat_map(|row| &row.marks).map(|mark| {
        mark.promise
            .map_or(mark.back, |promise| promise.1.max(mark.back))
    });
    let first = work().map(|bar| bar.from).min().unwrap_or(0);
    let last = work().map(|bar| bar.until).chain(ends).max().unwrap_or(1);
    let begin = start.saturating_add(i64::from(first).days());
    let mut date = begin.first_of_month();
    while (date.month() - 1) % 3 != 0 {
        date = date.saturating_sub(1.month());
    }
    let day = |date: Date| start.until(date).map_or(0, |span| span.get_days());
    let mut quarters = Vec::new();
    while day(date) < last && quarters.len() < 400 {
        quarters.push((day(date), date.year(), (date.month() - 1) / 3 + 1));
        date = date.saturating_add(3.months());
    }
    (quarters, day(date))
}

/// Cuts quarters at turns of the year where there are too many of them; none is left out.
fn cut(quarters: &[Quarter]) -> Vec<&[Quarter]> {
    let mut pieces = Vec::new();
    let mut rest = quarters;
    while rest.len() > QUARTERS {
        let turn = (1..=QUARTERS)
            .rev()
            .find(|n| rest[*n].2 == 1)
            .unwrap_or(QUARTERS);
        let (piece, after) = rest.split_at(turn);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// Days shown, and where each stands.
#[derive(Clone, Copy)]
struct Scale<'a> {
    quarters: &'a [Quarter],
    until: i32,
    per_day: f64,
}

impl Scale<'_> {
    fn from(&self) -> i32 {
        self.quarters.first().map_or(0, |quarter| quarter.0)
    }

    fn x(&self, day: i32) -> f64 {
        f64::from(day.clamp(self.from(), self.until) - self.from()) * self.per_day
    }

    fn shows(&self, from: i32, until: i32) -> bool {
        until > self.from() && from < self.until
    }

    fn years(&self) -> String {
        let (first, last) = (self.quarters.first(), self.quarters.last());
        match (first, last) {
            (Some(first), Some(last)) if first.1 != last.1 => format!("{}–{}", first.1, last.1),
            (Some(first), _) => first.1.to_string(),
            _ => String::new(),
        }
    }
}

/// Draws the chart in pieces that fit a page; the names stand in a drawing of their own beside each, so
/// that they stay while the bars scroll.
pub fn parts(caption: &Caption<'_>, start: Date, groups: &[Group]) -> Vec<Part> {
    let (quarters, end) = quarters(start, groups);
    let pieces = cut(&quarters);
    let longest = (0..pieces.len())
        .map(|n| end_of(&pieces, n, end) - pieces[n].first().map_or(0, |quarter| quarter.0))
        .max();
    let per_day = BARS / f64::from(longest.unwrap_or(1).max(1));
    let mut parts = Vec::new();
    for (n, piece) in pieces.iter().enumerate() {
        let scale = Scale {
            quarters: piece,
            until: end_of(&pieces, n, end),
            per_day,
        };
        for rows in packed(&shown(groups, &scale)) {
            let id = format!("{}-{}", caption.id, parts.len());
            let (names, bars, height) = laid_out(&rows, &scale, (NAMES, BARS), true);
            let title = format!("{}, {}", caption.title, scale.years());
            let caption = Caption {
                id: &id,
                title: &title,
                description: caption.description,
            };
            parts.push(Part {
                years: scale.years(),
                titles: (rows[0].title.to_owned(), rows[rows.len() - 1].title.to_owned()),
                drawing: html! {
                    div class="gantt" tabindex="0" role="group" aria-label=(title) {
                        svg class="chart g-names" aria-hidden="true" width=(NAMES) height=(at(height)) viewBox=(format!("0 0 {NAMES} {}", at(height))) { (names) }
                        (drawing(&caption, BARS, height, bars))
                    }
                },
            });
        }
    }
    parts
}

fn end_of(pieces: &[&[Quarter]], n: usize, end: i32) -> i32 {
    pieces
        .get(n + 1)
        .and_then(|next| next.first())
        .map_or(end, |quarter| quarter.0)
}

/// Rows under a heading that are drawn.
#[derive(Clone)]
struct Shown<'a> {
    title: &'a str,
    rows: Vec<&'a Row>,
}

impl Shown<'_> {
    /// The heading; it runs on over the bars as far as a phone shows them.
    fn heading(&self) -> Vec<String> {
        wrap(self.title, 12.5 * BOLD, NAMES + 176.0)
    }

    fn heading_height(&self) -> f64 {
        HEADING + NEXT * (self.heading().len() - 1) as f64
    }

    fn height(&self) -> f64 {
        self.heading_height() + self.rows.iter().map(|row| height_of(row)).sum::<f64>()
    }
}

/// The name of a row where that fits a line, else its shorter name, in as many lines as that takes.
fn label_of(row: &Row) -> Vec<String> {
    let room = NAMES - 10.0;
    if text_width(&row.label, SMALL) <= room {
        vec![row.label.clone()]
    } else {
        wrap(&row.short, SMALL, room)
    }
}

fn height_of(row: &Row) -> f64 {
    let lanes = ROW + LANE * (row.lanes.max(1) - 1) as f64;
    lanes.max(ROW + NEXT * (label_of(row).len() - 1) as f64)
}

/// The rows in which something happens in the days of a scale.
fn shown<'a>(groups: &'a [Group], scale: &Scale<'_>) -> Vec<Shown<'a>> {
    let happens = |row: &&Row| {
        let late = |mark: &Mark| {
            (
                mark.due.min(mark.back),
                mark.promise.map_or(mark.back, |promise| promise.1),
            )
        };
        row.always
            || row.bars.iter().any(|bar| scale.shows(bar.from, bar.until))
            || row
                .marks
                .iter()
                .any(|mark| scale.shows(late(mark).0, late(mark).1))
    };
    let groups = groups.iter().map(|group| Shown {
        title: &group.title,
        rows: group.rows.iter().filter(happens).collect(),
    });
    groups.filter(|group| !group.rows.is_empty()).collect()
}

/// Groups put together as far as a piece may be tall; one that is too tall alone is cut between rows.
fn packed<'a>(groups: &[Shown<'a>]) -> Vec<Vec<Shown<'a>>> {
    let mut packs: Vec<Vec<Shown<'a>>> = Vec::new();
    let mut room = 0.0;
    for group in groups {
        let mut rest = group.clone();
        while !rest.rows.is_empty() {
            if rest.height() <= room {
                room -= rest.height();
                packs
                    .last_mut()
                    .expect("there is room only in a pack")
                    .push(rest);
                break;
            }
            let whole = rest.height() <= TALL - AXIS;
            if whole || room < rest.heading_height() + 3.0 * ROW {
                packs.push(Vec::new());
                room = TALL - AXIS;
            }
            if !whole {
                let mut height = rest.heading_height();
                let fits = rest.rows.iter().take_while(|row| {
                    height += height_of(row);
                    height <= room
                });
                let fits = fits.count().max(1).min(rest.rows.len());
                let after = rest.rows.split_off(fits);
                room = 0.0;
                let head = Shown {
                    title: rest.title,
                    rows: std::mem::replace(&mut rest.rows, after),
                };
                packs.last_mut().expect("one was begun").push(head);
            }
        }
    }
    packs
}

/// Names, bars and height of rows over one axis.
fn laid_out(
    groups: &[Shown<'_>],
    scale: &Scale<'_>,
    (names, bars): (f64, f64),
    apart: bool,
) -> (Markup, Markup, f64) {
    let height = AXIS + groups.iter().map(Shown::height).sum::<f64>() + 6.0;
    let mut labels: Vec<Markup> = Vec::new();
    let mut drawn: Vec<Markup> = Vec::new();
    let mut y = AXIS;
    let right = scale.x(scale.until);
    for group in groups {
        labels.push(text_lines(
            "g-heading",
            &group.heading(),
            (0.0, y + 16.0),
            NEXT,
        ));
        let heading = group.heading_height();
        // A heading runs on over the bars: no line crosses it.
        let (top, foot) = (y + heading - 2.0, y + group.height());
        drawn.push(html! {
            path class="c-grid" d=(lines(scale, false, top, foot)) {}
            path class="g-year" d=(lines(scale, true, top, foot)) {}
        });
        drawn.push(html! { line class="g-under" x1="0" x2=(at(right)) y1=(at(y + heading - 2.0)) y2=(at(y + heading - 2.0)) {} });
        labels.push(html! { line class="g-under" x1="0" x2=(at(names)) y1=(at(y + heading - 2.0)) y2=(at(y + heading - 2.0)) {} });
        y += heading;
        for row in &group.rows {
            let below = y + height_of(row);
            labels.push(html! {
                g {
                    title { (row.title) }
                    (text_lines("g-name", &label_of(row), (0.0, y + 15.0), NEXT))
                }
                line class="c-grid" x1="0" x2=(at(names)) y1=(at(below - 0.5)) y2=(at(below - 0.5)) {}
            });
            drawn.push(html! { line class="c-grid" x1="0" x2=(at(right)) y1=(at(below - 0.5)) y2=(at(below - 0.5)) {} });
            // Thin things first: what is worked on lies above them.
            let mut order: Vec<&Bar> = row
                .bars
                .iter()
                .filter(|bar| scale.shows(bar.from, bar.until))
                .collect();
            order.sort_by_key(|bar| (std::cmp::Reverse(bar.kind), bar.from));
            drawn.extend(
                order
                    .into_iter()
                    .map(|bar| bar_at(bar, y + LANE * bar.lane as f64, scale, row)),
            );
            drawn.extend(row.marks.iter().map(|mark| mark_at(mark, y, scale)));
            y = below;
        }
    }
    let names = html! {
        @if apart { rect class="g-paper" width=(at(names)) height=(at(height)) {} }
        @for label in &labels { (label) }
    };
    let bars = html! {
        (axis(scale, bars))
        @for bar in &drawn { (bar) }
    };
    (names, bars, height)
}

/// Lines at the turns of the years, or of the other quarters, as one path.
fn lines(scale: &Scale<'_>, years: bool, top: f64, foot: f64) -> String {
    let turns = scale
        .quarters
        .iter()
        .filter(|quarter| (quarter.2 == 1) == years)
        .map(|quarter| quarter.0);
    let last = (!years).then_some(scale.until);
    turns
        .chain(last)
        .map(|day| format!("M{} {}V{}", at(scale.x(day)), at(top), at(foot)))
        .collect()
}

/// Years and quarters.
fn axis(scale: &Scale<'_>, width: f64) -> Markup {
    let mut free = f64::NEG_INFINITY;
    let mut years = Vec::new();
    for (n, (day, year, quarter)) in scale.quarters.iter().enumerate() {
        let x = scale.x(*day);
        if (n == 0 || *quarter == 1) && x >= free && x + 34.0 <= width {
            years.push((x, *year));
            free = x + 40.0;
        }
    }
    let end = scale.x(scale.until);
    html! {
        @for (n, (day, _, quarter)) in scale.quarters.iter().enumerate() {
            @let x = scale.x(*day);
            @let next = scale.quarters.get(n + 1).map_or(end, |quarter| scale.x(quarter.0));
            @let label = format!("Q{quarter}");
            @if text_width(&label, TINY) + 4.0 <= next - x {
                text class="g-quarter" x=(at((x + next) / 2.0)) y="29" text-anchor="middle" { (label) }
            }
        }
        path class="c-grid" d=(lines(scale, false, 20.0, AXIS - 4.0)) {}
        path class="g-year" d=(lines(scale, true, 2.0, AXIS - 4.0)) {}
        @for (x, year) in &years { text class="c-strong" x=(at(x + 4.0)) y="13" { (year) } }
    }
}

/// A bar in a row whose top is `y`.
fn bar_at(bar: &Bar, y: f64, scale: &Scale<'_>, row: &Row) -> Markup {
    let (from, until) = (scale.x(bar.from), scale.x(bar.until));
    let wide = (until - from).max(0.8);
    let (class, top, tall) = shape(bar.kind, bar.foreign);
    let names = [&bar.label, &bar.short];
    let inside = { names.iter() }
        .find(|name| !name.is_empty() && text_width(name, TINY) * BOLD <= wide - 5.0);
    let beside = match inside {
        Some(_) => None,
        None => names
            .iter()
            .find_map(|name| Some((name, place_beside(name, bar, scale, row)?))),
    };
    // A bar that is long enough for part of its name has that; its title has all of it.
    let part = (inside.is_none() && beside.is_none())
        .then(|| names.iter().rfind(|name| !name.is_empty()))
        .flatten()
        .and_then(|name| shortened(name, wide - 5.0));
    let inside = inside.map(ToString::to_string).or(part);
    let text = match bar.kind {
        Kind::Dock => "g-inverse",
        _ => "g-text",
    };
    html! {
        g data-table=[(!bar.row.1.is_empty()).then_some(bar.row.0)] data-row=[(!bar.row.1.is_empty()).then_some(&bar.row.1)] {
            title { (bar.title) }
            rect class=(class) x=(at(from)) y=(at(y + top)) width=(at(wide)) height=(at(tall)) {}
            @if bar.foreign && matches!(bar.kind, Kind::Dock | Kind::Pier) {
                rect class="g-foreign" x=(at(from)) y=(at(y + top + tall + 0.6)) width=(at(wide)) height="2" {}
            }
            @if let Some(name) = inside {
                text class=(text) x=(at((from + until) / 2.0)) y=(at(y + top + tall / 2.0 + 3.5)) text-anchor="middle" { (name) }
            } @else if let Some((name, x)) = beside {
                text class="g-beside" x=(at(x)) y=(at(y + top + tall / 2.0 + 3.5)) { (name) }
            }
        }
    }
}

/// As much of a name as there is room for, with the number it ends with; none where that says nothing.
fn shortened(name: &str, room: f64) -> Option<String> {
    let (words, end) = match name.rsplit_once(' ') {
        Some((words, number)) if number.parse::<u16>().is_ok() => (words, format!("… {number}")),
        _ => (name, "…".to_string()),
    };
    let letters: Vec<char> = words.chars().collect();
    (LEAST_LETTERS..letters.len()).rev().find_map(|count| {
        let some: String = letters[..count].iter().collect();
        let text = format!("{}{end}", some.trim_end());
        (text_width(&text, TINY) * BOLD <= room).then_some(text)
    })
}

/// Letters of a name below which it is not worth showing.
const LEAST_LETTERS: usize = 4;

/// Where a name may stand to the right of its bar, after the set-up, before whatever comes next; promises are drawn there as well.
fn place_beside(name: &str, bar: &Bar, scale: &Scale<'_>, row: &Row) -> Option<f64> {
    // A bar that goes on in the next piece, or came from the one before, is named there.
    if name.is_empty()
        || !row.marks.is_empty()
        || bar.until > scale.until
        || bar.from < scale.from()
    {
        return None;
    }
    let lane = || row.bars.iter().filter(|other| other.lane == bar.lane);
    let set_up = lane().find(|other| other.kind == Kind::SetUp && other.from == bar.until);
    let from = set_up.map_or(bar.until, |set_up| set_up.until);
    let next = lane()
        .filter(|other| other.until > from && !std::ptr::eq(*other, bar))
        .map(|other| other.from)
        .min();
    let x = scale.x(from) + 3.0;
    let room = next.map_or(scale.x(scale.until), |next| scale.x(next)) - x - 3.0;
    (text_width(name, TINY) <= room).then_some(x)
}

/// Class, top and height of a bar.
fn shape(kind: Kind, foreign: bool) -> (&'static str, f64, f64) {
    match (kind, foreign) {
        (Kind::Dock, false) => ("g-dock", 6.0, 12.0),
        (Kind::Dock, true) => ("g-dock g-abroad", 6.0, 12.0),
        (Kind::Pier, false) => ("g-pier", 6.0, 12.0),
        (Kind::Pier, true) => ("g-pier g-abroad", 6.0, 12.0),
        (Kind::Trials, _) => ("g-trials", 7.5, 9.0),
        (Kind::WorkUp, _) => ("g-work-up", 7.5, 9.0),
        (Kind::Passage, _) => ("g-passage", 10.5, 3.0),
        (Kind::Wait, _) => ("g-wait", 11.5, 1.0),
        (Kind::SetUp, _) => ("g-set-up", 9.0, 6.0),
        (Kind::Shut, _) => ("g-shut", 4.0, 16.0),
    }
}

fn mark_at(mark: &Mark, y: f64, scale: &Scale<'_>) -> Markup {
    let inside = |day: i32| scale.shows(day, day + 1);
    html! {
        g {
            title { (mark.title) }
            @if mark.back > mark.due && scale.shows(mark.due, mark.back) {
                rect class="g-late" x=(at(scale.x(mark.due))) y=(at(y + 2.6)) width=(at(scale.x(mark.back) - scale.x(mark.due))) height="2.6" {}
            }
            @if let Some((half, most)) = mark.promise {
                @if most > mark.back && scale.shows(mark.back, most) {
                    path class="g-promise" d=(format!("M{} {}H{}", at(scale.x(mark.back)), at(y + 12.0), at(scale.x(most)))) {}
                }
                @if most > mark.back && inside(most) {
                    path class="g-promise" d=(format!("M{} {}v7", at(scale.x(most)), at(y + 8.5))) {}
                }
                @if half > mark.back && inside(half) {
                    circle class="g-half" cx=(at(scale.x(half))) cy=(at(y + 12.0)) r="1.8" {}
                }
            }
            @if inside(mark.due) {
                path class="g-due" d=(format!("M{} {}h6l-3 5z", at(scale.x(mark.due) - 3.0), at(y + 1.0))) {}
            }
        }
    }
}

/// The pattern of shut docks. Put it in the page once, before the drawings.
pub fn patterns() -> Markup {
    html! {
        svg class="c-patterns" width="0" height="0" aria-hidden="true" focusable="false" { (shut_pattern()) }
    }
}

fn shut_pattern() -> Markup {
    html! {
        defs {
            pattern id="g-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect class="g-hatch-ground" width="5" height="5" {}
                line class="g-hatch-line" x1="1" y1="0" x2="1" y2="5" {}
            }
        }
    }
}

/// The samples of a legend with their words, for the kinds and marks that `groups` show.
fn samples<'a>(words: &Words<'a>, groups: &[Group]) -> Vec<(Markup, &'a str)> {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let bar = |kind: Kind, foreign: bool| {
        let bar = Bar {
            from: 0,
            until: 24,
            lane: 0,
            kind,
            foreign,
            label: String::new(),
            short: String::new(),
            title: String::new(),
            row: ("", String::new()),
        };
        let (class, top, tall) = shape(bar.kind, bar.foreign);
        html! {
            rect class=(class) x="1" y=(at(top - 3.0)) width="24" height=(at(tall)) {}
            @if bar.foreign { rect class="g-foreign" x="1" y=(at(top - 3.0 + tall + 0.6)) width="24" height="2" {} }
        }
    };
    let has = |kind: Kind| rows().flat_map(|row| &row.bars).any(|bar| bar.kind == kind);
    let kinds = [
        (Kind::Dock, words.dock),
        (Kind::Pier, words.pier),
        (Kind::Trials, words.trials),
        (Kind::WorkUp, words.work_up),
        (Kind::Passage, words.passage),
        (Kind::Wait, words.wait),
        (Kind::SetUp, words.set_up),
        (Kind::Shut, words.shut),
    ];
    let mut samples: Vec<(Markup, &str)> = kinds
        .into_iter()
        .filter(|(kind, _)| has(*kind))
        .map(|(kind, word)| (bar(kind, false), word))
        .collect();
    if rows()
        .flat_map(|row| &row.bars)
        .any(|bar| bar.foreign && matches!(bar.kind, Kind::Dock | Kind::Pier))
    {
        let place = samples
            .iter()
            .take_while(|(_, word)| [words.dock, words.pier].contains(word))
            .count();
        samples.insert(place, (bar(Kind::Dock, true), words.foreign));
    }
    if rows().any(|row| !row.marks.is_empty()) {
        samples.push((
            html! { path class="g-due" d="M9 4h8l-4 6.5z" {} },
            words.due,
        ));
    }
    if rows()
        .flat_map(|row| &row.marks)
        .any(|mark| mark.back > mark.due)
    {
        samples.push((
            html! { rect class="g-late" x="1" y="6" width="24" height="2.6" {} },
            words.late,
        ));
    }
    if rows()
        .flat_map(|row| &row.marks)
        .any(|mark| mark.promise.is_some())
    {
        samples.push((html! { path class="g-promise" d="M1 8h23v-3.5v7" {} circle class="g-half" cx="12" cy="8" r="1.8" {} }, words.promise));
    }
    samples
}

/// The legend for a page.
pub fn legend(words: &Words<'_>, groups: &[Group]) -> Markup {
    html! {
        p class="legend g-legend" {
            @for (sample, word) in samples(words, groups) {
                span class="key" {
                    svg class="chart g-key" width="26" height="16" viewBox="0 0 26 16" aria-hidden="true" { (sample) }
                    (word)
                }
                " "
            }
        }
    }
}

/// The chart as one file: title, notes, legend, all rows, all years. `style` holds the rules of its classes.
pub fn whole(
    caption: &Caption<'_>,
    notes: &[String],
    words: &Words<'_>,
    start: Date,
    groups: &[Group],
    style: &str,
) -> Markup {
    const MARGIN: f64 = 24.0;
    const WIDE_NAMES: f64 = 200.0;
    let (quarters, end) = quarters(start, groups);
    let wide = (quarters.len() as f64 * 58.0).max(640.0);
    let first = quarters.first().map_or(0, |quarter| quarter.0);
    let per_day = wide / f64::from((end - first).max(1));
    let scale = Scale {
        quarters: &quarters,
        until: end,
        per_day,
    };
    let groups_shown = shown(groups, &scale);
    let (names, bars, tall) = laid_out(&groups_shown, &scale, (WIDE_NAMES, wide), false);
    let full = MARGIN * 2.0 + WIDE_NAMES + wide;
    let mut y = MARGIN + 18.0;
    let mut head: Vec<Markup> =
        vec![html! { text class="g-title" x=(MARGIN) y=(at(y)) { (caption.title) } }];
    for note in notes {
        y += 19.0;
        let lines = wrap(note, SMALL, full - 2.0 * MARGIN);
        head.push(text_lines("c-small", &lines, (MARGIN, y), NEXT));
        y += NEXT * (lines.len() - 1) as f64;
    }
    y += 16.0;
    let mut x = MARGIN;
    for (sample, word) in samples(words, groups) {
        let room = 34.0 + text_width(word, SMALL) + 18.0;
        if x + room > full - MARGIN && x > MARGIN {
            x = MARGIN;
            y += 20.0;
        }
        head.push(html! {
            g transform=(format!("translate({} {})", at(x), at(y))) {
                (sample)
                text class="g-name" x="32" y="13" { (word) }
            }
        });
        x += room;
    }
    y += 30.0;
    let height = y + tall + MARGIN;
    let caption = Caption {
        id: caption.id,
        title: caption.title,
        description: caption.description,
    };
    drawing(
        &caption,
        full,
        height,
        html! {
            style { (PreEscaped(style)) }
            (shut_pattern())
            rect class="g-paper" width=(at(full)) height=(at(height)) {}
            @for part in &head { (part) }
            g transform=(format!("translate({MARGIN} {})", at(y))) { (names) }
            g transform=(format!("translate({} {})", MARGIN + WIDE_NAMES, at(y))) { (bars) }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(from: i32, until: i32, kind: Kind) -> Bar {
        Bar {
            from,
            until,
            lane: 0,
            kind,
            foreign: false,
            label: "DDG-1".into(),
            short: String::new(),
            title: "a & b".into(),
            row: ("", String::new()),
        }
    }

    fn row(label: &str, bars: Vec<Bar>) -> Row {
        Row {
            label: label.into(),
            short: "s".into(),
            title: label.into(),
            lanes: 1,
            always: false,
            bars,
            marks: Vec::new(),
        }
    }

    fn start() -> Date {
        jiff::civil::date(2024, 7, 1)
    }

    #[test]
    fn long_times_are_cut_at_the_turn_of_a_year() {
        let group = Group {
            title: "Yard".into(),
            rows: vec![row(
                "one",
                vec![bar(0, 100, Kind::Dock), bar(2000, 2300, Kind::Dock)],
            )],
        };
        let (quarters, end) = quarters(start(), std::slice::from_ref(&group));
        assert_eq!((quarters[0], quarters.len()), ((0, 2024, 3), 26));
        let pieces = cut(&quarters);
        assert_eq!(
            pieces.iter().map(|piece| piece.len()).collect::<Vec<_>>(),
            [14, 12]
        );
        assert_eq!(pieces[1][0].1, 2028);
        assert!(end >= 2300);
        let years: Vec<String> = parts(
            &Caption {
                id: "x",
                title: "t",
                description: "d",
            },
            start(),
            &[group],
        )
        .into_iter()
        .map(|part| part.years)
        .collect();
        assert_eq!(years, ["2024–2027", "2028–2030"]);
    }

    #[test]
    fn no_row_is_lost_when_lists_are_cut() {
        let rows: Vec<Row> = (0..130)
            .map(|n| row(&format!("ship {n}"), vec![bar(n, n + 40, Kind::Pier)]))
            .collect();
        let groups = [
            Group {
                title: "A".into(),
                rows: rows[..3].to_vec(),
            },
            Group {
                title: "B".into(),
                rows,
            },
        ];
        let (quarters, end) = quarters(start(), &groups);
        let scale = Scale {
            quarters: &quarters,
            until: end,
            per_day: 1.0,
        };
        let packs = packed(&shown(&groups, &scale));
        assert_eq!(
            packs
                .iter()
                .flatten()
                .map(|group| group.rows.len())
                .sum::<usize>(),
            133
        );
        for pack in &packs {
            assert!(AXIS + pack.iter().map(Shown::height).sum::<f64>() <= TALL + 1.0);
        }
    }

    #[test]
    fn a_long_name_is_shortened_in_a_long_bar() {
        let room = text_width("Large-deck am… 1", TINY) * BOLD;
        let name = "Large-deck amphibious ship 1";
        assert_eq!(shortened(name, room).as_deref(), Some("Large-deck am… 1"));
        assert_eq!(shortened(name, 20.0), None);
        let kept = shortened("Amphibious transport dock", room);
        assert!(kept.is_some_and(|kept| kept.starts_with("Amph") && kept.ends_with('…')));
    }

    #[test]
    fn a_name_stands_only_where_it_fits() {
        let unnamed = Bar {
            label: String::new(),
            ..bar(12, 60, Kind::Shut)
        };
        let group = Group {
            title: "Yard".into(),
            rows: vec![row(
                "one",
                vec![bar(0, 10, Kind::Dock), unnamed, bar(200, 500, Kind::Dock)],
            )],
        };
        let part = &parts(
            &Caption {
                id: "x",
                title: "t",
                description: "d",
            },
            start(),
            &[group],
        )[0];
        let text = part.drawing.clone().into_string();
        assert_eq!(text.matches(">DDG-1<").count(), 1, "{text}");
        assert!(text.contains("a &amp; b"));
    }
}
