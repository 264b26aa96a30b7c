//! `plan`: who makes what, when, and who gets it, as tables.

use std::collections::BTreeMap;

use darsena_plan::peg::{Origin, Peg, Trace};
use darsena_plan::{Cause, DemandAnswer, Measure, Plan, Priced, Reason};
use darsena_scenario::{Objective, Scenario};
use serde_json::{Value, json};

use crate::answer::{Answer, Head, Table, settled};
use crate::write::{number, text};

/// The answer `plan` of `scenario`.
pub fn answer(scenario: &Scenario, plan: &Plan, seconds: Option<f64>) -> Answer {
    let tables = vec![
        levels(scenario, plan),
        demands(scenario, plan),
        reasons(scenario, plan),
        binding(scenario, plan),
        make(scenario, plan),
        ship(scenario, plan),
        hold(scenario, plan),
        deliver(scenario, plan),
        unmet(scenario, plan),
        prices(scenario, plan),
        utilisation(scenario, plan),
        lines(scenario, plan),
        overtime(scenario, plan),
        shortfall(scenario, plan),
    ];
    Answer {
        head: head(scenario, plan, seconds),
        tables,
        trees: Vec::new(),
    }
}

fn head(scenario: &Scenario, plan: &Plan, seconds: Option<f64>) -> Head {
    let last = plan.levels.last();
    let (solver, version) = plan.solver.split_once(' ').unwrap_or((&plan.solver, ""));
    Head {
        question: "plan".into(),
        scenario: scenario.head().name.to_string(),
        scenario_hash: scenario.hash().to_string(),
        law_as_of: scenario.head().law_as_of.to_string(),
        law_hash: None,
        solver: Some((solver.into(), version.into())),
        status: plan.status.as_str().into(),
        objective: last.map(|l| {
            (
                l.value,
                l.bound,
                plan.levels.iter().map(|l| l.gap).fold(0.0, f64::max),
            )
        }),
        objective_unit: currency(scenario),
        seconds,
        currency: currency(scenario),
        remarks: plan.remarks.clone(),
    }
}

fn currency(scenario: &Scenario) -> String {
    scenario.head().currency.to_string()
}

/// `number` of `unit`s, per something: `USD per unit`.
fn per(unit: &str, of: &str) -> String {
    format!("{unit} per {of}")
}

struct Names<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
}

impl Names<'_> {
    fn day(&self, t: usize) -> jiff::civil::Date {
        self.scenario.head().horizon().start_of(t)
    }
    fn site(&self, s: usize) -> String {
        self.scenario.sites()[s].site.to_string()
    }
    fn item(&self, i: usize) -> String {
        self.scenario.items()[i].item.to_string()
    }
    fn unit(&self, i: usize) -> String {
        self.scenario.items()[i].unit.to_string()
    }
    fn made_in(&self, kind: usize) -> String {
        self.plan.kinds[kind].states.join(";")
    }
    fn lane(&self, l: usize) -> &darsena_scenario::Lane {
        &self.scenario.lanes()[l]
    }
    fn recipe(&self, r: usize) -> &darsena_scenario::Recipe {
        &self.scenario.recipes()[r]
    }
    fn demand(&self, d: usize) -> &darsena_scenario::Demand {
        &self.scenario.demands()[d]
    }
    fn item_place(&self, id: &darsena_scenario::ItemId) -> usize {
        self.scenario
            .find_item(id)
            .expect("a checked scenario knows its items")
    }
}

