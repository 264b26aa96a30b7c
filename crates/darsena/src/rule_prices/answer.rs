//! The prices of rules as tables, and on one screen.

use std::collections::BTreeMap;

use darsena_brief::{ApprovalRow, LawPage, PairRow, RuleRow, Worth};
use darsena_law::{Approval, Law, NO_ADVICE, RuleKind};
use darsena_plan::Measure;
use darsena_scenario::{Period, Scenario};
use jiff::civil::Date;

use super::{Gain, Planned, Prices};
use crate::answer::{Answer, Table};
use crate::plan_answer::head;
use crate::write::text;

/// The answer `prices` of `scenario`.
#[must_use]
pub fn answer(scenario: &Scenario, prices: &Prices, seconds: Option<f64>) -> Answer {
    let mut head = head(scenario, &prices.base, seconds);
    head.question = "prices".into();
    head.status = prices.status.as_str().into();
    head.remarks = vec![
        "each rule is lifted alone; prices do not add up, because what two rules shut is open only without both".into(),
        "who of several equals receives more is told of the one best plan that was found; the stages are the same in all of them".into(),
    ];
    head.remarks.extend(prices.base.remarks.iter().cloned());
    let told = Told { scenario, prices };
    Answer {
        head,
        tables: vec![
            told.whole(),
            told.rules(),
            told.priorities(),
            told.customers(),
            told.pairs(),
            told.approvals(),
        ],
        trees: Vec::new(),
    }
}

/// The prices on one screen: what each rule holds back, the dearest first.
#[must_use]
pub fn readable(scenario: &Scenario, prices: &Prices, answer: &Answer) -> String {
    let mut out = format!(
        "prices of rules in `{}`: {}, law known on {}, {} plans made\n",
        scenario.head().name,
        answer.head.status,
        answer.head.law_as_of,
        prices.plans
    );
    for remark in &answer.head.remarks {
        out.push_str(&format!("note: {remark}\n"));
    }
    let nothing = |gain: &Gain| {
        matches!(gain, Gain::NoArc | Gain::ByDuals | Gain::ByNoLaw) || gain.first().is_none()
    };
    let few = |name: &str, keep: &[&str], rows: &dyn Fn(usize) -> bool| {
        let table = answer.table(name).expect("the answer has this table");
        let mut table = table.only_columns(keep);
        table.keep_rows(rows);
        table
    };
    let order = Told { scenario, prices }.order();
    let helps = |n: usize| !nothing(&prices.rules[order[n]].gain);
    let table = few(
        "rules",
        &[
            "rule",
            "kind",
            "deliveries",
            "unit_months",
            "first_priority",
            "money",
            "value",
            "confidence",
            "citation",
        ],
        &helps,
    );
    let silent = prices.rules.len() - table.len();
    if matches!(prices.whole, Gain::Planned(_)) {
        let told = Told { scenario, prices };
        let number = |x: Option<f64>| x.map_or("?".into(), crate::write::number);
        out.push_str(&format!(
            "\nAll law together holds back {} units and {} unit-months; asking none would save {} {}.\n",
            number(told.deliveries(&prices.whole)),
            number(told.unit_months(&prices.whole)),
            number(told.money(&prices.whole)),
            told.currency()
        ));
    }
    if table.is_empty() {
        out.push_str("\nNo rule alone holds anything back.\n");
    } else {
        out.push_str(
            "\nWhat each rule alone holds back (units delivered more, unit-months less waiting)\n",
        );
        out.push_str(&text(&table));
    }
    if silent > 0 {
        out.push_str(&format!(
            "\n{silent} other rules shut or delay something and cost nothing alone: `--table rules`\n"
        ));
    }
    let customers = answer
        .table("customers")
        .expect("the answer has this table");
    if !customers.is_empty() {
        out.push_str("\nWho would receive more or less, sooner or later\n");
        out.push_str(&text(customers));
    }
    if prices.pairs.is_empty() {
        out.push_str(&format!(
            "\nNo two rules hold back more together than one by one ({} pairs looked at, {} planned).\n",
            prices.pairs_tried.0, prices.pairs_tried.1
        ));
    } else {
        out.push_str("\nPairs that help only, or more, together\n");
        let keep = [
            "rule",
            "other",
            "deliveries",
            "unit_months",
            "more_unit_months",
            "first_priority",
            "money",
        ];
        out.push_str(&text(&few("pairs", &keep, &|_| true)));
    }
    let waits = |n: usize| !nothing(&prices.approvals[n].gain);
    let keep = [
        "approval",
        "grantor",
        "body",
        "typical_days",
        "deliveries",
        "unit_months",
        "first_priority",
        "money",
    ];
    let table = few("approvals", &keep, &waits);
    if !table.is_empty() {
        out.push_str("\nWhat a month less waiting for an approval is worth\n");
        out.push_str(&text(&table));
    }
    out
}

