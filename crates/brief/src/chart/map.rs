//! The network map: sites as marks by kind, flows as arcs with width by quantity.
//!
//! Arcs follow great circles, bent a little to the right of their direction so that a flow and the
//! flow back do not cover one another. On the world map an arc that leaves at one edge comes in at
//! the other. Names are set whole, in two lines or three where they are long. They stand where they
//! collide with no mark and no other name, busiest site first, clear of all flows where that can be
//! had and else of the thick ones, on a leader line where there is no room beside the mark. On the
//! map of the world a name that finds no room at all is left out; it stands on that of its region.

use maud::{Markup, html};

use super::outline::{Place, Point, Projection, View, great_circle};
use super::{Caption, SMALL, Width, at, drawing, text_width, wrap};
use crate::number::quantity;

/// What is done at a site; each kind has a mark of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Things are made here.
    Plant,
    /// Things are repaired or kept here.
    Depot,
    /// Ships are repaired here.
    Yard,
    /// Things change ship here.
    Port,
    /// A force is based here.
    Base,
    /// Things are kept here.
    Store,
    /// None of these is said.
    Other,
}

/// A site on the map.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its mark.
    pub mark: Mark,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

/// A flow from spot to spot.
#[derive(Debug, Clone, Copy)]
pub struct Flow {
    /// Place of the spot it leaves.
    pub from: usize,
    /// Place of the spot it reaches.
    pub to: usize,
    /// How much flows; the width of the arc.
    pub quantity: f64,
    /// Whether what flows is what is demanded (a full line) or a part of it (a dashed line).
    pub is_end_item: bool,
}

/// Draws the world as far as the spots and flows reach, the Pacific in the middle.
pub fn world(caption: &Caption<'_>, width: Width, spots: &[Spot<'_>], flows: &[Flow]) -> Markup {
    let full = width.units();
    let projection = Projection::World;
    let mut reach: Vec<Point> = Vec::new();
    for spot in spots {
        reach.push(projection.flatten((projection.wrap(spot.longitude), spot.latitude)));
    }
    for flow in flows {
        for (longitude, latitude) in
            great_circle(place(&spots[flow.from]), place(&spots[flow.to]), 32)
        {
            reach.push(projection.flatten((projection.wrap(longitude), latitude)));
        }
    }
    let limits = (
        (
            projection.flatten((projection.middle() - 180.0, 0.0)).0,
            projection.flatten((0.0, 78.0)).1,
        ),
        (
            projection.flatten((projection.middle() + 180.0, 0.0)).0,
            projection.flatten((0.0, -58.0)).1,
        ),
    );
    let view = window(
        projection,
        &reach,
        full,
        if width == Width::Wide { 3.4 } else { 1.7 },
        0.06,
        Some(limits),
    );
    let everyone: Vec<usize> = (0..spots.len()).collect();
    draw(caption, view, spots, &everyone, flows, width, false)
}

