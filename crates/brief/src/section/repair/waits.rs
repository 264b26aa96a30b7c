//! Jobs that wait and why, dates that can be promised, and what rules cost.

use darsena_repair::reasons::{Obstacle, Reason};
use maud::{Markup, html};

use super::rows::{Told, asset_name};
use super::{day, days};
use crate::bind::{Notes, Rows, name};
use crate::figures::{Figures, NOTHING};
use crate::number::{money, percent};
use crate::repair::RepairRuleRow;
use crate::section::method::is_link;
use crate::section::resource_name;
use crate::table::{Column, fold, folded, number, table};
use crate::text::{self, repair as words};

/// How many jobs stand open, and how many reasons of each are told.
const SHOWN: usize = 4;
const TOLD: usize = 3;

pub(super) fn waits(figures: &Figures<'_>, notes: &mut Notes<'_>, told: Told<'_>) -> Markup {
    let page = told.page;
    let mut gain = vec![0.0f64; page.problem.jobs.len()];
    for reason in page.reasons {
        gain[reason.job] = gain[reason.job].max(reason.gain);
    }
    let mut waiting: Vec<usize> = (0..gain.len()).filter(|job| gain[*job] > 0.0).collect();
    waiting.sort_by(|a, b| gain[*b].total_cmp(&gain[*a]).then(a.cmp(b)));
    let (first, rest) = waiting.split_at(waiting.len().min(SHOWN));
    html! {
        @if waiting.is_empty() { p { (words::NOBODY_WAITS) } } @else {
            p { (words::WAITING_NOTE) }
            (cards(words::WAITING, &first.iter().map(|job| waiting_row(figures, notes, told, *job)).collect::<Vec<_>>()))
            @if !rest.is_empty() {
                (fold(
                    &format!("{} ({})", words::ALL_WAITING, rest.len()),
                    cards(words::ALL_WAITING, &rest.iter().map(|job| waiting_row(figures, notes, told, *job)).collect::<Vec<_>>()),
                ))
            }
        }
        @if !page.rules.is_empty() || page.reasons.iter().any(|reason| matches!(reason.what, Obstacle::Rule(_))) {
            p class="note" { (words::ADVICE) }
        }
        @if page.growth.is_some() { (promises(told)) }
        @if !page.rules.is_empty() { (rules(&page.rules, &figures.scenario.head().currency)) }
    }
}

/// A table set as cards on a phone: roles keep it a table for those who hear it.
fn cards(caption: &str, rows: &[Markup]) -> Markup {
    html! {
        table class="cards jobs" role="table" {
            caption { (caption) }
            thead role="rowgroup" { tr role="row" {
                th scope="col" role="columnheader" { (words::SHIP) }
                th scope="col" role="columnheader" { (words::AWAY) }
                th scope="col" role="columnheader" { (words::DUE) }
                th scope="col" role="columnheader" { (words::DAYS_LATE) }
                th scope="col" role="columnheader" { (text::WHY) }
            } }
            tbody role="rowgroup" { @for row in rows { (row) } }
        }
    }
}

fn waiting_row(figures: &Figures<'_>, notes: &mut Notes<'_>, told: Told<'_>, job: usize) -> Markup {
    let problem = told.page.problem;
    let row = &figures.scenario.jobs()[job];
    let rows = Rows::new("repair.jobs", row.job.as_str());
    let visit = told.page.outcome.visits[job].as_ref();
    let late = visit.map_or(0, |visit| {
        i64::from((visit.back - problem.jobs[job].due).max(0))
    });
    let reasons: Vec<&Reason> = told
        .page
        .reasons
        .iter()
        .filter(|reason| reason.job == job)
        .collect();
    let asset = told.asset(job);
    let cite = notes.cite(&row.source);
    html! {
        tr role="row" data-table="repair.jobs" data-row=(row.job) {
            th scope="row" role="rowheader" {
                (name("assets", &asset.asset, &asset_name(asset))) (cite) br;
                span class="soft" { (told.class_and_kind(job)) }
            }
            td role="cell" data-label=(words::AWAY) {
                @if let Some(visit) = visit {
                    (day(told, visit.out)) " – " (day(told, visit.back)) br;
                    span class="soft" { (days(&rows, "days_not_ready", i64::from(visit.back - visit.out))) }
                } @else { (text::NONE) }
            }
            td role="cell" data-label=(words::DUE) { (day(told, problem.jobs[job].due)) }
            td role="cell" data-label=(words::DAYS_LATE) { @if late > 0 { (days(&rows, "days_late", late)) } @else { (text::NONE) } }
            td role="cell" data-label=(text::WHY) {
                ul class="reasons" {
                    @for reason in reasons.iter().take(TOLD) { li { (why(figures, told, reason)) } }
                }
                @if reasons.len() > TOLD { span class="soft" { (words::more(reasons.len() - TOLD)) } }
            }
        }
    }
}

