//! A receipt: question, law, scenario and ruling as one JSON document that replays byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use darsena_scenario::AuthorizationDecision;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::library::Law;
use crate::question::{Act, Classed, Goods, Question, Record, Told};
use crate::reading::{AsOf, Reading, ReadingOptions};
use crate::ruling::Ruling;

/// Name and version of the form.
pub const RECEIPT: &str = "darsena-receipt-1";

/// Why a receipt cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// It is no JSON.
    #[error("the receipt is no JSON")]
    Json(#[from] serde_json::Error),
    /// A part is missing or of another form.
    #[error("the receipt has no readable `{0}`")]
    Part(&'static str),
}

/// What a replay came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Whether the receipt made anew has the same bytes.
    pub same: bool,
    /// Whether the law has another hash than the one it was made with.
    pub other_law: bool,
    /// Whether the receipt is no longer as it was made: its own hash is that of another text.
    pub altered: bool,
    /// The receipt made anew.
    pub text: String,
}

/// Returns the receipt of a ruling; `scenario` is the name and hash of the scenario it was asked of.
#[must_use]
pub fn receipt(
    reading: &Reading<'_>,
    question: &Question,
    ruling: &Ruling,
    scenario: Option<(&str, &str)>,
) -> String {
    let options = reading.options();
    let (way, day) = match options.as_of {
        AsOf::Everything => ("everything", None),
        AsOf::Known(day) => ("known", Some(day)),
        AsOf::Fixed(day) => ("fixed", Some(day)),
    };
    sealed(json!({
        "schema": RECEIPT,
        "law": {
            "hash": reading.law().hash(),
            "as_of": { "way": way, "day": day.map(|day| day.to_string()) },
            "without": options.without, "with": options.with,
            "members": options.members,
        },
        "scenario": scenario.map(|(name, hash)| json!({ "name": name, "hash": hash })),
        "question": question_json(question),
        "ruling": ruling.json(),
    }))
}

/// A receipt as text, with the hash of all the rest of it: who changes a day by mistake is told.
fn sealed(mut document: Value) -> String {
    document["hash"] = json!(seal(&document));
    format!("{document:#}\n")
}

/// Hash of a receipt that does not hold it yet.
fn seal(document: &Value) -> String {
    blake3::hash(document.to_string().as_bytes()).to_string()
}

/// Asks the question of a receipt again and compares the bytes.
///
/// # Errors
/// Fails when the receipt cannot be read.
pub fn replay(law: &Law, text: &str) -> Result<Replay, ReceiptError> {
    let mut document: Value = serde_json::from_str(text)?;
    let told = document.as_object_mut().and_then(|all| all.remove("hash"));
    let altered = told != Some(json!(seal(&document)));
    let law_part = &document["law"];
    let set = |key: &str| -> BTreeSet<String> {
        let list = law_part[key].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_string).collect()
    };
    let as_of = &law_part["as_of"];
    let day = || {
        as_of["day"]
            .as_str()
            .and_then(|day| day.parse::<Date>().ok())
            .ok_or(ReceiptError::Part("law.as_of.day"))
    };
    let as_of = match as_of["way"].as_str() {
        Some("everything") => AsOf::Everything,
        Some("known") => AsOf::Known(day()?),
        Some("fixed") => AsOf::Fixed(day()?),
        _ => return Err(ReceiptError::Part("law.as_of.way")),
    };
    let pair = |pair: &Value| Some((pair[0].as_str()?.to_string(), pair[1].as_str()?.to_string()));
    let members = law_part["members"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(pair)
        .collect();
    let reading = law.read(ReadingOptions {
        as_of,
        without: set("without"),
        with: set("with"),
        members,
    });
    let question = question_of(&document["question"])?;
    let ruling = reading.rule(&question);
    let scenario = document["scenario"]["name"]
        .as_str()
        .zip(document["scenario"]["hash"].as_str());
    let fresh = receipt(&reading, &question, &ruling, scenario);
    Ok(Replay {
        same: fresh == text,
        other_law: law_part["hash"].as_str() != Some(law.hash()),
        altered,
        text: fresh,
    })
}

