//! Flawed law files: every finding at once, each with file, line and help, and no law.

use std::fs;
use std::path::{Path, PathBuf};

use darsena_law::{Law, LawError};

/// Findings of the embedded law with one file added or changed.
fn findings(file: &str, text: &str) -> Vec<String> {
    let mut files = Law::embedded_files();
    files.insert(file.to_string(), text.to_string());
    let findings = Law::from_files(&files).err().unwrap_or_default();
    findings.iter().map(ToString::to_string).collect()
}

fn policy(body: &str) -> String {
    format!(
        "@id(\"X-1\")\n@kind(\"deny\")\n@from(\"2020-01-01\")\n@cite(\"c\")\n@confidence(\"S\")\n@plain(\"p\")\n{body}\n"
    )
}

#[test]
fn flaws_are_told_with_file_line_and_help() {
    let cases = [
        (
            "forbid (principal, action, resource) when { context.exportin };",
            "jp/x.cedar:7: fact `exportin` is not in facts\nhelp: did you mean `exporting`?",
        ),
        (
            "forbid (principal, action, resource) when { context.exporting }",
            "jp/x.cedar:1: a policy never ends",
        ),
        (
            "forbid (principal, action, resource) when { context.to in Group::\"jp-dota\" };",
            "jp/x.cedar:7: group `jp-dota` is not in groups\nhelp: did you mean `jp-deta`?",
        ),
        (
            "forbid (principal, action, resource) when { context.category == \"wepon\" };",
            "jp/x.cedar:7: fact `category` is never `wepon`",
        ),
        (
            "forbid (principal, action, resource) when { context.value < context.work_days };",
            "jp/x.cedar:7: fact `value` is compared with something that is not written out",
        ),
        (
            "forbid (principal, action, resource) when { context.approvals.contains(\"jp-meti\") };",
            "jp/x.cedar:7: a policy looks at approvals",
        ),
        (
            "permit (principal, action, resource);",
            "jp/x.cedar:7: the effect does not fit the kind",
        ),
        (
            "forbid (principal, action, resource) when { context.exporting && };",
            "jp/x.cedar:7: policy `X-1`: ",
        ),
        (
            "forbid (principal, action, resource) when { context.exporting == 3 };",
            "jp/x.cedar:7: policy `X-1`: ",
        ),
        (
            "forbid (principal, action == Action::\"sell\", resource);",
            "jp/x.cedar:7: policy `X-1`: ",
        ),
        (
            "forbid (principal, action, resource) unless { context.opened.contains(\"JP-99\") };",
            "jp/x.cedar:7: rule `JP-99` is not there",
        ),
    ];
    for (body, expected) in cases {
        let found = findings("jp/x.cedar", &policy(body));
        assert!(
            found.iter().any(|one| one.starts_with(expected)),
            "{body}\nexpected {expected}\ngot {found:#?}"
        );
    }
}

