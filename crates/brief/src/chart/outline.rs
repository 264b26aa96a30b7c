//! The outline of the land and the ways to flatten it.
//!
//! The outline is Natural Earth's 1 : 50 million coastline (public domain; `world/README.md` says
//! how it came here). It knows no borders.

/// The coastlines, in tenths of a degree; `world/convert.py` says how the file is laid out.
const OUTLINE: &str = include_str!("../../world/outline.txt");

/// Longitude that stands in the middle of the world map: the Pacific lies open, and the map is cut
/// in the Atlantic at 30 degrees west.
const MIDDLE: f64 = 150.0;

/// A point in degrees: longitude east, latitude north.
pub(super) type Place = (f64, f64);
/// A point on the flat.
pub(super) type Point = (f64, f64);

/// A way to flatten the globe, with north up and y running down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Projection {
    /// Patterson cylindrical (Patterson, Šavrič and Jenny 2014): the whole world with upright
    /// meridians, so that what leaves at one edge comes in at the other at the same height.
    World,
    /// Longitudes shrunk by the cosine of one latitude: true enough for a region.
    Region { longitude: f64, latitude: f64 },
}

impl Projection {
    /// Longitude brought to within 180 degrees of the middle of this projection.
    pub(super) fn wrap(self, longitude: f64) -> f64 {
        let middle = self.middle();
        middle + (longitude - middle + 180.0).rem_euclid(360.0) - 180.0
    }

    /// Middle longitude.
    pub(super) fn middle(self) -> f64 {
        match self {
            Projection::World => MIDDLE,
            Projection::Region { longitude, .. } => longitude,
        }
    }

    /// Flattens a place whose longitude is wrapped.
    pub(super) fn flatten(self, (longitude, latitude): Place) -> Point {
        let from_middle = (longitude - self.middle()).to_radians();
        match self {
            Projection::World => {
                let p = latitude.to_radians();
                let p2 = p * p;
                let p4 = p2 * p2;
                let y = p * (1.0148 + p4 * (0.23185 + p2 * (-0.14499 + p2 * 0.02406)));
                (from_middle, -y)
            }
            Projection::Region {
                latitude: middle, ..
            } => (
                from_middle * middle.to_radians().cos(),
                -latitude.to_radians(),
            ),
        }
    }
}

/// A window on the flat and where it is drawn: from `(0, 0)` to `(width, height)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) projection: Projection,
    /// Left upper corner on the flat.
    pub(super) corner: Point,
    /// Drawing units per unit of the flat.
    pub(super) scale: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl View {
    /// Where a place is drawn.
    pub(super) fn place(&self, (longitude, latitude): Place) -> Point {
        let (x, y) = self
            .projection
            .flatten((self.projection.wrap(longitude), latitude));
        self.point((x, y))
    }

    fn point(&self, (x, y): Point) -> Point {
        (
            (x - self.corner.0) * self.scale,
            (y - self.corner.1) * self.scale,
        )
    }

    /// The land inside the window as one path, to be filled by the even-odd rule.
    pub(super) fn land(&self) -> String {
        let middle = self.projection.middle();
        let mut path = String::new();
        for ring in rings() {
            let least = ring
                .iter()
                .map(|place| place.0)
                .fold(f64::INFINITY, f64::min);
            let most = ring
                .iter()
                .map(|place| place.0)
                .fold(f64::NEG_INFINITY, f64::max);
            for turn in [-360.0, 0.0, 360.0] {
                if most + turn < middle - 180.0 || least + turn > middle + 180.0 {
                    continue;
                }
                let turned: Vec<Place> = ring.iter().map(|(x, y)| (x + turn, *y)).collect();
                let east = keep(&turned, |p| p.0, |x| x >= middle - 180.0, middle - 180.0);
                let cut = keep(&east, |p| p.0, |x| x <= middle + 180.0, middle + 180.0);
                let flat: Vec<Point> = cut
                    .iter()
                    .map(|place| self.point(self.projection.flatten(*place)))
                    .collect();
                let edge = 2.0;
                let a = keep(&flat, |p| p.0, |x| x >= -edge, -edge);
                let b = keep(&a, |p| p.0, |x| x <= self.width + edge, self.width + edge);
                let c = keep(&b, |p| p.1, |y| y >= -edge, -edge);
                let d = keep(&c, |p| p.1, |y| y <= self.height + edge, self.height + edge);
                push_ring(&mut path, &d);
            }
        }
        path
    }
}

/// The rings of the outline in degrees.
fn rings() -> impl Iterator<Item = Vec<Place>> {
    OUTLINE.lines().map(|line| {
        let mut numbers = line.split(' ').map(|number| {
            number
                .parse::<f64>()
                .expect("the outline holds whole numbers")
        });
        let mut ring = Vec::new();
        let (mut x, mut y) = (0.0, 0.0);
        while let (Some(dx), Some(dy)) = (numbers.next(), numbers.next()) {
            x += dx;
            y += dy;
            ring.push((x / 10.0, y / 10.0));
        }
        ring
    })
}

