//! What levers are worth, as tables and on one screen.

mod told;

use darsena_milp::Status;
use darsena_plan::Measure;
use darsena_scenario::{Edit, Period, Scenario};
use darsena_whatif::Failure;
use darsena_whatif::levers::{
    Lever, Levers, Limits, Set, Share, Worth, members, money, states_of_demands, steps,
};

pub use told::{ToldLever, every_rule, told};

use crate::answer::{Answer, Table};
use crate::plan_answer::head_without_plan;
use crate::write::{number, text};

/// The answer `levers` of `scenario`.
#[must_use]
pub fn answer(
    scenario: &Scenario,
    levers: &[ToldLever],
    failures: &[Failure],
    found: &Levers,
    limits: Limits,
    seconds: Option<f64>,
) -> Answer {
    let told = Told::new(scenario, levers, failures, found, limits);
    let mut head = head_without_plan("levers", scenario, seconds);
    head.status = found.status.as_str().into();
    let best = &found.best;
    let bound = best.bound.as_ref().map_or(f64::NAN, Worth::scalar);
    let value = best.worth.scalar();
    head.objective_unit = told.unit().to_string();
    head.objective = bound.is_finite().then(|| {
        let gap = if best.proved { 0.0 } else { told.gap() };
        (told.gain(value), told.gain(bound), gap)
    });
    head.remarks = told.remarks();
    Answer {
        head,
        tables: vec![
            told.levers(),
            told.priorities(),
            told.portfolios(),
            told.gains(),
            told.shares(),
            told.failures(),
        ],
        trees: Vec::new(),
    }
}

/// The levers and the best portfolios on one screen.
#[must_use]
pub fn readable(scenario: &Scenario, found: &Levers, answer: &Answer) -> String {
    let mut out = format!(
        "levers in `{}`: {}, {} looked at, {} plans made\n",
        scenario.head().name,
        answer.head.status,
        found.alone.len(),
        found.planned
    );
    for remark in &answer.head.remarks {
        out.push_str(&format!("note: {remark}\n"));
    }
    let table = |name: &str, keep: &[&str]| {
        let table = answer.table(name).expect("the answer has it");
        table.only_columns(keep)
    };
    out.push_str("\nWhat each lever is worth: alone, beside all others, and its fair share of all together\n");
    let keep = [
        "lever",
        "money",
        "steps",
        "lead_time",
        "alone",
        "first_priority",
        "units",
        "beside",
        "share",
        "cost",
    ];
    out.push_str(&text(&table("levers", &keep)));
    let anchored = {
        let mut anchors = table("levers", &["lever", "anchor"]);
        let cited: Vec<bool> = (0..anchors.len())
            .map(|n| !anchors.columns[1].values.text(n).is_empty())
            .collect();
        anchors.keep_rows(|n| cited[n]);
        anchors
    };
    if !anchored.is_empty() {
        out.push_str("\nWhere the law would change\n");
        out.push_str(&text(&anchored));
    }
    out.push_str("\nThe best portfolio, and others that none betters for their money and steps\n");
    let portfolios = answer.table("portfolios").expect("the answer has it");
    let column = |name: &str, n: usize| {
        let column = portfolios.columns.iter().find(|column| column.name == name);
        column.is_some_and(|column| column.values.text(n) == "yes")
    };
    let shown: Vec<bool> = (0..portfolios.len())
        .map(|n| column("best", n) || column("efficient", n))
        .collect();
    let keep = [
        "portfolio",
        "best",
        "levers",
        "money",
        "steps",
        "gain",
        "first_priority",
        "units",
        "cost",
    ];
    let mut few = portfolios.only_columns(&keep);
    few.keep_rows(|n| shown[n]);
    out.push_str(&text(&few));
    let silent = portfolios.len() - few.len();
    if silent > 0 {
        out.push_str(&format!(
            "{silent} more are best for some state: `--table portfolios`, `--table gains`\n"
        ));
    }
    let shares = answer.table("shares").expect("the answer has it");
    let of_states: Vec<bool> = (0..shares.len())
        .map(|n| shares.columns[0].values.text(n) == "state")
        .collect();
    let mut states = shares.only_columns(&["id", "share", "error", "receives"]);
    states.keep_rows(|n| of_states[n]);
    if !states.is_empty() {
        out.push_str(
            "\nWhat each state's levers bring, and what its own demands receive, with all levers\n",
        );
        out.push_str(&text(&states));
    }
    let mut failures = table("failures", &["failure", "lever", "lost", "value"]);
    let worth: Vec<bool> = { found.under.iter() }
        .map(|row| row.lever.is_none() || row.value != 0.0)
        .collect();
    failures.keep_rows(|n| worth[n]);
    if !failures.is_empty() {
        out.push_str("\nWhat a failure costs, and what levers are worth while it happens; those not told are worth nothing then\n");
        out.push_str(&text(&failures));
    }
    out
}

