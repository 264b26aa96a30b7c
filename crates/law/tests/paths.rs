//! What would have to be true: the least, never alternatives added up.

use darsena_law::{
    Act, Days, FactKind, Goods, Law, Question, Reading, ReadingOptions, Told, Verdict,
};
use jiff::civil::date;

#[test]
fn alternatives_are_not_added_up() {
    let law = Law::embedded();
    let reading = law.read(ReadingOptions::default());
    let goods = Goods {
        classes: vec![law.class("us-u").expect("a class").clone()],
        flags: ["component".to_string()].into(),
        origins: ["us".to_string()].into(),
        ..Goods::default()
    };
    let mut question = Question::new(Act::Export, goods, "us", "jp", date(2025, 3, 1));
    question.value = Some(1_000_000);
    let path = reading.paths(&question, 12).remove(0);
    assert_eq!(path.approvals, ["us-dsp5"]);
    let days = Days {
        min: 15,
        typical: 45,
        max: Some(90),
    };
    assert_eq!(path.days, days);
    let channel = Told::Word("commercial".into());
    question.facts.insert("channel".into(), channel);
    let told = reading.paths(&question, 12).remove(0);
    assert_eq!((told.approvals, told.days), (path.approvals, path.days));
}

/// The cheapest lawful way among all in which what is missing can turn out, by trying every one.
fn shortest_of_all(reading: &Reading<'_>, question: &Question) -> Option<(u32, u32, usize)> {
    let ruling = reading.rule(question);
    if !matches!(ruling.overall, Verdict::Allow | Verdict::Needs) {
        return None;
    }
    let days = ruling.days();
    let own = (days.typical, days.min, ruling.approvals.len());
    let facts = reading.law().facts();
    let mut told = ruling
        .missing
        .iter()
        .filter_map(|(name, _)| facts.iter().find(|fact| fact.name == *name));
    let Some(fact) = told.next() else {
        return Some(own);
    };
    let options: Vec<Told> = match fact.kind {
        FactKind::Flag => [false, true].map(Told::Flag).to_vec(),
        FactKind::Number => [0, 20, 60, 120, 250, 400]
            .map(|millions| Told::Number(millions * 1_000_000))
            .to_vec(),
        FactKind::Word | FactKind::State => fact.options.iter().cloned().map(Told::Word).collect(),
    };
    let ways = options.into_iter().filter_map(|option| {
        let mut changed = question.clone();
        if let ("value", Told::Number(value)) = (fact.name.as_str(), &option) {
            changed.value = Some(*value);
        }
        changed.facts.insert(fact.name.clone(), option);
        shortest_of_all(reading, &changed)
    });
    // Where every way is barred by what is told last, what stood before is the answer.
    Some(ways.min().unwrap_or(own))
}

#[test]
fn the_shortest_path_is_the_shortest_of_all_ways_tried() {
    let law = Law::embedded();
    let reading = law.read(ReadingOptions::default());
    let mut open = 0;
    for class in ["jp-w", "jp-nw", "us-mde", "us-u", "ship"] {
        for (from, via, to) in [
            ("us", None, "jp"),
            ("us", Some("nl"), "jp"),
            ("us", None, "pl"),
            ("jp", None, "us"),
            ("gb", None, "au"),
        ] {
            let goods = Goods {
                classes: vec![law.class(class).expect("a class").clone()],
                ..Goods::default()
            };
            let mut question = Question::new(Act::Export, goods, from, to, date(2024, 3, 1));
            question.via.extend(via.map(str::to_string));
            let (ruling, shortest) = reading.rule_soon(&question, true);
            assert_eq!(ruling, reading.rule(&question));
            let Some(shortest) = shortest else { continue };
            open += 1;
            let days = shortest.days;
            let cost = (days.typical, days.min, shortest.approvals.len());
            let least = shortest_of_all(&reading, &question);
            assert_eq!(Some(cost), least, "{class} {from} {via:?} {to}");
        }
    }
    assert!(open > 5, "{open} questions leave something open");
}
