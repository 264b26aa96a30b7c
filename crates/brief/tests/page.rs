//! The page as a whole: every number from the plan, every text escaped, nothing from outside.

use std::collections::{BTreeMap, BTreeSet};

use darsena_brief::{LawPage, Options, PairRow, RuleRow, Worth, html};
use darsena_milp::Status;
use darsena_plan::{
    Cause, Deliver, DemandAnswer, Gain, Hold, Kind, Level, Line, Make, Measure, Plan, Price,
    Priced, Reason, Ship, Unmet, Use, Viability,
};
use darsena_scenario::{Objective, Scenario, read_memory};

/// A name that would break a page that does not escape.
const NASTY: &str = "<script>alert(1)</script> & \"Co\" 'x'";

fn scenario(nasty: bool) -> Scenario {
    let mut files = BTreeMap::new();
    let mut file = |name: &str, text: &str| files.insert(name.to_owned(), text.as_bytes().to_vec());
    let quoted = if nasty {
        format!("\"{}\"", NASTY.replace('"', "\"\""))
    } else {
        "Firm".to_owned()
    };
    file(
        "datapackage.json",
        r#"{ "name": "two-sites", "title": "Two sites", "darsena": { "format": 1, "start": "2024-07-01",
            "period": "month", "periods": 6, "currency": "MUSD", "law_as_of": "2024-06-30" },
            "resources": [
            { "name": "sources", "path": "sources.csv" }, { "name": "parties", "path": "parties.csv" },
            { "name": "sites", "path": "sites.csv" }, { "name": "items", "path": "items.csv" },
            { "name": "recipes", "path": "recipes.csv" }, { "name": "resources", "path": "resources.csv" },
            { "name": "capacity", "path": "capacity.csv" }, { "name": "lanes", "path": "lanes.csv" },
            { "name": "stockpiles", "path": "stockpiles.csv" }, { "name": "demands", "path": "demands.csv" },
            { "name": "priorities", "path": "priorities.csv" } ] }"#,
    );
    let url = if nasty {
        "javascript:alert(1)"
    } else {
        "https://example.org/a?b=1&c=2"
    };
    file(
        "sources.csv",
        &format!(
            "source,title,publisher,date,url,grade\ns1,{quoted},Paper,2024-05-01,{url},B\nown,Own estimate,,,,E\nunused,Never shown,,,https://example.org/unused,A\n"
        ),
    );
    file(
        "parties.csv",
        &format!(
            "party,name,kind,state\njp,{quoted},state,jp\nua,Ukraine,state,ua\nus,United States,state,us\n"
        ),
    );
    file(
        "sites.csv",
        &format!(
            "site,name,state,kind,latitude,longitude\nkomaki,{quoted},jp,plant,35.29,136.91\nkyiv,Kyiv,ua,store,50.45,30.52\ntokyo,Tokyo,jp,store,35.69,139.69\n"
        ),
    );
    file(
        "items.csv",
        &format!("item,name,unit,value\nmissile,{quoted},missile,4\n"),
    );
    file(
        "recipes.csv",
        "recipe,site,item,lead_time_days,cost,resource,fixed_cost,source\nmake,komaki,missile,30,2,line,10,s1\n",
    );
    file(
        "resources.csv",
        "resource,site,name,source\nline,komaki,Final assembly,own\n",
    );
    file(
        "capacity.csv",
        "resource,from,capacity,source\nline,2024-07-01,7,s1;own\n",
    );
    file(
        "lanes.csv",
        "lane,from_site,to_site,transit_days,source\nnorth,komaki,tokyo,10,own\nwest,komaki,kyiv,40,s1\n",
    );
    file(
        "stockpiles.csv",
        "site,item,quantity,floor,source\ntokyo,missile,20,5,own\n",
    );
    file(
        "demands.csv",
        "demand,party,site,item,due,quantity,priority,source\nd-jp,jp,tokyo,missile,2024-08-31,31,2,s1\nd-ua,ua,kyiv,missile,2024-10-31,17,3,own\n",
    );
    file(
        "priorities.csv",
        "party,demand,from,until,priority\nua,,2024-07-01,2025-01-01,1\n",
    );
    let checked = read_memory(&files).check();
    checked
        .scenario
        .unwrap_or_else(|| panic!("{:?}", checked.findings))
}