struct Told<'a> {
    scenario: &'a Scenario,
    told: &'a [ToldLever],
    levers: Vec<Lever>,
    failures: &'a [Failure],
    found: &'a Levers,
    limits: Limits,
    /// States of the demands, and by demand its place among them.
    states: (Vec<String>, Vec<usize>),
}

impl<'a> Told<'a> {
    fn new(
        scenario: &'a Scenario,
        told: &'a [ToldLever],
        failures: &'a [Failure],
        found: &'a Levers,
        limits: Limits,
    ) -> Self {
        Told {
            scenario,
            told,
            levers: told.iter().map(|told| told.lever.clone()).collect(),
            failures,
            found,
            limits,
            states: states_of_demands(scenario),
        }
    }

    fn id(&self, n: usize) -> &str {
        &self.levers[n].change.id
    }

    fn ids(&self, set: Set) -> String {
        let ids = members(self.levers.len(), set).map(|n| self.id(n));
        ids.collect::<Vec<_>>().join("; ")
    }

    fn currency(&self) -> &str {
        self.scenario.head().currency.as_str()
    }

    /// Unit of gains.
    fn unit(&self) -> &str {
        if self.found.none.counts_money() {
            self.currency()
        } else {
            "unit-months"
        }
    }

    /// Months in a period.
    fn months(&self) -> f64 {
        match self.scenario.head().period {
            Period::Day => 1.0 / 30.4375,
            Period::Week => 7.0 / 30.4375,
            Period::Month => 1.0,
            Period::Quarter => 3.0,
        }
    }

    /// Gain of what the objective counts, in the unit of gains.
    fn gain(&self, value: f64) -> f64 {
        let less = self.found.none.scalar() - value;
        settled(if self.found.none.counts_money() {
            less
        } else {
            less * self.months()
        })
    }

    fn gain_of(&self, more: &Worth, less: &Worth) -> f64 {
        settled(self.gain(more.scalar()) - self.gain(less.scalar()))
    }

    fn units(&self, more: &Worth, less: &Worth) -> f64 {
        let open = |worth: &Worth| worth.unmet.iter().sum::<f64>();
        settled(open(less) - open(more))
    }

    /// The most urgent priority that fares otherwise.
    fn first_priority(&self, more: &Worth, less: &Worth) -> Option<i64> {
        match more.measures[more.first_apart(less)?] {
            Measure::Late { priority } | Measure::Share { priority } => Some(i64::from(priority)),
            _ => None,
        }
    }

    /// Relative distance of the best portfolio from its bound, in the first stage in which they differ.
    fn gap(&self) -> f64 {
        let best = &self.found.best;
        let Some(bound) = &best.bound else {
            return f64::INFINITY;
        };
        let value = &best.worth;
        value.first_apart(bound).map_or(0.0, |stage| {
            let (value, bound) = (value.stages[stage], bound.stages[stage]);
            (value - bound).abs() / value.abs().max(1.0)
        })
    }

