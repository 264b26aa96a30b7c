//! Repair: headline, docks, ships, load of the yards, jobs that wait, promises, rules.

mod ports;
pub(crate) mod rows;
mod waits;

use darsena_repair::{Outcome, Problem};
use maud::{Markup, html};

use super::method::gap;
use super::section;
use crate::bind::{Notes, Rows, name};
use crate::chart::{Caption, gantt};
use crate::figures::Figures;
use crate::number::{percent, quantity};
use crate::repair::RepairPage;
use crate::table::{Column, fold, folded, number};
use crate::text::{self, repair as words};
use rows::{SCHEDULE, Told};

/// The sections in the order in which they stand: id and short title.
pub(crate) const CONTENTS: [(&str, &str); 5] = [
    ("repair", words::TO_REPAIR),
    ("repair-docks", words::TO_DOCKS),
    ("repair-ships", words::TO_SHIPS),
    ("repair-ports", words::TO_PORTS),
    ("repair-waits", words::TO_WAITING),
];

/// All sections of repair.
pub(crate) fn repair(
    figures: &Figures<'_>,
    notes: &mut Notes<'_>,
    page: &RepairPage<'_>,
) -> Markup {
    let told = Told {
        scenario: figures.scenario,
        page,
    };
    html! {
        (gantt::patterns())
        (section("repair", words::REPAIR, html! {
            (headline(page, &figures.scenario.head().currency))
            p class="note" { (words::NOTE) }
        }))
        (section("repair-docks", words::DOCKS, docks(told)))
        (section("repair-ships", words::SHIPS, ships(told)))
        (section("repair-ports", words::PORTS, ports::ports(figures, notes, told)))
        (section("repair-waits", words::WAITING, waits::waits(figures, notes, told)))
    }
}

/// Jobs done, days not ready, jobs late and days late.
pub(crate) fn days_of(problem: &Problem, outcome: &Outcome) -> (usize, i64, usize, i64) {
    let pairs = problem.jobs.iter().zip(&outcome.visits);
    let done = pairs.filter_map(|(job, visit)| visit.as_ref().map(|visit| (job, visit)));
    done.fold(
        (0, 0, 0, 0),
        |(jobs, away, late_jobs, late), (job, visit)| {
            let behind = (visit.back - job.due).max(0);
            (
                jobs + 1,
                away + i64::from(visit.back - visit.out),
                late_jobs + usize::from(behind > 0),
                late + i64::from(behind),
            )
        },
    )
}

/// The two sentences of the front page.
pub(crate) fn front(page: &RepairPage<'_>) -> Markup {
    html! {
        p class="headline" { (scheduled(page)) }
        @if let Some(won) = won(page) { p class="headline" { (won) } }
    }
}

fn days(rows: &Rows, column: &str, count: i64) -> Markup {
    rows.figure(column, count as f64, &words::days(count))
}

fn scheduled(page: &RepairPage<'_>) -> Markup {
    let (jobs, away, late_jobs, late) = days_of(page.problem, page.outcome);
    let rows = Rows::new("repair.jobs", "*");
    words::headline(
        (
            jobs,
            Rows::new("repair.jobs", "status=done").quantity("job", jobs as f64),
        ),
        days(&rows, "days_not_ready", away),
        (late > 0).then(|| {
            (
                rows.quantity("jobs_late", late_jobs as f64),
                days(&rows, "days_late", late),
            )
        }),
    )
}

fn won(page: &RepairPage<'_>) -> Option<Markup> {
    let regained = page.status_quo?.regained;
    let (won, docks, work) = (
        i64::from(regained.days()),
        regained.home_dock_days(),
        regained.home_work(),
    );
    if won == 0 && docks == 0.0 && work == 0.0 {
        return Some(html! { (words::AS_BEFORE) });
    }
    let freed = |what: &str| Rows::filtered("repair.freed", &[("what", what), ("home", "true")]);
    Some(words::regained(
        days(
            &Rows::new("repair.regained", "*"),
            "days_regained",
            won.abs(),
        ),
        won >= 0,
        freed("dock").units("freed", docks.abs(), "dock-day"),
        docks >= 0.0,
        whole(&freed("resource"), "freed", work.abs()),
        work >= 0.0,
    ))
}

fn headline(page: &RepairPage<'_>, currency: &str) -> Markup {
    let outcome = page.outcome;
    let head = Rows::new("repair.head", "*");
    let (_, _, _, late) = days_of(page.problem, outcome);
    let count = |must: bool| {
        let pairs = page.problem.jobs.iter().zip(&outcome.visits);
        pairs
            .filter(|(job, visit)| visit.is_none() && job.deferral_cost.is_none() == must)
            .count()
    };
    let jobs = |status: &str, count: usize| {
        Rows::filtered("repair.jobs", &[("status", status)]).units("job", count as f64, "job")
    };
    let share = |row: &str, share: f64| {
        Rows::new("repair.growth", row).figure("on_time", share, &percent(share))
    };
    html! {
        p class="headline" { (scheduled(page)) }
        @if let Some(won) = won(page) { p class="headline" { (won) } }
        @if count(true) > 0 { p { (words::unplaced(jobs("no place", count(true)))) } }
        @if count(false) > 0 { p { (words::left_out(jobs("left out", count(false)))) } }
        @if let Some(before) = page.status_quo {
            p { (words::late_before(
                days(&Rows::new("repair.regained", "*"), "days_late_status_quo", days_of(before.problem, before.outcome).3),
                days(&Rows::new("repair.regained", "*"), "days_late", late),
            )) }
        }
        @if let Some(growth) = page.growth {
            p { (words::on_time(
                share("schedule", growth.on_time),
                Rows::new("repair.growth", "schedule").figure("late_days", growth.late_days, &words::days(growth.late_days.round() as i64)),
                page.status_quo.and_then(|before| before.growth).map(|growth| share("status quo", growth.on_time)),
            )) }
        }
        p { (words::bound(
            Rows::new("repair.costs", "all").money("cost", outcome.cost.total(), currency),
            head.money("bound", outcome.bound, currency),
            head.figure("gap", outcome.gap(), &gap(outcome.gap())),
            &text::status(outcome.status.as_str()),
        )) }
    }
}

