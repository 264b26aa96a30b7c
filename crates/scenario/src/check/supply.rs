//! Supply: can everything that is wanted be had where it is wanted?
//!
//! # Question
//! Leaving time and capacity aside, is there for every demand a chain of stock, receipts, recipes and
//! lanes that leads to it?
//!
//! # Formula
//! The pairs (site, item) that can be had are the least set that holds every pair with stock or a
//! receipt, with (s, i) every (s', i) a lane leads to, and the output of every recipe whose
//! inputs can all be had at its site. A demand outside the set is never met.
//!
//! A demand that is inside only because of receipts that are not firm gets a warning.
//!
//! # Limits
//! A pair in the set may still come too late or too little: that is what a plan finds out.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use crate::finding::{Finding, Findings};
use crate::tables::{Demand, TableName};

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let known = drafts.recipes.whole()
        && drafts.recipe_inputs.whole()
        && drafts.lanes.whole()
        && drafts.stockpiles.whole()
        && drafts.receipts.whole()
        && drafts.items.complete
        && drafts.sites.complete;
    if !known {
        return;
    }
    let network = Network::new(checker);
    let circular = bill_circles(checker, &network);
    let Some(had) = network.had(&network.held) else {
        let message =
            "there are too many pairs of site and item to look whether demands can be reached";
        let help = "leave out sites and items that nothing uses; a plan finds out what is reached";
        checker.push(Finding::warning("too-large", &drafts.lanes.file, message).help(help));
        return;
    };
    demands(checker, &network, &had, &circular);
    if network.firm != network.held
        && let Some(firm) = network.had(&network.firm)
    {
        only_not_firm(checker, &network, &had, &firm);
    }
}

/// What is not wrong but left over: items nobody wants, and demands whose terms nobody meets.
pub(super) fn left_over(checker: &mut Checker<'_>) {
    accepted(checker);
    unused(checker);
}

/// Sites and items by number, and what leads from one pair to another.
struct Network {
    sites: usize,
    items: usize,
    /// Pairs with stock or a receipt.
    held: Vec<(usize, usize)>,
    /// Those with stock or a receipt that is firm: what a plan counts on.
    firm: Vec<(usize, usize)>,
    recipes: Vec<Making>,
    /// Recipes that give an item.
    makers: Vec<Vec<usize>>,
    /// Recipes that consume an item.
    users: Vec<Vec<usize>>,
    /// Lanes from a site: the item or any, and the site at the end.
    lanes: Vec<Vec<(Option<usize>, usize)>>,
}

struct Making {
    site: usize,
    item: usize,
    inputs: Vec<usize>,
    /// Its row in the draft.
    row: usize,
}

/// Most pairs that are looked at.
const MOST_PAIRS: usize = 50_000_000;

impl Network {
    fn new(checker: &Checker<'_>) -> Self {
        let drafts = checker.drafts;
        let site = |id: &str| drafts.find(TableName::Sites, id);
        let item = |id: &str| drafts.find(TableName::Items, id);
        let (sites, items) = (drafts.sites.rows.len(), drafts.items.rows.len());
        let mut firm = Vec::new();
        for pile in drafts
            .stockpiles
            .rows
            .iter()
            .filter(|pile| pile.quantity > 0.0)
        {
            firm.extend(site(&pile.site).zip(item(&pile.item)));
        }
        let mut held = firm.clone();
        for receipt in drafts
            .receipts
            .rows
            .iter()
            .filter(|receipt| receipt.quantity > 0.0)
        {
            let pair = site(&receipt.site).zip(item(&receipt.item));
            held.extend(pair);
            firm.extend(pair.filter(|_| receipt.firm));
        }
        for pairs in [&mut held, &mut firm] {
            pairs.sort_unstable();
            pairs.dedup();
        }
        let inputs = &drafts.recipe_inputs.rows;
        let mut recipes = Vec::new();
        for (row, recipe) in drafts.recipes.rows.iter().enumerate() {
            let (Some(site), Some(out)) = (site(&recipe.site), item(&recipe.item)) else {
                continue;
            };
            let inputs = crate::scenario::rows_of(inputs, |input| input.recipe.cmp(&recipe.recipe));
            let inputs = inputs
                .iter()
                .filter_map(|input| item(&input.item))
                .collect();
            recipes.push(Making {
                site,
                item: out,
                inputs,
                row,
            });
        }
        let (mut makers, mut users) = (vec![Vec::new(); items], vec![Vec::new(); items]);
        for (n, recipe) in recipes.iter().enumerate() {
            makers[recipe.item].push(n);
            for &input in &recipe.inputs {
                users[input].push(n);
            }
        }
        let mut lanes = vec![Vec::new(); sites];
        for lane in &drafts.lanes.rows {
            let (Some(from), Some(to)) = (site(&lane.from_site), site(&lane.to_site)) else {
                continue;
            };
            match &lane.item {
                None => lanes[from].push((None, to)),
                Some(id) => lanes[from].extend(item(id).map(|n| (Some(n), to))),
            }
        }
        for leaving in &mut lanes {
            leaving.sort_unstable();
            leaving.dedup();
        }
        Network {
            sites,
            items,
            held,
            firm,
            recipes,
            makers,
            users,
            lanes,
        }
    }