    fn remarks(&self) -> Vec<String> {
        let found = self.found;
        let count = self.levers.len();
        let mut remarks = Vec::new();
        let (least, most) = (self.limits.budget, self.limits.steps);
        let budget = least.map(|budget| format!("{} {}", number(budget), self.currency()));
        let asked = [budget, most.map(|most| format!("{most} political steps"))];
        let asked: Vec<String> = asked.into_iter().flatten().collect();
        let within = if asked.is_empty() {
            "without limits of money and steps".to_string()
        } else {
            format!("within {}", asked.join(" and "))
        };
        let best = match self.ids(found.best.set).as_str() {
            "" => "no lever at all".to_string(),
            ids => format!("`{}`", ids.replace("; ", "`, `")),
        };
        remarks.push(if found.best.proved {
            format!("{within} nothing is better than {best}")
        } else {
            match &found.best.bound {
                Some(bound) => format!(
                    "{within} the best found is {best}; nothing gains more than {} {}",
                    number(self.gain(bound.scalar())),
                    self.unit()
                ),
                None => format!(
                    "{within} the best found is {best}; how much better another may be is not known"
                ),
            }
        });
        let names = |set: Set| format!("`{}`", self.ids(set).replace("; ", "`, `"));
        let all: Set = (1 << count) - 1;
        let harmful = all & !found.adds;
        if harmful != 0 {
            remarks.push(format!(
                "of {} it is not proved that they only add: every set of them was looked at, and none stands for others",
                names(harmful)
            ));
        }
        if found.every {
            remarks.push(format!(
                "all {} sets of levers are known: {} were planned, the others lie between two that are worth the same",
                1u64 << count,
                found.planned
            ));
        } else {
            remarks.push(format!(
                "{} sets of levers were planned: of the others nothing is said in `portfolios`, and a better one for some state may be among them",
                found.planned
            ));
        }
        if found.shares.is_none() {
            remarks.push("there was no time for fair shares".into());
        } else if found
            .shares
            .iter()
            .flatten()
            .any(|share| share.error.is_some())
        {
            remarks.push(
                "shares are means over orders that were drawn: `error` is their standard error"
                    .into(),
            );
        }
        if found.idle != 0 {
            remarks.push(format!(
                "beside no others does it change anything to have {}",
                names(found.idle)
            ));
        }
        for [a, b] in &found.either {
            if found.idle >> a & 1 == 0 {
                remarks.push(format!(
                    "`{}` and `{}`: either is worth what both are",
                    self.id(*a),
                    self.id(*b)
                ));
            }
        }
        if !found.failures_complete {
            remarks.push("there was no time to look at every lever under failures".into());
        }
        remarks.push("levers are known from the first day, and values of priorities are the same in all best plans; which of several equals gains is told of the one plan that was found".into());
        remarks
    }

    fn levers(&self) -> Table {
        let found = self.found;
        let order = self.order();
        let rows = || order.iter().copied();
        let none = &found.none;
        let alone = |n: usize| found.alone[n].as_ref();
        let without = |n: usize| found.without[n].as_ref();
        let what = |n: usize| {
            let edits = self.levers[n].change.edits.iter().map(Edit::to_string);
            edits.collect::<Vec<_>>().join("; ")
        };
        let share = |n: usize| {
            found
                .shares
                .as_ref()
                .map(|shares| self.share(shares[n].share))
        };
        Table::new("levers", "a lever, the dearest first: what it is worth alone, beside all others, and as its share of all together")
            .whole("rank", "", (1i64..).take(order.len()))
            .text("lever", rows().map(|n| self.id(n)))
            .text("what", rows().map(what))
            .text("anchor", rows().map(|n| self.told[n].anchor.clone()))
            .text("states", rows().map(|n| self.levers[n].states.join("; ")))
            .number("money", self.currency(), rows().map(|n| self.levers[n].change.cost))
            .whole("steps", "political steps", rows().map(|n| i64::from(self.levers[n].steps)))
            .whole("lead_time", "days", rows().map(|n| i64::from(self.told[n].lead_time_days)))
            .number("alone", self.unit(), rows().map(|n| Some(self.gain_of(alone(n)?, none))))
            .whole("first_priority", "", rows().map(|n| self.first_priority(alone(n)?, none)))
            .number("units", "unit of the item", rows().map(|n| Some(self.units(alone(n)?, none))))
            .number("cost", self.currency(), rows().map(|n| Some(settled(alone(n)?.cost() - none.cost()))))
            .number("beside", self.unit(), rows().map(|n| Some(self.gain_of(&found.all, without(n)?))))
            .number("share", self.unit(), rows().map(share))
            .flag("only_adds", rows().map(|n| found.adds >> n & 1 == 1))
            .text("note", rows().map(|n| self.told[n].note.clone()))
    }

    /// A gain as Shapley counted it, in the unit of gains.
    fn share(&self, share: f64) -> f64 {
        settled(if self.found.none.counts_money() {
            share
        } else {
            share * self.months()
        })
    }

