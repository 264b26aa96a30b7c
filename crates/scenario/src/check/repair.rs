//! Repair and changes: jobs, tasks, modes, docks, closures, and edits that must fit their tables.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Checker;
use super::rows::{other_site, overlaps};
use crate::cell;
use crate::dictionary::Kind;
use crate::finding::{Finding, Severity, nearest, shown};
use crate::tables::{ClosureWhat, Dock, TableName};

pub(super) fn check(checker: &mut Checker<'_>) {
    assets_and_jobs(checker);
    tasks(checker);
    modes(checker);
    passages(checker);
    closures(checker);
    agreed(checker);
    groups(checker);
    ready_fleet(checker);
    changes(checker);
}

fn assets_and_jobs(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for (asset, line) in drafts.assets.each() {
        if let (Some(since), Some(due)) = (asset.forward_since, asset.return_due)
            && due <= since
        {
            let message = format!("it is due home before it went abroad on {since}");
            let finding = Finding::error("inverted-interval", &drafts.assets.file, message);
            checker.push(
                finding
                    .at(line)
                    .column("return_due")
                    .found(&due.to_string())
                    .help("exchange the two dates, or leave `return_due` blank"),
            );
        }
    }
    let mut with_tasks: Vec<&str> = drafts
        .tasks
        .rows
        .iter()
        .map(|task| task.job.as_str())
        .collect();
    with_tasks.sort_unstable();
    let file = &drafts.jobs.file;
    for (job, line) in drafts.jobs.with(&["release", "due"]) {
        if job.due < job.release {
            let message = format!("it is due before its release on {}", job.release);
            let finding = Finding::error("due-before-release", file, message);
            let help = "an asset is free from its release on: let it be due on that day or later";
            checker.push(
                finding
                    .at(line)
                    .column("due")
                    .found(&job.due.to_string())
                    .help(help),
            );
        }
    }
    for (job, line) in drafts.jobs.with(&["due", "deadline"]) {
        if let Some(deadline) = job.deadline.filter(|deadline| *deadline < job.due) {
            let message = format!("the deadline is before the due date {}", job.due);
            let finding = Finding::error("deadline-before-due", file, message);
            checker.push(
                finding
                    .at(line)
                    .column("deadline")
                    .found(&deadline.to_string())
                    .help("write the day from which late is impossible: the due date or later"),
            );
        }
    }
    for (job, line) in drafts.jobs.with(&["release"]) {
        if let Some(horizon) = checker
            .horizon
            .filter(|horizon| job.release >= horizon.end())
        {
            let message = format!(
                "its release is past the horizon, which ends on {}",
                horizon.end()
            );
            let finding = Finding::error("outside-horizon", file, message);
            checker.push(
                finding
                    .at(line)
                    .column("release")
                    .found(&job.release.to_string())
                    .help("plan more periods, or leave the job out"),
            );
        }
    }
    // A task whose job is not known may be any job's.
    let all_known = drafts.tasks.whole(&["job"]) && { drafts.tasks.rows.iter() }
        .all(|t| drafts.find(TableName::Jobs, &t.job).is_some());
    for (job, line) in drafts.jobs.with(&["job"]) {
        if all_known && with_tasks.binary_search(&job.job.as_str()).is_err() {
            let finding =
                Finding::warning("no-tasks", file, format!("job `{}` has no tasks", job.job));
            checker.push(
                finding
                    .at(line)
                    .column("job")
                    .found(&job.job)
                    .help("add rows to `tasks`"),
            );
        }
    }
}