    /// Every pair that can be had with these to begin with, as one flag a pair; none if there are too many pairs.
    fn had(&self, held: &[(usize, usize)]) -> Option<Vec<bool>> {
        let pairs = self
            .sites
            .checked_mul(self.items)
            .filter(|pairs| *pairs <= MOST_PAIRS)?;
        let mut had = vec![false; pairs];
        let mut open: Vec<usize> = self
            .recipes
            .iter()
            .map(|recipe| recipe.inputs.len())
            .collect();
        let mut next = held.to_vec();
        next.extend(
            self.recipes
                .iter()
                .filter(|r| r.inputs.is_empty())
                .map(|r| (r.site, r.item)),
        );
        while let Some((site, item)) = next.pop() {
            if std::mem::replace(&mut had[site * self.items + item], true) {
                continue;
            }
            for &n in &self.users[item] {
                let recipe = &self.recipes[n];
                if recipe.site == site {
                    open[n] -= 1;
                    if open[n] == 0 {
                        next.push((site, recipe.item));
                    }
                }
            }
            let leaving = &self.lanes[site];
            let any = leaving.partition_point(|(on, _)| on.is_none());
            let own = leaving.partition_point(|(on, _)| *on < Some(item));
            let last = leaving.partition_point(|(on, _)| *on <= Some(item));
            for &(_, to) in leaving[..any].iter().chain(&leaving[own..last]) {
                next.push((to, item));
            }
        }
        Some(had)
    }
}

/// Findings for items that are made only out of each other; returns which items those are.
fn bill_circles(checker: &mut Checker<'_>, network: &Network) -> Vec<bool> {
    let drafts = checker.drafts;
    let mut circular = vec![false; network.items];
    let mut held = vec![false; network.items];
    for &(_, item) in &network.held {
        held[item] = true;
    }
    let needs: Vec<Vec<usize>> = network
        .makers
        .iter()
        .map(|makers| {
            makers
                .iter()
                .flat_map(|&n| network.recipes[n].inputs.clone())
                .collect()
        })
        .collect();
    for group in groups(&needs) {
        let inside = |item: usize| group.binary_search(&item).is_ok();
        let outside_source = group.iter().any(|&item| {
            held[item]
                || network.makers[item]
                    .iter()
                    .any(|&n| !network.recipes[n].inputs.iter().any(|&input| inside(input)))
        });
        if outside_source {
            continue;
        }
        for &item in &group {
            circular[item] = true;
        }
        if checker.findings.only_counted() {
            continue;
        }
        // The shortest circle through the first item says it best.
        let circle = shortest_circle(&needs, group[0], inside);
        let name = |item: usize| drafts.items.rows[item].item.as_str();
        let (eats, gives) = (circle[1 % circle.len()], circle[0]);
        let place = drafts
            .recipe_inputs
            .rows
            .iter()
            .zip(&drafts.recipe_inputs.places)
            .find(|(row, _)| {
                row.item.as_str() == name(eats)
                    && drafts
                        .find(TableName::Recipes, &row.recipe)
                        .is_some_and(|n| drafts.recipes.rows[n].item.as_str() == name(gives))
            });
        let message = format!(
            "items are made only out of each other: {}",
            around(&circle, " needs ", name)
        );
        let mut finding = Finding::error("bill-circle", &drafts.recipe_inputs.file, message)
            .column("item")
            .found(name(eats))
            .help(
                "give one of them a stockpile, a receipt or a recipe that needs none of the others",
            );
        finding.row = place.map(|(_, place)| place.line);
        checker.push(finding);
    }
    circular
}