fn levels(scenario: &Scenario, plan: &Plan) -> Table {
    let money = currency(scenario);
    let name = |m: Measure| match m {
        Measure::Floors => "missing to floors".to_string(),
        Measure::Late { priority } => format!("open units of priority {priority}"),
        Measure::Share { priority } => format!("largest share waited at priority {priority}"),
        _ => "cost".to_string(),
    };
    let unit = |m: Measure| match m {
        Measure::Cost => money.clone(),
        Measure::Share { .. } => "share".into(),
        _ => "unit-periods".into(),
    };
    let rows = &plan.levels;
    Table::new(
        "levels",
        "one stage of the objective, in the order in which they were minimised",
    )
    .text("measure", rows.iter().map(|l| name(l.measure)))
    .number("value", "see unit", rows.iter().map(|l| l.value))
    .number("bound", "see unit", rows.iter().map(|l| l.bound))
    .number("gap", "share", rows.iter().map(|l| l.gap))
    .text("unit", rows.iter().map(|l| unit(l.measure)))
}

fn make(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.make;
    Table::new("make", "runs of a recipe started in a period")
        .text(
            "recipe",
            rows.iter()
                .map(|x| names.recipe(x.recipe).recipe.to_string()),
        )
        .text(
            "site",
            rows.iter().map(|x| names.recipe(x.recipe).site.to_string()),
        )
        .text(
            "item",
            rows.iter().map(|x| names.recipe(x.recipe).item.to_string()),
        )
        .day("starts", rows.iter().map(|x| names.day(x.period)))
        .day("available", rows.iter().map(|x| names.day(x.done)))
        .number("runs", "runs", rows.iter().map(|x| x.runs))
        .number(
            "quantity",
            "unit of the item",
            rows.iter().map(|x| x.quantity),
        )
        .text(
            "unit",
            rows.iter()
                .map(|x| names.unit(names.item_place(&names.recipe(x.recipe).item))),
        )
}

fn ship(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.ship;
    Table::new("ship", "units that leave over a lane in a period")
        .text(
            "lane",
            rows.iter().map(|x| names.lane(x.lane).lane.to_string()),
        )
        .text(
            "from_site",
            rows.iter()
                .map(|x| names.lane(x.lane).from_site.to_string()),
        )
        .text(
            "to_site",
            rows.iter().map(|x| names.lane(x.lane).to_site.to_string()),
        )
        .text("item", rows.iter().map(|x| names.item(x.item)))
        .text("made_in", rows.iter().map(|x| names.made_in(x.kind)))
        .day("departs", rows.iter().map(|x| names.day(x.period)))
        .day("arrives", rows.iter().map(|x| names.day(x.arrives)))
        .number(
            "quantity",
            "unit of the item",
            rows.iter().map(|x| x.quantity),
        )
        .text("unit", rows.iter().map(|x| names.unit(x.item)))
}

fn hold(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.hold;
    Table::new("hold", "units held at the end of a period")
        .text("site", rows.iter().map(|x| names.site(x.site)))
        .text("item", rows.iter().map(|x| names.item(x.item)))
        .text("made_in", rows.iter().map(|x| names.made_in(x.kind)))
        .day("period", rows.iter().map(|x| names.day(x.period)))
        .number(
            "quantity",
            "unit of the item",
            rows.iter().map(|x| x.quantity),
        )
        .text("unit", rows.iter().map(|x| names.unit(x.item)))
}

fn deliver(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.deliver;
    Table::new("deliver", "units handed over to a demand in a period")
        .text(
            "demand",
            rows.iter()
                .map(|x| names.demand(x.demand).demand.to_string()),
        )
        .text(
            "party",
            rows.iter()
                .map(|x| names.demand(x.demand).party.to_string()),
        )
        .text(
            "site",
            rows.iter().map(|x| names.demand(x.demand).site.to_string()),
        )
        .text(
            "item",
            rows.iter().map(|x| names.demand(x.demand).item.to_string()),
        )
        .text("made_in", rows.iter().map(|x| names.made_in(x.kind)))
        .day("period", rows.iter().map(|x| names.day(x.period)))
        .number(
            "quantity",
            "unit of the item",
            rows.iter().map(|x| x.quantity),
        )
        .text(
            "unit",
            rows.iter()
                .map(|x| names.unit(names.item_place(&names.demand(x.demand).item))),
        )
}