struct Told<'a> {
    scenario: &'a Scenario,
    prices: &'a Prices,
}

impl Told<'_> {
    /// Months in a period.
    fn months(&self) -> f64 {
        match self.scenario.head().period {
            Period::Day => 1.0 / 30.4375,
            Period::Week => 7.0 / 30.4375,
            Period::Month => 1.0,
            Period::Quarter => 3.0,
        }
    }

    fn currency(&self) -> &str {
        self.scenario.head().currency.as_str()
    }

    fn planned<'b>(&self, gain: &'b Gain) -> Option<&'b Planned> {
        match gain {
            Gain::Planned(planned) => Some(planned),
            _ => None,
        }
    }

    /// A sum over what was planned; nothing where nothing can change, none where it is not known.
    fn sum(&self, gain: &Gain, of: impl Fn(&Planned) -> f64) -> Option<f64> {
        match gain {
            Gain::NoArc | Gain::ByDuals | Gain::ByNoLaw => Some(0.0),
            Gain::Planned(planned) => Some(super::settled(of(planned), 1.0)),
            Gain::Unknown => None,
        }
    }

    fn deliveries(&self, gain: &Gain) -> Option<f64> {
        self.sum(gain, |planned| planned.delivered.iter().sum())
    }

    fn unit_months(&self, gain: &Gain) -> Option<f64> {
        self.sum(gain, |planned| {
            planned.sooner.iter().sum::<f64>() * self.months()
        })
    }

    /// Fall of the stage that counts money.
    fn money(&self, gain: &Gain) -> Option<f64> {
        let stage =
            { self.prices.base.levels.iter() }.position(|level| level.measure == Measure::Cost);
        self.sum(gain, |planned| {
            stage.map_or(0.0, |stage| planned.falls[stage])
        })
    }

    /// Worth of the units delivered more, at the value of their items.
    fn value(&self, gain: &Gain) -> Option<f64> {
        self.sum(gain, |planned| {
            let of = |(d, more): (usize, &f64)| {
                let item = self.scenario.find_item(&self.scenario.demands()[d].item);
                let value = item.and_then(|i| self.scenario.items()[i].value);
                more * value.unwrap_or(0.0)
            };
            planned.delivered.iter().enumerate().map(of).sum()
        })
    }

    /// The most urgent priority that gains.
    fn first_priority(&self, gain: &Gain) -> Option<i64> {
        match self.prices.base.levels[gain.first()?].measure {
            Measure::Late { priority } | Measure::Share { priority } => Some(i64::from(priority)),
            _ => None,
        }
    }

    /// The first stage in which two rules give more together: its priority, and how many unit-months more.
    fn together(&self, together: &[f64]) -> (Option<i64>, f64) {
        let mut stages = self.prices.base.levels.iter().zip(together);
        let first = stages.find(|(_, more)| **more != 0.0);
        match first.map(|(level, more)| (level.measure, more)) {
            Some((Measure::Late { priority }, more)) => {
                (Some(i64::from(priority)), more * self.months())
            }
            _ => (None, 0.0),
        }
    }

    /// Rules by what they hold back, stage after stage, the dearest first; then by id.
    fn order(&self) -> Vec<usize> {
        let stages = self.prices.base.levels.len();
        let falls: Vec<Vec<f64>> = { self.prices.rules.iter() }
            .map(|rule| rule.gain.falls(stages))
            .collect();
        let mut order: Vec<usize> = (0..self.prices.rules.len()).collect();
        order.sort_by(|&a, &b| {
            let pairs = falls[b].iter().zip(&falls[a]);
            let stages = { pairs }.map(|(b, a)| b.total_cmp(a));
            stages
                .fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
                .then(a.cmp(&b))
        });
        order
    }

    /// What lifting gives, as columns on the right of a table; `more` are further ones after the units.
    fn worth<'g>(
        &self,
        table: Table,
        gains: impl Iterator<Item = &'g Gain> + Clone,
        priorities: impl Iterator<Item = Option<i64>>,
        more: impl FnOnce(Table) -> Table,
    ) -> Table {
        let gains = || gains.clone();
        let table = table
            .number(
                "deliveries",
                "units delivered more within the horizon",
                gains().map(|g| self.deliveries(g)),
            )
            .number(
                "unit_months",
                "open unit-months less",
                gains().map(|g| self.unit_months(g)),
            );
        more(table)
            .whole(
                "first_priority",
                "most urgent priority that gains",
                priorities,
            )
            .number(
                "money",
                &format!("{} saved in the plan", self.currency()),
                gains().map(|g| self.money(g)),
            )
            .number(
                "value",
                &format!("{} of units delivered more", self.currency()),
                gains().map(|g| self.value(g)),
            )
    }

    fn whole(&self) -> Table {
        let gains = || [&self.prices.whole].into_iter();
        let table = Table::new("whole", "all law at once: a plan that asks none");
        let priorities = gains().map(|g| self.first_priority(g));
        self.worth(table, gains(), priorities, |table| table)
    }

    fn rules(&self) -> Table {
        let order = self.order();
        let rows = || order.iter().map(|&n| &self.prices.rules[n]);
        let gains = || rows().map(|row| &row.gain);
        let table = Table::new(
            "rules",
            "a rule that shuts or delays something, lifted alone; the dearest first",
        )
        .text("rule", rows().map(|r| r.rule.id.clone()))
        .text("kind", rows().map(|r| kind(r.rule.kind)))
        .text("regime", rows().map(|r| r.rule.regime.clone()))
        .text("citation", rows().map(|r| r.rule.citation.clone()))
        .text(
            "url",
            rows().map(|r| r.rule.url.clone().unwrap_or_default()),
        )
        .text("confidence", rows().map(|r| r.rule.confidence.as_str()))
        .whole(
            "arcs",
            "makes, moves and hand-overs that open or open sooner",
            rows().map(|r| count(r.arcs)),
        );
        let priorities = gains().map(|g| self.first_priority(g));
        self.worth(table, gains(), priorities, |table| table)
            .text("proof", gains().map(proof))
    }

    fn priorities(&self) -> Table {
        let mut rows = Vec::new();
        for n in self.order() {
            let rule = &self.prices.rules[n];
            let Some(planned) = self.planned(&rule.gain) else {
                continue;
            };
            for (level, fall) in self.prices.base.levels.iter().zip(&planned.falls) {
                if *fall != 0.0 {
                    let unit = match level.measure {
                        Measure::Cost => self.currency().to_string(),
                        Measure::Share { .. } => "share".into(),
                        _ => "unit-periods".into(),
                    };
                    rows.push((
                        rule.rule.id.clone(),
                        level.measure.to_string(),
                        level.value,
                        level.value - fall,
                        *fall,
                        unit,
                    ));
                }
            }
        }
        Table::new("priorities", "a stage of the objective that changes without a rule, in the order in which they count")
            .text("rule", rows.iter().map(|r| r.0.clone()))
            .text("measure", rows.iter().map(|r| r.1.clone()))
            .number("with", "see unit", rows.iter().map(|r| r.2))
            .number("without", "see unit", rows.iter().map(|r| r.3))
            .number("less", "see unit", rows.iter().map(|r| r.4))
            .text("unit", rows.into_iter().map(|r| r.5))
    }

    fn customers(&self) -> Table {
        let mut rows = Vec::new();
        for n in self.order() {
            let rule = &self.prices.rules[n];
            let Some(planned) = self.planned(&rule.gain) else {
                continue;
            };
            let mut sums: BTreeMap<(u32, String, String), (f64, f64)> = BTreeMap::new();
            for (d, demand) in self.scenario.demands().iter().enumerate() {
                let key = (
                    demand.priority,
                    demand.party.to_string(),
                    demand.item.to_string(),
                );
                let sum = sums.entry(key).or_default();
                sum.0 += planned.delivered[d];
                sum.1 += planned.sooner[d] * self.months();
            }
            // Which of several equals waits longer is chance: only where all of them together fare
            // otherwise is something gained.
            let mut equals: BTreeMap<(u32, &str), (f64, f64)> = BTreeMap::new();
            for ((priority, _, item), sum) in &sums {
                let all = equals.entry((*priority, item)).or_default();
                *all = (all.0 + sum.0, all.1 + sum.1);
            }
            let changed = |sum: &(f64, f64)| sum.0.abs() > 1e-4 || sum.1.abs() > 1e-4;
            let rests = sums.iter().filter(|((priority, _, item), sum)| {
                changed(sum) && changed(&equals[&(*priority, item.as_str())])
            });
            rows.extend(rests.map(|(key, sum)| (rule.rule.id.clone(), key.clone(), *sum)));
        }
        Table::new(
            "customers",
            "what one customer gains or loses of one item without a rule",
        )
        .text("rule", rows.iter().map(|r| r.0.clone()))
        .whole("priority", "", rows.iter().map(|r| i64::from(r.1.0)))
        .text("party", rows.iter().map(|r| r.1.1.clone()))
        .text("item", rows.iter().map(|r| r.1.2.clone()))
        .number(
            "deliveries",
            "units delivered more within the horizon",
            rows.iter().map(|r| r.2.0),
        )
        .number(
            "unit_months",
            "open unit-months less",
            rows.iter().map(|r| r.2.1),
        )
    }

    fn pairs(&self) -> Table {
        let rows = || self.prices.pairs.iter();
        let gains = || rows().map(|row| &row.gain);
        let table = Table::new(
            "pairs",
            "two rules that hold back more together than one by one",
        )
        .text("rule", rows().map(|r| r.rules.0.clone()))
        .text("other", rows().map(|r| r.rules.1.clone()))
        .whole(
            "arcs",
            "makes, moves and hand-overs that open or open sooner",
            rows().map(|r| count(r.arcs)),
        );
        let priorities = rows().map(|r| self.together(&r.together).0);
        self.worth(table, gains(), priorities, |table| {
            table.number(
                "more_unit_months",
                "open unit-months less than one by one, at that priority",
                rows().map(|r| self.together(&r.together).1),
            )
        })
    }

    fn approvals(&self) -> Table {
        let rows = || self.prices.approvals.iter();
        let gains = || rows().map(|row| &row.gain);
        let of = |field: fn(&Approval) -> String| rows().map(move |row| field(&row.approval));
        let table = Table::new(
            "approvals",
            "an approval that arcs wait for, a month of 30 days sooner",
        )
        .text("approval", of(|a| a.id.clone()))
        .text("grantor", of(|a| a.grantor.clone()))
        .text("body", of(|a| a.body.clone()))
        .text("rules", of(|a| a.rules.join(";")))
        .whole(
            "typical_days",
            "days",
            rows().map(|r| i64::from(r.approval.days.typical)),
        )
        .whole(
            "arcs",
            "makes, moves and hand-overs that open sooner",
            rows().map(|r| count(r.arcs)),
        );
        let priorities = gains().map(|g| self.first_priority(g));
        self.worth(table, gains(), priorities, |table| table)
            .text("proof", gains().map(proof))
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn kind(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Deny => "denies",
        RuleKind::Policy => "leaves to a political act",
        _ => "needs an approval",
    }
}

