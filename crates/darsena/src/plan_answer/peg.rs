//! What serves one demand, down to runs and stocks.

use darsena_plan::Plan;
use darsena_plan::peg::{Origin, Peg, Trace};
use darsena_scenario::Scenario;
use serde_json::{Value, json};

use super::late::demands;
use super::{Names, head};
use crate::answer::{Answer, Table, settled};
use crate::write::{number, text};

/// What serves `demand`, down to runs and stocks, as a tree.
pub fn peg(scenario: &Scenario, plan: &Plan, demand: usize, seconds: Option<f64>) -> Answer {
    let trace = Trace::new(scenario, plan);
    let pegs = trace.peg(plan, demand);
    let names = Names { scenario, plan };
    let tree: Vec<Value> = pegs.iter().map(|p| peg_json(&names, p)).collect();
    let mut head = head(scenario, plan, seconds);
    head.question = "plan --peg".into();
    let alone = Plan {
        demands: vec![plan.demands[demand].clone()],
        ..plan.clone()
    };
    let tables = vec![demands(&Names {
        scenario,
        plan: &alone,
    })];
    Answer {
        head,
        tables,
        trees: vec![("peg".into(), Value::Array(tree))],
    }
}

/// (kind, id, site, item) of where a lot came from.
fn origin(names: &Names<'_>, origin: Origin) -> (&'static str, String, String, String) {
    let scenario = names.scenario;
    match origin {
        Origin::Stock(s) => {
            let stock = &scenario.stockpiles()[s];
            (
                "stock",
                stock.item.to_string(),
                stock.site.to_string(),
                stock.item.to_string(),
            )
        }
        Origin::Receipt(r) => {
            let receipt = &scenario.receipts()[r];
            (
                "receipt",
                receipt.item.to_string(),
                receipt.site.to_string(),
                receipt.item.to_string(),
            )
        }
        Origin::Run(m) => {
            let recipe = names.recipe(names.plan.make[m].recipe);
            (
                "run",
                recipe.recipe.to_string(),
                recipe.site.to_string(),
                recipe.item.to_string(),
            )
        }
        Origin::Shipment(s) => {
            let ship = &names.plan.ship[s];
            let lane = names.lane(ship.lane);
            (
                "shipment",
                lane.lane.to_string(),
                lane.from_site.to_string(),
                names.item(ship.item),
            )
        }
    }
}

/// Day on which the run started or the shipment left; the day the units came for stock.
fn started(names: &Names<'_>, peg: &Peg) -> jiff::civil::Date {
    names.day(match peg.origin {
        Origin::Run(m) => names.plan.make[m].period,
        Origin::Shipment(s) => names.plan.ship[s].period,
        _ => peg.period,
    })
}

fn peg_json(names: &Names<'_>, peg: &Peg) -> Value {
    let (kind, id, site, item) = origin(names, peg.origin);
    json!({
        "kind": kind,
        "id": id,
        "site": site,
        "item": item,
        "starts": started(names, peg).to_string(),
        "available": names.day(peg.period).to_string(),
        "quantity": settled(peg.quantity),
        "from": peg.from.iter().map(|p| peg_json(names, p)).collect::<Vec<_>>(),
    })
}

/// The tree of [`peg`] for reading.
pub fn readable_peg(answer: &Answer) -> String {
    let mut out = String::new();
    if let Some(demand) = answer.tables.first() {
        out.push_str(&text(&Table {
            columns: demand.columns[..13].to_vec(),
            ..demand.clone()
        }));
    }
    fn branch(out: &mut String, peg: &Value, depth: usize) {
        let word = |key: &str| {
            peg.get(key)
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_string()
        };
        let quantity = peg.get("quantity").and_then(Value::as_f64).unwrap_or(0.0);
        let what = match word("kind").as_str() {
            "run" => format!(
                "run of `{}` at {}, {} to {}",
                word("id"),
                word("site"),
                word("starts"),
                word("available")
            ),
            "shipment" => format!(
                "shipment over `{}` from {}, {} to {}",
                word("id"),
                word("site"),
                word("starts"),
                word("available")
            ),
            kind => format!("{kind} at {}, there on {}", word("site"), word("available")),
        };
        out.push_str(&format!(
            "{}{} {}: {what}\n",
            "  ".repeat(depth),
            number(quantity),
            word("item")
        ));
        for part in peg
            .get("from")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            branch(out, part, depth + 1);
        }
    }
    for (_, tree) in &answer.trees {
        for peg in tree.as_array().into_iter().flatten() {
            branch(&mut out, peg, 0);
        }
    }
    out
}
