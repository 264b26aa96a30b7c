//! What must hold of every question.

use darsena_law::{
    Act, FactKind, Goods, Law, Question, ReadingOptions, Told, Verdict, plain_judgement, receipt,
    replay,
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
const WORDS: [&str; 12] = [
    "emergency",
    "voyage repair",
    "authorized user",
    "priority",
    "sample",
    "un",
    "battle damage",
    "rescue",
    "drone",
    "fms",
    "usns",
    "f-35",
];
/// Facts that the classes and flags above tell themselves.
const OF_ITEM: [&str; 14] = [
    "category",
    "defence",
    "control",
    "five_categories",
    "ammunition",
    "mde",
    "sme",
    "mtcr_category_1",
    "f35",
    "gcap",
    "eurofighter",
    "ship",
    "auxiliary",
    "us_component",
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
        told in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>()), 0..=24),
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
        let asked: Vec<_> = law.facts().iter().filter(|fact| !fact.derived).collect();
        for (fact, option) in &told {
            let fact = fact.get(&asked);
            let value = match fact.kind {
                FactKind::Flag => Told::Flag(*option.get(&[true, false])),
                FactKind::Number => Told::Number(*option.get(&[1, 12, 200, 30_000_000])),
                FactKind::Word | FactKind::State => Told::Word(option.get(&fact.options).clone()),
            };
            question.facts.insert(fact.name.clone(), value);
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
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Leaving out what was told never makes lawful what was not, unless the ruling says what it assumes.
    #[test]
    fn a_fact_left_out_never_allows(question in questions()) {
        let law = Law::embedded();
        let reading = law.read(ReadingOptions::default());
        let full = reading.rule(&question).overall;
        // What the item's classes and flags tell is not left out with the fact.
        let names: Vec<String> = question.facts.keys().filter(|name| !OF_ITEM.contains(&name.as_str())).cloned().collect();
        let one = names.iter().map(|name| vec![name.clone()]);
        for left in one.chain([names.clone()]) {
            let mut less = question.clone();
            less.facts.retain(|name, _| !left.contains(name));
            let ruling = reading.rule(&less);
            let told = ruling.assumed.iter().any(|one| left.contains(&one.fact));
            prop_assert!(
                ruling.overall != Verdict::Allow || full == Verdict::Allow || told,
                "without {left:?}: allow; with it: {full}"
            );
        }
        let less = Question { value: None, ..question.clone() };
        prop_assert!(reading.rule(&less).overall != Verdict::Allow || full == Verdict::Allow);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nor does leaving out where it was made, or who designed what stands on their list.
    #[test]
    fn make_and_design_left_out_never_allow(question in questions()) {
        let law = Law::embedded();
        let reading = law.read(ReadingOptions::default());
        let lists = |class: &&str| question.goods.classes.contains(law.class(class).expect("a class"));
        let listed: Vec<&str> = [("us-u", "us"), ("us-mde", "us"), ("us-6", "us"), ("jp-w", "jp"), ("jp-nw", "jp")]
            .into_iter().filter(|(class, _)| lists(class)).map(|(_, state)| state).collect();
        let mut full = question.clone();
        full.via.clear();
        full.goods.origins = listed.iter().map(ToString::to_string).collect();
        let makers = full.goods.origins.iter().chain([&full.from]).cloned().collect::<Vec<_>>();
        for maker in makers {
            full.made_in = Some(maker);
            let before = reading.rule(&full).overall;
            let mut less = full.clone();
            less.made_in = None;
            let without = reading.rule(&less).overall;
            prop_assert!(without != Verdict::Allow || before == Verdict::Allow, "make: {before} becomes {without}");
            less.goods.origins.clear();
            let without = reading.rule(&less).overall;
            prop_assert!(without != Verdict::Allow || before == Verdict::Allow, "design: {before} becomes {without}");
        }
    }

    /// Names, users and purposes decide nothing.
    #[test]
    fn words_decide_nothing(question in questions(), words in subsequence(WORDS.to_vec(), 1..=4)) {
        let law = Law::embedded();
        let reading = law.read(ReadingOptions::default());
        let mut spoken = question.clone();
        spoken.purpose = words.join(" ");
        spoken.goods.name = words.join(" ");
        prop_assert_eq!(reading.rule(&spoken), reading.rule(&question));
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
        let again = replay(&law, &text).expect("a receipt");
        prop_assert!(again.same && !again.altered);
        // Another day is told even where the ruling stays what it was.
        let on = format!("\"on\": \"{}\"", question.on);
        let later = format!("\"on\": \"{}\"", question.on.tomorrow().expect("a day"));
        let again = replay(&law, &text.replace(&on, &later)).expect("a receipt");
        prop_assert!(!again.same && again.altered);
    }
}
