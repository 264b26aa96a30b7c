//! What must hold of every question.

use darsena_law::{
    Act, Goods, Law, Question, ReadingOptions, Told, Verdict, plain_judgement, receipt, replay,
};
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const STATES: [&str; 16] = [
    "jp", "us", "gb", "de", "ua", "pl", "ch", "kr", "ca", "au", "id", "sa", "nl", "cn", "ae", "fr",
];
const CLASSES: [&str; 9] = [
    "jp-w", "jp-nw", "jp-c", "us-mde", "us-u", "us-6", "oth", "ship", "jp-x",
];
const FLAGS: [&str; 8] = [
    "ammunition",
    "gcap",
    "f-35",
    "mtcr-1",
    "eurofighter",
    "usns",
    "radar",
    "us-component",
];
const TOLD: [&str; 18] = [
    "government_user",
    "peace_contribution",
    "first_of_kind",
    "acsa_supply",
    "emergency",
    "authorized_user",
    "aukus_excluded",
    "sta_statement",
    "security_partner",
    "surplus_gift",
    "us_workers",
    "voyage_repair",
    "battle_damage",
    "reassignment_planned",
    "canada_exempt",
    "by_us_government",
    "sdf_need",
    "suspended_licence",
];

prop_compose! {
    fn questions()(
        act in select(Act::ALL.to_vec()),
        classes in subsequence(CLASSES.to_vec(), 1..=2),
        flags in subsequence(FLAGS.to_vec(), 0..=2),
        origins in subsequence(STATES[..8].to_vec(), 0..=2),
        ends in (select(STATES.to_vec()), select(STATES.to_vec())),
        via in proptest::option::of(select(STATES.to_vec())),
        made_in in proptest::option::of(select(STATES[..4].to_vec())),
        value in proptest::option::of(select(vec![1_000_000, 14_000_000, 25_000_000, 60_000_000, 500_000_000])),
        told in subsequence(TOLD.to_vec(), 0..=10),
        yes in any::<u32>(),
        channel in proptest::option::of(select(vec!["fms", "commercial"])),
        home_port in proptest::option::of(select(vec!["us", "jp", "gu"])),
        days in 0..7_000_i64,
    ) -> Question {
        let law = Law::embedded();
        let goods = Goods {
            classes: classes.iter().map(|id| law.class(id).expect("a class").clone()).collect(),
            flags: flags.iter().map(ToString::to_string).collect(),
            origins: origins.iter().map(ToString::to_string).collect(),
            ..Goods::default()
        };
        let on = date(2008, 1, 1).saturating_add(days.days());
        let mut question = Question::new(act, goods, ends.0, ends.1, on);
        question.via = via.iter().map(ToString::to_string).collect();
        question.made_in = made_in.map(str::to_string);
        question.value = value;
        for (n, name) in told.iter().enumerate() {
            question.facts.insert(name.to_string(), Told::Flag(yes >> n & 1 == 1));
        }
        for (name, word) in [("channel", channel), ("acquired", channel), ("home_port", home_port)] {
            if let Some(word) = word {
                question.facts.insert(name.into(), Told::Word(word.into()));
            }
        }
        question
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Leaving out what was told never makes lawful what was not.
    #[test]
    fn a_fact_left_out_never_allows(question in questions()) {
        let law = Law::embedded();
        let reading = law.read(ReadingOptions::default());
        let full = reading.rule(&question).overall;
        for name in question.facts.keys().cloned().collect::<Vec<_>>() {
            let mut less = question.clone();
            less.facts.remove(&name);
            let left = reading.rule(&less).overall;
            prop_assert!(left != Verdict::Allow || full == Verdict::Allow, "without {name}: allow; with it: {full}");
        }
        let less = Question { value: None, ..question.clone() };
        prop_assert!(reading.rule(&less).overall != Verdict::Allow || full == Verdict::Allow);
    }

    /// What is remembered is what the engine says, and the timeline is the ruling of each day.
    #[test]
    fn remembered_and_dated_rulings_are_those_of_the_day(question in questions(), days in 0..7_000_i64) {
        let law = Law::embedded();
        let (reading, fresh) = (law.read(ReadingOptions::default()), law.read(ReadingOptions::default()));
        let (from, until) = (date(2008, 1, 1), date(2028, 1, 1));
        let turns = reading.timeline(&question, from, until);
        let day = from.saturating_add(days.days());
        let n = turns.partition_point(|turn| turn.from <= day);
        let moved = Question { on: day, ..question.clone() };
        let plain = plain_judgement(&fresh, &moved);
        prop_assert!(turns[n - 1].ruling.same(&plain), "{:?}\n{:?}", turns[n - 1].ruling, plain);
        for turn in &turns[1..] {
            prop_assert!(!turn.because.is_empty(), "{} changed for no named reason", turn.from);
        }
    }

    /// With one forbidding rule lifted a ruling is never worse, though it may turn on facts that did not
    /// matter before; and with every approval granted nothing is left.
    #[test]
    fn lifting_and_granting_only_help(question in questions()) {
        let law = Law::embedded();
        let reading = law.read(ReadingOptions::default());
        let ruling = reading.rule(&question);
        prop_assert!(reading.holds_when_granted(&question));
        for rule in ruling.rules.iter().filter(|rule| rule.decides && matches!(rule.kind.as_str(), "deny" | "needs")) {
            let lifted = reading.without(&rule.policy).rule(&question).overall;
            let fine = lifted <= ruling.overall || (lifted == Verdict::Unknown && ruling.overall != Verdict::Allow);
            prop_assert!(fine, "{} lifted: {} becomes {lifted}", rule.policy, ruling.overall);
        }
    }

    /// A receipt replays byte for byte.
    #[test]
    fn receipts_replay(question in questions()) {
        let law = Law::embedded();
        let reading = law.read(ReadingOptions::default());
        let text = receipt(&reading, &question, &reading.rule(&question), None);
        prop_assert!(replay(&law, &text).expect("a receipt").same);
    }
}
