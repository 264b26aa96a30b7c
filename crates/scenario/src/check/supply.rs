//! Supply: can everything that is wanted be had where it is wanted?
//!
//! # Question
//! Leaving time and capacity aside, is there for every demand a chain of stock, receipts, recipes and
//! lanes that leads to it?
//!
//! # Formula
//! In three steps, so that each finding names what would help:
//!
//! 1. The items that can be had at all are the least set that holds every item with stock or a receipt, and the
//!    output of every recipe whose inputs are all in it.
//! 2. Of the others, those that stay out even if every item nobody makes were there are made only out of each
//!    other. A circle of them is reported unless it would be gone with another one.
//! 3. The pairs (site, item) that can be had are the least set that holds every pair with stock or a
//!    receipt, with (s, i) every (s', i) a lane leads to, and the output of every recipe whose
//!    inputs can all be had at its site. A demand outside the set is never met; what it lacks is
//!    looked for down the bill of materials.
//!
//! A demand that is inside only because of receipts that are not firm gets a warning.
//!
//! A cell that could not be read, or an id that is not known, is taken to be whatever would help most: no finding
//! here is a consequence of it. Cells that say nothing about where things are, such as costs, do not count.
//!
//! # Limits
//! A pair in the set may still come too late or too little: that is what a plan finds out.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use super::Checker;
use crate::finding::{Finding, Findings};
use crate::tables::{Demand, TableName};

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    if !(drafts.recipes.here && drafts.stockpiles.here && drafts.receipts.here) {
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
    let told = demands(checker, &network, &had, &circular);
    idle_recipes(checker, &network, &had, &circular, &told);
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
    unsure: Unsure,
}

struct Making {
    /// None if it could not be read.
    site: Option<usize>,
    item: usize,
    inputs: Vec<usize>,
    /// Its row in the draft.
    row: usize,
}

/// What may be there for all that can be told: rows with cells that could not be read or ids that are not known.
#[derive(Default)]
struct Unsure {
    /// Sites, or all, where an item nobody can name is held or made.
    any_item: BTreeSet<Option<usize>>,
    /// Items that are held somewhere.
    held: BTreeSet<usize>,
    /// Items, or all, that are everywhere as soon as they can be had at all.
    anywhere: BTreeSet<Option<usize>>,
    /// Lanes that end at a site and carry an item, or any.
    arriving: BTreeSet<(usize, Option<usize>)>,
    /// Lanes that leave a site and carry an item, or any.
    leaving: BTreeSet<(usize, Option<usize>)>,
}

impl Unsure {
    /// Takes an item for held or made at a site, as far as both are known; returns the pair if they are.
    fn source(&mut self, site: Option<usize>, item: Option<usize>) -> Option<(usize, usize)> {
        match (site, item) {
            (Some(site), Some(item)) => return Some((site, item)),
            (None, Some(item)) => {
                self.anywhere.insert(Some(item));
            }
            (site, None) => {
                self.any_item.insert(site);
            }
        }
        None
    }
}

/// Most pairs that are looked at.
const MOST_PAIRS: usize = 50_000_000;

