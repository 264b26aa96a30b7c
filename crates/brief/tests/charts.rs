//! Snapshots of the drawings: one small SVG each, to be looked at when it changes.
//!
//! `UPDATE_EXPECTED=1 cargo test -p darsena-brief --test charts` writes them anew.

use std::path::PathBuf;

use darsena_brief::chart::{Caption, Time, Width, bars, curves, map, shares, strips};
use maud::Markup;

const CAPTION: Caption<'static> = Caption {
    id: "c",
    title: "A title & more",
    description: "What is to be seen",
};

/// Compares with the file, one tag a line.
fn expect(name: &str, drawing: Markup) {
    let found = drawing.into_string().replace("><", ">\n<") + "\n";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/expected")
        .join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &found).expect("the folder of expected files is there");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{name} has changed; look at it, then set UPDATE_EXPECTED=1\n{found}"
    );
}

fn ticks() -> Vec<(usize, String)> {
    vec![(2, "2025".to_owned()), (5, "2026".to_owned())]
}

#[test]
fn delivery_curves() {
    let ticks = ticks();
    let data = curves::Deliveries {
        due: &[0.0, 10.0, 10.0, 25.0, 25.0, 25.0],
        delivered: &[0.0, 5.0, 10.0, 12.5, 20.0, 22.0],
        unit: "missiles",
    };
    let names = curves::Names {
        target: "due",
        reached: "delivered",
    };
    expect(
        "deliveries.svg",
        curves::deliveries(
            &CAPTION,
            &Time {
                periods: 6,
                ticks: &ticks,
            },
            &data,
            &names,
        ),
    );
}

#[test]
fn stock_curves() {
    let ticks = ticks();
    let data = curves::Stock {
        held: &[30.0, 20.0, 12.0, 12.0, 18.0, 40.0],
        floor: &[15.0; 6],
        unit: "missiles",
    };
    let names = curves::Names {
        target: "floor",
        reached: "held",
    };
    expect(
        "stock.svg",
        curves::stock(
            &CAPTION,
            &Time {
                periods: 6,
                ticks: &ticks,
            },
            &data,
            &names,
        ),
    );
}

#[test]
fn bars_of_both_signs() {
    let bar = |label, note, value, text| bars::Bar {
        label,
        note,
        value,
        text,
    };
    let data = [
        bar("Seeker line", "Huntsville", 12.5, "12.5 units"),
        bar("<Motor line>", "", 3.0, "3 units"),
        bar("Assembly", "Camden", -2.0, "−2 units"),
    ];
    expect("bars-wide.svg", bars::bars(&CAPTION, Width::Wide, &data));
    expect(
        "bars-narrow.svg",
        bars::bars(&CAPTION, Width::Narrow, &data),
    );
}

#[test]
fn shares_of_three_parts() {
    let share = |label, on_time, late, unmet| shares::Share {
        label,
        on_time,
        late,
        unmet,
        unit: "missiles",
    };
    let data = [
        share("Priority 1", 80.0, 15.0, 5.0),
        share("Priority 2", 0.0, 0.0, 40.0),
        share("Nothing due", 0.0, 0.0, 0.0),
    ];
    let names = shares::Names {
        on_time: "on time",
        late: "late",
        unmet: "unmet",
    };
    expect(
        "shares-wide.svg",
        shares::shares(&CAPTION, Width::Wide, &data, &names),
    );
    expect(
        "shares-narrow.svg",
        shares::shares(&CAPTION, Width::Narrow, &data, &names),
    );
}

#[test]
fn utilisation_strips() {
    let ticks = ticks();
    let shares = [
        None,
        Some(0.0),
        Some(0.4),
        Some(1.0),
        Some(1.2),
        Some(0.999),
    ];
    let data = [strips::Strip {
        label: "Seeker line",
        detail: "Huntsville",
        note: "full in 3 of 5",
        shares: &shares,
    }];
    let time = Time {
        periods: 6,
        ticks: &ticks,
    };
    expect(
        "strips-wide.svg",
        strips::strips(&CAPTION, Width::Wide, &time, &data),
    );
    expect(
        "strips-narrow.svg",
        strips::strips(&CAPTION, Width::Narrow, &time, &data),
    );
}