/// A plan written by hand, with numbers that differ from one another.
fn plan() -> Plan {
    let price = |what, period, money, deliveries, waits| Price {
        what,
        period,
        money,
        deliveries: Some(deliveries),
        late_unit_periods: Some(waits),
    };
    let worth =
        |what, periods: &[usize], money, deliveries, late_unit_periods| darsena_plan::Worth {
            what,
            periods: periods.to_vec(),
            gain: Some(Gain {
                money,
                deliveries,
                late_unit_periods,
            }),
        };
    Plan {
        status: Status::Optimal,
        objective: Objective::Lexicographic,
        levels: vec![
            Level {
                measure: Measure::Late { priority: 1 },
                value: 19.0,
                bound: 19.0,
                gap: 0.0,
            },
            Level {
                measure: Measure::Cost,
                value: 123.25,
                bound: 120.0,
                gap: 0.026,
            },
        ],
        kinds: vec![Kind {
            item: 0,
            states: Vec::new(),
        }],
        make: vec![Make {
            recipe: 0,
            period: 0,
            done: 1,
            runs: 7.0,
            quantity: 7.0,
        }],
        ship: vec![
            Ship {
                lane: 0,
                item: 0,
                kind: 0,
                period: 1,
                arrives: 2,
                quantity: 8.5,
            },
            Ship {
                lane: 1,
                item: 0,
                kind: 0,
                period: 2,
                arrives: 4,
                quantity: 6.25,
            },
        ],
        hold: vec![Hold {
            site: 2,
            item: 0,
            kind: 0,
            period: 0,
            quantity: 20.0,
        }],
        deliver: vec![
            Deliver {
                demand: 0,
                kind: 0,
                period: 1,
                quantity: 15.0,
            },
            Deliver {
                demand: 0,
                kind: 0,
                period: 3,
                quantity: 16.0,
            },
            Deliver {
                demand: 1,
                kind: 0,
                period: 4,
                quantity: 6.25,
            },
        ],
        unmet: vec![Unmet {
            demand: 1,
            period: 5,
            quantity: 10.75,
        }],
        draw: Vec::new(),
        overtime: Vec::new(),
        shortfall: Vec::new(),
        lines: vec![Line {
            recipe: 0,
            open: true,
            runs: 7.0,
        }],
        demands: vec![
            DemandAnswer {
                demand: 0,
                due: 1,
                delivered: 31.0,
                on_time: 15.0,
                unmet: 0.0,
                late_unit_periods: 32.0,
                first: Some(1),
                complete: Some(3),
                from_sites: vec![0, 2],
                reasons: vec![Reason {
                    cause: Cause::Capacity { resource: 0 },
                    gain_unit_periods: 29.5,
                    gain_units: 0.0,
                }],
            },
            DemandAnswer {
                demand: 1,
                due: 3,
                delivered: 6.25,
                on_time: 0.0,
                unmet: 10.75,
                late_unit_periods: 38.5,
                first: Some(4),
                complete: None,
                from_sites: vec![0],
                reasons: vec![
                    Reason {
                        cause: Cause::LeadTime { recipe: 0 },
                        gain_unit_periods: 21.0,
                        gain_units: 2.5,
                    },
                    Reason {
                        cause: Cause::Priority { party: 0 },
                        gain_unit_periods: 3.0,
                        gain_units: 0.0,
                    },
                ],
            },
        ],
        prices: vec![
            price(Priced::Capacity(0), 0, 11.0, 1.0, 5.0),
            price(Priced::Capacity(0), 1, 9.5, 0.5, 4.25),
            price(Priced::Material(2, 0), 0, 3.0, 0.75, 2.0),
            price(Priced::Lane(1), 2, -1.5, 0.0, 1.25),
        ],
        worths: vec![
            worth(Priced::Capacity(0), &[0, 1], 20.5, 1.5, 9.25),
            worth(Priced::Material(2, 0), &[0], 3.0, 0.75, 2.0),
            worth(Priced::Lane(1), &[2], -1.5, 0.0, 1.25),
        ],
        utilisation: (0..6)
            .map(|period| Use {
                resource: 0,
                period,
                used: if period == 0 { 7.0 } else { 3.0 },
                capacity: 7.0,
                overtime: 0.0,
            })
            .collect(),
        viability: vec![Viability {
            recipe: 0,
            runs: 7.0,
            revenue: 28.0,
            variable_cost: 14.0,
            fixed_cost: 10.0,
            utilisation: Some(0.16),
            home_units: 0.75,
            export_units: 6.25,
            break_even_units: Some(5.0),
            break_even_export_units: Some(4.25),
        }],
        obstacles: vec![],
        idle: vec![],
        touched: vec![],
        ceilings: vec![],
        unconfirmed: false,
        whole: false,
        decided: None,
        gap: 1e-6,
        solver: "HiGHS 1.0".to_owned(),
        remarks: vec!["a remark <b>".to_owned()],
    }
}