fn unmet(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.unmet;
    Table::new(
        "unmet",
        "units of a demand that are due and open at the end of a period",
    )
    .text(
        "demand",
        rows.iter()
            .map(|x| names.demand(x.demand).demand.to_string()),
    )
    .text(
        "party",
        rows.iter()
            .map(|x| names.demand(x.demand).party.to_string()),
    )
    .text(
        "item",
        rows.iter().map(|x| names.demand(x.demand).item.to_string()),
    )
    .day("period", rows.iter().map(|x| names.day(x.period)))
    .number(
        "quantity",
        "unit of the item",
        rows.iter().map(|x| x.quantity),
    )
}

fn overtime(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.overtime;
    Table::new(
        "overtime",
        "capacity beyond the regular one used in a period",
    )
    .text(
        "resource",
        rows.iter()
            .map(|x| scenario.resources()[x.resource].resource.to_string()),
    )
    .day("period", rows.iter().map(|x| names.day(x.period)))
    .number(
        "quantity",
        "unit of the resource",
        rows.iter().map(|x| x.quantity),
    )
}

fn shortfall(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.shortfall;
    Table::new(
        "shortfall",
        "units missing to a floor at the end of a period",
    )
    .text("site", rows.iter().map(|x| names.site(x.site)))
    .text("item", rows.iter().map(|x| names.item(x.item)))
    .day("period", rows.iter().map(|x| names.day(x.period)))
    .number(
        "quantity",
        "unit of the item",
        rows.iter().map(|x| x.quantity),
    )
}

fn lines(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let money = currency(scenario);
    let rows = &plan.viability;
    let state = |r: usize| match plan.lines.iter().find(|l| l.recipe == r) {
        Some(line) if line.open => "opens",
        Some(_) => "stays shut",
        None => "runs",
    };
    Table::new(
        "lines",
        "whether a recipe that is run, or that is a line, pays for itself under this plan",
    )
    .text(
        "recipe",
        rows.iter()
            .map(|x| names.recipe(x.recipe).recipe.to_string()),
    )
    .text("state", rows.iter().map(|x| state(x.recipe)))
    .number("runs", "runs", rows.iter().map(|x| x.runs))
    .number("revenue", &money, rows.iter().map(|x| x.revenue))
    .number(
        "variable_cost",
        &money,
        rows.iter().map(|x| x.variable_cost),
    )
    .number("fixed_cost", &money, rows.iter().map(|x| x.fixed_cost))
    .number("utilisation", "share", rows.iter().map(|x| x.utilisation))
    .number(
        "home_units",
        "unit of the item",
        rows.iter().map(|x| x.home_units),
    )
    .number(
        "export_units",
        "unit of the item",
        rows.iter().map(|x| x.export_units),
    )
    .number(
        "break_even_units",
        "unit of the item",
        rows.iter().map(|x| x.break_even_units),
    )
    .number(
        "break_even_export_units",
        "unit of the item",
        rows.iter().map(|x| x.break_even_export_units),
    )
}

fn utilisation(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.utilisation;
    Table::new("utilisation", "use of a resource in a period")
        .text(
            "resource",
            rows.iter()
                .map(|x| scenario.resources()[x.resource].resource.to_string()),
        )
        .day("period", rows.iter().map(|x| names.day(x.period)))
        .number("used", "unit of the resource", rows.iter().map(|x| x.used))
        .number(
            "capacity",
            "unit of the resource",
            rows.iter().map(|x| x.capacity),
        )
        .number(
            "overtime_limit",
            "unit of the resource",
            rows.iter().map(|x| x.overtime),
        )
}