/// A question as JSON.
#[must_use]
pub fn question_json(question: &Question) -> Value {
    let class = |class: &Classed| json!({ "regime": class.regime, "code": class.code, "flags": class.flags });
    let told = |told: &Told| match told {
        Told::Flag(flag) => json!(flag),
        Told::Number(number) => json!(number),
        Told::Word(word) => json!(word),
    };
    let facts: Map<String, Value> = question
        .facts
        .iter()
        .map(|(name, one)| (name.clone(), told(one)))
        .collect();
    let record = |record: &Record| {
        json!({
            "id": record.id, "kind": record.kind, "grantor": record.grantor, "item": record.item,
            "from": record.from, "to": record.to, "decision": record.decision.as_str(),
            "date": record.date.map(|day| day.to_string()), "until": record.until.map(|day| day.to_string()),
            "quantity": record.quantity, "value": record.value,
        })
    };
    let goods = &question.goods;
    json!({
        "act": question.act.as_str(),
        "item": {
            "id": goods.id, "name": goods.name, "classes": goods.classes.iter().map(class).collect::<Vec<_>>(),
            "flags": goods.flags, "origins": goods.origins,
        },
        "made_in": question.made_in, "from": question.from, "via": question.via, "to": question.to,
        "holders": question.holders, "purpose": question.purpose, "value": question.value,
        "quantity": question.quantity, "on": question.on.to_string(), "facts": facts,
        "records": question.records.iter().map(record).collect::<Vec<_>>(),
    })
}

fn question_of(json: &Value) -> Result<Question, ReceiptError> {
    let text = |value: &Value, part: &'static str| {
        value
            .as_str()
            .map(str::to_string)
            .ok_or(ReceiptError::Part(part))
    };
    let some = |value: &Value| value.as_str().map(str::to_string);
    let list = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(some)
            .collect()
    };
    let class = |class: &Value| -> Result<Classed, ReceiptError> {
        Ok(Classed {
            regime: text(&class["regime"], "question.item.classes")?,
            code: text(&class["code"], "question.item.classes")?,
            flags: list(&class["flags"]).into_iter().collect(),
        })
    };
    let item = &json["item"];
    let classes = item["classes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(class)
        .collect::<Result<_, _>>()?;
    let goods = Goods {
        id: text(&item["id"], "question.item.id")?,
        name: text(&item["name"], "question.item.name")?,
        classes,
        flags: list(&item["flags"]).into_iter().collect(),
        origins: list(&item["origins"]).into_iter().collect(),
    };
    let date = |value: &Value| value.as_str().and_then(|day| day.parse::<Date>().ok());
    let act = json["act"]
        .as_str()
        .and_then(Act::from_text)
        .ok_or(ReceiptError::Part("question.act"))?;
    let on = date(&json["on"]).ok_or(ReceiptError::Part("question.on"))?;
    let (from, to) = (
        text(&json["from"], "question.from")?,
        text(&json["to"], "question.to")?,
    );
    let mut question = Question::new(act, goods, &from, &to, on);
    question.made_in = some(&json["made_in"]);
    question.via = list(&json["via"]);
    question.holders = list(&json["holders"]).into_iter().collect();
    question.purpose = some(&json["purpose"]).unwrap_or_default();
    question.value = json["value"].as_i64();
    question.quantity = json["quantity"].as_f64();
    question.facts = facts_of(&json["facts"])?;
    for row in json["records"].as_array().into_iter().flatten() {
        question.records.push(Record {
            id: text(&row["id"], "question.records")?,
            kind: text(&row["kind"], "question.records")?,
            grantor: text(&row["grantor"], "question.records")?,
            item: some(&row["item"]),
            from: some(&row["from"]),
            to: some(&row["to"]),
            decision: match row["decision"].as_str() {
                Some("granted") => AuthorizationDecision::Granted,
                Some("refused") => AuthorizationDecision::Refused,
                Some("pending") => AuthorizationDecision::Pending,
                _ => return Err(ReceiptError::Part("question.records")),
            },
            date: date(&row["date"]),
            until: date(&row["until"]),
            quantity: row["quantity"].as_f64(),
            value: row["value"].as_f64(),
        });
    }
    Ok(question)
}

fn facts_of(json: &Value) -> Result<BTreeMap<String, Told>, ReceiptError> {
    let fact = |(name, value): (&String, &Value)| {
        let told = match value {
            Value::Bool(flag) => Told::Flag(*flag),
            Value::Number(number) => Told::Number(
                number
                    .as_i64()
                    .ok_or(ReceiptError::Part("question.facts"))?,
            ),
            Value::String(word) => Told::Word(word.clone()),
            _ => return Err(ReceiptError::Part("question.facts")),
        };
        Ok((name.clone(), told))
    };
    json.as_object().into_iter().flatten().map(fact).collect()
}