/// Draws the surroundings of some of the spots and the flows among them.
pub fn region(
    caption: &Caption<'_>,
    width: Width,
    members: &[usize],
    spots: &[Spot<'_>],
    flows: &[Flow],
) -> Markup {
    // The middle of the members, measured from the first so that no antimeridian comes between.
    let first = members.first().map_or(0.0, |spot| spots[*spot].longitude);
    let near = |longitude: f64| first + (longitude - first + 180.0).rem_euclid(360.0) - 180.0;
    let span = |values: Vec<f64>| {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if least <= most {
            (least + most) / 2.0
        } else {
            0.0
        }
    };
    let projection = Projection::Region {
        longitude: span(
            members
                .iter()
                .map(|spot| near(spots[*spot].longitude))
                .collect(),
        ),
        latitude: span(members.iter().map(|spot| spots[*spot].latitude).collect()),
    };
    let reach: Vec<Point> = members
        .iter()
        .map(|spot| {
            projection.flatten((
                projection.wrap(spots[*spot].longitude),
                spots[*spot].latitude,
            ))
        })
        .collect();
    let view = window(
        projection,
        &reach,
        width.units(),
        if width == Width::Wide { 1.9 } else { 1.2 },
        0.22,
        None,
    );
    let inner: Vec<Flow> = flows
        .iter()
        .filter(|flow| members.contains(&flow.from) && members.contains(&flow.to))
        .copied()
        .collect();
    draw(caption, view, spots, members, &inner, width, true)
}

/// The window that shows every point with a margin, in the given proportion of width to height.
fn window(
    projection: Projection,
    reach: &[Point],
    width: f64,
    proportion: f64,
    margin: f64,
    limits: Option<(Point, Point)>,
) -> View {
    let fold = |pick: fn(&Point) -> f64, start: f64, choose: fn(f64, f64) -> f64| {
        reach.iter().map(pick).fold(start, choose)
    };
    let (mut x0, mut x1) = (
        fold(|p| p.0, f64::INFINITY, f64::min),
        fold(|p| p.0, f64::NEG_INFINITY, f64::max),
    );
    let (mut y0, mut y1) = (
        fold(|p| p.1, f64::INFINITY, f64::min),
        fold(|p| p.1, f64::NEG_INFINITY, f64::max),
    );
    if x0 > x1 {
        (x0, x1, y0, y1) = (-1.0, 1.0, -0.5, 0.5);
    }
    // At least about 5 degrees high, so that a coast comes into view.
    let least = 0.09;
    let grow = |low: &mut f64, high: &mut f64, wanted: f64| {
        let more = (wanted - (*high - *low)).max(0.0) / 2.0;
        *low -= more;
        *high += more;
    };
    let (wanted_x, wanted_y) = (
        (x1 - x0) * (1.0 + 2.0 * margin),
        (y1 - y0) * (1.0 + 2.0 * margin),
    );
    grow(&mut x0, &mut x1, wanted_x.max(least));
    grow(&mut y0, &mut y1, wanted_y.max(least));
    let (wide, high) = (x1 - x0, y1 - y0);
    grow(&mut x0, &mut x1, high * proportion);
    grow(&mut y0, &mut y1, wide / proportion);
    if let Some((low, high)) = limits {
        let slide = |from: &mut f64, to: &mut f64, low: f64, high: f64| {
            let size = (*to - *from).min(high - low);
            *from = from.clamp(low, high - size);
            *to = *from + size;
        };
        slide(&mut x0, &mut x1, low.0, high.0);
        slide(&mut y0, &mut y1, low.1, high.1);
    }
    let scale = width / (x1 - x0);
    View {
        projection,
        corner: (x0, y0),
        scale,
        width,
        height: ((y1 - y0) * scale).round(),
    }
}

fn place(spot: &Spot<'_>) -> Place {
    (spot.longitude, spot.latitude)
}

fn draw(
    caption: &Caption<'_>,
    view: View,
    spots: &[Spot<'_>],
    members: &[usize],
    flows: &[Flow],
    width: Width,
    is_region: bool,
) -> Markup {
    let most = flows.iter().map(|flow| flow.quantity).fold(0.0, f64::max);
    let thick = if width == Width::Wide { 7.0 } else { 5.0 };
    let stroke =
        |quantity: f64| 0.8 + (thick - 0.8) * if most > 0.0 { quantity / most } else { 0.0 };
    let points: Vec<(usize, Point)> = members
        .iter()
        .map(|spot| (*spot, view.place(place(&spots[*spot]))))
        .collect();
    // Thick arcs first, so that thin ones stay visible on top of them.
    let mut order: Vec<&Flow> = flows.iter().filter(|flow| flow.from != flow.to).collect();
    order.sort_by(|a, b| {
        b.quantity
            .total_cmp(&a.quantity)
            .then((a.from, a.to).cmp(&(b.from, b.to)))
    });
    let arcs: Vec<(Arc, &Flow)> = order
        .iter()
        .filter_map(|flow| {
            Some((
                arc(
                    &view,
                    &spots[flow.from],
                    &spots[flow.to],
                    stroke(flow.quantity),
                )?,
                *flow,
            ))
        })
        .collect();
    let mut weight = vec![0.0; spots.len()];
    for flow in flows {
        weight[flow.from] += flow.quantity;
        weight[flow.to] += flow.quantity;
    }
    let rings: &[f64] = match (is_region, width) {
        (true, _) => &[0.0, 10.0, 20.0, 32.0, 46.0, 62.0, 80.0, 100.0, 124.0, 150.0],
        (false, Width::Wide) => &[0.0, 12.0, 24.0],
        (false, Width::Narrow) => &[0.0],
    };
    let ways: Vec<(&Arc, f64)> = { arcs.iter() }
        .map(|(arc, flow)| (arc, stroke(flow.quantity)))
        .collect();
    let ground = Ground {
        frame: (8.0, 3.0, view.width - 8.0, view.height - 3.0),
        marks: { points.iter() }
            .map(|(_, (x, y))| (x - 5.0, y - 5.0, x + 5.0, y + 5.0))
            .collect(),
        ways: &ways,
    };
    let names = names(&points, spots, &weight, &ground, rings, is_region);
    let clip = format!("{}-c", caption.id);
    let legend_height = 26.0;

    drawing(
        caption,
        view.width,
        view.height + legend_height,
        html! {
            clipPath id=(clip) { rect width=(at(view.width)) height=(at(view.height)) {} }
            g clip-path=(format!("url(#{clip})")) {
                rect class="c-sea" width=(at(view.width)) height=(at(view.height)) {}
                path class="c-land" fill-rule="evenodd" d=(view.land()) {}
                @for (arc, flow) in &arcs {
                    g {
                        title { (spots[flow.from].name) " → " (spots[flow.to].name) ": " (quantity(flow.quantity)) }
                        path class=(if flow.is_end_item { "c-flow" } else { "c-flow c-flow-part" }) stroke-width=(at(stroke(flow.quantity))) d=(arc.path) {}
                        path class=(if flow.is_end_item { "c-head" } else { "c-head c-head-part" }) d=(arc.head) {}
                    }
                }
                @for (spot, point) in &points {
                    path class="c-spot" d=(mark_path(spots[*spot].mark, *point, 4.0)) { title { (spots[*spot].name) } }
                }
                @for name in &names {
                    @if let Some((from, to)) = name.leader {
                        line class="c-leader" x1=(at(from.0)) y1=(at(from.1)) x2=(at(to.0)) y2=(at(to.1)) {}
                    }
                    @for (n, line) in name.lines.iter().enumerate() {
                        text class="c-small c-halo" x=(at(name.at.0)) y=(at(name.at.1 + LINE * n as f64)) text-anchor=(name.anchor) { (line) }
                    }
                }
            }
            rect class="c-frame" x="0.5" y="0.5" width=(at(view.width - 1.0)) height=(at(view.height - 1.0)) {}
            (legend(most, flows, &stroke, view.height + legend_height - 8.0))
        },
    )
}

/// What the widths and dashes mean: one round quantity for each.
fn legend(most: f64, flows: &[Flow], stroke: &impl Fn(f64) -> f64, y: f64) -> Markup {
    if most <= 0.0 {
        return html! {};
    }
    let round = {
        let power = 10f64.powf(most.log10().floor());
        [5.0, 2.0, 1.0]
            .into_iter()
            .map(|factor| factor * power)
            .find(|value| *value <= most)
            .unwrap_or(most)
    };
    let samples: Vec<(f64, bool)> = [(round, true), (round, false)]
        .into_iter()
        .filter(|(_, is_end_item)| flows.iter().any(|flow| flow.is_end_item == *is_end_item))
        .collect();
    html! {
        @for (k, (value, is_end_item)) in samples.iter().enumerate() {
            @let x = 4.0 + 160.0 * k as f64;
            line class=(if *is_end_item { "c-flow" } else { "c-flow c-flow-part" }) stroke-width=(at(stroke(*value))) x1=(at(x)) x2=(at(x + 34.0)) y1=(at(y - 4.0)) y2=(at(y - 4.0)) {}
            text class="c-small" x=(at(x + 42.0)) y=(at(y)) { (quantity(*value)) " " (if *is_end_item { crate::text::END_ITEMS } else { crate::text::PARTS }) }
        }
    }
}

/// An arc and the arrow head at its middle.
struct Arc {
    path: String,
    head: String,
    /// The points of each of its runs.
    runs: Vec<Vec<Point>>,
}

/// The arc from site to site; none when the two are drawn on the same spot.
fn arc(view: &View, from: &Spot<'_>, to: &Spot<'_>, stroke: f64) -> Option<Arc> {
    let (start, end) = (view.place(place(from)), view.place(place(to)));
    let flat = ((end.0 - start.0).powi(2) + (end.1 - start.1).powi(2)).sqrt();
    if flat < 9.0 {
        return None;
    }
    let way = great_circle(place(from), place(to), 40);
    let mut runs: Vec<Vec<Point>> = vec![Vec::new()];
    let mut before: Option<f64> = None;
    for (longitude, latitude) in &way {
        let wrapped = view.projection.wrap(*longitude);
        if let Some(last) = before
            && (wrapped - last).abs() > 180.0
        {
            // Carry both pieces on to the edge, past which nothing is drawn.
            let (out, back) = if last > wrapped {
                (wrapped + 360.0, last - 360.0)
            } else {
                (wrapped - 360.0, last + 360.0)
            };
            let beyond = |longitude: f64| {
                let (x, y) = view.projection.flatten((longitude, *latitude));
                (
                    (x - view.corner.0) * view.scale,
                    (y - view.corner.1) * view.scale,
                )
            };
            if let Some(run) = runs.last_mut() {
                run.push(beyond(out));
            }
            runs.push(vec![beyond(back)]);
        }
        before = Some(wrapped);
        if let Some(run) = runs.last_mut() {
            run.push(view.place((*longitude, *latitude)));
        }
    }
    if let [run] = &mut runs[..] {
        // To the right of the direction: a sixth of a short way, less of a long one.
        let bend = (flat / 6.0).min(14.0 + flat * 0.02);
        let (dx, dy) = ((end.0 - start.0) / flat, (end.1 - start.1) / flat);
        let last = (run.len() - 1) as f64;
        for (k, point) in run.iter_mut().enumerate() {
            let lift = bend * (std::f64::consts::PI * k as f64 / last).sin();
            point.0 -= dy * lift;
            point.1 += dx * lift;
        }
    }
    let longest = runs.iter().max_by_key(|run| run.len())?;
    let k = longest.len() * 3 / 5;
    let (a, b) = (
        longest[k.saturating_sub(1)],
        longest[k.min(longest.len() - 1)],
    );
    let length = ((b.0 - a.0).powi(2) + (b.1 - a.1).powi(2)).sqrt().max(1e-9);
    let (dx, dy) = ((b.0 - a.0) / length, (b.1 - a.1) / length);
    let size = 4.0 + stroke * 0.9;
    let head = format!(
        "M{} {}L{} {}L{} {}Z",
        at(b.0 + dx * size),
        at(b.1 + dy * size),
        at(b.0 - dy * size * 0.7),
        at(b.1 + dx * size * 0.7),
        at(b.0 + dy * size * 0.7),
        at(b.1 - dx * size * 0.7)
    );
    let path = runs
        .iter()
        .map(|run| {
            run.iter()
                .enumerate()
                .map(|(k, (x, y))| {
                    format!("{}{} {}", if k == 0 { "M" } else { "L" }, at(*x), at(*y))
                })
                .collect::<String>()
        })
        .collect();
    Some(Arc { path, head, runs })
}

/// The mark of a kind of site around a point.
pub(crate) fn mark_path(mark: Mark, (x, y): Point, r: f64) -> String {
    let polygon = |corners: &[(f64, f64)]| {
        let mut path = String::new();
        for (k, (dx, dy)) in corners.iter().enumerate() {
            path.push_str(&format!(
                "{}{} {}",
                if k == 0 { "M" } else { "L" },
                at(x + dx * r),
                at(y + dy * r)
            ));
        }
        path.push('Z');
        path
    };
    let circle = |r: f64| {
        format!(
            "M{} {}a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 {} 0Z",
            at(x - r),
            at(y),
            at(2.0 * r),
            at(-2.0 * r)
        )
    };
    match mark {
        Mark::Plant => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Mark::Depot => polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
        Mark::Yard => polygon(&[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)]),
        Mark::Port => polygon(&[(0.0, 1.2), (1.15, -0.9), (-1.15, -0.9)]),
        Mark::Base => circle(r),
        Mark::Store => polygon(&[
            (-0.5, -1.1),
            (0.5, -1.1),
            (1.1, 0.0),
            (0.5, 1.1),
            (-0.5, 1.1),
            (-1.1, 0.0),
        ]),
        Mark::Other => circle(r * 0.6),
    }
}

/// From line to line of a name.
const LINE: f64 = 12.0;

/// A flow drawn at least so thick is crossed by no name where there is any other place for it.
const THICK: f64 = 1.6;

/// A name on the map.
struct Name {
    lines: Vec<String>,
    /// Where its first line stands.
    at: Point,
    anchor: &'static str,
    leader: Option<(Point, Point)>,
    /// How far from its mark it stands.
    ring: f64,
    frame: Frame,
}

/// Upright rectangle: left, top, right, bottom.
type Frame = (f64, f64, f64, f64);

/// What names must keep clear of.
struct Ground<'a> {
    /// The map inside its border.
    frame: Frame,
    marks: Vec<Frame>,
    /// Arcs with their widths.
    ways: &'a [(&'a Arc, f64)],
}