/// How a price is known.
fn proof(gain: &Gain) -> &'static str {
    match gain {
        Gain::NoArc => "opens nothing alone",
        Gain::ByDuals => "duals prove it changes nothing",
        Gain::ByNoLaw => "no plan without any law is better",
        Gain::Planned(_) => "planned again",
        Gain::Unknown => "not known in the time given",
    }
}

/// The law page of the brief: the same prices, with the rules in plain words.
#[must_use]
pub fn law_page(scenario: &Scenario, prices: &Prices, law: &Law, as_of: Date) -> LawPage {
    let told = Told { scenario, prices };
    let worth = |gain: &Gain| Worth {
        deliveries: told.deliveries(gain),
        unit_months: told.unit_months(gain),
        first_priority: told
            .first_priority(gain)
            .and_then(|p| u32::try_from(p).ok()),
    };
    let rules = told.order().into_iter().map(|n| &prices.rules[n]);
    LawPage {
        as_of,
        hash: law.hash().to_string(),
        advice: NO_ADVICE.into(),
        whole: worth(&prices.whole),
        rules: rules
            .map(|row| RuleRow {
                rule: row.rule.id.clone(),
                kind: kind(row.rule.kind).into(),
                plain: row.rule.plain.clone(),
                citation: row.rule.citation.clone(),
                url: row.rule.url.clone(),
                confidence: row.rule.confidence.plain().into(),
                arcs: row.arcs,
                worth: worth(&row.gain),
            })
            .collect(),
        pairs: { prices.pairs.iter() }
            .map(|row| PairRow {
                rules: row.rules.clone(),
                worth: worth(&row.gain),
                together: told.together(&row.together).1,
            })
            .collect(),
        approvals: { prices.approvals.iter() }
            .map(|row| ApprovalRow {
                approval: row.approval.id.clone(),
                grantor: row.approval.grantor.clone(),
                body: row.approval.body.clone(),
                typical_days: row.approval.days.typical,
                worth: worth(&row.gain),
            })
            .collect(),
    }
}
