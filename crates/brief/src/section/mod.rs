//! The sections of the page, in the order in which they stand.

pub(crate) mod deliveries;
pub(crate) mod front;
pub(crate) mod late;
pub(crate) mod law;
pub(crate) mod lines;
pub(crate) mod loads;
pub(crate) mod method;
pub(crate) mod network;
pub(crate) mod repair;
pub(crate) mod stocks;
pub(crate) mod worth;

use maud::{Markup, html};

use crate::bind::{Rows, name};
use crate::figures::Figures;
use crate::text;

/// A section with its heading and anchor.
fn section(id: &str, title: &str, content: Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby=(format!("{id}-title")) {
            h2 id=(format!("{id}-title")) { (title) }
            (content)
        }
    }
}

/// The labels of the time axis: the first period of each year, or of each quarter or month where
/// the horizon is short.
pub(crate) fn ticks(figures: &Figures<'_>) -> Vec<(usize, String)> {
    let horizon = &figures.horizon;
    let starts: Vec<_> = (0..horizon.len()).map(|t| horizon.start_of(t)).collect();
    let turns = |differs: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..starts.len())
            .filter(|t| *t > 0 && differs(*t))
            .collect()
    };
    let years = turns(&|t| starts[t].year() != starts[t - 1].year());
    if years.len() >= 2 {
        return years
            .into_iter()
            .map(|t| (t, starts[t].year().to_string()))
            .collect();
    }
    let months = turns(&|t| starts[t].month() != starts[t - 1].month());
    let every = months.len().div_ceil(5).max(1);
    let places = if months.is_empty() {
        vec![0, starts.len() / 2]
    } else {
        months.into_iter().step_by(every).collect()
    };
    places
        .into_iter()
        .map(|t| (t, text::period(horizon, t)))
        .collect()
}

/// Names in words of the scenario.
impl text::Names for Figures<'_> {
    fn item(&self, item: usize) -> Markup {
        let row = &self.scenario.items()[item];
        name("items", &row.item, &row.name)
    }

    fn site(&self, site: usize) -> Markup {
        let row = &self.scenario.sites()[site];
        name("sites", &row.site, &row.name)
    }

    fn obstacle(&self, obstacle: usize) -> Markup {
        html! { (self.plan.obstacles[obstacle].1) }
    }

    fn ceiling(&self, ceiling: usize) -> Markup {
        name("authorizations", &self.plan.ceilings[ceiling], "")
    }

    fn party(&self, party: usize) -> Markup {
        let row = &self.scenario.parties()[party];
        name("parties", &row.party, &row.name)
    }

    fn resource(&self, resource: usize) -> Markup {
        let row = &self.scenario.resources()[resource];
        let label = resource_label(self, resource);
        name("resources", &row.resource, &label)
    }

    fn recipe(&self, recipe: usize) -> (Markup, Markup, Markup) {
        let row = &self.scenario.recipes()[recipe];
        let item = self
            .scenario
            .find_item(&row.item)
            .expect("a checked scenario knows its items");
        let site = self
            .scenario
            .find_site(&row.site)
            .expect("a checked scenario knows its sites");
        let days = f64::from(row.lead_time_days);
        let days = Rows::new("recipes", row.recipe.as_str()).quantity("lead_time_days", days);
        (self.item(item), self.site(site), days)
    }

    fn lane(&self, lane: usize) -> (Markup, Markup, Markup) {
        let row = &self.scenario.lanes()[lane];
        let from = self
            .scenario
            .find_site(&row.from_site)
            .expect("a checked scenario knows its sites");
        let to = self
            .scenario
            .find_site(&row.to_site)
            .expect("a checked scenario knows its sites");
        let days = Rows::new("lanes", row.lane.as_str())
            .quantity("transit_days", f64::from(row.transit_days));
        (self.site(from), self.site(to), days)
    }
}

/// A resource and where it is: `Final assembly (Lockheed Martin, Camden)`.
fn resource_label(figures: &Figures<'_>, resource: usize) -> String {
    let site = &figures.scenario.resources()[resource].site;
    format!(
        "{} ({})",
        resource_name(figures, resource),
        site_label(figures, site)
    )
}

/// A resource without its place.
fn resource_name(figures: &Figures<'_>, resource: usize) -> String {
    let row = &figures.scenario.resources()[resource];
    if row.name.is_empty() {
        row.resource.to_string()
    } else {
        row.name.to_string()
    }
}

/// The name of a site without what comes after its second comma: `Boeing, Huntsville`.
fn site_label(figures: &Figures<'_>, id: &str) -> String {
    let Some(place) = figures.scenario.find_site(id) else {
        return id.to_owned();
    };
    let row = &figures.scenario.sites()[place];
    if row.name.is_empty() {
        return row.site.to_string();
    }
    let mut commas = row.name.match_indices(',');
    commas.next();
    match commas.next() {
        Some((second, _)) => row.name[..second].to_owned(),
        None => row.name.to_string(),
    }
}

/// An item, and where its units were made if that is told apart.
fn made(figures: &Figures<'_>, kind: usize) -> Markup {
    let kind = &figures.plan.kinds[kind];
    html! { (text::Names::item(figures, kind.item)) (made_in(figures, &kind.states)) }
}

/// The same for text that cannot hold markup.
fn made_label(figures: &Figures<'_>, kind: usize) -> String {
    let kind = &figures.plan.kinds[kind];
    item_label(figures, kind.item) + &made_in(figures, &kind.states)
}

fn made_in(figures: &Figures<'_>, states: &[String]) -> String {
    let names: Vec<&str> = states
        .iter()
        .map(|state| state_label(figures, state))
        .collect();
    text::made_in(&names)
}

/// The name of a state.
fn state_label<'a>(figures: &Figures<'a>, state: &'a str) -> &'a str {
    let parties = figures.scenario.parties();
    match figures.scenario.find_party(state) {
        Some(n) if !parties[n].name.is_empty() => &parties[n].name,
        _ => state,
    }
}

/// A name for text that cannot hold markup.
fn item_label(figures: &Figures<'_>, item: usize) -> String {
    let row = &figures.scenario.items()[item];
    if row.name.is_empty() {
        row.item.to_string()
    } else {
        row.name.to_string()
    }
}

/// A name for text that cannot hold markup.
fn party_label(figures: &Figures<'_>, party: usize) -> String {
    let row = &figures.scenario.parties()[party];
    if row.name.is_empty() {
        row.party.to_string()
    } else {
        row.name.to_string()
    }
}
