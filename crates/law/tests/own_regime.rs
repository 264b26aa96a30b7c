//! A regime of one's own: a folder of tables and policies, no line of Rust.

use std::path::PathBuf;

use darsena_law::{Act, Goods, Law, Question, ReadingOptions, Verdict};
use jiff::civil::date;

#[test]
fn a_third_regime_comes_from_a_folder() {
    let folder = PathBuf::from("../../docs/law/example");
    let law = Law::load(&folder).expect("the example is sound");
    assert_ne!(law.hash(), Law::embedded().hash());
    let reading = law.read(ReadingOptions::default());
    let goods = |flags: &[&str]| Goods {
        flags: flags.iter().map(ToString::to_string).collect(),
        origins: ["zz".to_string()].into(),
        classes: vec![law.class("jp-x").expect("a class").clone()],
        ..Goods::default()
    };
    let ask = |flags: &[&str], to: &str, on| {
        reading.rule(&Question::new(Act::Export, goods(flags), "zz", to, on))
    };
    let sold = ask(&["clockwork"], "ch", date(2024, 6, 1));
    assert_eq!(sold.overall, Verdict::Needs);
    assert_eq!(sold.approvals[0].id, "zz-licence");
    assert_eq!(
        ask(&["clockwork"], "ch", date(2025, 1, 1)).overall,
        Verdict::Deny
    );
    assert_eq!(
        ask(&["clockwork"], "fr", date(2024, 6, 1)).overall,
        Verdict::Deny
    );
    // Japan made nothing of it and sends nothing, so only Ruritania speaks.
    let plain = ask(&[], "fr", date(2024, 6, 1));
    assert_eq!(plain.overall, Verdict::Allow);
    assert!(plain.regimes.iter().all(|one| one.regime != "xx"));
}