fn shortest_circle(
    needs: &[Vec<usize>],
    first: usize,
    inside: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let mut from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut layer = vec![first];
    while !layer.is_empty() {
        let mut next = Vec::new();
        for &item in &layer {
            for &input in needs[item].iter().filter(|&&input| inside(input)) {
                if input == first {
                    let mut circle = vec![item];
                    while circle[circle.len() - 1] != first {
                        circle.push(from[&circle[circle.len() - 1]]);
                    }
                    circle.reverse();
                    return circle;
                }
                if let std::collections::btree_map::Entry::Vacant(entry) = from.entry(input) {
                    entry.insert(item);
                    next.push(input);
                }
            }
        }
        layer = next;
    }
    vec![first]
}

fn demands(checker: &mut Checker<'_>, network: &Network, had: &[bool], circular: &[bool]) {
    let drafts = checker.drafts;
    let mut wanted: BTreeMap<(usize, usize), (&Demand, u32, usize)> = BTreeMap::new();
    for (demand, line) in drafts
        .demands
        .sound()
        .filter(|(demand, _)| demand.quantity > 0.0)
    {
        let site = drafts.find(TableName::Sites, &demand.site);
        let item = drafts.find(TableName::Items, &demand.item);
        let Some(pair) = site.zip(item) else { continue };
        let entry = wanted.entry(pair).or_insert((demand, line, 0));
        entry.1 = entry.1.min(line);
        entry.2 += 1;
    }
    let somewhere: Vec<bool> = (0..network.items)
        .map(|item| (0..network.sites).any(|site| had[site * network.items + item]))
        .collect();
    for (&(site, item), &(demand, line, count)) in &wanted {
        let fine = had[site * network.items + item] || circular[item];
        if fine || checker.findings.only_counted() {
            continue;
        }
        let file = &drafts.demands.file;
        let item_name = |item: usize| drafts.items.rows[item].item.as_str();
        let site_name = |site: usize| drafts.sites.rows[site].site.as_str();
        let others = match count {
            1 => String::new(),
            count => format!(" ({count} demands)"),
        };
        let finding = if somewhere[item] {
            let at: Vec<&str> = (0..network.sites)
                .filter(|site| had[site * network.items + item])
                .map(site_name)
                .take(3)
                .collect();
            let message = format!(
                "`{}` cannot reach `{}`{others}: it can be had at `{}`",
                demand.item,
                demand.site,
                at.join("`, `")
            );
            let help = format!(
                "add lanes from there to `{}`, or to a site on the way",
                demand.site
            );
            Finding::error("unreachable", file, message)
                .column("site")
                .found(&demand.site)
                .help(help)
        } else if network.makers[item].is_empty() {
            let message = format!("nobody makes or holds `{}`{others}", demand.item);
            let help = "add a recipe, a stockpile or a receipt of it";
            Finding::error("no-supply", file, message)
                .column("item")
                .found(&demand.item)
                .help(help)
        } else {
            let (recipe, input) = lacking(network, had, &somewhere, item);
            if circular[input] {
                continue;
            }
            let making = &network.recipes[recipe];
            let id = &drafts.recipes.rows[making.row].recipe;
            let (lacks, at) = (item_name(input), site_name(making.site));
            let message = if somewhere[input] {
                format!(
                    "nobody can make `{}`{others}: for recipe `{id}`, `{lacks}` cannot reach `{at}`",
                    demand.item
                )
            } else {
                format!(
                    "nobody can make `{}`{others}: nobody makes or holds `{lacks}`, which recipe `{id}` needs",
                    demand.item
                )
            };
            let help = if somewhere[input] {
                format!("add a lane that carries `{lacks}` to `{at}`")
            } else {
                format!("add a recipe, a stockpile or a receipt of `{lacks}`")
            };
            Finding::error("no-supply", file, message)
                .column("item")
                .found(&demand.item)
                .help(help)
        };
        checker.push(finding.at(line));
    }
}

