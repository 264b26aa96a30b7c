//! What binds: shadow prices one by one, and summed over the periods in which a thing has one.

use std::collections::BTreeMap;

use darsena_plan::{Plan, Priced};

use super::{Names, currency, per};
use crate::answer::Table;

/// Names of what has a price.
pub(super) struct Thing {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) site: String,
    item: String,
    made_in: String,
}

/// The names of what has a price.
pub(super) fn priced(names: &Names<'_>, what: Priced) -> Thing {
    let scenario = names.scenario;
    let thing = |kind, id: &str, site: &str| Thing {
        kind,
        id: id.to_owned(),
        site: site.to_owned(),
        item: String::new(),
        made_in: String::new(),
    };
    match what {
        Priced::Capacity(q) => {
            let resource = &scenario.resources()[q];
            thing("capacity", &resource.resource, &resource.site)
        }
        Priced::Material(s, kind) => {
            let item = names.item(names.plan.kinds[kind].item);
            Thing {
                made_in: names.made_in(kind),
                item: item.clone(),
                ..thing("material", &item, &names.site(s))
            }
        }
        Priced::Ceiling(c) => thing("ceiling", &names.plan.ceilings[c], ""),
        Priced::Lane(l) => {
            let lane = names.lane(l);
            Thing {
                item: lane.item.as_deref().unwrap_or_default().to_owned(),
                ..thing("lane", &lane.lane, &lane.from_site)
            }
        }
    }
}

pub(super) fn prices(names: &Names<'_>) -> Table {
    let Names { scenario, plan } = *names;
    let money = currency(scenario);
    let rows = &plan.prices;
    let things: Vec<_> = rows.iter().map(|p| priced(names, p.what)).collect();
    Table::new(
        "prices",
        "what one more unit of a capacity, material or lane in one period would be worth",
    )
    .text("kind", things.iter().map(|x| x.kind))
    .text("id", things.iter().map(|x| x.id.clone()))
    .text("site", things.iter().map(|x| x.site.clone()))
    .text("item", things.iter().map(|x| x.item.clone()))
    .text("made_in", things.iter().map(|x| x.made_in.clone()))
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
pub(super) struct Sum {
    pub(super) periods: i64,
    pub(super) money: f64,
    pub(super) deliveries: Option<f64>,
    pub(super) unit_periods: Option<f64>,
    pub(super) first: usize,
    pub(super) last: usize,
}

pub(super) fn sums(plan: &Plan) -> Vec<(Priced, Sum)> {
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

pub(super) fn binding(names: &Names<'_>) -> Table {
    let Names { scenario, plan } = *names;
    let money = currency(scenario);
    let rows = sums(plan);
    let things: Vec<_> = rows.iter().map(|(what, _)| priced(names, *what)).collect();
    Table::new(
        "binding",
        "capacities and lanes that bind: what one more unit in every such period would be worth",
    )
    .text("kind", things.iter().map(|x| x.kind))
    .text("id", things.iter().map(|x| x.id.clone()))
    .text("site", things.iter().map(|x| x.site.clone()))
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
