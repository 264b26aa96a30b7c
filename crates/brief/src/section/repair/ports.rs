//! Load of the yards, month by month: docks and trades of each site against what they can do.

use std::collections::BTreeMap;

use darsena_repair::load::{self, Month};
use darsena_repair::problem::UNIT;
use maud::{Markup, html};

use super::rows::Told;
use super::{share_or_none, whole};
use crate::bind::{Notes, Rows, name};
use crate::chart::{Caption, Time, ports};
use crate::figures::Figures;
use crate::number::percent;
use crate::section::{resource_name, site_label};
use crate::table::{Column, fold, number, numbers};
use crate::text::{self, repair as words};

/// One dock, all docks of a site, or one trade.
struct Load {
    /// Table and id; none for all docks of a site together.
    row: Option<(&'static str, usize)>,
    label: String,
    used: Vec<f64>,
    capacity: Vec<f64>,
    beyond: f64,
}

impl Load {
    /// Share of what there is in the fullest month.
    fn fullest(&self) -> Option<f64> {
        let months = self
            .used
            .iter()
            .zip(&self.capacity)
            .filter(|(_, capacity)| **capacity > 0.0);
        months
            .map(|(used, capacity)| used / capacity)
            .max_by(f64::total_cmp)
    }

    fn mean(&self) -> Option<f64> {
        let capacity: f64 = self.capacity.iter().sum();
        (capacity > 0.0).then(|| self.used.iter().sum::<f64>() / capacity)
    }
}

pub(super) fn ports(figures: &Figures<'_>, notes: &mut Notes<'_>, told: Told<'_>) -> Markup {
    let (problem, visits) = (told.page.problem, &told.page.outcome.visits);
    let months = load::months(problem, visits);
    // After the last day of work nothing is to be seen.
    let last = visits
        .iter()
        .flatten()
        .map(|visit| visit.back)
        .max()
        .unwrap_or(0);
    let months: Vec<Month> = months
        .into_iter()
        .filter(|month| month.from < last)
        .collect();
    let ticks = ticks(&months);
    let time = Time {
        periods: months.len(),
        ticks: &ticks,
    };
    let mut sites = loads(figures, told, &months);
    sites.sort_by_cached_key(|(site, _)| told.order(*site));
    // Months differ in length: drawn is the mean of their days.
    let by_day = |sums: &[f64]| -> Vec<f64> {
        sums.iter()
            .zip(&months)
            .map(|(sum, month)| sum / f64::from((month.until - month.from).max(1)))
            .collect()
    };
    let scenario = figures.scenario;
    let rows: Vec<Markup> = { sites.iter() }
        .flat_map(|(site, loads)| loads.iter().map(move |load| (*site, load)))
        .filter_map(|(site, load)| {
            let (table, place) = load.row?;
            let place_name = site_label(figures, &scenario.sites()[site].site);
            let (id, label, cite, unit) = if table == "docks" {
                let row = &scenario.docks()[place];
                let shut = scenario.closures().iter().filter(|closure| closure.id.as_str() == row.dock.as_str());
                let cite = notes.cite(row.source.iter().chain(shut.flat_map(|closure| &closure.source)));
                (row.dock.to_string(), told.dock_name(place), cite, words::DOCK_DAYS)
            } else {
                let id = problem.resources[place].id.as_str();
                let row = scenario.find_resource(id);
                let label = row.map_or_else(|| id.to_owned(), |n| resource_name(figures, n));
                let sources = row.map(|n| scenario.capacity_of(&scenario.resources()[n].resource));
                (id.to_owned(), label, notes.cite(sources.into_iter().flatten().flat_map(|row| &row.source)), words::UNIT_DAYS)
            };
            let (answer, key, columns) = if table == "docks" {
                ("repair.docks", "dock", ("days_taken", "days_open"))
            } else {
                ("repair.resources", "resource", ("used", "regular"))
            };
            let rows = Rows::filtered(answer, &[(key, &id)]);
            Some(html! { tr {
                th scope="row" { (name(table, &id, &label)) (cite) br; span class="soft" { (place_name) } }
                (number(whole(&rows, columns.0, load.used.iter().sum())))
                (number(whole(&rows, columns.1, load.capacity.iter().sum())))
                (number(if table == "docks" { html! { (text::NONE) } } else { whole(&rows, "beyond", load.beyond) }))
                td { (unit) }
                (number(share_or_none(&rows, &format!("{}/{}", columns.0, columns.1), load.mean())))
                (number(share_or_none(&rows, &format!("max({}/{})", columns.0, columns.1), load.fullest())))
            } })
        })
        .collect();
    html! {
        p { (words::PORTS_NOTE) }
        figure {
            (fold(&words::chart_of(sites.len(), "yard", "yards"), html! { div class="ports" {
                @for (n, (site, loads)) in sites.iter().enumerate() {
                    @let title = site_label(figures, &scenario.sites()[*site].site);
                    @let id = format!("repair-port-{n}");
                    @let words: Vec<String> = loads.iter().map(|load| words::fullest(load.fullest().map(percent).as_deref())).collect();
                    @let means: Vec<(Vec<f64>, Vec<f64>)> = loads.iter().map(|load| (by_day(&load.used), by_day(&load.capacity))).collect();
                    @let panels: Vec<ports::Panel<'_>> = loads.iter().zip(&words).zip(&means).map(|((load, note), (used, capacity))| ports::Panel {
                        label: &load.label, note, used, capacity,
                    }).collect();
                    div class="port" {
                        p class="chart-title" { (name("sites", &scenario.sites()[*site].site, &title)) }
                        (ports::port(&Caption { id: &id, title: &title, description: words::PORTS_DESCRIPTION }, &time, &panels))
                    }
                }
            } }))
            (numbers(words::LOAD_TABLE, &[
                Column::Words(words::WHAT), Column::Number(words::USED), Column::Number(words::CAPACITY), Column::Number(words::BEYOND),
                Column::Words(words::UNIT), Column::Number(words::MEAN), Column::Number(words::FULLEST),
            ], &rows))
        }
    }
}