fn tasks(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let draft = &drafts.tasks;
    let rows = &draft.rows;
    let find = |id: &str| drafts.find(TableName::Tasks, id);
    let known_job = |job: &str| drafts.find(TableName::Jobs, job).is_some();
    for (task, line) in draft.each() {
        for before in &task.after {
            let Some(before) = find(before).map(|n| &rows[n]) else {
                continue;
            };
            if before.job != task.job && known_job(&before.job) && known_job(&task.job) {
                let message = format!("`{}` belongs to another job, `{}`", before.task, before.job);
                let finding = Finding::error("other-job", &draft.file, message);
                let help = "a task waits for tasks of its own job";
                checker.push(
                    finding
                        .at(line)
                        .column("after")
                        .found(&before.task)
                        .help(help),
                );
            }
        }
    }
    // A mode whose task is not known may be any task's.
    let modes = &drafts.modes;
    let all_known =
        modes.whole(&["task"]) && modes.rows.iter().all(|mode| find(&mode.task).is_some());
    for (task, line) in draft.with(&["task"]) {
        let has_mode = modes
            .rows
            .binary_search_by(|mode| mode.task.cmp(&task.task))
            .is_ok();
        if all_known && !has_mode {
            let message = format!("there is no way to do task `{}`", task.task);
            let finding = Finding::error("no-mode", &draft.file, message);
            checker.push(
                finding
                    .at(line)
                    .column("task")
                    .found(&task.task)
                    .help("add a row to `modes`"),
            );
        }
    }
    // What waits for what: a circle never starts.
    let after: Vec<Vec<usize>> = rows
        .iter()
        .map(|task| task.after.iter().filter_map(|id| find(id)).collect())
        .collect();
    for circle in super::supply::circles(&after) {
        let first = circle[0];
        let name = |n: usize| rows[n].task.as_str();
        let names = super::supply::around(&circle, " after ", name);
        let message = format!("tasks wait for each other: {names}");
        let finding = Finding::error("task-circle", &draft.file, message);
        let line = draft.places[first].line;
        let help = "let one of them start without the others";
        checker.push(
            finding
                .at(line)
                .column("after")
                .found(name(first))
                .help(help),
        );
    }
}

fn modes(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let draft = &drafts.modes;
    // A dock whose site is not known may be at any.
    let all_known = drafts.docks.whole(&["site"]) && { drafts.docks.rows.iter() }
        .all(|dock| drafts.find(TableName::Sites, &dock.site).is_some());
    for (mode, line) in draft.each() {
        let Some(name) = mode.dock.as_deref() else {
            continue;
        };
        let task = drafts
            .find(TableName::Tasks, &mode.task)
            .map(|n| &drafts.tasks.rows[n]);
        let job = task
            .and_then(|t| drafts.find(TableName::Jobs, &t.job))
            .map(|n| &drafts.jobs.rows[n]);
        let asset = job
            .and_then(|j| drafts.find(TableName::Assets, &j.asset))
            .map(|n| &drafts.assets.rows[n]);
        // Why a dock does not take the asset, in the first measure that is too small.
        let too_small = |dock: &Dock| {
            let asset = asset?;
            [
                ("long", asset.length_m, dock.length_m),
                ("wide", asset.beam_m, dock.beam_m),
                ("deep", asset.draft_m, dock.draft_m),
            ]
            .into_iter()
            .find_map(|(word, has, takes)| {
                let (has, takes) = (has?, takes?);
                (has > takes).then(|| {
                    format!(
                        "`{}` is {has} m {word}, `{}` takes {takes} m",
                        asset.asset, dock.dock
                    )
                })
            })
        };
        let here = drafts
            .docks
            .rows
            .iter()
            .filter(|dock| dock.site == mode.site);
        let finding = if name == "any" {
            if !all_known || drafts.find(TableName::Sites, &mode.site).is_none() {
                continue;
            }
            let mut here = here.peekable();
            if here.peek().is_none() {
                let message = format!("`{}` has no docks", mode.site);
                Finding::error("no-dock", &draft.file, message)
                    .help("add one to `docks`, or leave the cell blank")
            } else if let Some(why) = here
                .map(too_small)
                .reduce(|all, next| all.and(next))
                .flatten()
            {
                let message = format!("no dock of `{}` takes it: {why}", mode.site);
                Finding::warning("does-not-fit", &draft.file, message)
            } else {
                continue;
            }
        } else {
            match drafts
                .find(TableName::Docks, name)
                .map(|n| &drafts.docks.rows[n])
            {
                None if !drafts.docks.complete => continue,
                None => {
                    let help = match nearest(name, here.map(|dock| dock.dock.as_str())) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name a dock of the site, `any`, or leave the cell blank".into(),
                    };
                    let message = format!("`{}` is not in docks", shown(name));
                    Finding::error("unknown-id", &draft.file, message).help(help)
                }
                Some(dock) if checker.differ(&dock.site, &mode.site) => {
                    let message = format!(
                        "dock `{name}` is at `{}`, the mode is at `{}`",
                        dock.site, mode.site
                    );
                    Finding::error("other-site", &draft.file, message)
                        .help("name a dock of the same site")
                }
                Some(dock) => match too_small(dock) {
                    Some(why) => Finding::warning("does-not-fit", &draft.file, why)
                        .help("name a larger dock, or check the measures of asset and dock"),
                    None => continue,
                },
            }
        };
        checker.push(finding.at(line).column("dock").found(name));
    }
    let draft = &drafts.mode_usage;
    let all_modes = all_modes_known(checker);
    for (usage, line) in draft.with(&["task", "mode"]) {
        let key = (&usage.task, &usage.mode);
        let Ok(mode) = drafts
            .modes
            .rows
            .binary_search_by(|mode| (&mode.task, &mode.mode).cmp(&key))
        else {
            let known = drafts.find(TableName::Tasks, &usage.task).is_some();
            if all_modes && known && !checker.findings.only_counted() {
                let modes = drafts
                    .modes
                    .rows
                    .iter()
                    .filter(|mode| mode.task == usage.task);
                let message = format!("task `{}` has no mode `{}`", usage.task, usage.mode);
                let finding = Finding::error("unknown-id", &draft.file, message);
                let help = match nearest(&usage.mode, modes.map(|mode| mode.mode.as_str())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "add it to `modes`".into(),
                };
                checker.push(
                    finding
                        .at(line)
                        .column("mode")
                        .found(&usage.mode)
                        .help(help),
                );
            }
            continue;
        };
        let here = &drafts.modes.rows[mode].site;
        let resources = &drafts.resources;
        let resource = drafts.find(TableName::Resources, &usage.resource);
        // A team that travels may be used anywhere, and one of which that cannot be read may be one.
        let stays = resource.filter(|n| {
            let unread = resources.places[*n].unread;
            !resources.rows[*n].mobile && !unread.meet(resources.columns(&["mobile"]))
        });
        if let Some(there) = stays
            .map(|n| &resources.rows[n].site)
            .filter(|site| checker.differ(site, here))
        {
            let finding = other_site(&draft.file, line, &usage.resource, there, "mode", here);
            checker.push(finding.help(
                "name a resource of the same site, or say `yes` in column `mobile` of `resources` if it is a team that travels",
            ));
        }
    }
}

