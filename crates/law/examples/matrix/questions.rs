//! A million questions: 1,000 routes, 9 items, 120 months.

use darsena_law::{Act, Goods, Law, Question, Told};
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// The questions, item by item and each route by route, and the days each is asked of.
pub(crate) fn questions(law: &Law) -> (Vec<Question>, Vec<Date>) {
    let class = |id: &str| law.class(id).cloned().expect("a standard class");
    let item = |name: &str, classes: &[&str], origins: &[&str], flags: &[&str]| Goods {
        id: name.to_lowercase(),
        name: name.into(),
        classes: classes.iter().map(|id| class(id)).collect(),
        flags: flags.iter().map(ToString::to_string).collect(),
        origins: origins.iter().map(ToString::to_string).collect(),
    };
    let items = [
        item("Interceptor", &["jp-w", "us-mde"], &["us"], &[]),
        item(
            "Interceptor part",
            &["jp-c", "us-u"],
            &["us"],
            &["component"],
        ),
        item("Joint missile", &["jp-w", "us-mde"], &["jp", "us"], &[]),
        item("Radar", &["jp-nw"], &["jp"], &["radar"]),
        item("Fighter", &["jp-w"], &["gb", "it", "jp"], &["gcap"]),
        item("Aircraft part", &["us-6"], &["us"], &[]),
        item("Tank", &["oth"], &["de"], &[]),
        item("Gun ammunition", &["oth"], &["ch"], &["ammunition"]),
        item("Service", &["jp-s"], &["us"], &["service"]),
    ];
    let states: Vec<&str> = law
        .states()
        .map(|(id, _)| id)
        .filter(|id| *id != "gu")
        .collect();
    let mut routes = Vec::new();
    'all: for from in [
        "jp", "us", "de", "gb", "kr", "pl", "au", "ch", "it", "nl", "fr", "se", "no", "ee",
    ] {
        for to in states.iter().filter(|to| **to != from) {
            routes.push((from, *to));
            if routes.len() == 1_000 {
                break 'all;
            }
        }
    }
    let mut questions = Vec::new();
    for goods in &items {
        for (n, (from, to)) in routes.iter().enumerate() {
            let mut question =
                Question::new(Act::Transfer, goods.clone(), from, to, date(2019, 1, 1));
            question.made_in = Some(["jp", "us"][n % 2].into());
            question.value = Some([5_000_000, 30_000_000, 200_000_000][n % 3]);
            question
                .facts
                .insert("government_user".into(), Told::Flag(n % 5 != 0));
            questions.push(question);
        }
    }
    let first = date(2018, 1, 1);
    let days = (0..120).map(|n| first.saturating_add(n.months())).collect();
    (questions, days)
}