/// Loads by site, in order of the sites' first dock or trade.
fn loads(figures: &Figures<'_>, told: Told<'_>, months: &[Month]) -> Vec<(usize, Vec<Load>)> {
    let (problem, visits) = (told.page.problem, &told.page.outcome.visits);
    let place = |month: &Month| months.iter().position(|other| other == month);
    let mut docks: BTreeMap<usize, Load> = BTreeMap::new();
    for load in load::docks(problem, visits) {
        let Some(t) = place(&load.month) else {
            continue;
        };
        let row = docks.entry(load.dock).or_insert_with(|| {
            empty(
                Some(("docks", load.dock)),
                told.dock_label(load.dock),
                months.len(),
            )
        });
        row.used[t] = load.taken as f64;
        row.capacity[t] = load.open as f64;
    }
    let mut trades: BTreeMap<usize, Load> = BTreeMap::new();
    for load in load::trades(problem, visits) {
        let Some(t) = place(&load.month) else {
            continue;
        };
        let label = || {
            let id = problem.resources[load.resource].id.as_str();
            let name = figures
                .scenario
                .find_resource(id)
                .map_or_else(|| id.to_owned(), |n| resource_name(figures, n));
            let site = problem.resources[load.resource].site;
            without(
                &name,
                &[
                    &told.place(site),
                    &site_label(figures, &figures.scenario.sites()[site].site),
                ],
            )
        };
        let row = trades
            .entry(load.resource)
            .or_insert_with(|| empty(Some(("resources", load.resource)), label(), months.len()));
        row.used[t] = load.used as f64 / UNIT;
        row.capacity[t] = load.regular as f64 / UNIT;
        row.beyond += load.beyond as f64 / UNIT;
    }
    let mut sites: Vec<(usize, Vec<Load>)> = Vec::new();
    let both = {
        docks
            .into_iter()
            .map(|(dock, load)| (problem.docks[dock].site, load))
    }
    .chain(
        trades
            .into_iter()
            .map(|(resource, load)| (problem.resources[resource].site, load)),
    );
    for (site, load) in both {
        match sites.iter_mut().find(|(other, _)| *other == site) {
            Some((_, loads)) => loads.push(load),
            None => sites.push((site, vec![load])),
        }
    }
    sites
}

/// A name without the site it begins or ends with, which stands above it.
fn without(name: &str, sites: &[&str]) -> String {
    let parts = |site: &&str| {
        let begins = name
            .strip_prefix(*site)
            .map(|rest| rest.trim_start_matches([',', ' ']));
        begins.or_else(|| {
            name.strip_suffix(*site)
                .map(|rest| rest.trim_end_matches([',', ' ']))
        })
    };
    let short = sites
        .iter()
        .filter_map(parts)
        .find(|rest| !rest.is_empty() && !rest.ends_with(" at"))
        .unwrap_or(name);
    let mut letters = short.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

fn empty(row: Option<(&'static str, usize)>, label: String, months: usize) -> Load {
    Load {
        row,
        label,
        used: vec![0.0; months],
        capacity: vec![0.0; months],
        beyond: 0.0,
    }
}

/// The turns of the year, as labels of the time axis.
fn ticks(months: &[Month]) -> Vec<(usize, String)> {
    let turns = months
        .iter()
        .enumerate()
        .filter(|(n, month)| *n > 0 && month.date.month() == 1);
    turns
        .map(|(n, month)| (n, month.date.year().to_string()))
        .collect()
}