fn page(nasty: bool) -> String {
    html(&scenario(nasty), &plan(), &Options::default())
}

/// The part of the page between two marks.
fn between<'a>(page: &'a str, from: &str, until: &str) -> &'a str {
    let start = page
        .find(from)
        .unwrap_or_else(|| panic!("`{from}` is on the page"));
    let end = page[start..]
        .find(until)
        .map_or(page.len(), |length| start + length);
    &page[start..end]
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let from = tag
        .find(&format!(" {name}=\""))
        .unwrap_or_else(|| panic!("`{name}` in `{tag}`"))
        + name.len()
        + 3;
    tag[from..].split('"').next().unwrap_or_default()
}

/// What the figure must be, read off the plan by the words of its binding alone.
fn recomputed(table: &str, row: &str, column: &str) -> f64 {
    let (scenario, plan) = (scenario(false), plan());
    let conditions: Vec<(&str, &str)> = row
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    match table {
        "demands" => {
            let rows: Vec<usize> = (0..2)
                .filter(|j| {
                    let demand = &scenario.demands()[*j];
                    // The dated row of Ukraine is in force on the day its demand is due.
                    let priority = if demand.party.as_str() == "ua" {
                        "1"
                    } else {
                        "2"
                    };
                    conditions.iter().all(|(column, value)| match *column {
                        "party" => demand.party.as_str() == *value,
                        "item" => demand.item.as_str() == *value,
                        "unit" => *value == "missile",
                        "priority" => priority == *value,
                        other => panic!("condition on `{other}`"),
                    })
                })
                .collect();
            let sum = |value: &dyn Fn(&DemandAnswer) -> f64| {
                rows.iter().map(|j| value(&plan.demands[*j])).sum::<f64>()
            };
            let due: f64 = rows.iter().map(|j| scenario.demands()[*j].quantity).sum();
            let late = |answer: &DemandAnswer| answer.delivered - answer.on_time;
            match column {
                "quantity" => due,
                "on_time" => sum(&|answer| answer.on_time),
                "late" => sum(&late),
                "unmet" => sum(&|answer| answer.unmet),
                "on_time/quantity" => sum(&|answer| answer.on_time) / due,
                "gain_unit_periods" => sum(&|answer| answer.reasons[0].gain_unit_periods),
                "gain_units" => sum(&|answer| answer.reasons[0].gain_units),
                "mean_delay" => {
                    let waited: f64 = plan
                        .deliver
                        .iter()
                        .filter(|deliver| rows.contains(&deliver.demand))
                        .map(|deliver| {
                            (deliver.period - plan.demands[deliver.demand].due) as f64
                                * deliver.quantity
                        })
                        .sum();
                    (waited / sum(&late) * 10.0).round() / 10.0
                }
                other => panic!("column `{other}` of demands"),
            }
        }
        "binding" => {
            let what = match conditions[..] {
                [("kind", "capacity"), ("id", "line")] => Priced::Capacity(0),
                [("kind", "lane"), ("id", "west")] => Priced::Lane(1),
                ref other => panic!("what binds, {other:?}"),
            };
            let row = plan.worths.iter().find(|worth| worth.what == what);
            let row = row.expect("it binds");
            let gain = row.gain.expect("it was tried");
            match column {
                "periods" => row.periods.len() as f64,
                "deliveries" => gain.deliveries,
                "unit_periods" => gain.late_unit_periods,
                "money" => gain.money.abs(),
                other => panic!("column `{other}` of what binds"),
            }
        }
        "recipes" => f64::from(scenario.recipes()[0].lead_time_days),
        other => panic!("table `{other}`"),
    }
}

