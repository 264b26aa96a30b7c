//! What binds: shadow prices one by one, and what one more of each limit gains.

use darsena_plan::Priced;

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

pub(super) fn binding(names: &Names<'_>) -> Table {
    let Names { scenario, plan } = *names;
    let money = currency(scenario);
    let rows = &plan.worths;
    let things: Vec<_> = rows.iter().map(|w| priced(names, w.what)).collect();
    let gains = || rows.iter().map(|w| w.gain);
    Table::new(
        "binding",
        "capacities, lanes and ceilings that bind: what one more unit in every period gains, planned again with it",
    )
    .text("kind", things.iter().map(|x| x.kind))
    .text("id", things.iter().map(|x| x.id.clone()))
    .text("site", things.iter().map(|x| x.site.clone()))
    .whole(
        "periods",
        "periods with a shadow price",
        rows.iter().map(|w| i64::try_from(w.periods.len()).ok()),
    )
    .day("first", rows.iter().map(|w| w.periods.first().map(|&t| names.day(t))))
    .day("last", rows.iter().map(|w| w.periods.last().map(|&t| names.day(t))))
    .number("money", &money, gains().map(|g| g.map(|g| g.money)))
    .number("deliveries", "units delivered", gains().map(|g| g.map(|g| g.deliveries)))
    .number(
        "unit_periods",
        "open unit-periods less",
        gains().map(|g| g.map(|g| g.late_unit_periods)),
    )
}
