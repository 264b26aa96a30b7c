//! Writes a page of sample drawings to standard output, to be looked at:
//! `cargo run --release -p darsena-brief --example charts > charts.html`.

use darsena_brief::chart::{self, Caption, Time, Width, bars, curves, map, shares, strips};
use maud::{DOCTYPE, html};

fn main() {
    let caption = |id| Caption {
        id,
        title: "Sample",
        description: "A sample drawing",
    };
    let ticks: Vec<(usize, String)> = (0..=4)
        .map(|year| (6 + 12 * year, (2025 + year).to_string()))
        .collect();
    let time = Time {
        periods: 60,
        ticks: &ticks,
    };
    let due: Vec<f64> = (0..60)
        .map(|t| (f64::from(t) / 3.0).floor() * 41.0)
        .collect();
    let delivered: Vec<f64> = (0..60)
        .map(|t| f64::from(t * t) * 0.2 + 4.0)
        .map(|x: f64| x.min(700.0))
        .zip(&due)
        .map(|(x, d)| x.min(*d))
        .collect();
    let held: Vec<f64> = (0..60)
        .map(|t| 80.0 + 60.0 * (f64::from(t) / 7.0).sin())
        .collect();
    let floor: Vec<f64> = (0..60).map(|t| if t < 24 { 50.0 } else { 90.0 }).collect();
    let names = curves::Names {
        target: "due",
        reached: "delivered",
    };
    let stock_names = curves::Names {
        target: "floor",
        reached: "held",
    };
    let bar = |label, note, value, text| bars::Bar {
        label,
        note,
        value,
        text,
    };
    let sample_bars = [
        bar(
            "Seeker line at Huntsville",
            "binds in 41 of 60 months",
            12.4,
            "12.4 missiles",
        ),
        bar(
            "Solid rocket motors at Camden, Arkansas, with a very long name",
            "binds in 3 of 60 months",
            4.4,
            "4.4 missiles",
        ),
        bar("Licensed line", "", 0.03, "0.03 missiles"),
        bar("Loss", "worse than nothing", -2.0, "−2 missiles"),
    ];
    let share = |label, on_time, late, unmet| shares::Share {
        label,
        on_time,
        late,
        unmet,
        unit: "missiles",
    };
    let sample_shares = [
        share("Priority 1", 820.0, 120.0, 0.0),
        share("Priority 2: a customer of a long name", 40.0, 330.0, 212.0),
        share("Priority 3", 0.0, 3.0, 0.0),
    ];
    let share_names = shares::Names {
        on_time: "on time",
        late: "late",
        unmet: "unmet",
    };
    let used: Vec<Option<f64>> = (0..60)
        .map(|t| Some((f64::from(t) / 40.0).min(1.0)))
        .collect();
    let some: Vec<Option<f64>> = (0..60)
        .map(|t| (t > 20).then_some(0.4 + 0.3 * (f64::from(t) / 3.0).sin()))
        .collect();
    let sample_strips = [
        strips::Strip {
            label: "Seeker line",
            detail: "Huntsville",
            note: "full in 21 of 60 months",
            shares: &used,
        },
        strips::Strip {
            label: "Final assembly",
            detail: "",
            note: "never full, 40 % used",
            shares: &some,
        },
    ];
    let spot = |name, mark, longitude, latitude| map::Spot {
        name,
        mark,
        longitude,
        latitude,
    };
    use map::Mark::{Base, Depot, Other, Plant, Port, Store, Yard};
    let spots = [
        spot("Camden", Plant, -92.8, 33.6),
        spot("Huntsville", Plant, -86.6, 34.7),
        spot("Promontory", Plant, -112.5, 41.6),
        spot("Nagoya", Plant, 136.9, 35.2),
        spot("Komaki", Depot, 136.9, 35.3),
        spot("Iruma", Base, 139.4, 35.8),
        spot("Yokosuka", Yard, 139.7, 35.3),
        spot("Hawaii", Port, -157.9, 21.3),
        spot("Schrobenhausen", Plant, 11.3, 48.6),
        spot("Rzeszów", Store, 22.0, 50.0),
        spot("Redstone", Store, -86.65, 34.68),
        spot("Troy", Plant, -86.0, 31.8),
        spot("Sasebo", Yard, 129.7, 33.2),
        spot("Misawa", Other, 141.4, 40.7),
        spot("Darwin", Base, 130.8, -12.4),
    ];
    let flow = |from, to, quantity, is_end_item| map::Flow {
        from,
        to,
        quantity,
        is_end_item,
    };
    let flows = [
        flow(1, 0, 1200.0, false),
        flow(1, 3, 180.0, false),
        flow(0, 8, 300.0, true),
        flow(0, 9, 800.0, true),
        flow(3, 7, 30.0, true),
        flow(3, 5, 120.0, true),
        flow(2, 0, 900.0, false),
        flow(0, 10, 500.0, true),
        flow(0, 14, 60.0, true),
        flow(5, 0, 40.0, true),
    ];
    let america = [0, 1, 2, 10, 11];
    let japan = [3, 4, 5, 6, 12, 13];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Sample drawings" }
                style { (maud::PreEscaped(include_str!("../src/style.css"))) (maud::PreEscaped(chart::STYLE)) "body{background:var(--paper);color:var(--ink);margin:16px;display:grid;gap:24px;max-width:760px}" }
            }
            body {
                (chart::patterns())
                div style="width:360px;max-width:100%" { (curves::deliveries(&caption("a"), &time, &curves::Deliveries { due: &due, delivered: &delivered, unit: "missiles, cumulative" }, &names)) }
                div style="width:360px;max-width:100%" { (curves::stock(&caption("b"), &time, &curves::Stock { held: &held, floor: &floor, unit: "missiles" }, &stock_names)) }
                (shares::shares(&caption("c"), Width::Wide, &sample_shares, &share_names))
                div style="width:360px;max-width:100%" { (shares::shares(&caption("d"), Width::Narrow, &sample_shares, &share_names)) }
                (bars::bars(&caption("e"), Width::Wide, &sample_bars))
                div style="width:360px;max-width:100%" { (bars::bars(&caption("f"), Width::Narrow, &sample_bars)) }
                (strips::strips(&caption("g"), Width::Wide, &time, &sample_strips))
                div style="width:360px;max-width:100%" { (strips::strips(&caption("h"), Width::Narrow, &time, &sample_strips)) }
                (map::world(&caption("i"), Width::Wide, &spots, &flows))
                div style="width:360px;max-width:100%" { (map::world(&caption("j"), Width::Narrow, &spots, &flows)) }
                (map::region(&caption("k"), Width::Wide, &america, &spots, &flows))
                div style="width:360px;max-width:100%" { (map::region(&caption("l"), Width::Narrow, &japan, &spots, &flows)) }
            }
        }
    };
    println!("{}", page.into_string());
}
