//! The network map with its flows, and one map for each state with several sites.

use std::collections::{BTreeMap, BTreeSet};

use darsena_scenario::SiteKind;
use maud::{Markup, html};

use super::{section, site_label};
use crate::bind::{Notes, Rows, time};
use crate::chart::{Caption, Width, map};
use crate::figures::{Figures, Flow};
use crate::table::{Column, both, fold, number, numbers};
use crate::text::{self, Names as _};

/// So many sites with flows among them make a map of their own.
const REGION: usize = 3;

/// Sites of one state within such a step of one another share a map.
const NEAR_KM: f64 = 2000.0;

pub(crate) fn network(figures: &Figures<'_>, notes: &mut Notes<'_>) -> Markup {
    let flows = figures.flows();
    let scenario = figures.scenario;
    let touched: BTreeSet<usize> = flows.iter().flat_map(|flow| [flow.from, flow.to]).collect();
    // Sites that move nothing would only clutter the map.
    let mut places: Vec<usize> = Vec::new();
    let mut without: Vec<usize> = Vec::new();
    for site in touched {
        let row = &scenario.sites()[site];
        if row.latitude.is_some() && row.longitude.is_some() {
            places.push(site)
        } else {
            without.push(site)
        }
    }
    let labels: Vec<String> = places
        .iter()
        .map(|site| site_label(figures, &scenario.sites()[*site].site))
        .collect();
    let spots: Vec<map::Spot<'_>> = places
        .iter()
        .zip(&labels)
        .map(|(site, name)| {
            let row = &scenario.sites()[*site];
            map::Spot {
                name,
                mark: mark(row.kind),
                longitude: row.longitude.unwrap_or(0.0),
                latitude: row.latitude.unwrap_or(0.0),
            }
        })
        .collect();
    let drawn = drawn_flows(figures, &flows, &places);
    let (title, description) = (text::MAP_TITLE, text::MAP_DESCRIPTION);
    let world = (!flows.is_empty()).then(|| {
        flow_table(
            figures,
            notes,
            text::FLOWS,
            &flows.iter().collect::<Vec<_>>(),
        )
    });
    let regions: Vec<Markup> = { regions(figures, &places, &drawn).into_iter() }
        .map(|(state, members)| {
            let name = state_name(figures, state);
            let inner = inside(&flows, &places, &members);
            let table = flow_table(figures, notes, &text::region_flows(&name), &inner);
            let title = text::region_title(&name);
            let id = format!("map-{}", places[members[0]]);
            let narrow = format!("{id}-narrow");
            let caption = |id| Caption {
                id,
                title: &title,
                description: text::REGION_DESCRIPTION,
            };
            html! {
                figure {
                    figcaption { (title) }
                    (both(
                        map::region(&caption(&id), Width::Wide, &members, &spots, &drawn),
                        map::region(&caption(&narrow), Width::Narrow, &members, &spots, &drawn),
                    ))
                    (table)
                }
            }
        })
        .collect();
    section(
        "network",
        text::NETWORK,
        html! {
            @if flows.is_empty() { p { (text::NO_FLOWS) } } @else {
                p { (text::NETWORK_NOTE) }
                figure {
                    (both(
                        map::world(&Caption { id: "map", title, description }, Width::Wide, &spots, &drawn),
                        map::world(&Caption { id: "map-narrow", title, description }, Width::Narrow, &spots, &drawn),
                    ))
                    (kinds(&spots))
                    @if let Some(table) = &world { (table) }
                }
                @if let [first, rest @ ..] = &regions[..] {
                    (first)
                    @if !rest.is_empty() {
                        (fold(&text::further_states(rest.len()), html! { @for region in rest { (region) } }))
                    }
                    p class="note" { (text::WITHIN) }
                }
                @if !without.is_empty() {
                    p class="note" {
                        (text::WITHOUT_PLACE)
                        @for (place, site) in without.iter().enumerate() {
                            @if place > 0 { "; " }
                            (figures.site(*site))
                        }
                        "."
                    }
                }
            }
        },
    )
}

fn mark(kind: Option<SiteKind>) -> map::Mark {
    match kind {
        Some(SiteKind::Plant) => map::Mark::Plant,
        Some(SiteKind::Depot) => map::Mark::Depot,
        Some(SiteKind::Yard) => map::Mark::Yard,
        Some(SiteKind::Port) => map::Mark::Port,
        Some(SiteKind::Base) => map::Mark::Base,
        Some(SiteKind::Store) => map::Mark::Store,
        None => map::Mark::Other,
    }
}