/// Demands that hang on receipts that are not firm, which a plan leaves out unless it is told to count on them.
fn only_not_firm(checker: &mut Checker<'_>, network: &Network, had: &[bool], firm: &[bool]) {
    let drafts = checker.drafts;
    let mut seen = BTreeSet::new();
    let mut rows: Vec<(&Demand, u32)> = drafts.demands.sound().collect();
    rows.sort_by_key(|(_, line)| *line);
    for (demand, line) in rows.into_iter().filter(|(demand, _)| demand.quantity > 0.0) {
        let site = drafts.find(TableName::Sites, &demand.site);
        let item = drafts.find(TableName::Items, &demand.item);
        let Some((site, item)) = site.zip(item) else {
            continue;
        };
        let pair = site * network.items + item;
        if !had[pair] || firm[pair] || !seen.insert(pair) || checker.findings.only_counted() {
            continue;
        }
        let message = format!(
            "without receipts that are not firm, `{}` cannot be had at `{}`",
            demand.item, demand.site
        );
        let help = "a plan leaves such receipts out: confirm one with `firm` = `yes`, or ask with `--unconfirmed`";
        checker.push(
            Finding::warning("only-not-firm", &drafts.demands.file, message)
                .at(line)
                .column("item")
                .found(&demand.item)
                .help(help),
        );
    }
}

/// Deepest bill of materials that is followed to the input that lacks.
const DEEPEST: usize = 100;

/// Down the bill of materials: the recipe that cannot run, and the input that it lacks first.
fn lacking(network: &Network, had: &[bool], somewhere: &[bool], item: usize) -> (usize, usize) {
    let mut recipe = network.makers[item][0];
    let mut lacks = item;
    for _ in 0..DEEPEST {
        let making = &network.recipes[recipe];
        let missing = |input: &&usize| !had[making.site * network.items + **input];
        let Some(&input) = making.inputs.iter().find(missing) else {
            break;
        };
        lacks = input;
        match network.makers[input].first() {
            Some(&next) if !somewhere[input] => recipe = next,
            _ => break,
        }
    }
    (recipe, lacks)
}

/// Demands that accept only units made in states where nobody makes them.
fn accepted(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    // Where each item comes from: a state, or blank where nothing turns on it.
    let mut origins: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for recipe in &drafts.recipes.rows {
        let Some(site) = drafts.find(TableName::Sites, &recipe.site) else {
            continue;
        };
        let state = drafts.sites.rows[site].state.as_str();
        origins.entry(&recipe.item).or_default().insert(Some(state));
    }
    for pile in drafts
        .stockpiles
        .rows
        .iter()
        .filter(|pile| pile.quantity > 0.0)
    {
        origins
            .entry(&pile.item)
            .or_default()
            .insert(pile.made_in.as_deref());
    }
    for receipt in drafts
        .receipts
        .rows
        .iter()
        .filter(|receipt| receipt.quantity > 0.0)
    {
        origins
            .entry(&receipt.item)
            .or_default()
            .insert(receipt.made_in.as_deref());
    }
    for (demand, line) in drafts
        .demands
        .sound()
        .filter(|(demand, _)| !demand.made_in.is_empty())
    {
        let Some(origins) = origins.get(demand.item.as_str()) else {
            continue;
        };
        let fits = |state: &str| origins.contains(&Some(state));
        if !origins.contains(&None) && !demand.made_in.iter().any(|state| fits(state)) {
            let states: Vec<&str> = demand.made_in.iter().map(|state| state.as_str()).collect();
            let message = format!(
                "nobody makes or holds `{}` made in `{}`",
                demand.item,
                states.join("`, `")
            );
            let finding = Finding::warning("none-accepted", &drafts.demands.file, message);
            let help = "accept another state, or add a recipe or stock there";
            checker.push(
                finding
                    .at(line)
                    .column("made_in")
                    .found(&states.join(";"))
                    .help(help),
            );
        }
    }
}

