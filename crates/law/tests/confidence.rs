//! How far a ruling can be trusted is how far the weakest thing it rests on can be: rule, membership, days.

use darsena_law::{Act, Confidence, Goods, Law, Question, ReadingOptions, Ruling, Verdict};
use jiff::civil::{Date, date};

fn goods(law: &Law, classes: &[&str], origins: &[&str]) -> Goods {
    let class = |id: &&str| law.class(id).expect("a standard class").clone();
    Goods {
        classes: classes.iter().map(class).collect(),
        origins: origins.iter().map(ToString::to_string).collect(),
        ..Goods::default()
    }
}

fn passed_on(law: &Law, to: &str, on: Date) -> Ruling {
    let goods = goods(law, &["jp-w", "us-mde"], &["us"]);
    let mut question = Question::new(Act::Export, goods, "us", to, on);
    question.made_in = Some("jp".into());
    law.read(ReadingOptions::default()).rule(&question)
}

#[test]
fn a_membership_from_memory_shows_in_the_ruling() {
    let law = Law::embedded();
    let on = date(2024, 6, 1);
    let row = |state: &str| {
        let mut rows = law.members().iter();
        let row = rows.find(|row| row.group == "jp-combat" && row.state == state);
        row.expect("a row of the table").confidence
    };
    assert_eq!(row("ua"), Confidence::Stated);
    assert_eq!(row("il"), Confidence::Inferred);
    for state in ["ua", "il"] {
        let ruling = passed_on(&law, state, on);
        assert_eq!(ruling.overall, Verdict::Deny, "{state}");
        let rule = ruling.rules.iter().find(|rule| rule.policy == "JP-21");
        let rule = rule.expect("the rule decides");
        // The rule is the same and as certain; the row it looks at is not.
        assert_eq!(rule.confidence, Confidence::Stated);
        let looked = ("jp-combat".to_string(), state.to_string(), row(state));
        assert!(rule.members.contains(&looked), "{:?}", rule.members);
        assert_eq!(ruling.confidence(), row(state), "{state}");
        assert_eq!(ruling.json()["confidence"], row(state).as_str());
    }
}

#[test]
fn days_that_are_inferred_show_in_the_ruling() {
    let law = Law::embedded();
    let reading = law.read(ReadingOptions::default());
    let mut question = Question::new(
        Act::Export,
        goods(&law, &["jp-d"], &["jp"]),
        "jp",
        "sg",
        date(2024, 6, 1),
    );
    question.made_in = Some("jp".into());
    let ruling = reading.rule(&question);
    let asked: Vec<&str> = ruling.approvals.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(asked, ["jp-meti"]);
    // The rule is stated in a source seen, its days in a weak one.
    assert!(
        { ruling.rules.iter() }.any(|rule| rule.policy == "JP-05/dual-use"
            && rule.decides
            && rule.confidence == Confidence::Stated)
    );
    assert_eq!(ruling.approvals[0].days_confidence, Confidence::Partly);
    assert_eq!(ruling.confidence(), Confidence::Partly);
    let goods = goods(&law, &["oth-c"], &["nl"]);
    let mut question = Question::new(Act::Export, goods, "nl", "fr", date(2024, 6, 1));
    question.made_in = Some("nl".into());
    let ruling = reading.rule(&question);
    assert_eq!(ruling.overall, Verdict::Needs);
    assert_eq!(ruling.approvals[0].days_confidence, Confidence::Inferred);
    assert_eq!(ruling.confidence(), Confidence::Inferred);
}