/// What each mark means, of those on the map.
fn kinds(spots: &[map::Spot<'_>]) -> Markup {
    let known: BTreeSet<map::Mark> = spots.iter().map(|spot| spot.mark).collect();
    html! {
        p class="legend" {
            (text::KINDS_OF_SITES)
            @for mark in known {
                span class="key" {
                    svg class="chart-key" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" { path d=(map::mark_path(mark, (7.0, 7.0), 4.6)) {} }
                    (text::mark(mark))
                }
            }
        }
    }
}

/// Flows between drawn sites, end items and parts apart.
fn drawn_flows(figures: &Figures<'_>, flows: &[Flow], places: &[usize]) -> Vec<map::Flow> {
    let mut sums: BTreeMap<(usize, usize, bool), f64> = BTreeMap::new();
    for flow in flows {
        let (Ok(from), Ok(to)) = (
            places.binary_search(&flow.from),
            places.binary_search(&flow.to),
        ) else {
            continue;
        };
        *sums
            .entry((from, to, figures.is_demanded(flow.item)))
            .or_default() += flow.quantity;
    }
    sums.into_iter()
        .map(|((from, to, is_end_item), quantity)| map::Flow {
            from,
            to,
            quantity,
            is_end_item,
        })
        .collect()
}

/// States with several sites and flows among them, with the places of these sites, most sites first.
fn regions<'a>(
    figures: &Figures<'a>,
    places: &[usize],
    flows: &[map::Flow],
) -> Vec<(&'a str, Vec<usize>)> {
    let state = |spot: usize| figures.scenario.sites()[places[spot]].state.as_str();
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for spot in 0..places.len() {
        members.entry(state(spot)).or_default().push(spot);
    }
    let near = |a: usize, b: usize| {
        let (a, b) = (
            &figures.scenario.sites()[places[a]],
            &figures.scenario.sites()[places[b]],
        );
        distance(
            (a.longitude.unwrap_or(0.0), a.latitude.unwrap_or(0.0)),
            (b.longitude.unwrap_or(0.0), b.latitude.unwrap_or(0.0)),
        ) < NEAR_KM
    };
    let mut regions: Vec<(&str, Vec<usize>)> = members
        .into_iter()
        .flat_map(|(name, members)| {
            clusters(&members, near)
                .into_iter()
                .map(move |cluster| (name, cluster))
        })
        .filter(|(name, members)| {
            members.len() >= REGION
                && flows
                    .iter()
                    .any(|flow| state(flow.from) == *name && state(flow.to) == *name)
        })
        .collect();
    regions.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
    regions
}

/// Flows among the members of a region.
fn inside<'f>(flows: &'f [Flow], places: &[usize], members: &[usize]) -> Vec<&'f Flow> {
    let sites: BTreeSet<usize> = members.iter().map(|spot| places[*spot]).collect();
    flows
        .iter()
        .filter(|flow| sites.contains(&flow.from) && sites.contains(&flow.to))
        .collect()
}

/// Distance on the globe in kilometres.
fn distance((x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> f64 {
    let (p0, p1) = (y0.to_radians(), y1.to_radians());
    let cosine = p0.sin() * p1.sin() + p0.cos() * p1.cos() * (x1 - x0).to_radians().cos();
    6371.0 * cosine.clamp(-1.0, 1.0).acos()
}

/// Members that are joined by short steps, in order; a far island is a cluster of its own.
fn clusters(members: &[usize], near: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    for member in members {
        let (mut joined, apart): (Vec<_>, Vec<_>) = clusters
            .into_iter()
            .partition(|cluster| cluster.iter().any(|other| near(*member, *other)));
        clusters = apart;
        let mut cluster: Vec<usize> = joined.drain(..).flatten().collect();
        cluster.push(*member);
        cluster.sort_unstable();
        clusters.push(cluster);
    }
    clusters.sort();
    clusters
}

/// The name of the party that is the state.
fn state_name(figures: &Figures<'_>, state: &str) -> String {
    figures
        .scenario
        .parties()
        .iter()
        .find(|party| {
            party.kind.as_str() == "state"
                && party.state.as_str() == state
                && !party.name.is_empty()
        })
        .map_or_else(|| state.to_owned(), |party| party.name.to_string())
}

fn flow_table(
    figures: &Figures<'_>,
    notes: &mut Notes<'_>,
    caption: &str,
    flows: &[&Flow],
) -> Markup {
    let scenario = figures.scenario;
    let rows: Vec<Markup> = flows
        .iter()
        .map(|flow| {
            let item = &scenario.items()[flow.item];
            let lanes: Vec<&str> = flow
                .lanes
                .iter()
                .map(|lane| scenario.lanes()[*lane].lane.as_str())
                .collect();
            let rows = Rows::filtered("ship", &[("lane", &lanes.join("|")), ("item", &item.item)]);
            let cite = notes.cite(
                flow.lanes
                    .iter()
                    .flat_map(|lane| &scenario.lanes()[*lane].source),
            );
            html! { tr {
                th scope="row" { (figures.site(flow.from)) }
                td { (figures.site(flow.to)) (cite) }
                td { (figures.item(flow.item)) }
                (number(rows.units("quantity", flow.quantity, &item.unit)))
                td { (time(&figures.horizon, flow.first)) }
                td { (time(&figures.horizon, flow.last)) }
            } }
        })
        .collect();
    numbers(
        caption,
        &[
            Column::Words(text::FROM),
            Column::Words(text::TO),
            Column::Words(text::ITEM),
            Column::Number(text::QUANTITY),
            Column::Words(text::FIRST),
            Column::Words(text::LAST),
        ],
        &rows,
    )
}