#[test]
fn every_number_of_the_front_page_comes_from_the_plan() {
    let page = page(false);
    // What stands first, and the shares that follow on the map.
    let front = between(&page, "<section id=\"front\"", "</section>").to_owned()
        + between(&page, "<section id=\"shares\"", "</section>");
    let mut figures = 0;
    for tag in front.split("<data ").skip(1) {
        let tag = format!(" {tag}");
        let (table, row, column) = (
            attribute(&tag, "data-table"),
            attribute(&tag, "data-row"),
            attribute(&tag, "data-column"),
        );
        let value: f64 = attribute(&tag, "value").parse().unwrap();
        let expected = recomputed(table, row, column);
        assert!(
            (value - expected).abs() < 1e-9,
            "{table} {row} {column}: {value}, plan says {expected}"
        );
        figures += 1;
    }
    assert!(figures > 30, "{figures} figures");

    // Outside of bound figures, names and drawings, no digit is left.
    let mut rest = front;
    for (open, close) in [
        ("<data ", "</data>"),
        ("<span class=\"name\"", "</span>"),
        ("<svg", "</svg>"),
        ("<sup", "</sup>"),
    ] {
        while let Some(start) = rest.find(open) {
            let end = start + rest[start..].find(close).unwrap() + close.len();
            rest.replace_range(start..end, "");
        }
    }
    let mut in_tag = false;
    let words: String = rest
        .chars()
        .filter(|c| {
            in_tag = *c == '<' || (in_tag && *c != '>');
            !in_tag
        })
        .collect();
    let without_note = words.replace("1 is served first", "");
    assert!(
        !without_note.chars().any(|c| c.is_ascii_digit()),
        "{without_note}"
    );
}

#[test]
fn the_front_page_names_what_binds_and_who_waits() {
    let page = page(false);
    let front = between(&page, "<section id=\"front\"", "</section>");
    for words in [
        "Final assembly",
        "Jul\u{a0}2024 to Aug\u{a0}2024",
        "1.5\u{a0}units</data> more within the horizon",
        "USD\u{a0}20.5\u{a0}million</data> lower cost",
        "Ukraine",
        "takes <data",
        "without this alone",
        "10.8",
    ] {
        assert!(front.contains(words), "`{words}` in {front}");
    }
}

#[test]
fn everything_is_escaped() {
    let page = page(true);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Co&quot;"));
    for raw in ["<script", "<b>", "javascript:"] {
        assert!(!page.contains(raw), "`{raw}` is on the page");
    }
}

#[test]
fn nothing_comes_from_outside() {
    let page = page(false);
    for raw in [
        "<script", "<link", "<img", "<iframe", "@import", "src=", "<object", "<embed", "srcset",
    ] {
        assert!(!page.contains(raw), "`{raw}` is on the page");
    }
    for part in page.split("url(").skip(1) {
        assert!(part.starts_with('#'), "url({}", &part[..20.min(part.len())]);
    }
    let sources = page.find("<section id=\"sources\"").unwrap();
    for (place, _) in page.match_indices("href=\"") {
        let target = page[place + 6..].split('"').next().unwrap();
        assert!(
            target.starts_with('#')
                || (place > sources && target.starts_with("https://example.org/a?b=1&amp;c=2")),
            "{target}"
        );
    }
    assert!(
        page[..sources]
            .replace("http://www.w3.org/2000/svg", "")
            .find("http")
            .is_none()
    );
}

#[test]
fn only_cited_sources_are_footnotes() {
    let page = page(false);
    assert!(
        page.contains("id=\"source-1\"")
            && page.contains("id=\"source-2\"")
            && !page.contains("id=\"source-3\"")
    );
    assert!(!page.contains("Never shown"));
    for part in page.split("href=\"#").skip(1) {
        let id = part.split('"').next().unwrap();
        assert!(
            page.contains(&format!("id=\"{id}\"")),
            "nothing is called {id}"
        );
    }
}