    /// Levers by their share of the gain of all, then by what they are worth alone, then by id.
    fn order(&self) -> Vec<usize> {
        let key = |n: usize| {
            let share = self
                .found
                .shares
                .as_ref()
                .map_or(0.0, |shares| self.share(shares[n].share));
            let alone = self.found.alone[n].as_ref();
            [
                share,
                alone.map_or(0.0, |alone| self.gain_of(alone, &self.found.none)),
            ]
        };
        let mut order: Vec<usize> = (0..self.levers.len()).collect();
        order.sort_by(|&a, &b| {
            let pairs = key(b).into_iter().zip(key(a));
            let orders = pairs.map(|(b, a)| b.total_cmp(&a));
            let order = orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then);
            order.then_with(|| self.id(a).cmp(self.id(b)))
        });
        order
    }

    fn priorities(&self) -> Table {
        let found = self.found;
        type Row<'r> = (String, String, Option<i64>, [f64; 2], &'r str);
        let mut rows: Vec<Row<'_>> = Vec::new();
        for n in self.order() {
            let (Some(alone), Some(without)) = (&found.alone[n], &found.without[n]) else {
                continue;
            };
            for (stage, measure) in found.none.measures.iter().enumerate() {
                let of = |more: &Worth, less: &Worth| {
                    let (more, less) = (more.stages[stage], less.stages[stage]);
                    let near = 1e-6 * more.abs().max(less.abs()).max(1.0);
                    let less = less - more;
                    if less.abs() <= near { 0.0 } else { less }
                };
                let (mut alone, mut beside) = (of(alone, &found.none), of(&found.all, without));
                if alone == 0.0 && beside == 0.0 {
                    continue;
                }
                let (priority, unit) = match measure {
                    Measure::Late { priority } => {
                        (alone, beside) = (alone * self.months(), beside * self.months());
                        (Some(i64::from(*priority)), "unit-months")
                    }
                    Measure::Share { priority } => (Some(i64::from(*priority)), "share"),
                    Measure::Cost => (None, self.currency()),
                    _ => (None, "unit-periods"),
                };
                rows.push((
                    self.id(n).into(),
                    measure.to_string(),
                    priority,
                    [alone, beside],
                    unit,
                ));
            }
        }
        Table::new(
            "priorities",
            "what a lever takes off one stage of the objective, in the order in which they count",
        )
        .text("lever", rows.iter().map(|row| row.0.clone()))
        .text("measure", rows.iter().map(|row| row.1.clone()))
        .whole("priority", "", rows.iter().map(|row| row.2))
        .number(
            "alone",
            "see unit",
            rows.iter().map(|row| settled(row.3[0])),
        )
        .number(
            "beside",
            "see unit",
            rows.iter().map(|row| settled(row.3[1])),
        )
        .text("unit", rows.iter().map(|row| row.4))
    }

    /// The best portfolio, then the others of the front.
    fn chosen(&self) -> Vec<(Set, &Worth)> {
        let best = std::iter::once((self.found.best.set, &self.found.best.worth));
        let front = self.found.front.iter().map(|(set, worth)| (*set, worth));
        best.chain(front.filter(|(set, _)| *set != self.found.best.set))
            .collect()
    }

    /// Of the portfolios, those that no other is as good as in the stages of the objective, money and steps.
    fn efficient(&self, rows: &[(Set, &Worth)]) -> Vec<bool> {
        let price = |set: Set| (money(&self.levers, set), steps(&self.levers, set));
        let beats = |a: usize, b: usize| {
            let ((set, worth), (other, less)) = (rows[a], rows[b]);
            let ((m, s), (n, t)) = (price(set), price(other));
            let order = worth.order(less);
            let strictly = order.is_lt()
                || m < n
                || s < t
                || (set.count_ones(), set) < (other.count_ones(), other);
            order.is_le() && m <= n && s <= t && strictly
        };
        let each = 0..rows.len();
        each.clone()
            .map(|b| !each.clone().any(|a| a != b && beats(a, b)))
            .collect()
    }

    fn portfolios(&self) -> Table {
        let found = self.found;
        let rows = self.chosen();
        let efficient = self.efficient(&rows);
        let none = &found.none;
        let on_front = |set: Set| found.front.iter().any(|(other, _)| *other == set);
        let each = || rows.iter().copied();
        Table::new("portfolios", "a set of levers: the best within the limits, then those that no other is as good as in the gain of every state, money and steps, the cheapest first")
            .whole("portfolio", "", (1i64..).take(rows.len()))
            .text("levers", each().map(|(set, _)| self.ids(set)))
            .flag("best", (0..rows.len()).map(|n| n == 0))
            .flag("front", each().map(|(set, _)| on_front(set)))
            .flag("efficient", efficient.iter().copied())
            .number("money", self.currency(), each().map(|(set, _)| money(&self.levers, set)))
            .whole("steps", "political steps", each().map(|(set, _)| i64::from(steps(&self.levers, set))))
            .number("gain", self.unit(), each().map(|(_, worth)| self.gain_of(worth, none)))
            .whole("first_priority", "", each().map(|(_, worth)| self.first_priority(worth, none)))
            .number("units", "unit of the item", each().map(|(_, worth)| self.units(worth, none)))
            .number("cost", self.currency(), each().map(|(_, worth)| settled(worth.cost() - none.cost())))
            .text("plan_of", each().map(|(_, worth)| self.ids(worth.of)))
            .text("status", each().map(|(set, worth)| {
                let open = set == found.best.set && !found.best.proved;
                if open { Status::Feasible.as_str() } else { worth.status.as_str() }
            }))
    }

    /// Open unit-months less and units more of each state.
    fn by_state(&self, worth: &Worth) -> Vec<(f64, f64)> {
        let none = &self.found.none;
        let (names, places) = &self.states;
        let mut sums = vec![(0.0, 0.0); names.len()];
        for (d, &state) in places.iter().enumerate() {
            sums[state].0 += (none.late[d] - worth.late[d]) * self.months();
            sums[state].1 += none.unmet[d] - worth.unmet[d];
        }
        let noise = |x: f64| if x.abs() < 1e-4 { 0.0 } else { settled(x) };
        sums.into_iter()
            .map(|(a, b)| (noise(a), noise(b)))
            .collect()
    }

    fn gains(&self) -> Table {
        let mut rows: Vec<(i64, &str, f64, f64)> = Vec::new();
        for (number, (_, worth)) in (1i64..).zip(self.chosen()) {
            let states = self.states.0.iter().zip(self.by_state(worth));
            let some = states.filter(|(_, (months, units))| *months != 0.0 || *units != 0.0);
            rows.extend(
                some.map(|(state, (months, units))| (number, state.as_str(), months, units)),
            );
        }
        Table::new(
            "gains",
            "what the demands of one state gain or lose with a portfolio",
        )
        .whole("portfolio", "", rows.iter().map(|row| row.0))
        .text("state", rows.iter().map(|row| row.1))
        .number(
            "unit_months",
            "open unit-months less",
            rows.iter().map(|row| row.2),
        )
        .number("units", "unit of the item", rows.iter().map(|row| row.3))
    }

    fn shares(&self) -> Table {
        let found = self.found;
        let received = self.by_state(&found.all);
        let receives = |state: &str| {
            let at = self.states.0.iter().position(|other| other == state);
            at.map_or(0.0, |at| received[at].0)
        };
        let whole = self.gain_of(&found.all, &found.none);
        let mut rows: Vec<(&str, String, Option<Share>, Option<f64>)> = Vec::new();
        if let Some(shares) = &found.shares {
            let levers = self.order().into_iter();
            rows.extend(levers.map(|n| ("lever", self.id(n).to_string(), Some(shares[n]), None)));
        }
        if let Some(shares) = &found.states {
            let mut names: Vec<&str> = shares.iter().map(|(name, _)| name.as_str()).collect();
            names.extend(self.states.0.iter().map(String::as_str));
            names.sort_unstable();
            names.dedup();
            for name in names {
                let own = shares.iter().find(|(other, _)| other == name);
                let share = own.map(|(_, share)| *share);
                let receives = receives(name);
                if share.is_some() || receives != 0.0 {
                    rows.push(("state", name.to_string(), share, Some(receives)));
                }
            }
        }
        let share =
            |row: &(&str, String, Option<Share>, Option<f64>)| Some(self.share(row.2?.share));
        Table::new("shares", "a fair split of what all levers gain together: between levers, and between the states that must act for them")
            .text("kind", rows.iter().map(|row| row.0))
            .text("id", rows.iter().map(|row| row.1.clone()))
            .number("share", self.unit(), rows.iter().map(share))
            .number("percent", "percent", rows.iter().map(|row| {
                let share = share(row)?;
                (whole != 0.0).then(|| settled(100.0 * share / whole))
            }))
            .number("error", self.unit(), rows.iter().map(|row| Some(self.share(row.2?.error?))))
            .number("receives", "open unit-months less", rows.iter().map(|row| row.3))
    }

    fn failures(&self) -> Table {
        let rows = || self.found.under.iter();
        Table::new("failures", "one of the worst failures: what it costs with no lever, then with each, and what the lever is worth while it happens")
            .text("failure", rows().map(|row| self.failures[row.failure].change.id.clone()))
            .text("lever", rows().map(|row| row.lever.map_or("", |n| self.id(n))))
            .number("lost", "unit-months", rows().map(|row| settled(row.lost * self.months())))
            .number("value", "unit-months", rows().map(|row| row.lever.map(|_| settled(row.value * self.months()))))
    }
}

/// A number without the noise of its last digits.
fn settled(x: f64) -> f64 {
    (x * 1e6).round() / 1e6 + 0.0
}