impl Ground<'_> {
    /// Whether a frame runs across a flow that is at least so thick.
    fn crosses_flow(&self, frame: &Frame, least: f64) -> bool {
        self.ways
            .iter()
            .filter(|(_, stroke)| *stroke >= least)
            .any(|(arc, stroke)| {
                let half = stroke / 2.0;
                let wider = (
                    frame.0 - half,
                    frame.1 - half,
                    frame.2 + half,
                    frame.3 + half,
                );
                arc.runs
                    .iter()
                    .any(|run| run.windows(2).any(|ends| meets(&wider, ends[0], ends[1])))
            })
    }
}

fn apart(a: &Frame, b: &Frame) -> bool {
    a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1
}

/// Whether two straight lines cross.
fn crosses((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Whether the straight line from `a` to `b` touches a frame.
fn meets(frame: &Frame, a: Point, b: Point) -> bool {
    // What is left of the line between the sides, cut off side by side.
    let (mut from, mut until) = (0.0f64, 1.0f64);
    for (start, step, low, high) in [
        (a.0, b.0 - a.0, frame.0, frame.2),
        (a.1, b.1 - a.1, frame.1, frame.3),
    ] {
        if step == 0.0 {
            if start < low || start > high {
                return false;
            }
        } else {
            let (enter, leave) = ((low - start) / step, (high - start) / step);
            from = from.max(enter.min(leave));
            until = until.min(enter.max(leave));
        }
    }
    from <= until
}

/// Finds room for the names, busiest site first: every place is tried clear of all flows, then of the thick ones, then of none. In
/// a region each name has a place, on other things if nothing else is left.
fn names(
    points: &[(usize, Point)],
    spots: &[Spot<'_>],
    weight: &[f64],
    ground: &Ground<'_>,
    rings: &[f64],
    is_region: bool,
) -> Vec<Name> {
    let mut order: Vec<&(usize, Point)> = points.iter().collect();
    order.sort_by(|a, b| weight[b.0].total_cmp(&weight[a.0]).then(a.0.cmp(&b.0)));
    let mut set: Vec<Name> = Vec::new();
    for (spot, point) in order {
        let lines = wrap(spots[*spot].name, SMALL, 112.0);
        let places: Vec<Name> = { rings.iter() }
            .flat_map(|ring| places(&lines, *point, *ring))
            .filter(|name| {
                let (frame, border) = (&name.frame, &ground.frame);
                frame.0 >= border.0
                    && frame.1 >= border.1
                    && frame.2 <= border.2
                    && frame.3 <= border.3
                    && ground.marks.iter().all(|mark| apart(frame, mark))
                    && set.iter().all(|other| apart(frame, &other.frame))
            })
            .collect();
        // No leader runs through a name or across another leader.
        let is_clear = |name: &Name| {
            set.iter().all(|other| {
                let through = |leader: Option<(Point, Point)>, frame: &Frame| {
                    leader.is_some_and(|(a, b)| meets(frame, a, b))
                };
                let crossed = match (name.leader, other.leader) {
                    (Some(one), Some(two)) => crosses(one, two),
                    _ => false,
                };
                !crossed
                    && !through(name.leader, &other.frame)
                    && !through(other.leader, &name.frame)
            })
        };
        // Near places across thin flows are better than far ones clear of them.
        let tries: &[(bool, f64, f64)] = if is_region {
            &[
                (true, 0.0, 20.0),
                (true, THICK, 46.0),
                (true, 0.0, f64::INFINITY),
                (true, THICK, f64::INFINITY),
                (false, THICK, f64::INFINITY),
                (false, f64::INFINITY, f64::INFINITY),
            ]
        } else {
            &[(true, 0.0, f64::INFINITY), (true, THICK, f64::INFINITY)]
        };
        let found = tries.iter().find_map(|(clear, least, far)| {
            places.iter().position(|name| {
                name.ring <= *far
                    && (!clear || is_clear(name))
                    && !ground.crosses_flow(&name.frame, *least)
            })
        });
        if let Some(found) = found {
            set.extend(places.into_iter().nth(found));
        }
    }
    set
}

/// The places around a point in which a name may stand, `ring` away from its mark; the nearest to the usual one first.
fn places(lines: &[String], (x, y): Point, ring: f64) -> Vec<Name> {
    let room = { lines.iter() }
        .map(|line| text_width(line, SMALL))
        .fold(0.0, f64::max);
    let tall = LINE * lines.len() as f64;
    let directions: &[(f64, f64)] = if ring > 0.0 {
        &[
            (1.0, 0.0),
            (-1.0, 0.0),
            (0.92, -0.38),
            (0.92, 0.38),
            (-0.92, -0.38),
            (-0.92, 0.38),
            (0.71, -0.71),
            (0.71, 0.71),
            (-0.71, -0.71),
            (-0.71, 0.71),
            (0.38, -0.92),
            (0.38, 0.92),
            (-0.38, -0.92),
            (-0.38, 0.92),
            (0.0, -1.0),
            (0.0, 1.0),
        ]
    } else {
        &[
            (1.0, 0.0),
            (-1.0, 0.0),
            (0.5, -1.0),
            (0.5, 1.0),
            (-0.5, -1.0),
            (-0.5, 1.0),
            (0.0, -1.0),
            (0.0, 1.0),
        ]
    };
    let place = |(dx, dy): (f64, f64)| {
        // The point of the name that is nearest to its mark.
        let (near_x, near_y) = (x + dx * (8.0 + ring), y + dy * (8.0 + ring));
        let (anchor, left) = if dx > 0.0 {
            ("start", near_x)
        } else if dx < 0.0 {
            ("end", near_x - room)
        } else {
            ("middle", near_x - room / 2.0)
        };
        let top = if dy.abs() < 0.3 {
            near_y - tall / 2.0
        } else if dy < 0.0 {
            near_y - tall
        } else {
            near_y
        };
        let frame = (left - 1.0, top, left + room + 1.0, top + tall + 1.0);
        let text_x = match anchor {
            "start" => left,
            "end" => left + room,
            _ => near_x,
        };
        Name {
            lines: lines.to_vec(),
            at: (text_x, top + LINE - 2.5),
            anchor,
            leader: (ring > 0.0).then_some(((x, y), (near_x, near_y))),
            ring,
            frame,
        }
    };
    directions.iter().copied().map(place).collect()
}