impl Network {
    fn new(checker: &Checker<'_>) -> Self {
        let drafts = checker.drafts;
        let site = |id: &str| drafts.find(TableName::Sites, id);
        let item = |id: &str| drafts.find(TableName::Items, id);
        let (sites, items) = (drafts.sites.rows.len(), drafts.items.rows.len());
        let mut unsure = Unsure::default();
        let mut firm = Vec::new();
        let piles = &drafts.stockpiles;
        let quantity = piles.columns(&["quantity"]);
        for (pile, place) in piles.rows.iter().zip(&piles.places) {
            if pile.quantity > 0.0 || place.unread.meet(quantity) {
                let known = item(&pile.item);
                firm.extend(unsure.source(site(&pile.site), known));
                unsure.held.extend(known);
            }
        }
        let mut held = firm.clone();
        let receipts = &drafts.receipts;
        let (quantity, firmness) = (receipts.columns(&["quantity"]), receipts.columns(&["firm"]));
        for (receipt, place) in receipts.rows.iter().zip(&receipts.places) {
            if receipt.quantity > 0.0 || place.unread.meet(quantity) {
                let known = item(&receipt.item);
                let pair = unsure.source(site(&receipt.site), known);
                if pair.is_none() {
                    unsure.held.extend(known);
                }
                held.extend(pair);
                firm.extend(pair.filter(|_| receipt.firm || place.unread.meet(firmness)));
            }
        }
        for pairs in [&mut held, &mut firm] {
            pairs.sort_unstable();
            pairs.dedup();
        }
        let inputs = &drafts.recipe_inputs.rows;
        let mut recipes = Vec::new();
        for (row, recipe) in drafts.recipes.rows.iter().enumerate() {
            let site = site(&recipe.site);
            let Some(out) = item(&recipe.item) else {
                unsure.source(site, None);
                continue;
            };
            unsure.source(site, Some(out));
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
        if !drafts.lanes.here {
            unsure.anywhere.insert(None);
        }
        for lane in &drafts.lanes.rows {
            let carried = lane.item.as_ref().and_then(|id| item(id));
            match (site(&lane.from_site), site(&lane.to_site)) {
                (Some(from), Some(to)) => lanes[from].push((carried, to)),
                (None, Some(to)) => drop(unsure.arriving.insert((to, carried))),
                (Some(from), None) => drop(unsure.leaving.insert((from, carried))),
                (None, None) => drop(unsure.anywhere.insert(carried)),
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
            unsure,
        }
    }

    /// The items that can be had at all with these pairs to begin with, and if `also` were there.
    fn had_at_all(&self, held: &[(usize, usize)], also: impl Iterator<Item = usize>) -> Vec<bool> {
        if !self.unsure.any_item.is_empty() {
            return vec![true; self.items];
        }
        let mut had = vec![false; self.items];
        let mut open: Vec<usize> = { self.recipes.iter() }
            .map(|recipe| recipe.inputs.len())
            .collect();
        let mut next: Vec<usize> = held.iter().map(|(_, item)| *item).chain(also).collect();
        next.extend(&self.unsure.held);
        let free = self.recipes.iter().filter(|r| r.inputs.is_empty());
        next.extend(free.map(|recipe| recipe.item));
        while let Some(item) = next.pop() {
            if mem::replace(&mut had[item], true) {
                continue;
            }
            for &n in &self.users[item] {
                open[n] -= 1;
                if open[n] == 0 {
                    next.push(self.recipes[n].item);
                }
            }
        }
        had
    }

    /// Of each item, whether it can be had at some site.
    fn somewhere(&self, had: &[bool]) -> Vec<bool> {
        let at_any = |item: usize| (0..self.sites).any(|site| had[site * self.items + item]);
        (0..self.items).map(at_any).collect()
    }

    /// Every pair that can be had with these to begin with, as one flag a pair; none if there are too many pairs.
    fn had(&self, held: &[(usize, usize)]) -> Option<Vec<bool>> {
        let pairs = self
            .sites
            .checked_mul(self.items)
            .filter(|pairs| *pairs <= MOST_PAIRS)?;
        let mut spread = Spread {
            network: self,
            had: vec![false; pairs],
            open: { self.recipes.iter() }
                .map(|recipe| recipe.inputs.len())
                .collect(),
            anywhere: vec![false; self.items],
        };
        spread.from(held.to_vec());
        let free = self.recipes.iter().filter(|r| r.inputs.is_empty());
        spread.from(free.filter_map(|r| Some((r.site?, r.item))).collect());
        let unsure = &self.unsure;
        if unsure.any_item.is_empty() && unsure.anywhere.is_empty() && unsure.arriving.is_empty() {
            return Some(spread.had);
        }
        let at_all = self.had_at_all(held, [].into_iter());
        for item in (0..self.items).filter(|&item| at_all[item]) {
            let is = |one: &Option<usize>| one.is_none_or(|one| one == item);
            if [None, Some(item)]
                .iter()
                .any(|one| unsure.anywhere.contains(one))
                || unsure.any_item.contains(&None)
            {
                spread.everywhere(item);
                continue;
            }
            let arriving = unsure.arriving.iter().filter(|(_, one)| is(one));
            let sites = arriving
                .map(|(to, _)| *to)
                .chain(unsure.any_item.iter().flatten().copied());
            spread.from(sites.map(|site| (site, item)).collect());
        }
        Some(spread.had)
    }
}

/// How what can be had spreads from pair to pair.
struct Spread<'a> {
    network: &'a Network,
    had: Vec<bool>,
    /// How many inputs each recipe still lacks.
    open: Vec<usize>,
    /// Items that have been put everywhere.
    anywhere: Vec<bool>,
}

impl Spread<'_> {
    fn everywhere(&mut self, item: usize) {
        if !mem::replace(&mut self.anywhere[item], true) {
            self.from((0..self.network.sites).map(|site| (site, item)).collect());
        }
    }

