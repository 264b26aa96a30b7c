//! Flawed law files: every finding at once, each with file, line and help, and no law.

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
        "members/x.csv:2: state `xy` is not in states",
        "members/x.csv:3: column `from` is blank",
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