/// (kind, id, site, item) of what has a price.
fn priced(names: &Names<'_>, what: Priced) -> (&'static str, String, String, String) {
    let scenario = names.scenario;
    match what {
        Priced::Capacity(q) => {
            let resource = &scenario.resources()[q];
            (
                "capacity",
                resource.resource.to_string(),
                resource.site.to_string(),
                String::new(),
            )
        }
        Priced::Material(s, i) => ("material", names.item(i), names.site(s), names.item(i)),
        Priced::Lane(l) => {
            let lane = names.lane(l);
            let item = lane
                .item
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            (
                "lane",
                lane.lane.to_string(),
                lane.from_site.to_string(),
                item,
            )
        }
    }
}

fn prices(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let money = currency(scenario);
    let rows = &plan.prices;
    let ids: Vec<_> = rows.iter().map(|p| priced(&names, p.what)).collect();
    Table::new(
        "prices",
        "what one more unit of a capacity, material or lane in one period would be worth",
    )
    .text("kind", ids.iter().map(|x| x.0))
    .text("id", ids.iter().map(|x| x.1.clone()))
    .text("site", ids.iter().map(|x| x.2.clone()))
    .text("item", ids.iter().map(|x| x.3.clone()))
    .day("period", rows.iter().map(|p| names.day(p.period)))
    .number("money", &per(&money, "unit"), rows.iter().map(|p| p.money))
    .number(
        "deliveries",
        "units delivered per unit",
        rows.iter().map(|p| p.deliveries),
    )
    .number(
        "unit_periods",
        "open unit-periods less per unit",
        rows.iter().map(|p| p.late_unit_periods),
    )
}

/// Prices of one thing summed over the horizon: what one more unit in every period would be worth.
#[derive(Default, Clone, Copy)]
struct Sum {
    periods: i64,
    money: f64,
    deliveries: Option<f64>,
    unit_periods: Option<f64>,
    first: usize,
    last: usize,
}

fn sums(plan: &Plan) -> Vec<(Priced, Sum)> {
    let mut sums: BTreeMap<Priced, Sum> = BTreeMap::new();
    for price in plan
        .prices
        .iter()
        .filter(|p| !matches!(p.what, Priced::Material(..)))
    {
        let sum = sums.entry(price.what).or_insert(Sum {
            first: price.period,
            ..Sum::default()
        });
        sum.periods += 1;
        sum.money += price.money;
        let add = |a: Option<f64>, b: Option<f64>| b.map(|b| a.unwrap_or(0.0) + b).or(a);
        sum.deliveries = add(sum.deliveries, price.deliveries);
        sum.unit_periods = add(sum.unit_periods, price.late_unit_periods);
        sum.last = price.period;
    }
    let mut rows: Vec<(Priced, Sum)> = sums.into_iter().collect();
    let worth = |s: &Sum| (s.unit_periods.unwrap_or(0.0), s.money);
    rows.sort_by(|(a, x), (b, y)| {
        let (x, y) = (worth(x), worth(y));
        y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)).then(a.cmp(b))
    });
    rows
}

fn binding(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let money = currency(scenario);
    let rows = sums(plan);
    let ids: Vec<_> = rows.iter().map(|(what, _)| priced(&names, *what)).collect();
    Table::new(
        "binding",
        "capacities and lanes that bind: what one more unit in every such period would be worth",
    )
    .text("kind", ids.iter().map(|x| x.0))
    .text("id", ids.iter().map(|x| x.1.clone()))
    .text("site", ids.iter().map(|x| x.2.clone()))
    .whole(
        "periods",
        "periods with a price",
        rows.iter().map(|(_, s)| s.periods),
    )
    .day("first", rows.iter().map(|(_, s)| names.day(s.first)))
    .day("last", rows.iter().map(|(_, s)| names.day(s.last)))
    .number(
        "money",
        &per(&money, "unit in each"),
        rows.iter().map(|(_, s)| s.money),
    )
    .number(
        "deliveries",
        "units delivered per unit in each",
        rows.iter().map(|(_, s)| s.deliveries),
    )
    .number(
        "unit_periods",
        "open unit-periods less per unit in each",
        rows.iter().map(|(_, s)| s.unit_periods),
    )
}