/// Items nothing mentions, and items that are made for nobody.
fn unused(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let mut wanted = vec![false; drafts.items.rows.len()];
    let mut mentioned = vec![false; drafts.items.rows.len()];
    let mut see = |id: &str, wants: bool| {
        if let Some(n) = drafts.find(TableName::Items, id) {
            mentioned[n] = true;
            wanted[n] |= wants;
        }
    };
    drafts
        .demands
        .rows
        .iter()
        .for_each(|row| see(&row.item, true));
    drafts
        .recipe_inputs
        .rows
        .iter()
        .for_each(|row| see(&row.item, true));
    drafts
        .stockpiles
        .rows
        .iter()
        .for_each(|row| see(&row.item, row.floor > 0.0));
    drafts
        .receipts
        .rows
        .iter()
        .for_each(|row| see(&row.item, false));
    drafts
        .authorizations
        .rows
        .iter()
        .filter_map(|row| row.item.as_ref())
        .for_each(|id| see(id, true));
    drafts
        .recipes
        .rows
        .iter()
        .filter_map(|row| row.technical_data.as_ref())
        .for_each(|id| see(id, true));
    let mut made = vec![false; drafts.items.rows.len()];
    for recipe in &drafts.recipes.rows {
        if let Some(n) = drafts.find(TableName::Items, &recipe.item) {
            made[n] = true;
        }
    }
    for (n, (item, place)) in drafts
        .items
        .rows
        .iter()
        .zip(&drafts.items.places)
        .enumerate()
    {
        if !place.sound || wanted[n] {
            continue;
        }
        let message = if made[n] {
            format!("`{}` is made but nobody wants it", item.item)
        } else if !mentioned[n] {
            format!("nothing mentions `{}`", item.item)
        } else {
            continue;
        };
        let finding = Finding::warning("unused", &drafts.items.file, message);
        let help = "add a demand or a recipe that needs it, or leave it out";
        checker.push(
            finding
                .at(place.line)
                .column("item")
                .found(&item.item)
                .help(help),
        );
    }
}

/// Groups of places that all lead to each other, each in order, by `leads`; places alone only where
/// they lead to themselves. In order of their first place.
fn groups(leads: &[Vec<usize>]) -> Vec<Vec<usize>> {
    // Tarjan's strongly connected components, with a stack of its own instead of recursion.
    const UNSEEN: usize = usize::MAX;
    let n = leads.len();
    let (mut order, mut low) = (vec![UNSEEN; n], vec![0; n]);
    let mut on_path = vec![false; n];
    let (mut path, mut groups) = (Vec::new(), Vec::new());
    let mut seen = 0;
    for root in 0..n {
        if order[root] != UNSEEN {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((at, step)) = work.pop() {
            if step == 0 {
                order[at] = seen;
                low[at] = seen;
                seen += 1;
                path.push(at);
                on_path[at] = true;
            }
            if let Some(&to) = leads[at].get(step) {
                work.push((at, step + 1));
                if order[to] == UNSEEN {
                    work.push((to, 0));
                } else if on_path[to] {
                    low[at] = low[at].min(order[to]);
                }
                continue;
            }
            if low[at] == order[at] {
                let start = path
                    .iter()
                    .rposition(|&p| p == at)
                    .expect("it was put on the path");
                let mut group = path.split_off(start);
                for &member in &group {
                    on_path[member] = false;
                }
                if group.len() > 1 || leads[at].contains(&at) {
                    group.sort_unstable();
                    groups.push(group);
                }
            }
            if let Some(&(before, _)) = work.last() {
                low[before] = low[before].min(low[at]);
            }
        }
    }
    groups.sort();
    groups
}

/// Most names of a circle that are shown.
const SHOWN: usize = 8;

/// The names around a circle, back to the first; of a long one the beginning.
pub(super) fn around<'a>(circle: &[usize], link: &str, name: impl Fn(usize) -> &'a str) -> String {
    let mut names: Vec<&str> = circle
        .iter()
        .take(SHOWN)
        .map(|&place| name(place))
        .collect();
    match circle.len().checked_sub(SHOWN + 1) {
        None => names.extend(circle.first().map(|&place| name(place))),
        Some(_) => names.push("…"),
    }
    names.join(link)
}

/// One circle out of every group of places that all lead to each other.
pub(super) fn circles(leads: &[Vec<usize>]) -> Vec<Vec<usize>> {
    groups(leads)
        .into_iter()
        .take(Findings::KEPT)
        .map(|group| {
            let inside = |place: usize| group.binary_search(&place).is_ok();
            shortest_circle(leads, group[0], inside)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_wherever_they_hide() {
        assert_eq!(
            groups(&[vec![1], vec![2], vec![]]),
            Vec::<Vec<usize>>::new()
        );
        assert_eq!(groups(&[vec![0]]), [[0]]);
        let two = [vec![1], vec![2], vec![1], vec![4, 0], vec![3]];
        assert_eq!(groups(&two), [[1, 2], [3, 4]]);
        assert_eq!(circles(&two), [[1, 2], [3, 4]]);
        let ring: Vec<Vec<usize>> = (0..50_000).map(|n| vec![(n + 1) % 50_000]).collect();
        assert_eq!(groups(&ring)[0].len(), 50_000);
    }
}
