//! What is made, sent, held, handed over and left open, and how each stage of the objective ended.

use darsena_plan::{BreakEven, Measure};

use super::{Names, currency};
use crate::answer::Table;

pub(super) fn levels(names: &Names<'_>) -> Table {
    let Names { scenario, plan } = *names;
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

pub(super) fn make(names: &Names<'_>) -> Table {
    let plan = names.plan;
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

pub(super) fn ship(names: &Names<'_>) -> Table {
    let plan = names.plan;
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

pub(super) fn hold(names: &Names<'_>) -> Table {
    let plan = names.plan;
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

pub(super) fn deliver(names: &Names<'_>) -> Table {
    let plan = names.plan;
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

pub(super) fn unmet(names: &Names<'_>) -> Table {
    let plan = names.plan;
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

pub(super) fn overtime(names: &Names<'_>) -> Table {
    let Names { scenario, plan } = *names;
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

pub(super) fn shortfall(names: &Names<'_>) -> Table {
    let plan = names.plan;
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

pub(super) fn lines(names: &Names<'_>) -> Table {
    let Names { scenario, plan } = *names;
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
    .text(
        "break_even",
        rows.iter().map(|x| match x.break_even(scenario) {
            BreakEven::Units(_) => "units",
            BreakEven::Never => "never",
            BreakEven::NotApplicable => "not-applicable",
        }),
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

pub(super) fn utilisation(names: &Names<'_>) -> Table {
    let Names { scenario, plan } = *names;
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