#[test]
fn a_folder_without_law_and_a_file_that_is_no_text_are_told() {
    let told = |folder: &std::path::Path| match Law::load(folder) {
        Err(LawError::Findings(findings)) => findings[0].to_string(),
        other => panic!("{other:?}"),
    };
    let folder = std::env::temp_dir().join(format!("darsena-law-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is room");
    assert!(told(&folder).contains("the folder holds no file of law"));
    std::fs::write(folder.join("facts.csv"), b"fact\nbad \xff\n").expect("there is room");
    assert!(told(&folder).starts_with("facts.csv:2: the file is no UTF-8 text"));
    std::fs::remove_dir_all(&folder).expect("it can be removed");
}

#[test]
fn annotations_are_checked() {
    let good = policy("forbid (principal, action, resource) when { context.exporting };");
    assert!(findings("jp/x.cedar", &good).is_empty());
    let cases = [
        (
            "@kind(\"deny\")",
            "@kind(\"forbid\")",
            "jp/x.cedar:2: `@kind`: `forbid` is none",
        ),
        (
            "@from(\"2020-01-01\")",
            "@from(\"2020-13-01\")",
            "jp/x.cedar:3: `@from`: `2020-13-01` is no date",
        ),
        (
            "@kind(\"deny\")",
            "@kind(\"needs\")",
            "jp/x.cedar:1: `@approver` and `@days` go with",
        ),
        (
            "@cite(\"c\")",
            "@cit(\"c\")",
            "jp/x.cedar:4: annotation `cit` is not known\nhelp: did you mean `cite`?",
        ),
        (
            "@id(\"X-1\")",
            "@id(\"JP-27\")",
            "jp/x.cedar:1: policy `JP-27` stands twice",
        ),
        (
            "@plain(\"p\")",
            "@plain(\"p\") @until(\"2019-01-01\")",
            "jp/x.cedar:6: `@until` is not after `@from`",
        ),
    ];
    for (from, to, expected) in cases {
        let found = findings("jp/x.cedar", &good.replace(from, to));
        assert!(
            found.iter().any(|one| one.starts_with(expected)),
            "{to}\nexpected {expected}\ngot {found:#?}"
        );
    }
}

#[test]
fn tables_are_checked_and_every_finding_is_told() {
    let members = "group,state,from,until,source,confidence,note\n\
        jp-deta,xy,2020-01-01,,own,M,\n\
        jp-deta,pl,,,own,M,\n\
        jp-deta,pl,2020-01-01,2020-01-01,own,X,\n\
        jp-deta,pl\n";
    let found = findings("members/x.csv", members);
    for expected in [
        "members/x.csv:2: column `state`: `xy` is not in states",
        "members/x.csv:3: column `from`: the cell is blank",
        "members/x.csv:4: `until` is not after `from`",
        "members/x.csv:4: column `confidence`: `X` is none",
        "members/x.csv:5: 2 cells where the header has 7",
    ] {
        assert!(
            found.iter().any(|one| one.starts_with(expected)),
            "{expected}\n{found:#?}"
        );
    }
    let members = "group,state,from,until,source,confidence,note\n\
        jp-deta,pl,2020-01-01,2021-01-01,own,M,\n\
        jp-deta,pl,2020-12-31,,own,M,\n";
    let found = findings("members/x.csv", members);
    assert!(
        found[0].starts_with("members/x.csv:3: `pl` is in `jp-deta` by another row at the same time\nhelp: the other is at members/x.csv:2"),
        "{found:#?}"
    );
    let approvals = Law::embedded_files()["approvals.csv"].replace(
        "statement that takes the case out of the ban,,",
        "statement that takes the case out of the ban,jp-cabinet,",
    );
    let found = findings("approvals.csv", &approvals);
    assert!(
        found[0].starts_with("approvals.csv:2: approval `jp-ccs` comes before itself"),
        "{found:#?}"
    );
    let found = findings(
        "nowhere/x.cedar",
        &policy("forbid (principal, action, resource);"),
    );
    assert!(
        found[0].starts_with("nowhere/x.cedar: `nowhere` is not in regimes"),
        "{found:#?}"
    );
}

/// A folder of law of its own to break, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn copy(name: &str, of: &str) -> Self {
        let path = std::env::temp_dir().join(format!("darsena-{name}-{}", std::process::id()));
        copy(Path::new(of), &path);
        Folder(path)
    }

    /// The small regime of the book.
    fn example(name: &str) -> Self {
        Self::copy(name, "../../docs/law/example")
    }

    /// The law of the program.
    fn whole(name: &str) -> Self {
        Self::copy(name, "../../laws")
    }

    fn replace(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).expect("it is text");
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(path, text.replacen(from, to, 1)).expect("there is room");
        self
    }

    fn append(&self, file: &str, row: &str) -> &Self {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).expect("it is text");
        fs::write(path, format!("{}\n{row}\n", text.trim_end())).expect("there is room");
        self
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(file);
        let folder = path.parent().expect("it is in a folder");
        fs::create_dir_all(folder).expect("there is room");
        fs::write(path, text).expect("there is room");
        self
    }

    fn remove(&self, file: &str) -> &Self {
        fs::remove_file(self.0.join(file)).expect("it is there");
        self
    }

    fn rename(&self, from: &str, to: &str) -> &Self {
        fs::rename(self.0.join(from), self.0.join(to)).expect("it is there");
        self
    }

    fn found(&self) -> Vec<String> {
        match Law::load(&self.0) {
            Ok(_) => Vec::new(),
            Err(LawError::Findings(findings)) => findings.iter().map(ToString::to_string).collect(),
            Err(error) => panic!("{error}"),
        }
    }

    /// The findings are these, one each, in order, by how they begin.
    #[track_caller]
    fn finds(&self, expected: &[&str]) {
        let found = self.found();
        let same = found.len() == expected.len() && { found.iter() }
            .zip(expected)
            .all(|(found, expected)| found.starts_with(expected));
        assert!(same, "expected {expected:#?}\ngot {found:#?}");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it is there");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("there is room");
        }
    }
}

