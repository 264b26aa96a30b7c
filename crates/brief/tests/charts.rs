//! Snapshots of the drawings: one small SVG each, to be looked at when it changes.
//!
//! `UPDATE_EXPECTED=1 cargo test -p darsena-brief --test charts` writes them anew.

use std::path::PathBuf;

use darsena_brief::chart::{Caption, Time, Width, bars, curves, gantt, map, ports, shares, strips};
use maud::Markup;

const CAPTION: Caption<'static> = Caption {
    id: "c",
    title: "A title & more",
    description: "What is to be seen",
};

/// Compares with the file, one tag a line.
fn expect(name: &str, drawing: Markup) {
    let found = drawing.into_string().replace("><", ">\n<") + "\n";
    let path = PathBuf::from("tests/expected").join(name);
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

fn bar(from: i32, until: i32, kind: gantt::Kind, label: &str) -> gantt::Bar {
    gantt::Bar {
        from,
        until,
        lane: 0,
        kind,
        foreign: false,
        label: label.to_owned(),
        short: String::new(),
        title: format!("{label} & more"),
        row: ("schedule", label.to_owned()),
    }
}

fn row(label: &str, bars: Vec<gantt::Bar>) -> gantt::Row {
    gantt::Row {
        label: label.to_owned(),
        short: "short".to_owned(),
        title: label.to_owned(),
        lanes: 1,
        always: true,
        bars,
        marks: Vec::new(),
    }
}

fn words() -> gantt::Words<'static> {
    gantt::Words {
        dock: "in dock",
        pier: "at the pier",
        trials: "trials",
        work_up: "work-up",
        passage: "passage",
        wait: "waiting",
        set_up: "set-up",
        shut: "shut",
        foreign: "by another state",
        due: "due",
        late: "late",
        promise: "promise",
    }
}

#[test]
fn a_gantt_chart() {
    use gantt::Kind;
    let mut abroad = bar(60, 90, Kind::Dock, "DDG-2");
    abroad.foreign = true;
    let dock = row(
        "dock <4>",
        vec![
            bar(-40, 20, Kind::Shut, ""),
            bar(20, 50, Kind::Dock, "DDG-1"),
            bar(50, 60, Kind::SetUp, ""),
            abroad,
        ],
    );
    let mut ship = row(
        "USS Long Name That Does Not Fit (DDG-1)",
        vec![
            bar(0, 10, Kind::Passage, ""),
            bar(10, 12, Kind::Wait, ""),
            bar(12, 60, Kind::Pier, "Yard"),
            bar(60, 65, Kind::Trials, ""),
            bar(65, 80, Kind::WorkUp, ""),
        ],
    );
    ship.marks.push(gantt::Mark {
        due: 70,
        back: 80,
        promise: Some((85, 100)),
        title: "late".to_owned(),
    });
    let groups = [
        gantt::Group {
            title: "Yard & Co".to_owned(),
            rows: vec![dock],
        },
        gantt::Group {
            title: "Ships".to_owned(),
            rows: vec![ship],
        },
    ];
    let start = jiff::civil::date(2024, 11, 15);
    let parts = gantt::parts(&CAPTION, start, &groups);
    assert_eq!((parts.len(), parts[0].years.as_str()), (1, "2024–2025"));
    expect("gantt.svg", parts[0].drawing.clone());
    let notes = ["a note".to_owned()];
    expect(
        "gantt-whole.svg",
        gantt::whole(
            &CAPTION,
            &notes,
            &words(),
            start,
            &groups,
            ".chart { fill: black; }",
        ),
    );
}