/// A passage that neither `transits` nor coordinates tell takes no day: from home to where a mode is.
fn passages(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    if !drafts.transits.here {
        return;
    }
    let told: BTreeSet<(&str, &str)> = { drafts.transits.rows.iter() }
        .flat_map(|row| {
            let (from, to) = (row.from_site.as_str(), row.to_site.as_str());
            [(from, to), (to, from)]
        })
        .collect();
    let site = |id: &str| {
        let known = drafts.find(TableName::Sites, id);
        known.map(|n| &drafts.sites.rows[n])
    };
    let mut seen = BTreeSet::new();
    for (mode, line) in drafts.modes.with(&["task", "site"]) {
        let task = drafts.find(TableName::Tasks, &mode.task);
        let job = task.and_then(|n| drafts.find(TableName::Jobs, &drafts.tasks.rows[n].job));
        let asset = job.and_then(|n| drafts.find(TableName::Assets, &drafts.jobs.rows[n].asset));
        let Some(home) = asset.map(|n| &drafts.assets.rows[n].home_site) else {
            continue;
        };
        let pair = (home.as_str(), mode.site.as_str());
        let Some((here, there)) = site(pair.0).zip(site(pair.1)) else {
            continue;
        };
        let places = [here, there].map(|site| site.latitude.is_some() && site.longitude.is_some());
        let fine = pair.0 == pair.1 || told.contains(&pair) || places == [true; 2];
        if fine || !seen.insert(pair) || checker.findings.only_counted() {
            continue;
        }
        let message = format!(
            "the passage from `{}` to `{}` takes no day: nothing tells it",
            pair.0, pair.1
        );
        let finding = Finding::warning("no-passage", &drafts.modes.file, message);
        let help = "add a row to `transits`, or latitude and longitude to both sites";
        checker.push(finding.at(line).column("site").found(pair.1).help(help));
    }
}

/// Whether every mode is of a task that is known; if not, it may be the one that is missed elsewhere.
fn all_modes_known(checker: &Checker<'_>) -> bool {
    let modes = &checker.drafts.modes;
    let known = |task: &str| checker.drafts.find(TableName::Tasks, task).is_some();
    modes.whole(&["task", "mode"]) && modes.rows.iter().all(|mode| known(&mode.task))
}