/// The part of a ring on the side of a straight line that `inside` tells (Sutherland and Hodgman
/// 1974). `along` says which coordinate is asked; the line lies at `limit`.
fn keep(
    ring: &[Point],
    along: impl Fn(&Point) -> f64,
    inside: impl Fn(f64) -> bool,
    limit: f64,
) -> Vec<Point> {
    let mut kept = Vec::with_capacity(ring.len());
    for (k, point) in ring.iter().enumerate() {
        let before = &ring[if k == 0 { ring.len() - 1 } else { k - 1 }];
        let (is_in, was_in) = (inside(along(point)), inside(along(before)));
        if is_in != was_in {
            let share = (limit - along(before)) / (along(point) - along(before));
            kept.push((
                before.0 + share * (point.0 - before.0),
                before.1 + share * (point.1 - before.1),
            ));
        }
        if is_in {
            kept.push(*point);
        }
    }
    kept
}

/// Adds a ring to a path in steps of tenths, leaving out points that hardly move.
fn push_ring(path: &mut String, ring: &[Point]) {
    let tenths = |value: f64| (value * 10.0).round() as i64;
    let mut kept: Vec<(i64, i64)> = Vec::new();
    for (x, y) in ring {
        let point = (tenths(*x), tenths(*y));
        let far = kept
            .last()
            .is_none_or(|(a, b)| (point.0 - a).abs() + (point.1 - b).abs() >= 7);
        if far {
            kept.push(point);
        }
    }
    if kept.len() < 3 {
        return;
    }
    let write = |value: i64| {
        if value % 10 == 0 {
            format!("{}", value / 10)
        } else {
            format!("{}", value as f64 / 10.0)
        }
    };
    path.push_str(&format!("M{} {}l", write(kept[0].0), write(kept[0].1)));
    for (k, pair) in kept.windows(2).enumerate() {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        if k > 0 && dx >= 0 {
            path.push(' ');
        }
        path.push_str(&write(dx));
        if dy >= 0 {
            path.push(' ');
        }
        path.push_str(&write(dy));
    }
    path.push('Z');
}

/// Points along the great circle from `a` to `b`, both ends included.
pub(super) fn great_circle(a: Place, b: Place, points: usize) -> Vec<Place> {
    let vector = |(longitude, latitude): Place| {
        let (l, p) = (longitude.to_radians(), latitude.to_radians());
        [p.cos() * l.cos(), p.cos() * l.sin(), p.sin()]
    };
    let (u, v) = (vector(a), vector(b));
    let angle = (u[0] * v[0] + u[1] * v[1] + u[2] * v[2])
        .clamp(-1.0, 1.0)
        .acos();
    // Of one place, or of places opposite on the globe, there is no one way.
    if !(1e-6..=std::f64::consts::PI - 1e-6).contains(&angle) {
        return vec![a, b];
    }
    (0..=points)
        .map(|k| {
            let share = k as f64 / points as f64;
            let (p, q) = (
                ((1.0 - share) * angle).sin() / angle.sin(),
                (share * angle).sin() / angle.sin(),
            );
            let w = [
                p * u[0] + q * v[0],
                p * u[1] + q * v[1],
                p * u[2] + q * v[2],
            ];
            (
                w[1].atan2(w[0]).to_degrees(),
                w[2].clamp(-1.0, 1.0).asin().to_degrees(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pacific_is_in_the_middle() {
        let world = Projection::World;
        let x = |longitude: f64| world.flatten((world.wrap(longitude), 0.0)).0;
        // Europe, Japan, Hawaii, the east of the United States, from left to right.
        assert!(x(10.0) < x(139.0) && x(139.0) < x(-157.0) && x(-157.0) < x(-77.0));
        assert!(x(150.0).abs() < 1e-12);
    }

    #[test]
    fn every_ring_is_read_whole() {
        let rings: Vec<_> = rings().collect();
        assert_eq!(rings.len(), 1247);
        assert!(rings.iter().all(|ring| ring.len() >= 3));
        assert!(
            rings
                .iter()
                .flatten()
                .all(|(_, latitude)| latitude.abs() <= 90.0)
        );
    }

    #[test]
    fn great_circles_meet_their_ends_and_bend_north() {
        let way = great_circle((139.0, 35.0), (-77.0, 39.0), 16);
        assert!((way[0].0 - 139.0).abs() < 1e-9 && (way[16].1 - 39.0).abs() < 1e-9);
        assert!(way[8].1 > 60.0);
    }
}