#[test]
fn structure_is_sound() {
    let page = page(false);
    let mut seen = BTreeSet::new();
    for part in page.split(" id=\"").skip(1) {
        let id = part.split('"').next().unwrap();
        assert!(seen.insert(id), "`{id}` twice");
    }
    let mut level = 0;
    for part in page.split("<h").skip(1) {
        if let Some(next) = part.chars().next().and_then(|c| c.to_digit(10)) {
            assert!(
                next <= level + 1,
                "a heading of level {next} after one of level {level}"
            );
            level = next;
        }
    }
    assert_eq!(page.matches("<h1").count(), 1);
    for part in page.split("<table").skip(1) {
        assert!(
            part.split("</table>").next().unwrap().contains("<caption>"),
            "a table without a caption"
        );
    }
    for part in page
        .split("<th")
        .skip(1)
        .filter(|part| !part.starts_with("ead"))
    {
        assert!(
            part.starts_with(" scope=\""),
            "a head cell without scope: {}",
            &part[..30.min(part.len())]
        );
    }
    for part in page.split("<svg ").skip(1) {
        let tag = part.split('>').next().unwrap();
        assert!(
            tag.contains("role=\"img\"") || tag.contains("aria-hidden=\"true\""),
            "{tag}"
        );
    }
    // Every figure with a drawing carries its numbers.
    for part in page.split("<figure").skip(1) {
        let figure = part.split("</figure>").next().unwrap();
        assert!(
            figure.contains("<details>") || figure.contains("map-"),
            "{}",
            &figure[..200.min(figure.len())]
        );
    }
}

#[test]
fn what_decides_stands_first_and_paper_shows_what_a_screen_folds_away() {
    let page = page(false);
    let place = |id: &str| {
        page.find(&format!("<section id=\"{id}\""))
            .unwrap_or_else(|| panic!("section `{id}`"))
    };
    let order = [
        "front",
        "network",
        "shares",
        "deliveries",
        "late",
        "sources",
    ];
    assert!(order.windows(2).all(|two| place(two[0]) < place(two[1])));
    let front = between(&page, "<section id=\"front\"", "</section>");
    assert!(front.find("Who waits").unwrap() < front.find("What binds").unwrap());
    // Every section is in the contents, and no table of numbers is closed on paper.
    for part in page.split("<section id=\"").skip(1) {
        let id = part.split('"').next().unwrap();
        assert!(page.contains(&format!("<a href=\"#{id}\">")), "{id}");
    }
    let print = between(&page, "@media print", "</style>");
    assert!(
        print.contains("details::details-content { content-visibility: visible;")
            && !print.contains("details:not([open])")
    );
}

#[test]
fn same_input_same_bytes() {
    assert_eq!(page(false), page(false));
}

#[test]
fn a_title_may_be_chosen() {
    let options = Options {
        title: Some("For the meeting <1>".to_owned()),
        ..Options::default()
    };
    let page = html(&scenario(false), &plan(), &options);
    assert!(page.contains("<h1>For the meeting &lt;1&gt;</h1>"));
}

#[test]
fn a_plan_without_anything_is_still_a_page() {
    let mut empty = plan();
    empty.levels.clear();
    empty.make.clear();
    empty.ship.clear();
    empty.hold.clear();
    empty.deliver.clear();
    empty.unmet.clear();
    empty.lines.clear();
    empty.prices.clear();
    empty.worths.clear();
    empty.utilisation.clear();
    empty.viability.clear();
    empty.status = Status::Stopped;
    for (j, demand) in empty.demands.iter_mut().enumerate() {
        *demand = DemandAnswer {
            demand: j,
            due: demand.due,
            delivered: 0.0,
            on_time: 0.0,
            unmet: [31.0, 17.0][j],
            late_unit_periods: 50.0,
            first: None,
            complete: None,
            from_sites: Vec::new(),
            reasons: Vec::new(),
        };
    }
    let page = html(&scenario(false), &empty, &Options::default());
    assert!(
        page.contains("not proved best")
            && page.contains("Nothing is shipped")
            && !page.contains("NaN")
    );
}

