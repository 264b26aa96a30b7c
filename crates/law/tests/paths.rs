//! What would have to be true: the least, never alternatives added up.

use darsena_law::{Act, Days, Goods, Law, Question, ReadingOptions, Told};
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