    /// Takes in these pairs and all that follow from them.
    fn from(&mut self, mut next: Vec<(usize, usize)>) {
        let network = self.network;
        while let Some((site, item)) = next.pop() {
            if mem::replace(&mut self.had[site * network.items + item], true) {
                continue;
            }
            for &n in &network.users[item] {
                let recipe = &network.recipes[n];
                if recipe.site == Some(site) {
                    self.open[n] -= 1;
                    if self.open[n] == 0 {
                        next.push((site, recipe.item));
                    }
                }
            }
            let leaving = &network.lanes[site];
            let any = leaving.partition_point(|(on, _)| on.is_none());
            let own = leaving.partition_point(|(on, _)| *on < Some(item));
            let last = leaving.partition_point(|(on, _)| *on <= Some(item));
            for &(_, to) in leaving[..any].iter().chain(&leaving[own..last]) {
                next.push((to, item));
            }
            let off = &network.unsure.leaving;
            if !off.is_empty()
                && (off.contains(&(site, None)) || off.contains(&(site, Some(item))))
                && !mem::replace(&mut self.anywhere[item], true)
            {
                next.extend((0..network.sites).map(|site| (site, item)));
            }
        }
    }
}

/// Findings for items that are made only out of each other; returns which items cannot be had for that reason.
fn bill_circles(checker: &mut Checker<'_>, network: &Network) -> Vec<bool> {
    let drafts = checker.drafts;
    let bought = (0..network.items).filter(|&item| network.makers[item].is_empty());
    let had = network.had_at_all(&network.held, bought);
    let circular: Vec<bool> = had.iter().map(|had| !had).collect();
    let stuck: Vec<usize> = (0..network.items).filter(|&item| circular[item]).collect();
    for group in network.circular_groups(stuck) {
        if checker.findings.only_counted() {
            continue;
        }
        // The shortest circle through the first item says it best.
        let needs = network.needs(&group);
        let circle = shortest_circle(&needs, 0, |_| true);
        let circle: Vec<usize> = circle.into_iter().map(|place| group[place]).collect();
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

/// How often circles are looked for among the items of the table, all in all.
const MOST_ROUNDS: usize = 32;

impl Network {
    /// What each of these items, in order, needs of the others: places among them.
    fn needs(&self, items: &[usize]) -> Vec<Vec<usize>> {
        let needs = |&item: &usize| {
            let makers = self.makers[item].iter();
            let mut inputs: Vec<usize> = makers
                .flat_map(|&n| &self.recipes[n].inputs)
                .filter_map(|input| items.binary_search(input).ok())
                .collect();
            inputs.sort_unstable();
            inputs.dedup();
            inputs
        };
        items.iter().map(needs).collect()
    }

    /// Those of these items, in order, that could not be had even if all others were there.
    fn stuck(&self, items: &[usize]) -> Vec<usize> {
        let place = |item: &usize| items.binary_search(item).ok();
        let mut had = vec![false; items.len()];
        let mut open: BTreeMap<usize, usize> = BTreeMap::new();
        let mut next = Vec::new();
        for (n, &item) in items.iter().enumerate() {
            for &maker in &self.makers[item] {
                let inputs = self.recipes[maker].inputs.iter();
                match inputs.filter(|input| place(input).is_some()).count() {
                    0 => next.push(n),
                    count => drop(open.insert(maker, count)),
                }
            }
        }
        while let Some(n) = next.pop() {
            if mem::replace(&mut had[n], true) {
                continue;
            }
            for user in &self.users[items[n]] {
                let Some(count) = open.get_mut(user) else {
                    continue;
                };
                *count -= 1;
                if *count == 0 {
                    next.extend(place(&self.recipes[*user].item));
                }
            }
        }
        let stuck = items.iter().zip(&had).filter(|(_, had)| !**had);
        stuck.map(|(item, _)| *item).collect()
    }

    /// Groups out of these items that need each other in a circle, and would even if all others were there.
    fn circular_groups(&self, items: Vec<usize>) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut room = items.len().saturating_mul(MOST_ROUNDS);
        let mut work = vec![items];
        while let Some(items) = work.pop() {
            room = room.saturating_sub(items.len());
            for group in groups(&self.needs(&items)) {
                let group: Vec<usize> = group.into_iter().map(|place| items[place]).collect();
                let stuck = self.stuck(&group);
                if stuck.len() == group.len() || (room == 0 && !stuck.is_empty()) {
                    found.push(group);
                } else if !stuck.is_empty() {
                    work.push(stuck);
                }
            }
        }
        found.sort();
        found.truncate(Findings::KEPT);
        found
    }
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

/// Findings for demands nobody can serve; returns the recipes that were named for it, each with what it lacks.
fn demands(
    checker: &mut Checker<'_>,
    network: &Network,
    had: &[bool],
    circular: &[bool],
) -> BTreeSet<(usize, usize)> {
    let drafts = checker.drafts;
    let mut told = BTreeSet::new();
    let mut wanted: BTreeMap<(usize, usize), (&Demand, u32, usize)> = BTreeMap::new();
    let quantity = drafts.demands.columns(&["quantity"]);
    for (demand, place) in drafts.demands.rows.iter().zip(&drafts.demands.places) {
        let line = place.line;
        if demand.quantity == 0.0 && !place.unread.meet(quantity) {
            continue;
        }
        let site = drafts.find(TableName::Sites, &demand.site);
        let item = drafts.find(TableName::Items, &demand.item);
        let Some(pair) = site.zip(item) else { continue };
        let entry = wanted.entry(pair).or_insert((demand, line, 0));
        entry.1 = entry.1.min(line);
        entry.2 += 1;
    }
    let somewhere = network.somewhere(had);
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
        if somewhere[item] {
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
            let finding = Finding::error("unreachable", file, message)
                .column("site")
                .found(&demand.site);
            checker.push(finding.at(line).help(help));
            continue;
        }
        let no_supply = |message: String, help: String| {
            let finding = Finding::error("no-supply", file, message).column("item");
            finding.found(&demand.item).at(line).help(help)
        };
        if network.makers[item].is_empty() {
            let message = format!("nobody makes or holds `{}`{others}", demand.item);
            let help = "add a recipe, a stockpile or a receipt of it";
            checker.push(no_supply(message, help.into()));
            continue;
        }
        for (recipe, input) in lacking(network, had, &somewhere, circular, item) {
            told.insert((recipe, input));
            let making = &network.recipes[recipe];
            let id = &drafts.recipes.rows[making.row].recipe;
            let lacks = item_name(input);
            let what = format!("nobody can make `{}`{others}", demand.item);
            checker.push(match making.site.filter(|_| somewhere[input]) {
                Some(site) => {
                    let at = site_name(site);
                    let why = format!("for recipe `{id}`, `{lacks}` cannot reach `{at}`");
                    let help = format!("add a lane that carries `{lacks}` to `{at}`");
                    no_supply(format!("{what}: {why}"), help)
                }
                None => {
                    let why = format!("nobody makes or holds `{lacks}`, which recipe `{id}` needs");
                    let help = format!("add a recipe, a stockpile or a receipt of `{lacks}`");
                    no_supply(format!("{what}: {why}"), help)
                }
            });
        }
    }
    told
}

/// Warnings for recipes that can never run for want of an input, unless a demand has said so or the input
/// lacks only because another recipe cannot run.
fn idle_recipes(
    checker: &mut Checker<'_>,
    network: &Network,
    had: &[bool],
    circular: &[bool],
    told: &BTreeSet<(usize, usize)>,
) {
    let drafts = checker.drafts;
    let somewhere = network.somewhere(had);
    for (input, line) in drafts.recipe_inputs.each() {
        let Some(item) = drafts.find(TableName::Items, &input.item) else {
            continue;
        };
        let same = |making: &&Making| drafts.recipes.rows[making.row].recipe == input.recipe;
        let at = network.users[item].iter();
        let Some(&n) = at.clone().find(|&&n| same(&&network.recipes[n])) else {
            continue;
        };
        let Some(site) = network.recipes[n].site else {
            continue;
        };
        let there = had[site * network.items + item] || circular[item];
        if there || told.contains(&(n, item)) || checker.findings.only_counted() {
            continue;
        }
        let (why, help) = if somewhere[item] {
            let at = &drafts.sites.rows[site].site;
            let why = format!("`{}` cannot reach `{at}`", input.item);
            (why, format!("add a lane that carries it to `{at}`"))
        } else if network.makers[item].is_empty() {
            let why = format!("nobody makes or holds `{}`", input.item);
            (why, "add a recipe, a stockpile or a receipt of it".into())
        } else {
            continue;
        };
        let message = format!("recipe `{}` can never run: {why}", input.recipe);
        let finding = Finding::warning("idle-recipe", &drafts.recipe_inputs.file, message);
        let finding = finding.at(line).column("item").found(&input.item);
        checker.push(finding.help(help));
    }
}

/// Demands that hang on receipts that are not firm, which a plan leaves out unless it is told to count on them.
fn only_not_firm(checker: &mut Checker<'_>, network: &Network, had: &[bool], firm: &[bool]) {
    let drafts = checker.drafts;
    let mut seen = BTreeSet::new();
    let mut rows: Vec<(&Demand, u32)> = drafts.demands.with(&["quantity"]).collect();
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

/// Most recipes of a bill of materials that are looked at for what one item lacks.
const MOST_LOOKED_AT: usize = 1_000;

/// Most things an item lacks that are told.
const MOST_LACKING: usize = 8;

/// Down the bill of materials: the recipes that cannot run, each with an input that lacks of itself and not
/// because something further down does.
fn lacking(
    network: &Network,
    had: &[bool],
    somewhere: &[bool],
    circular: &[bool],
    item: usize,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::from([item]);
    let mut next = vec![item];
    while let Some(item) = next.pop() {
        let makers = &network.makers[item];
        let sound = |n: &&usize| !network.recipes[**n].inputs.iter().any(|i| circular[*i]);
        let Some(&recipe) = makers.iter().find(sound).or(makers.first()) else {
            continue;
        };
        let making = &network.recipes[recipe];
        let mut deeper = Vec::new();
        for &input in &making.inputs {
            let there = match making.site {
                Some(site) => had[site * network.items + input],
                None => somewhere[input],
            };
            if there || circular[input] {
                continue;
            }
            if somewhere[input] || network.makers[input].is_empty() {
                if !found.contains(&(recipe, input)) {
                    found.push((recipe, input));
                }
            } else if seen.len() < MOST_LOOKED_AT && seen.insert(input) {
                deeper.push(input);
            }
        }
        if found.len() >= MOST_LACKING {
            break;
        }
        next.extend(deeper.into_iter().rev());
    }
    found.truncate(MOST_LACKING);
    found
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
        .each()
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
    for (n, (item, line)) in drafts.items.each().enumerate() {
        if wanted[n] {
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
        checker.push(finding.at(line).column("item").found(&item.item).help(help));
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