#[test]
fn names_in_a_gantt_chart_do_not_collide() {
    // Stays of all lengths at all distances: a name stands in its bar, beside it, or not at all.
    let rows: Vec<gantt::Row> = (0..30)
        .map(|n| {
            let mut day = 0;
            let mut bars = Vec::new();
            for k in 0..40 {
                let (long, gap) = (5 + (n * 7 + k * 13) % 90, (n * 5 + k * 3) % 40);
                bars.push(bar(
                    day,
                    day + long,
                    gantt::Kind::Dock,
                    &format!("D{n}-{k}"),
                ));
                bars.push(bar(day + long, day + long + 3, gantt::Kind::SetUp, ""));
                day += long + 3 + gap;
            }
            row(&format!("dock {n}"), bars)
        })
        .collect();
    let groups = [gantt::Group {
        title: "Yard".to_owned(),
        rows,
    }];
    let mut named = 0;
    for part in gantt::parts(&CAPTION, jiff::civil::date(2024, 7, 1), &groups) {
        let drawing = part.drawing.into_string();
        let bars = &drawing[drawing.find("<svg id=").expect("the bars")..];
        let number = |tag: &str, key: &str| -> f64 {
            let from = tag.find(&format!(" {key}=\"")).unwrap() + key.len() + 3;
            tag[from..].split('"').next().unwrap().parse().unwrap()
        };
        let mut frames: Vec<(f64, f64, f64)> = Vec::new();
        let mut shapes: Vec<(f64, f64, f64)> = Vec::new();
        for tag in bars.split("<rect class=\"g-dock\"").skip(1) {
            let (x, y) = (number(tag, "x"), number(tag, "y"));
            shapes.push((x, x + number(tag, "width"), y));
        }
        for tag in bars.split("<text class=\"g-").skip(1) {
            if tag.starts_with("quarter") {
                continue;
            }
            let text = &tag[tag.find('>').unwrap() + 1..tag.find('<').unwrap()];
            let (x, y, wide) = (
                number(tag, "x"),
                number(tag, "y"),
                text.chars().count() as f64 * 5.6,
            );
            let left = if tag.contains("\"middle\"") {
                x - wide / 2.0
            } else {
                x
            };
            if tag.starts_with("beside") {
                for (from, until, top) in &shapes {
                    let apart = *until <= x || left + wide <= *from || (y - top).abs() > 12.0;
                    assert!(apart, "{text} at {x} runs into a bar from {from}");
                }
            }
            frames.push((left, left + wide, y));
        }
        named += frames.len();
        for (k, a) in frames.iter().enumerate() {
            for b in &frames[k + 1..] {
                assert!(
                    a.1 <= b.0 || b.1 <= a.0 || (a.2 - b.2).abs() > 9.0,
                    "{a:?} {b:?}"
                );
            }
        }
    }
    assert!(named >= 200, "most stays are named: {named}");
}