/// A reason and what looking away from it gains.
fn why(figures: &Figures<'_>, told: Told<'_>, reason: &Reason) -> Markup {
    let problem = told.page.problem;
    let scenario = figures.scenario;
    let dock_name = |dock: usize| name("docks", &problem.docks[dock].id, &told.dock_name(dock));
    let (what, thing) = match &reason.what {
        Obstacle::Dock { dock, .. } => ("dock", dock_name(*dock)),
        Obstacle::Closure(dock) => ("closure", dock_name(*dock)),
        Obstacle::Trades(resource) => {
            let id = problem.resources[*resource].id.as_str();
            let label = scenario
                .find_resource(id)
                .map_or_else(|| id.to_owned(), |n| resource_name(figures, n));
            ("trades", name("resources", id, &label))
        }
        Obstacle::Group => {
            let group = problem.jobs[reason.job]
                .group
                .map(|group| &scenario.groups()[group]);
            (
                "group",
                group.map_or_else(
                    || html! {},
                    |group| name("groups", &group.group, &group.name),
                ),
            )
        }
        Obstacle::Rule(id) => {
            let rule = told.page.windows.rules_in_the_way().get(id);
            (
                "law",
                html! {
                    code { (id) }
                    @if let Some(rule) = rule {
                        " (" (cited(&rule.citation, rule.url.as_deref())) ")"
                    }
                },
            )
        }
        Obstacle::Asset => ("asset", html! {}),
        Obstacle::Fleet => ("fleet", html! {}),
        Obstacle::Several => ("several", html! {}),
    };
    let (holder, until) = match &reason.what {
        Obstacle::Dock { holder, until, .. } => (
            holder.map_or_else(|| html! {}, |job| html! { span class="name" data-table="jobs" data-row=(problem.jobs[job].id) { (told.job_name(job)) } }),
            until.map_or_else(|| html! {}, |until| day(told, until)),
        ),
        _ => (html! {}, html! {}),
    };
    let rows = Rows::filtered(
        "repair.reasons",
        &[("job", &problem.jobs[reason.job].id), ("what", what)],
    );
    let positive =
        |column: &str, count: i32| (count > 0).then(|| days(&rows, column, i64::from(count)));
    html! {
        (words::obstacle(&reason.what, &words::Names { thing, holder, until })) "; "
        span class="soft" { (words::gain(
            positive("days_sooner", reason.days_sooner),
            positive("days_regained", reason.days_regained),
            rows.figure("gain", reason.gain, &money(&scenario.head().currency, reason.gain)),
        )) }
    }
}

/// Where a rule stands, as a link where its source has one.
fn cited(citation: &str, url: Option<&str>) -> Markup {
    html! {
        @match url.filter(|url| is_link(url)) {
            Some(url) => a href=(url) rel="noreferrer" { (citation) },
            None => (citation),
        }
    }
}

fn promises(told: Told<'_>) -> Markup {
    let problem = told.page.problem;
    let jobs = told.scenario.jobs();
    let Some(growth) = told.page.growth else {
        return html! {};
    };
    let mut all: Vec<(i32, usize, Markup)> = { growth.jobs.iter() }
        .map(|promise| {
            let due = problem.jobs[promise.job].due;
            let rows = Rows::new("repair.jobs", jobs[promise.job].job.as_str());
            let row = html! {
                tr data-table="repair.jobs" data-row=(jobs[promise.job].job) {
                    th scope="row" { (told.job_name(promise.job)) }
                    td class="date" { (day(told, due)) }
                    td class="date" { (day(told, promise.planned)) }
                    td class="date" { (day(told, promise.p50)) }
                    td class="date" { (day(told, promise.p80)) }
                    (number(rows.figure("on_time", promise.on_time, &percent(promise.on_time))))
                    (number(rows.figure("by_due", promise.by_due, &percent(promise.by_due))))
                }
            };
            (promise.p80 - due, promise.job, row)
        })
        .collect();
    let columns = [
        Column::Words(words::SHIP),
        Column::Words(words::DUE),
        Column::Words(words::PLANNED),
        Column::Words(words::P50),
        Column::Words(words::P80),
        Column::Number(words::AS_PLANNED),
        Column::Number(words::BY_DUE),
    ];
    let in_order: Vec<Markup> = all.iter().map(|row| row.2.clone()).collect();
    all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let worst: Vec<Markup> = all
        .into_iter()
        .filter(|row| row.0 > 0)
        .take(SHOWN)
        .map(|row| row.2)
        .collect();
    html! {
        h3 { (words::PROMISES) }
        p { (words::PROMISES_NOTE) }
        @if !worst.is_empty() { (table(words::PROMISES, &columns, &worst)) }
        (folded(words::EVERY_JOB, words::EVERY_JOB_CAPTION, &columns, &in_order))
    }
}

fn rules(rules: &[RepairRuleRow], currency: &str) -> Markup {
    let wins = |rule: &&RepairRuleRow| {
        rule.days_regained != 0 || rule.days_less_late != 0 || rule.worth.abs() > NOTHING
    };
    let (told, silent): (Vec<&RepairRuleRow>, Vec<&RepairRuleRow>) = rules.iter().partition(wins);
    let rows = |rules: &[&RepairRuleRow]| -> Vec<Markup> {
        let row = |rule: &&RepairRuleRow| {
            let rows = Rows::new("repair.rules", rule.rule.as_str());
            html! { tr data-table="repair.rules" data-row=(rule.rule) {
                th scope="row" { code { (rule.rule) } br; span class="soft" { (cited(&rule.citation, rule.url.as_deref())) } }
                td class="words" { (rule.plain) br; span class="soft" { (rule.confidence) } }
                (number(rows.quantity("days_regained", rule.days_regained as f64)))
                (number(rows.quantity("days_less_late", rule.days_less_late as f64)))
                (number(rows.money("worth", rule.worth, currency)))
                (number(rows.money("most", rule.most, currency)))
            } }
        };
        rules.iter().map(row).collect()
    };
    let columns = [
        Column::Words(words::RULE),
        Column::Words(text::SAYS),
        Column::Number(words::REGAINED),
        Column::Number(words::LESS_LATE),
        Column::Number(words::WORTH),
        Column::Number(words::MOST),
    ];
    html! {
        h3 { (words::RULES) }
        p { (words::RULES_NOTE) }
        @if !told.is_empty() { (table(words::RULES, &columns, &rows(&told))) }
        @if !silent.is_empty() {
            @let title = words::silent_rules(silent.len());
            (folded(&title, &title, &columns, &rows(&silent)))
        }
    }
}