/// (cause, id) of a reason.
fn cause(names: &Names<'_>, cause: &Cause) -> (&'static str, String) {
    let scenario = names.scenario;
    match cause {
        Cause::Capacity { resource } => (
            "capacity",
            scenario.resources()[*resource].resource.to_string(),
        ),
        Cause::Material { item } => ("material", names.item(*item)),
        Cause::LeadTime { recipe } => ("lead-time", names.recipe(*recipe).recipe.to_string()),
        Cause::Transit { lane } => ("transit", names.lane(*lane).lane.to_string()),
        Cause::Lane { lane } => ("lane", names.lane(*lane).lane.to_string()),
        Cause::LaneDates { lane } => ("lane-dates", names.lane(*lane).lane.to_string()),
        Cause::RecipeDates { recipe } => ("recipe-dates", names.recipe(*recipe).recipe.to_string()),
        Cause::LineShut { recipe } => ("line-shut", names.recipe(*recipe).recipe.to_string()),
        Cause::Priority { party } => ("priority", scenario.parties()[*party].party.to_string()),
        Cause::Floor { site, item } => (
            "floor",
            format!("{}/{}", names.site(*site), names.item(*item)),
        ),
        Cause::MadeIn => ("made-in", String::new()),
        Cause::Cost => ("cost", String::new()),
        _ => ("several", String::new()),
    }
}

fn sentence(names: &Names<'_>, reason: &Reason) -> String {
    let (_, id) = cause(names, &reason.cause);
    let scenario = names.scenario;
    match &reason.cause {
        Cause::Capacity { .. } => format!("capacity of `{id}`"),
        Cause::Material { .. } => format!("no more `{id}`, which nobody in the scenario makes"),
        Cause::LeadTime { recipe } => {
            format!(
                "lead time of `{id}`, {} days",
                scenario.recipes()[*recipe].lead_time_days
            )
        }
        Cause::Transit { lane } => format!(
            "transit over `{id}`, {} days",
            scenario.lanes()[*lane].transit_days
        ),
        Cause::Lane { .. } => format!("limit of lane `{id}`"),
        Cause::LaneDates { .. } => format!("dates of lane `{id}`"),
        Cause::RecipeDates { .. } => format!("dates of `{id}`"),
        Cause::LineShut { .. } => format!("line `{id}` stays shut"),
        Cause::Priority { .. } => format!("units go to `{id}` instead"),
        Cause::Floor { .. } => format!("floor kept at `{id}`"),
        Cause::MadeIn => "only units made in certain states are accepted".into(),
        Cause::Cost => "serving it sooner costs more than its lateness is priced".into(),
        _ => "several things together: no single one helps".into(),
    }
}

fn reasons(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows: Vec<(&DemandAnswer, &Reason)> = plan
        .demands
        .iter()
        .flat_map(|d| d.reasons.iter().map(move |r| (d, r)))
        .collect();
    let causes: Vec<_> = rows.iter().map(|(_, r)| cause(&names, &r.cause)).collect();
    Table::new(
        "reasons",
        "a thing that, relaxed alone and the plan made again, serves a late demand sooner",
    )
    .text(
        "demand",
        rows.iter()
            .map(|(d, _)| names.demand(d.demand).demand.to_string()),
    )
    .text("cause", causes.iter().map(|c| c.0))
    .text("id", causes.iter().map(|c| c.1.clone()))
    .number(
        "gain_unit_periods",
        "open unit-periods less",
        rows.iter().map(|(_, r)| r.gain_unit_periods),
    )
    .number(
        "gain_units",
        "units delivered more",
        rows.iter().map(|(_, r)| r.gain_units),
    )
    .text("sentence", rows.iter().map(|(_, r)| sentence(&names, r)))
}