fn closures(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let draft = &drafts.closures;
    for (closure, line) in draft.with(&["what", "id"]) {
        let table = match closure.what {
            ClosureWhat::Dock => TableName::Docks,
            ClosureWhat::Resource => TableName::Resources,
            ClosureWhat::Site => TableName::Sites,
            ClosureWhat::Lane => TableName::Lanes,
            ClosureWhat::Recipe => TableName::Recipes,
        };
        let unknown = drafts.complete(table) && drafts.find(table, &closure.id).is_none();
        if unknown && !checker.findings.only_counted() {
            let message = format!("`{}` is not in {table}", shown(&closure.id));
            let finding = Finding::error("unknown-id", &draft.file, message);
            let help = match nearest(&closure.id, drafts.ids(table)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add it to `{table}`"),
            };
            checker.push(finding.at(line).column("id").found(&closure.id).help(help));
        }
    }
    parts_of_docks(checker);
    let rows = draft
        .with(&["what", "id", "from", "until"])
        .map(|(row, line)| ((row.what, &row.id), row.from, Some(row.until), line));
    overlaps(checker, &draft.file, Severity::Warning, rows);
}

/// Only of a dock a part may be closed: some of its places, and length with them.
fn parts_of_docks(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let draft = &drafts.closures;
    for (closure, line) in draft.with(&["what", "id", "ships", "length_m"]) {
        let dock = drafts
            .find(TableName::Docks, &closure.id)
            .filter(|_| closure.what == ClosureWhat::Dock)
            .map(|n| &drafts.docks.rows[n]);
        let error = |column: &str, found: String, message: String| {
            Finding::error("part-closed", &draft.file, message)
                .at(line)
                .column(column)
                .found(&found)
        };
        let finding = match (closure.ships, closure.length_m) {
            (Some(ships), _) if closure.what != ClosureWhat::Dock => {
                let message = format!("a {} has no places: it is closed whole", closure.what);
                error("ships", ships.to_string(), message).help("leave `ships` blank")
            }
            (None, Some(length)) => {
                let message = "a dock is closed whole unless `ships` says how many places are";
                error("length_m", length.to_string(), message.into())
                    .help("say in `ships` how many places are closed, or leave `length_m` blank")
            }
            (Some(ships), length) => {
                let Some(dock) = dock else { continue };
                let longer = length.filter(|length| dock.length_m.is_some_and(|all| *length > all));
                if ships > dock.ships {
                    let message = format!("`{}` takes {} at once", dock.dock, dock.ships);
                    error("ships", ships.to_string(), message)
                        .help("write how many of them are closed, or leave it blank for all")
                } else if let Some(length) = longer {
                    let message = format!("`{}` is not so long", dock.dock);
                    error("length_m", length.to_string(), message)
                        .help("write the length that is closed")
                } else {
                    continue;
                }
            }
            (None, None) => continue,
        };
        checker.push(finding);
    }
}