fn network() -> (Vec<map::Spot<'static>>, Vec<map::Flow>) {
    let spot = |name, mark, longitude, latitude| map::Spot {
        name,
        mark,
        longitude,
        latitude,
    };
    let spots = vec![
        spot("Camden", map::Mark::Plant, -92.8, 33.6),
        spot("Komaki", map::Mark::Plant, 136.9, 35.3),
        spot("Iruma", map::Mark::Base, 139.4, 35.8),
        spot("Schrobenhausen", map::Mark::Plant, 11.3, 48.6),
    ];
    let flow = |from, to, quantity, is_end_item| map::Flow {
        from,
        to,
        quantity,
        is_end_item,
    };
    (
        spots,
        vec![
            flow(0, 1, 30.0, false),
            flow(1, 2, 60.0, true),
            flow(0, 3, 90.0, true),
        ],
    )
}

/// The drawing without the land, which would fill the snapshot.
fn without_land(drawing: Markup) -> Markup {
    let text = drawing.into_string();
    let start = text.find("class=\"c-land\"").expect("land is drawn");
    let from = start + text[start..].find(" d=\"").expect("land is a path") + 4;
    let until = from + text[from..].find('"').expect("the path ends");
    assert!(until - from > 1000, "there is land");
    maud::PreEscaped(format!("{}{}", &text[..from], &text[until..]))
}

#[test]
fn the_world_is_cut_in_the_atlantic() {
    let (spots, flows) = network();
    expect(
        "world.svg",
        without_land(map::world(&CAPTION, Width::Wide, &spots, &flows)),
    );
}

#[test]
fn a_region_shows_its_own_flows_only() {
    let (spots, flows) = network();
    let drawing = map::region(&CAPTION, Width::Narrow, &[1, 2], &spots, &flows).into_string();
    assert!(drawing.contains("Komaki → Iruma: 60") && !drawing.contains("Camden"));
}

#[test]
fn names_on_a_map_do_not_collide() {
    // Twenty sites on one another: whoever is named stands clear of the others.
    let names: Vec<String> = (0..20).map(|k| format!("Site number {k}")).collect();
    let spots: Vec<map::Spot<'_>> = names
        .iter()
        .enumerate()
        .map(|(k, name)| map::Spot {
            name,
            mark: map::Mark::Plant,
            longitude: 136.0 + 0.2 * k as f64,
            latitude: 35.0 + 0.1 * (k % 3) as f64,
        })
        .collect();
    let members: Vec<usize> = (0..20).collect();
    let drawing = map::region(&CAPTION, Width::Wide, &members, &spots, &[]).into_string();
    let mut frames: Vec<(f64, f64, f64, f64)> = Vec::new();
    for tag in drawing.split("<text class=\"c-small c-halo\"").skip(1) {
        let number = |key: &str| -> f64 {
            let from = tag.find(&format!(" {key}=\"")).unwrap() + key.len() + 3;
            tag[from..].split('"').next().unwrap().parse().unwrap()
        };
        let text = &tag[tag.find('>').unwrap() + 1..tag.find('<').unwrap()];
        let (x, y, wide) = (number("x"), number("y"), text.chars().count() as f64 * 5.5);
        let left = if tag.contains("\"end\"") {
            x - wide
        } else if tag.contains("\"middle\"") {
            x - wide / 2.0
        } else {
            x
        };
        frames.push((left, y - 9.0, left + wide, y + 2.0));
    }
    assert!(frames.len() >= 10, "most sites are named");
    for (k, a) in frames.iter().enumerate() {
        for b in &frames[k + 1..] {
            assert!(
                a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1,
                "{a:?} {b:?}"
            );
        }
    }
}

#[test]
fn drawings_of_nothing_are_drawings() {
    let ticks: Vec<(usize, String)> = Vec::new();
    let time = Time {
        periods: 0,
        ticks: &ticks,
    };
    let names = curves::Names {
        target: "due",
        reached: "delivered",
    };
    let none = curves::Deliveries {
        due: &[],
        delivered: &[],
        unit: "unit",
    };
    for drawing in [
        curves::deliveries(&CAPTION, &time, &none, &names),
        bars::bars(&CAPTION, Width::Wide, &[]),
        strips::strips(&CAPTION, Width::Wide, &time, &[]),
        map::world(&CAPTION, Width::Wide, &[], &[]),
        map::region(&CAPTION, Width::Wide, &[], &[], &[]),
    ] {
        let text = drawing.into_string();
        assert!(
            text.starts_with("<svg") && !text.contains("NaN") && !text.contains("inf"),
            "{text}"
        );
    }
}