#[test]
fn a_copy_of_the_law_is_sound() {
    let law = Folder::whole("whole");
    law.finds(&[]);
    let read = Law::load(&law.0).expect("it is sound");
    assert_eq!(read.hash(), Law::embedded().hash());
    let example = Folder::example("beside");
    example
        .write("README", "what it is")
        .write("ruritania/NOTES.md", "what it is")
        .write("LICENSE-MIT", "what may be done with it")
        .write(".git/index", b"\xff")
        .write(".clockwork.cedar.swp", b"\xff")
        .write("cases/clockwork.toml", "");
    example.finds(&[]);
}

#[test]
fn ids_that_no_table_has_are_found_in_every_column() {
    // Finds one flaw, on the line that was changed.
    let change = |name: &str, file: &str, from: &str, to: &str, expected: &str| {
        let law = Folder::whole(name);
        let text = fs::read_to_string(law.0.join(file)).expect("text");
        let before = text.split(from).next().expect("it has a first part");
        let line = 1 + before.matches('\n').count();
        let expected = expected.replace("LINE", &line.to_string());
        law.replace(file, from, to).finds(&[&expected]);
    };
    let example = Folder::example("state");
    example.replace("regimes.csv", ",zz,", ",qq,");
    example.finds(&["regimes.csv:2: column `state`: `qq` is not in states\nhelp: did you mean `"]);
    let example = Folder::example("source");
    example.replace(
        "ruritania/clockwork.cedar",
        "@cite",
        "@source(\"S9999\")\n@cite",
    );
    example.finds(&["ruritania/clockwork.cedar:3: source `S9999` is not in sources"]);
    for (n, (file, from, to, expected)) in [
        (
            "regimes.csv",
            ",eurofighter,,Unan",
            ",eurofigter,,Unan",
            "regimes.csv:LINE: column `flag`: `eurofigter` is not in facts\nhelp: did you mean `eurofighter`?",
        ),
        (
            "regimes.csv",
            "jp,exporter;origin;maker",
            "jp,exporter;origin;macer",
            "regimes.csv:LINE: column `roles`: `macer` is none\nhelp: did you mean `maker`?",
        ),
        (
            "regimes.csv",
            ",export;reexport",
            ",exports;reexport",
            "regimes.csv:LINE: column `acts`: `exports` is no act\nhelp: did you mean `export`?",
        ),
        (
            "approvals.csv",
            "jp-ccs,jp,",
            "jp-ccs,jpn,",
            "approvals.csv:LINE: column `grantor`: `jpn` is not in states\nhelp: did you mean `jp`?",
        ),
        (
            "approvals.csv",
            "jp-nsc;jp-nsc-9;jp-ccs",
            "jp-nsc;jp-nsc-9;jp-css",
            "approvals.csv:LINE: column `after`: `jp-css` is not in approvals\nhelp: did you mean `jp-ccs`?",
        ),
        (
            "classes.csv",
            "jp-w,jp,",
            "jp-w,jpn,",
            "classes.csv:LINE: column `regime`: `jpn` is in neither regimes nor states\nhelp: did you mean `jp`?",
        ),
        (
            "classes.csv",
            ",weapon,",
            ",wepon,",
            "classes.csv:LINE: column `flags`: flag `wepon` tells no fact\nhelp: did you mean `weapon`?",
        ),
        (
            "facts.csv",
            "us;gu;jp",
            "us;gu;jpn",
            "facts.csv:",
        ),
        (
            "facts.csv",
            "listed|dual-use,jp",
            "listed|dual-use,jpn",
            "facts.csv:LINE: column `closed_by`: `jpn` is not in states\nhelp: did you mean `jp`?",
        ),
        (
            "facts.csv",
            "category=civil:none",
            "categry=civil:none",
            "facts.csv:LINE: column `presumed`: `categry` is not in facts\nhelp: did you mean `category`?",
        ),
        (
            "facts.csv",
            "category=civil:none",
            "category=civil:nune",
            "facts.csv:LINE: column `presumed`: fact `control` is never `nune`",
        ),
        (
            "facts.csv",
            "weapon:weapon;",
            "wepon:weapon;",
            "facts.csv:LINE: column `flags`: fact `category` is never `wepon`\nhelp: one of weapon, equipment",
        ),
        (
            "revisions.csv",
            "jp-1967,jp,",
            "jp-1967,jpn,",
            "revisions.csv:LINE: column `regime`: `jpn` is not in regimes\nhelp: did you mean `jp`?",
        ),
        (
            "revisions.csv",
            ",S30",
            ",S9999",
            "revisions.csv:LINE: column `source`: `S9999` is not in sources",
        ),
        (
            "members/agreements.csv",
            ",S32,",
            ",S9999,",
            "members/agreements.csv:LINE: column `source`: `S9999` is not in sources",
        ),
        (
            "members/agreements.csv",
            "jp-deta,us,",
            "jp-dota,us,",
            "members/agreements.csv:LINE: column `group`: `jp-dota` is not in groups\nhelp: did you mean `jp-deta`?",
        ),
        (
            "members/agreements.csv",
            "jp-deta,us,",
            "jp-deta,US,",
            "members/agreements.csv:LINE: column `state`: `US` is not in states\nhelp: did you mean `us`?",
        ),
        (
            "br/arms-exports.cedar",
            "@approver(\"br-licence",
            "@approver(\"bq-licence",
            "br/arms-exports.cedar:LINE: approval `bq-licence` is one of state `bq`, which is not in states",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        change(&format!("ids-{n}"), file, from, to, expected);
    }
}

#[test]
fn what_is_not_read_and_a_regime_without_policies_are_found() {
    let law = Folder::example("ending");
    law.rename("ruritania/clockwork.cedar", "ruritania/clockwork.CEDAR");
    law.finds(&[
        "regimes.csv:2: column `regime`: regime `ruritania` has no policy\nhelp: put its policies into `ruritania/`",
        "ruritania/clockwork.CEDAR: the file is not read: policies end in `.cedar`, tables in `.csv`\nhelp: rename it to `clockwork.cedar`",
    ]);
    law.rename("ruritania/clockwork.CEDAR", "ruritania/clockwork.cedar.bak");
    let found = law.found();
    assert!(
        found[1].starts_with("ruritania/clockwork.cedar.bak: the file is not read"),
        "{found:#?}"
    );
    let law = Folder::example("deleted");
    law.remove("ruritania/clockwork.cedar");
    law.finds(&[
        "regimes.csv:2: column `regime`: regime `ruritania` has no policy",
        "ruritania: the folder is empty",
    ]);
    let law = Folder::example("comment");
    law.write("ruritania/clockwork.cedar", "// later\n");
    law.finds(&["regimes.csv:2: column `regime`: regime `ruritania` has no policy"]);
    let law = Folder::example("row");
    law.rename("ruritania", "ruritannia");
    law.finds(&[
        "regimes.csv:2: column `regime`: regime `ruritania` has no policy",
        "ruritannia/clockwork.cedar: `ruritannia` is not in regimes\nhelp: its folder is the id of a regime in regimes.csv: did you mean `ruritania`?",
    ]);
    let law = Folder::example("table");
    law.rename("members", "member");
    law.finds(&[
        "groups.csv:2: column `group`: group `zz-guild` has no member, and policy `ZZ-2` reads it",
        "member/guild.csv: `member/guild.csv` is no table of the law",
    ]);
}

#[test]
fn a_group_that_a_rule_reads_has_members_or_says_that_it_has_none() {
    let law = Folder::whole("members");
    law.remove("members/us-groups.csv");
    let found = law.found();
    assert!(
        found.iter().any(|one| {
            one.contains(": column `group`: group `aeca-partner` has no member, and policy `")
        }),
        "{found:#?}"
    );
    assert!(
        found.iter().all(|one| one.starts_with("groups.csv:")),
        "{found:#?}"
    );
    let law = Folder::example("empty");
    law.remove("members/guild.csv");
    let no_member = "groups.csv:2: column `group`: group `zz-guild` has no member";
    law.finds(&[no_member, "members: the folder is empty"]);
    let said = "group,name,plain,empty\nzz-guild,Guild,Its clockmakers belong to the guild,yes\n";
    law.write("members/README", "nobody yet")
        .write("groups.csv", said);
    law.finds(&[]);
    let header = "group,state,from,until,source,confidence,note\n";
    law.write(
        "members/guild.csv",
        format!("{header}zz-guild,ch,2020-01-01,,own,I,\n"),
    );
    law.finds(&["members/guild.csv:2: column `group`: `zz-guild` is said to have no member"]);
}

#[test]
fn ids_that_stand_twice_are_found() {
    let law = Folder::example("double");
    law.append("states.csv", "zz,Ruritania again,")
        .append("states.csv", "qz,Another,ruritania")
        .append("states.csv", "jp,Japan,")
        .append("groups.csv", "zz-guild,Guild,again")
        .append(
            "facts.csv",
            "armed,flag,asked,item,,no,armed,,,Is it armed?",
        )
        .append("regimes.csv", "jp,Mine,zz,exporter,export,,,again");
    law.finds(&[
        "facts.csv:3: column `fact`: `armed` stands twice\nhelp: keep one row; the other is at facts.csv:",
        "groups.csv:3: column `group`: `zz-guild` stands twice\nhelp: keep one row; the other is at groups.csv:2",
        "regimes.csv:3: column `regime`: `jp` stands twice",
        "states.csv:3: column `state`: `zz` stands twice",
        "states.csv:4: column `aliases`: `ruritania` is a name of state `zz`",
        "states.csv:5: column `state`: `jp` stands twice",
    ]);
    let law = Folder::whole("double-whole");
    law.append("sources.csv", "S01,https://example.org,again")
        .append("classes.csv", "jp-w,jp,JP-W,weapon,again")
        .append("approvals.csv", "jp-meti,jp,Ministry,licence,,")
        .append("revisions.csv", "jp-1967,jp,1967-04-21,again,own");
    let found = law.found();
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(
        found.iter().all(|one| one.contains("stands twice")),
        "{found:#?}"
    );
}

#[test]
fn headers_are_read_with_a_mark_before_them_and_misspelt_columns_are_named() {
    let law = Folder::example("mark");
    for file in [
        "states.csv",
        "regimes.csv",
        "members/guild.csv",
        "ruritania/clockwork.cedar",
    ] {
        let text = fs::read_to_string(law.0.join(file)).expect("text");
        law.write(file, format!("\u{feff}{text}"));
    }
    law.finds(&[]);
    law.replace("states.csv", "state,name", "sttae,name")
        .replace("members/guild.csv", "group,state", "group,State")
        .replace("facts.csv", ",plain", ",plain,colour")
        .replace("facts.csv", "clockwork?", "clockwork?,red");
    law.finds(&[
        "facts.csv:1: column `colour` is not known\nhelp: its columns are fact, type",
        "members/guild.csv:1: column `State` is not known\nhelp: did you mean `state`?",
        "states.csv:1: column `sttae` is not known\nhelp: did you mean `state`?",
    ]);
    let law = Folder::example("lost");
    law.replace("regimes.csv", ",roles,", ",").replace(
        "regimes.csv",
        ",exporter;origin;maker,",
        ",",
    );
    law.finds(&["regimes.csv:1: column `roles` is not there\nhelp: its columns are regime, name"]);
    let law = Folder::example("blank");
    law.replace("regimes.csv", ",exporter;origin;maker,", ",,");
    law.finds(&["regimes.csv:2: column `roles`: the cell is blank"]);
}

#[test]
fn a_quote_that_swallows_rows_is_found() {
    let law = Folder::example("quote");
    law.append(
        "members/guild.csv",
        "zz-guild,fr,2020-01-01,,own,I,\"invented",
    )
    .append(
        "members/guild.csv",
        "zz-guild,gb,2020-01-01,,own,I,invented",
    );
    law.finds(&["members/guild.csv:3: a quote stands inside a cell or never ends"]);
}

#[test]
fn a_law_of_its_own_has_every_table() {
    let law = Folder::whole("tables");
    law.rename("regimes.csv", "regimes.csv.old")
        .write("states.csv", b"state,name,aliases\njp,Japan\xff,\n");
    law.finds(&[
        "regimes.csv: the table is not in the folder",
        "regimes.csv.old: the file is not read",
        "states.csv:2: the file is no UTF-8 text",
    ]);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let law = Folder::example("all");
    law.replace("regimes.csv", ",zz,", ",qq,")
        .append("members/guild.csv", "zz-gild,fr,2020-01-01,,S9999,I,")
        .write("ruritania/old.CEDAR", "")
        .replace(
            "ruritania/clockwork.cedar",
            "context.clockwork }",
            "context.clockwork == 3 }",
        );
    law.finds(&[
        "members/guild.csv:3: column `group`: `zz-gild` is not in groups",
        "members/guild.csv:3: column `source`: `S9999` is not in sources",
        "regimes.csv:2: column `state`: `qq` is not in states",
        "ruritania/clockwork.cedar:11: policy `ZZ-1`: ",
        "ruritania/old.CEDAR: the file is not read",
    ]);
}