#[test]
fn the_load_of_a_port() {
    let ticks = ticks();
    let panels = [
        ports::Panel {
            label: "Dock 4",
            note: "fullest month 100 %",
            used: &[0.0, 0.5, 1.0, 1.0, 0.0, 0.2],
            capacity: &[1.0, 1.0, 1.0, 1.0, 0.0, 1.0],
        },
        ports::Panel {
            label: "Hull & structure",
            note: "fullest month 125 %",
            used: &[10.0, 25.0, 20.0, 0.0, 0.0, 5.0],
            capacity: &[20.0; 6],
        },
    ];
    let time = Time {
        periods: 6,
        ticks: &ticks,
    };
    expect("port.svg", ports::port(&CAPTION, &time, &panels));
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
fn no_name_runs_across_a_thick_flow() {
    let spot = |name, longitude, latitude| map::Spot {
        name,
        mark: map::Mark::Plant,
        longitude,
        latitude,
    };
    let spots = [
        spot("A plant of a long name, in the west", 130.0, 35.0),
        spot("A plant of a long name, in the east", 140.0, 35.0),
        spot("Between them, and a little to the north", 135.0, 35.2),
    ];
    let flows = [map::Flow {
        from: 0,
        to: 1,
        quantity: 9.0,
        is_end_item: true,
    }];
    for width in [Width::Wide, Width::Narrow] {
        let drawing = map::region(&CAPTION, width, &[0, 1, 2], &spots, &flows).into_string();
        let number = |tag: &str, key: &str| -> f64 {
            let from = tag.find(&format!(" {key}=\"")).unwrap() + key.len() + 3;
            tag[from..].split('"').next().unwrap().parse().unwrap()
        };
        let path = drawing.split("class=\"c-flow\"").nth(1).expect("the flow");
        let path = &path[path.find(" d=\"M").unwrap() + 5..];
        let path = path.split('"').next().unwrap();
        let way: Vec<(f64, f64)> = { path.split('L') }
            .map(|point| {
                let (x, y) = point.split_once(' ').expect("two numbers");
                (x.parse().unwrap(), y.parse().unwrap())
            })
            .collect();
        let mut words = String::new();
        for tag in drawing.split("<text class=\"c-small c-halo\"").skip(1) {
            let text = &tag[tag.find('>').unwrap() + 1..tag.find('<').unwrap()];
            words = words + text + " ";
            let (x, y, wide) = (
                number(tag, "x"),
                number(tag, "y"),
                text.chars().count() as f64 * 5.5,
            );
            let left = if tag.contains("\"end\"") {
                x - wide
            } else if tag.contains("\"middle\"") {
                x - wide / 2.0
            } else {
                x
            };
            for point in &way {
                let inside = point.0 > left
                    && point.0 < left + wide
                    && point.1 > y - 9.0
                    && point.1 < y + 2.0;
                assert!(!inside, "{text} at {x} {y} lies on the flow at {point:?}");
            }
        }
        for name in &spots {
            assert!(
                name.name.split(' ').all(|word| words.contains(word)),
                "{words}"
            );
        }
    }
}

#[test]
fn no_name_is_cut() {
    let long = "Customers whose orders the sources do not name, and a department of theirs";
    let ticks = ticks();
    let time = Time {
        periods: 6,
        ticks: &ticks,
    };
    let names = shares::Names {
        on_time: "on time",
        late: "late",
        unmet: "unmet",
    };
    let values = [0.0, 0.5, 1.0, 1.0, 0.0, 0.2];
    let used = values.map(Some);
    let mut ship = row(long, vec![bar(0, 40, gantt::Kind::Dock, "DDG-1")]);
    long.clone_into(&mut ship.short);
    let group = gantt::Group {
        title: long.to_owned(),
        rows: vec![ship],
    };
    let mut drawings = vec![
        ports::port(
            &CAPTION,
            &time,
            &[ports::Panel {
                label: long,
                note: "fullest month 100 %",
                used: &values,
                capacity: &[1.0; 6],
            }],
        ),
        gantt::parts(&CAPTION, jiff::civil::date(2024, 7, 1), &[group])
            .remove(0)
            .drawing,
    ];
    for width in [Width::Wide, Width::Narrow] {
        drawings.extend([
            bars::bars(
                &CAPTION,
                width,
                &[bars::Bar {
                    label: long,
                    note: long,
                    value: 1.0,
                    text: "1 unit",
                }],
            ),
            shares::shares(
                &CAPTION,
                width,
                &[shares::Share {
                    label: long,
                    on_time: 1.0,
                    late: 1.0,
                    unmet: 0.0,
                    unit: "missiles",
                }],
                &names,
            ),
            strips::strips(
                &CAPTION,
                width,
                &time,
                &[strips::Strip {
                    label: long,
                    detail: long,
                    note: "full in 3 of 5",
                    shares: &used,
                }],
            ),
        ]);
    }
    for drawing in drawings {
        let text = drawing.into_string();
        let set: Vec<&str> = { text.split("<text").skip(1) }
            .map(|tag| &tag[tag.find('>').unwrap() + 1..tag.find('<').unwrap()])
            .collect();
        assert!(!text.contains('…'));
        for word in long.split(' ') {
            assert!(
                set.iter().any(|line| line.contains(word)),
                "{word}: {set:?}"
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
        ports::port(&CAPTION, &time, &[]),
        gantt::whole(
            &CAPTION,
            &[],
            &words(),
            jiff::civil::date(2024, 7, 1),
            &[],
            "",
        ),
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