/// What was agreed last is a mode of its task.
fn agreed(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let draft = &drafts.agreed;
    let modes = &drafts.modes;
    let all_modes = all_modes_known(checker);
    for (agreed, line) in draft.with(&["task", "mode"]) {
        let key = (&agreed.task, &agreed.mode);
        let found = modes
            .rows
            .binary_search_by(|mode| (&mode.task, &mode.mode).cmp(&key));
        let task = drafts.find(TableName::Tasks, &agreed.task);
        let unknown = found.is_err() && all_modes && task.is_some();
        if !unknown || checker.findings.only_counted() {
            continue;
        }
        let own = modes.rows.iter().filter(|mode| mode.task == agreed.task);
        let message = format!("task `{}` has no mode `{}`", agreed.task, agreed.mode);
        let help = match nearest(&agreed.mode, own.map(|mode| mode.mode.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it to `modes`".into(),
        };
        let finding = Finding::error("unknown-id", &draft.file, message);
        checker.push(
            finding
                .at(line)
                .column("mode")
                .found(&agreed.mode)
                .help(help),
        );
    }
    let Some(horizon) = checker.horizon else {
        return;
    };
    for (agreed, line) in draft.with(&["start", "begun"]) {
        if agreed.begun && agreed.start < horizon.start() {
            let message = format!(
                "it has begun before the first day of the scenario, {}",
                horizon.start()
            );
            let finding = Finding::error("begun-before", &draft.file, message);
            let help = "let the scenario begin sooner, or write the first day, and in `modes` the days that are left";
            checker.push(
                finding
                    .at(line)
                    .column("start")
                    .found(&agreed.start.to_string())
                    .help(help),
            );
        }
    }
}

/// A group has jobs.
fn groups(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let known = |group: &str| drafts.find(TableName::Groups, group).is_some();
    let all_known = drafts.jobs.whole(&["group"]) && { drafts.jobs.rows.iter() }
        .all(|job| job.group.as_deref().is_none_or(known));
    if !all_known {
        // A job whose group is not known may be any group's.
        return;
    }
    let mut used: Vec<&str> = { drafts.jobs.rows.iter() }
        .filter_map(|job| job.group.as_deref())
        .collect();
    used.sort_unstable();
    for (group, line) in drafts.groups.with(&["group"]) {
        if used.binary_search(&group.group.as_str()).is_err() {
            let message = format!("no job is of group `{}`", group.group);
            let finding = Finding::warning("no-jobs", &drafts.groups.file, message);
            checker.push(
                finding
                    .at(line)
                    .column("group")
                    .found(&group.group)
                    .help("name it in column `group` of `jobs`, or leave it out"),
            );
        }
    }
}

/// Assets of the class are at home there, and as many as should be ready.
fn ready_fleet(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let draft = &drafts.ready_fleet;
    let rows = draft
        .with(&["class", "home_site", "from", "until"])
        .map(|(row, line)| ((&row.class, &row.home_site), row.from, row.until, line));
    overlaps(checker, &draft.file, Severity::Warning, rows);
    let known_site = |site: &str| drafts.find(TableName::Sites, site).is_some();
    let all_known = drafts.assets.whole(&["class", "home_site"]) && { drafts.assets.rows.iter() }
        .all(|asset| known_site(&asset.home_site));
    if !all_known {
        // An asset whose class or home is not known may be of any fleet.
        return;
    }
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for asset in &drafts.assets.rows {
        if let Some(class) = asset.class.as_deref() {
            *counts.entry((class, asset.home_site.as_str())).or_default() += 1;
        }
    }
    for (row, line) in draft.with(&["class", "home_site", "minimum"]) {
        if !known_site(&row.home_site) {
            continue;
        }
        let (class, home) = (row.class.as_str(), row.home_site.as_str());
        match counts.get(&(class, home)) {
            None => {
                let message = format!(
                    "no asset of class `{}` is at home at `{home}`",
                    shown(class)
                );
                let finding = Finding::warning("no-assets", &draft.file, message);
                let classes = counts.keys().filter(|(_, there)| *there == home);
                let help = match nearest(class, classes.map(|(class, _)| *class)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "give assets this class and home, or leave the row out".into(),
                };
                checker.push(finding.at(line).column("class").found(class).help(help));
            }
            Some(count) if *count < row.minimum => {
                let message = format!(
                    "{} should be ready, there are {count} of class `{}` at `{home}`",
                    row.minimum,
                    shown(class)
                );
                let finding = Finding::warning("too-few-assets", &draft.file, message);
                checker.push(
                    finding
                        .at(line)
                        .column("minimum")
                        .found(&row.minimum.to_string())
                        .help("write no more than there are: what is short on every day costs the same whatever is done"),
                );
            }
            Some(_) => {}
        }
    }
}

/// What changes may name in place of a table.
pub(crate) const RULES: &str = "rules";
pub(crate) const LAW: &str = "law";
pub(crate) const APPROVALS: &str = "approvals";

fn changes(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let draft = &drafts.changes;
    // The first key column of each table that is edited.
    let mut ids: BTreeMap<TableName, Vec<&str>> = BTreeMap::new();
    let package = checker.package;
    let together: Vec<_> = {
        let columns = ["table", "id", "column", "group", "from", "until"];
        let mut rows: Vec<_> = draft
            .with(&columns)
            .filter_map(|(row, line)| {
                let what = (row.group.as_ref()?, &row.table, &row.id, &row.column);
                Some((what, row.from.unwrap_or(Date::MIN), row.until, line))
            })
            .collect();
        rows.sort_unstable();
        rows
    };
    overlaps(
        checker,
        &draft.file,
        Severity::Warning,
        together.into_iter(),
    );
    let no_value = draft.columns(&["column"]);
    for (change, place) in draft.rows.iter().zip(&draft.places) {
        let line = place.line;
        if place.unread.meet(draft.columns(&["table", "id"])) {
            continue;
        }
        let error = |code, column: &str, found: &str, message: String| {
            Finding::error(code, &draft.file, message)
                .at(line)
                .column(column)
                .found(found)
        };
        if matches!(&*change.table, RULES | LAW | APPROVALS) {
            let day = change.table == LAW && cell::check(Kind::Date, &change.id).is_err();
            let share = change.table == APPROVALS;
            let value = !share && !change.value.is_empty();
            let cell = change.column.is_some() || value;
            let times = change.value.parse::<f64>();
            if share && !times.is_ok_and(|times| (0.0..=1.0).contains(&times)) {
                let message = format!("`{}` is no share of their days", shown(&change.value));
                let finding = error("bad-share", "value", &change.value, message);
                checker.push(finding.help(
                    "write how many times their usual days approvals then take, from `0` to `1`",
                ));
            } else if day {
                let message = format!("`{}` is no day", shown(&change.id));
                let finding = error("bad-date", "id", &change.id, message);
                checker.push(finding.help("name the day whose law is taken, such as `2023-12-21`"));
            } else if cell || change.from.is_some() || change.until.is_some() {
                let message = format!(
                    "a change of `{}` holds for good and edits no cell",
                    change.table
                );
                let finding = error("change-for-a-time", "table", &change.table, message);
                checker.push(finding.help(if share {
                    "leave `column`, `from` and `until` blank"
                } else {
                    "leave `column`, `value`, `from` and `until` blank"
                }));
            }
            continue;
        }
        let Some(table) = TableName::from_text(&change.table) else {
            let message = format!("`{}` is no table of a scenario", shown(&change.table));
            let finding = error("unknown-table", "table", &change.table, message);
            let near = nearest(&change.table, TableName::all().map(TableName::as_str));
            checker.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("name the table that is edited, such as `capacity`"),
            });
            continue;
        };
        let text = package.table(table);
        let first_key = table.schema().attributes[0].name;
        let key = text.columns().iter().position(|column| column == first_key);
        if drafts.complete(table) && drafts.find(table, &change.id).is_none() {
            let ids = ids.entry(table).or_insert_with(|| {
                let mut ids: Vec<&str> = key
                    .map(|key| (0..text.len()).map(|row| text.cell(row, key)).collect())
                    .unwrap_or_default();
                ids.sort_unstable();
                ids.dedup();
                ids
            });
            if ids.binary_search(&change.id.as_str()).is_err() {
                let message = format!("`{}` is not in {table}", shown(&change.id));
                let finding = error("unknown-id", "id", &change.id, message);
                checker.push(match nearest(&change.id, ids.iter().copied()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => {
                        finding.help(format!("name what column `{first_key}` of `{table}` holds"))
                    }
                });
            }
        }
        let Some(column) = change.column.as_deref() else {
            if !change.value.is_empty() && !place.unread.meet(no_value) {
                let message = "there is a value but no column".to_string();
                let finding = error("value-without-column", "value", &change.value, message);
                checker.push(finding.help("name the column that gets the value"));
            }
            continue;
        };
        let Some(attribute) = table.schema().attribute(column) else {
            let message = format!("table `{table}` has no column `{}`", shown(column));
            let finding = error("unknown-column", "column", column, message);
            let names = table.schema().attributes.iter().map(|a| a.name);
            checker.push(match nearest(column, names.clone()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!(
                    "it has `{}`",
                    names.collect::<Vec<_>>().join("`, `")
                )),
            });
            continue;
        };
        let attribute = &table.schema().attributes[attribute];
        if attribute.is_key() {
            let message = format!("`{column}` tells the rows of `{table}` apart and is not edited");
            checker
                .push(error("key-change", "column", column, message).help("edit another column"));
            continue;
        }
        if change.value.is_empty() {
            if attribute.is_required() {
                let message = format!("`{table}.{column}` must not be blank");
                let finding = error("missing-value", "value", "", message);
                checker.push(finding.help(format!("write {}", attribute.kind.describe())));
            }
            continue;
        }
        if let Err(fault) = cell::check(attribute.kind, &change.value) {
            let (code, message, help) = fault.into_parts();
            let mut finding = error(code, "value", &change.value, message);
            finding.help = help;
            checker.push(finding);
            continue;
        }
        if let Kind::Ref(target) = attribute.kind
            && drafts.complete(target)
            && drafts.find(target, &change.value).is_none()
        {
            let message = format!("`{}` is not in {target}", shown(&change.value));
            let finding = error("unknown-id", "value", &change.value, message);
            checker.push(match nearest(&change.value, drafts.ids(target)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("add it to `{target}`")),
            });
        }
    }
}
