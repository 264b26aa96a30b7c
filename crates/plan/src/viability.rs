//! Whether a line pays for itself, and where the units of a demand came from.
//!
//! # Formula
//! Over the horizon, for recipe r with value v per unit of output and inputs valued likewise:
//!
//! ```text
//! revenue        = v · units made
//! variable cost  = (cost + sum of input values) · runs
//! break-even     = fixed cost / (margin per unit),   margin = (revenue - variable cost) per unit
//! export needed  = max(0, break-even - units for its own state)
//! ```
//!
//! # Limits
//! Values are those of the items table, not prices of any contract; overtime, transport and
//! overheads that the tables do not carry are not in it.

use std::collections::BTreeMap;

use darsena_scenario::Scenario;

use crate::peg::{Origin, Trace};
use crate::plan::{Plan, Viability};

/// Writes into each demand's answer the sites its units came from.
pub(crate) fn sources(scenario: &Scenario, trace: &Trace, plan: &mut Plan) {
    for (n, deliver) in plan.deliver.iter().enumerate() {
        for (origin, _) in trace.roots(n) {
            let id = match origin {
                Origin::Stock(s) => &scenario.stockpiles()[s].site,
                Origin::Receipt(r) => &scenario.receipts()[r].site,
                Origin::Run(m) => &scenario.recipes()[plan.make[m].recipe].site,
                Origin::Shipment(_) => continue,
            };
            let site = scenario
                .find_site(id)
                .expect("a checked scenario knows its sites");
            let from = &mut plan.demands[deliver.demand].from_sites;
            if let Err(place) = from.binary_search(&site) {
                from.insert(place, site);
            }
        }
    }
}

/// One row per recipe that is run or that is a line, in order of recipe.
pub(crate) fn viability(scenario: &Scenario, trace: &Trace, plan: &Plan) -> Vec<Viability> {
    let mut runs: BTreeMap<usize, f64> = plan.lines.iter().map(|l| (l.recipe, 0.0)).collect();
    for make in &plan.make {
        *runs.entry(make.recipe).or_default() += make.runs;
    }
    let mut delivered: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (n, deliver) in plan.deliver.iter().enumerate() {
        let demand = &scenario.demands()[deliver.demand];
        let party = scenario
            .find_party(&demand.party)
            .expect("a checked scenario knows its parties");
        let buyer = scenario.parties()[party].state.to_string();
        for (origin, quantity) in trace.roots(n) {
            if let Origin::Run(m) = origin {
                let recipe = plan.make[m].recipe;
                let site = scenario
                    .find_site(&scenario.recipes()[recipe].site)
                    .expect("checked");
                let units = delivered.entry(recipe).or_default();
                if scenario.sites()[site].state.to_string() == buyer {
                    units.0 += quantity;
                } else {
                    units.1 += quantity;
                }
            }
        }
    }
    let value = |id| {
        let item = scenario
            .find_item(id)
            .expect("a checked scenario knows its items");
        scenario.items()[item].value.unwrap_or(0.0)
    };
    let mut input_value = vec![0.0; scenario.recipes().len()];
    for row in scenario.recipe_inputs() {
        let r = scenario
            .find_recipe(&row.recipe)
            .expect("a checked scenario knows its recipes");
        input_value[r] += row.quantity * value(&row.item);
    }
    runs.into_iter()
        .map(|(r, runs)| {
            let recipe = &scenario.recipes()[r];
            let revenue_per_run = recipe.quantity * value(&recipe.item);
            let variable_per_run = recipe.cost + input_value[r];
            let margin = (revenue_per_run - variable_per_run) / recipe.quantity;
            let open = plan
                .lines
                .iter()
                .find(|l| l.recipe == r)
                .is_none_or(|l| l.open);
            let (home_units, export_units) = delivered.get(&r).copied().unwrap_or_default();
            let break_even_units = (margin > 0.0).then(|| recipe.fixed_cost / margin);
            Viability {
                recipe: r,
                runs,
                revenue: revenue_per_run * runs,
                variable_cost: variable_per_run * runs,
                fixed_cost: if open { recipe.fixed_cost } else { 0.0 },
                utilisation: utilisation(scenario, plan, r, runs),
                home_units,
                export_units,
                break_even_units,
                break_even_export_units: break_even_units
                    .map(|units| (units - home_units).max(0.0)),
            }
        })
        .collect()
}

/// Share of the capacity of its own resource that the recipe takes over the periods it may run.
fn utilisation(scenario: &Scenario, plan: &Plan, r: usize, runs: f64) -> Option<f64> {
    let recipe = &scenario.recipes()[r];
    let resource = scenario.find_resource(recipe.resource.as_ref()?)?;
    let window = scenario.head().horizon().span(recipe.from, recipe.until);
    let uses = plan
        .utilisation
        .iter()
        .filter(|u| u.resource == resource && window.contains(&u.period));
    let capacity: f64 = uses.map(|u| u.capacity).sum();
    (capacity > 0.0).then(|| recipe.usage * runs / capacity)
}
