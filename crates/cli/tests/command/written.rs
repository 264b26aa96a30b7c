//! Files appear whole or not at all.

use std::fs;

use crate::{darsena, names, workplace};

#[test]
fn a_new_scenario_does_not_write_over_anything() {
    let (place, starter) = workplace();
    fs::write(starter.join("items.csv"), "mine").expect("there is room");
    assert_eq!(darsena(place.path(), &["new", "starter"]).code, 2);
    assert_eq!(
        fs::read_to_string(starter.join("items.csv")).expect("text"),
        "mine"
    );
    let written = darsena(
        place.path(),
        &["plan", "starter", "--format", "csv", "--out", "starter"],
    );
    assert_ne!(written.code, 0);
}

#[test]
fn a_place_that_is_missing_gets_nothing() {
    let (place, _) = workplace();
    fs::write(place.path().join("file"), "a file").expect("there is room");
    for out in ["missing/plan", "file/plan"] {
        for form in ["table", "json", "csv", "parquet", "xlsx"] {
            let end = if form == "xlsx" { ".xlsx" } else { "" };
            let out = format!("{out}{end}");
            let came = darsena(
                place.path(),
                &["plan", "starter", "--format", form, "--out", &out],
            );
            assert_eq!(came.code, 2, "{form} to {out}: {came:?}");
            assert!(came.err.starts_with("error: cannot write"), "{}", came.err);
        }
        // Under no such name can a workbook be opened, and no plan is made for it.
        let came = darsena(
            place.path(),
            &["plan", "starter", "--format", "xlsx", "--out", "plan.txt"],
        );
        assert_eq!(came.code, 2);
        assert!(came.err.contains("write to `plan.xlsx`"), "{}", came.err);
        assert_eq!(
            darsena(
                place.path(),
                &["brief", "starter", "--out", &format!("{out}.html")]
            )
            .code,
            2
        );
        assert_eq!(
            darsena(
                place.path(),
                &["convert", "starter", &format!("{out}.xlsx")]
            )
            .code,
            2
        );
        assert_eq!(darsena(place.path(), &["new", out]).code, 2);
    }
    assert_eq!(names(place.path()), ["file", "starter"]);
}

#[test]
fn a_schedule_is_drawn_beside_its_answer() {
    let (place, _) = workplace();
    for by in ["dock", "ship"] {
        let file = format!("{by}.svg");
        let came = darsena(
            place.path(),
            &[
                "repair",
                "starter",
                "--rounds",
                "1",
                "--gantt",
                &file,
                "--gantt-by",
                by,
                "--format",
                "json",
            ],
        );
        assert_eq!(came.json()["question"], "repair");
        let drawing = fs::read_to_string(place.path().join(&file)).expect("it is drawn");
        assert!(drawing.starts_with("<svg ") && drawing.trim_end().ends_with("</svg>"));
    }
    for wrong in ["drawing.png", "missing/drawing.svg"] {
        let came = darsena(
            place.path(),
            &["repair", "starter", "--rounds", "1", "--gantt", wrong],
        );
        assert_eq!(came.code, 2, "{came:?}");
        assert!(came.err.starts_with("error: cannot write"), "{}", came.err);
        assert!(came.out.is_empty(), "no answer without its drawing");
    }
    assert_eq!(names(place.path()), ["dock.svg", "ship.svg", "starter"]);
}

#[test]
fn a_brief_says_nothing_of_repair_where_that_is_left_out() {
    let (place, _) = workplace();
    let page = |more: &[&str]| {
        let arguments = [&["brief", "starter", "--out", "page.html"], more].concat();
        assert_eq!(darsena(place.path(), &arguments).code, 0);
        fs::read_to_string(place.path().join("page.html")).expect("it is written")
    };
    assert!(page(&[]).contains("<section id=\"repair\""));
    assert!(!page(&["--no-repair"]).contains("repair-docks"));
}