fn demands(scenario: &Scenario, plan: &Plan) -> Table {
    let names = Names { scenario, plan };
    let rows = &plan.demands;
    let demand = |d: &DemandAnswer| names.demand(d.demand);
    let reasons = |d: &DemandAnswer| -> Vec<Value> {
        let one = |r: &Reason| {
            let (cause, id) = cause(&names, &r.cause);
            json!({
                "cause": cause,
                "id": id,
                "gain_unit_periods": settled(r.gain_unit_periods),
                "gain_units": settled(r.gain_units),
                "sentence": sentence(&names, r),
            })
        };
        d.reasons.iter().map(one).collect()
    };
    Table::new("demands", "how one demand fares")
        .text("demand", rows.iter().map(|d| demand(d).demand.to_string()))
        .text("party", rows.iter().map(|d| demand(d).party.to_string()))
        .text("site", rows.iter().map(|d| demand(d).site.to_string()))
        .text("item", rows.iter().map(|d| demand(d).item.to_string()))
        .whole(
            "priority",
            "",
            rows.iter().map(|d| i64::from(demand(d).priority)),
        )
        .day("due", rows.iter().map(|d| demand(d).due))
        .number(
            "quantity",
            "unit of the item",
            rows.iter().map(|d| demand(d).quantity),
        )
        .number(
            "on_time",
            "unit of the item",
            rows.iter().map(|d| d.on_time),
        )
        .number(
            "delivered",
            "unit of the item",
            rows.iter().map(|d| d.delivered),
        )
        .number("unmet", "unit of the item", rows.iter().map(|d| d.unmet))
        .number(
            "late_unit_periods",
            "unit-periods",
            rows.iter().map(|d| d.late_unit_periods),
        )
        .day(
            "first_delivery",
            rows.iter().map(|d| d.first.map(|t| names.day(t))),
        )
        .day(
            "complete",
            rows.iter().map(|d| d.complete.map(|t| names.day(t))),
        )
        .text(
            "from_sites",
            rows.iter().map(|d| {
                d.from_sites
                    .iter()
                    .map(|&s| names.site(s))
                    .collect::<Vec<_>>()
                    .join(";")
            }),
        )
        .lists("reasons", rows.iter().map(reasons))
}