/// The pieces of a chart with a line over each, and the legend.
fn chart(id: &str, title: &str, told: Told<'_>, groups: &[gantt::Group]) -> Markup {
    let caption = Caption {
        id,
        title,
        description: words::GANTT_DESCRIPTION,
    };
    html! {
        (gantt::legend(&words::GANTT, groups))
        @for part in gantt::parts(&caption, told.page.problem.start, groups) {
            p class="chart-title" { (words::part(&part.years, &part.titles)) }
            (part.drawing)
        }
    }
}

fn rows_in(groups: &[gantt::Group]) -> usize {
    groups.iter().map(|group| group.rows.len()).sum()
}

fn docks(told: Told<'_>) -> Markup {
    let by_dock = told.by_dock();
    let problem = told.page.problem;
    let mut rows: Vec<(usize, i32, Markup)> = Vec::new();
    for job in 0..problem.jobs.len() {
        for task in told
            .tasks(job)
            .into_iter()
            .filter(|task| task.option.dock.is_some())
        {
            let dock = task.option.dock.unwrap_or(0);
            let row = html! {
                tr data-table=(SCHEDULE) data-row=(task.task.id) {
                    th scope="row" { (name("docks", &problem.docks[dock].id, &told.dock_name(dock))) }
                    td { (told.job_name(job)) }
                    (span(told, task.start, task.end()))
                    (number(html! { (task.option.days) }))
                    td { (if task.option.foreign { text::YES } else { text::NO }) }
                }
            };
            rows.push((dock, task.start, row));
        }
    }
    rows.sort_by_key(|row| (row.0, row.1));
    let rows: Vec<Markup> = rows.into_iter().map(|row| row.2).collect();
    let idle: Vec<String> = by_dock
        .idle
        .iter()
        .map(|dock| told.dock_name(*dock))
        .collect();
    html! {
        p { (words::DOCKS_NOTE) }
        figure {
            (fold(&words::chart_of(rows_in(&by_dock.groups), "dock or bay", "docks and bays"), chart("repair-docks-chart", words::DOCKS, told, &by_dock.groups)))
            (folded(text::NUMBERS, words::EVERY_STAY, &[
                Column::Words(words::DOCK), Column::Words(words::SHIP), Column::Words(words::OUT), Column::Words(words::UNTIL),
                Column::Number(words::DAYS), Column::Words(words::BY_OTHER),
            ], &rows))
        }
        @if !idle.is_empty() { p class="note" { (words::idle(&idle.join(", "))) } }
    }
}

fn ships(told: Told<'_>) -> Markup {
    let groups = told.by_ship();
    let problem = told.page.problem;
    let names = told.scenario.tasks();
    let rows: Vec<Markup> = (0..problem.jobs.len())
        .flat_map(|job| told.tasks(job))
        .map(|task| {
            let what = names
                .iter()
                .find(|row| row.task.as_str() == task.task.id)
                .map_or("", |row| row.name.as_str());
            let place = task
                .option
                .dock
                .map_or_else(|| told.place(task.option.site), |dock| told.dock_name(dock));
            html! {
                tr data-table=(SCHEDULE) data-row=(task.task.id) {
                    th scope="row" { (told.job_name(task.job)) }
                    td { (what) }
                    td { (place) }
                    (span(told, task.start, task.end()))
                    (number(html! { (task.option.days) }))
                    td { (if task.option.foreign { text::YES } else { text::NO }) }
                }
            }
        })
        .collect();
    html! {
        p { (words::SHIPS_NOTE) }
        figure {
            (fold(&words::chart_of(rows_in(&groups), "ship or aircraft", "ships and aircraft"), chart("repair-ships-chart", words::SHIPS, told, &groups)))
            (folded(text::NUMBERS, words::EVERY_TASK, &[
                Column::Words(words::SHIP), Column::Words(words::TASK), Column::Words(words::WHERE), Column::Words(words::OUT), Column::Words(words::UNTIL),
                Column::Number(words::DAYS), Column::Words(words::BY_OTHER),
            ], &rows))
        }
    }
}

/// First day and first day no longer, as cells.
fn span(told: Told<'_>, from: i32, until: i32) -> Markup {
    html! { td class="date" { (day(told, from)) } td class="date" { (day(told, until)) } }
}

/// A day for people and machines.
fn day(told: Told<'_>, day: i32) -> Markup {
    let date = told.page.problem.date(day);
    html! { time datetime=(date) { (text::date(date)) } }
}

/// A quantity in words and its binding where it may be unknown.
fn share_or_none(rows: &Rows, column: &str, share: Option<f64>) -> Markup {
    match share {
        Some(share) => rows.figure(column, share, &percent(share)),
        None => html! { (text::NONE) },
    }
}

/// A quantity with binding, without digits that say nothing.
fn whole(rows: &Rows, column: &str, value: f64) -> Markup {
    rows.figure(column, value, &quantity(value.round()))
}