/// A limit on the size of files stands for a disk that runs full in the middle of a file.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let (place, _) = workplace();
    let full = "trap '' XFSZ; ulimit -f 2";
    fs::write(place.path().join("plan.json"), "the plan before").expect("there is room");
    let writes: [&[&str]; 7] = [
        &["plan", "starter", "--format", "json", "--out", "plan.json"],
        &["plan", "starter", "--format", "csv", "--out", "tables"],
        &["plan", "starter", "--format", "parquet", "--out", "columns"],
        &["plan", "starter", "--format", "xlsx", "--out", "plan.xlsx"],
        &["brief", "starter", "--out", "brief.html"],
        &["convert", "starter", "starter.xlsx"],
        &["new", "another"],
    ];
    for arguments in writes {
        let came = crate::limited(place.path(), full, arguments);
        assert_eq!(came.code, 2, "{arguments:?}: {came:?}");
        assert!(
            came.err.to_lowercase().contains("file too large"),
            "{}",
            came.err
        );
        assert_eq!(
            names(place.path()),
            ["plan.json", "starter"],
            "after {arguments:?}"
        );
    }
    let kept = fs::read_to_string(place.path().join("plan.json")).expect("text");
    assert_eq!(kept, "the plan before");
}

/// Where it is not a plain file that is there, it is not replaced by one.
#[cfg(unix)]
#[test]
fn links_and_pipes_stay_what_they_are() {
    let (place, _) = workplace();
    let there = |name: &str| place.path().join(name);
    fs::write(there("old.json"), "the plan before").expect("there is room");
    std::os::unix::fs::symlink("old.json", there("link.json")).expect("links can be made");
    let came = darsena(
        place.path(),
        &["plan", "starter", "--format", "json", "--out", "link.json"],
    );
    assert_eq!(came.code, 0, "{came:?}");
    assert!(there("link.json").is_symlink());
    let written = fs::read_to_string(there("old.json")).expect("text");
    assert!(
        written.starts_with('{'),
        "the file behind the link is the new one"
    );

    let reader = "mkfifo pipe; { cat pipe >read 2>&1 & }";
    let arguments = ["plan", "starter", "--format", "json", "--out", "pipe"];
    let came = crate::limited(place.path(), reader, &arguments);
    assert_eq!(came.code, 0, "{came:?}");
    assert!(!fs::metadata(there("pipe")).expect("it is there").is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let (place, _) = workplace();
    for arguments in [
        &["plan", "starter"][..],
        &["describe", "starter"],
        &["manual", "--all"],
    ] {
        let came = crate::limited(place.path(), "exec >/dev/full", arguments);
        assert_eq!(came.code, 2, "{arguments:?}: {came:?}");
        assert!(came.err.contains("No space left"), "{}", came.err);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_who_stops_reading_is_no_error() {
    let (place, _) = workplace();
    let binary = env!("CARGO_BIN_EXE_darsena");
    let line = format!(
        "'{binary}' manual --all | head -1; '{binary}' plan starter --format json | head -1"
    );
    let shell = std::process::Command::new("sh")
        .arg("-c")
        .arg(line)
        .current_dir(place.path())
        .output();
    let came = crate::Came::of(shell.expect("there is a shell"));
    assert_eq!(
        (came.out.as_str(), came.err.as_str()),
        ("# `sources`\n{\n", "")
    );
}

#[test]
fn forms_of_many_files_need_a_place() {
    let (place, _) = workplace();
    for form in ["csv", "parquet", "xlsx"] {
        let came = darsena(place.path(), &["plan", "starter", "--format", form]);
        assert_eq!((came.code, came.out.as_str()), (2, ""), "{form}");
        assert!(came.err.contains("--out"), "{}", came.err);
    }
    let one = darsena(
        place.path(),
        &[
            "plan",
            "starter",
            "--format",
            "parquet",
            "--table",
            "make",
            "-o",
            "make.parquet",
        ],
    );
    assert_eq!(one.code, 0, "{one:?}");
    let bytes = fs::read(place.path().join("make.parquet")).expect("it was written");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_files_is_not_called_missing() {
    let (place, _) = workplace();
    let come = |out: &str| darsena(place.path(), &["plan", "starter", "--out", out]).err;
    assert!(!come("/proc/x.json").contains("does not exist"));
    assert!(come("nowhere/x.json").contains("does not exist"));
}