/// What serves `demand`, down to runs and stocks, as a tree.
pub fn peg(scenario: &Scenario, plan: &Plan, demand: usize, seconds: Option<f64>) -> Answer {
    let trace = Trace::new(scenario, plan);
    let pegs = trace.peg(plan, demand);
    let names = Names { scenario, plan };
    let tree: Vec<Value> = pegs.iter().map(|p| peg_json(&names, p)).collect();
    let mut head = head(scenario, plan, seconds);
    head.question = "plan --peg".into();
    let tables = vec![demands(
        scenario,
        &Plan {
            demands: vec![plan.demands[demand].clone()],
            ..plan.clone()
        },
    )];
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

/// The plan on one screen or two: how it ended, who waits and why, what binds.
pub fn readable(scenario: &Scenario, plan: &Plan) -> String {
    let names = Names { scenario, plan };
    let horizon = scenario.head().horizon();
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!(
        "plan of `{}`: {} ({}), {} to {}, {} periods",
        scenario.head().name,
        plan.status.as_str(),
        if plan.objective == Objective::Lexicographic {
            "lexicographic"
        } else {
            "weighted"
        },
        scenario.head().start,
        horizon.start_of(horizon.len()),
        horizon.len()
    ));
    for remark in &plan.remarks {
        line(format!("note: {remark}"));
    }
    line(String::new());
    line(text(&levels(scenario, plan)));
    line("Who gets what (units; months and weeks are periods of the scenario)".into());
    line(text(&by_party(&names)));
    let rows = sums(plan);
    if let Some((what, sum)) = rows.first() {
        let (kind, id, site, _) = priced(&names, *what);
        line(format!(
            "What binds most: {kind} `{id}` at {site}, {} to {}. One more unit in each of these {} periods: {} more delivered, {} open unit-periods less, {} {} saved.",
            names.day(sum.first),
            names.day(sum.last),
            sum.periods,
            sum.deliveries.map_or("not known".into(), number),
            sum.unit_periods.map_or("not known".into(), number),
            number(sum.money),
            currency(scenario)
        ));
        line(String::new());
        let all = binding(scenario, plan);
        let few = rows.len().min(12);
        line(text(&head_of(&all, few)));
        if rows.len() > few {
            line(format!(
                "... and {} more: `--table binding`\n",
                rows.len() - few
            ));
        }
    }
    let waiting = waiting(&names);
    if !waiting.is_empty() {
        line("Who waits, and why (each proved by relaxing it alone and planning again)".into());
        line(text(&waiting));
    }
    let shut = lines(scenario, plan);
    if !plan.lines.is_empty() {
        line("Lines that open or stay shut".into());
        line(text(&shut));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn head_of(table: &Table, rows: usize) -> Table {
    use crate::answer::Values;
    let mut table = table.clone();
    for column in &mut table.columns {
        match &mut column.values {
            Values::Text(v) => v.truncate(rows),
            Values::Number(v) => v.truncate(rows),
            Values::Whole(v) => v.truncate(rows),
            Values::Flag(v) => v.truncate(rows),
            Values::Day(v) => v.truncate(rows),
            Values::Lists(v) => v.truncate(rows),
        }
    }
    table
}

#[derive(Default, Clone, Copy)]
struct Fare {
    quantity: f64,
    on_time: f64,
    delivered: f64,
    unmet: f64,
    late: f64,
}

/// Demands of one item by party, summed.
fn fares(names: &Names<'_>) -> BTreeMap<(String, String), Fare> {
    let mut fares: BTreeMap<(String, String), Fare> = BTreeMap::new();
    for answer in &names.plan.demands {
        let demand = names.demand(answer.demand);
        let fare = fares
            .entry((demand.item.to_string(), demand.party.to_string()))
            .or_default();
        fare.quantity += demand.quantity;
        fare.on_time += answer.on_time;
        fare.delivered += answer.delivered;
        fare.unmet += answer.unmet;
        fare.late += answer.late_unit_periods;
    }
    fares
}

fn by_party(names: &Names<'_>) -> Table {
    let fares = fares(names);
    Table::new("parties", "demands of one party for one item, summed")
        .text("item", fares.keys().map(|k| k.0.clone()))
        .text("party", fares.keys().map(|k| k.1.clone()))
        .number("due", "", fares.values().map(|f| f.quantity))
        .number("on time", "", fares.values().map(|f| f.on_time))
        .number("late", "", fares.values().map(|f| f.delivered - f.on_time))
        .number("unmet", "", fares.values().map(|f| f.unmet))
        .number(
            "mean periods late",
            "",
            fares
                .values()
                .map(|f| f.late / f.quantity.max(f64::MIN_POSITIVE)),
        )
}

/// Per party and item that waits: when it waits most, and the strongest reasons with summed gains.
fn waiting(names: &Names<'_>) -> Table {
    // Per party and item, per sort of cause and sentence, what it would save.
    type Gains = BTreeMap<(&'static str, String), f64>;
    let mut causes: BTreeMap<(String, String), Gains> = BTreeMap::new();
    let mut late: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    for answer in names
        .plan
        .demands
        .iter()
        .filter(|d| d.late_unit_periods > 0.0)
    {
        let demand = names.demand(answer.demand);
        let key = (demand.item.to_string(), demand.party.to_string());
        let sum = late.entry(key.clone()).or_default();
        sum.0 += answer.late_unit_periods;
        sum.1 += answer.unmet;
        let of = causes.entry(key).or_default();
        for reason in &answer.reasons {
            let (sort, _) = cause(names, &reason.cause);
            *of.entry((sort, sentence(names, reason))).or_default() += reason.gain_unit_periods;
        }
    }
    // The strongest of each sort, so that a full line does not hide a slow one.
    let strongest = |key: &(String, String)| {
        let mut of: Vec<(&(&str, String), &f64)> = causes[key].iter().collect();
        of.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
        let mut seen = Vec::new();
        of.retain(|((sort, _), _)| {
            !seen.contains(sort) && {
                seen.push(sort);
                true
            }
        });
        let told = |((_, words), gain): (&(&str, String), &f64)| match *gain {
            gain if gain >= 10.0 => format!("{words} ({})", number(gain.round())),
            gain if gain > 0.0 => format!("{words} ({})", number((gain * 10.0).ceil() / 10.0)),
            _ => words.clone(),
        };
        of.into_iter()
            .take(3)
            .map(told)
            .collect::<Vec<_>>()
            .join("; ")
    };
    Table::new("waiting", "who waits and why")
        .text("item", late.keys().map(|k| k.0.clone()))
        .text("party", late.keys().map(|k| k.1.clone()))
        .number("open unit-periods", "", late.values().map(|v| v.0))
        .number("unmet", "", late.values().map(|v| v.1))
        .text(
            "reasons (unit-periods each alone would save)",
            late.keys().map(strongest),
        )
}

/// Demands that fare differently in the plans of two scenarios.
pub fn difference(
    first: (&Scenario, &Plan),
    second: (&Scenario, &Plan),
    seconds: Option<f64>,
) -> Answer {
    use darsena_plan::compare::{Fare, compare};
    let rows = compare(first, second);
    let of = |side: Option<Fare>, field: fn(Fare) -> f64| side.map(field);
    let whose = |id: &str| {
        [first.0, second.0]
            .iter()
            .find_map(|s| s.find_demand(id).map(|d| &s.demands()[d]))
            .expect("one has it")
    };
    let table = Table::new(
        "demands",
        "a demand that fares differently in the second plan",
    )
    .text("demand", rows.iter().map(|r| r.demand.clone()))
    .text(
        "party",
        rows.iter().map(|r| whose(&r.demand).party.to_string()),
    )
    .text(
        "item",
        rows.iter().map(|r| whose(&r.demand).item.to_string()),
    )
    .number(
        "on_time_before",
        "unit of the item",
        rows.iter().map(|r| of(r.before, |f| f.on_time)),
    )
    .number(
        "on_time_after",
        "unit of the item",
        rows.iter().map(|r| of(r.after, |f| f.on_time)),
    )
    .number(
        "delivered_before",
        "unit of the item",
        rows.iter().map(|r| of(r.before, |f| f.delivered)),
    )
    .number(
        "delivered_after",
        "unit of the item",
        rows.iter().map(|r| of(r.after, |f| f.delivered)),
    )
    .number(
        "late_before",
        "unit-periods",
        rows.iter().map(|r| of(r.before, |f| f.late_unit_periods)),
    )
    .number(
        "late_after",
        "unit-periods",
        rows.iter().map(|r| of(r.after, |f| f.late_unit_periods)),
    );
    let mut head = head(second.0, second.1, seconds);
    head.question = "plan --against".into();
    head.remarks.insert(
        0,
        format!("before: {} ({})", first.0.head().name, first.0.hash()),
    );
    Answer {
        head,
        tables: vec![table],
        trees: Vec::new(),
    }
}

/// Every table of an answer for reading, one under the other.
pub fn readable_tables(answer: &Answer) -> String {
    let mut out = String::new();
    for remark in &answer.head.remarks {
        out.push_str(&format!("note: {remark}\n"));
    }
    for table in &answer.tables {
        out.push_str(&format!("\n{}: {}\n", table.name, table.about));
        out.push_str(&if table.is_empty() {
            "none\n".into()
        } else {
            text(table)
        });
    }
    out
}