/// Contrast of two colours by the formula of the Web Content Accessibility Guidelines 2.
fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |colour: &str| {
        let digits = colour.trim_start_matches('#');
        let digits = if digits.len() == 3 {
            digits.chars().flat_map(|c| [c, c]).collect()
        } else {
            digits.to_owned()
        };
        let channel = |place: usize| {
            let value = f64::from(
                u8::from_str_radix(&digits[place..place + 2], 16).expect("two hexadecimal digits"),
            ) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_enough_in_light_dark_and_print() {
    let page = page(false);
    let style = between(&page, "<style>", "</style>");
    let schemes: Vec<BTreeMap<&str, &str>> = style
        .split(":root {")
        .skip(1)
        .map(|block| {
            block
                .split('}')
                .next()
                .unwrap()
                .split(';')
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.trim(), value.trim()))
                .filter(|(name, value)| name.starts_with("--") && value.starts_with('#'))
                .collect()
        })
        .collect();
    assert_eq!(schemes.len(), 3);
    for scheme in schemes {
        for text in ["--ink", "--soft", "--accent", "--late", "--unmet"] {
            for ground in ["--paper", "--sea"] {
                let found = contrast(scheme[text], scheme[ground]);
                assert!(found >= 4.5, "{text} on {ground}: {found:.2}");
            }
        }
        // Names on the land, and numbers inside bars.
        assert!(contrast(scheme["--ink"], scheme["--land"]) >= 4.5);
        assert!(contrast(scheme["--paper"], scheme["--accent"]) >= 4.5);
        // Shapes against their ground.
        for (shape, ground) in [
            ("--mid", "--paper"),
            ("--late", "--late-pale"),
            ("--unmet", "--unmet-pale"),
            ("--accent", "--land"),
        ] {
            let least = if shape == "--mid" { 2.0 } else { 3.0 };
            assert!(
                contrast(scheme[shape], scheme[ground]) >= least,
                "{shape} on {ground}"
            );
        }
    }
}

#[test]
fn the_law_page_says_what_each_rule_costs_and_where_it_stands() {
    let worth = |deliveries, unit_months| Worth {
        deliveries,
        unit_months,
        first_priority: Some(2),
    };
    let rule = |rule: &str, url: Option<&str>, worth| RuleRow {
        rule: rule.into(),
        kind: "denies".into(),
        plain: format!("It does not go. {NASTY}"),
        citation: "Act, section 3".into(),
        url: url.map(Into::into),
        confidence: "stated in a source seen".into(),
        arcs: 7,
        worth,
    };
    let law = LawPage {
        as_of: jiff::civil::date(2024, 6, 30),
        hash: "0123456789abcdef0123".into(),
        advice: "no legal advice".into(),
        whole: worth(Some(30.0), Some(700.25)),
        rules: vec![
            rule(
                "DEAR-1",
                Some("https://example.org/act"),
                worth(Some(12.0), Some(340.5)),
            ),
            rule(
                "FREE-2",
                Some("javascript:alert(1)"),
                worth(Some(0.0), Some(0.0)),
            ),
            rule("LONG-3", None, worth(None, None)),
        ],
        pairs: vec![PairRow {
            rules: ("DEAR-1".into(), "FREE-2".into()),
            worth: worth(Some(20.0), Some(500.0)),
            together: 159.5,
        }],
        approvals: vec![],
    };
    let options = Options {
        law: Some(law),
        ..Options::default()
    };
    let page = html(&scenario(false), &plan(), &options);
    let prices = between(&page, r#"<section id="rules""#, "</section>");
    assert!(
        ["340.5", "159.5", "700"].iter().all(|n| prices.contains(n)),
        "{prices}"
    );
    assert!(
        !prices.contains(r#"<th scope="row"><code>FREE-2"#),
        "a rule that costs nothing has no bar"
    );
    let law = between(&page, r#"<section id="law""#, "</section>");
    assert!(law.contains(r#"href="https://example.org/act""#));
    assert!(!page.contains("javascript:") && !page.contains("<script>"));
    // Rules without a price are counted, and their table is folded.
    let (open, folded) = law.split_once("<details>").expect("a folded table");
    assert!(open.contains("DEAR-1") && !open.contains("FREE-2") && !open.contains("LONG-3"));
    assert!(
        folded.contains("2 more rules") && folded.contains("FREE-2") && folded.contains("LONG-3")
    );
    let without = html(&scenario(false), &plan(), &Options::default());
    assert!(!without.contains(r##"href="#rules""##) && !without.contains(r#"id="law""#));
}
