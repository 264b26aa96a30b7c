//! The book says what is true: its commands give what it shows, its tables are those of the dictionaries,
//! its links lead somewhere.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::{env, fs};

const DARSENA: &str = env!("CARGO_BIN_EXE_darsena");

fn root() -> PathBuf {
    // Asked when it runs, and not of the folder it runs in: a test moves there.
    let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the folder");
    Path::new(&here)
        .join("../..")
        .canonicalize()
        .expect("the repository is there")
}

/// Every page with text of ours, from the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![
        root().join("README.md"),
        root().join("ARCHITECTURE.md"),
        root().join("CONTRIBUTING.md"),
        root().join("CHANGELOG.md"),
    ];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it can be listed") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// Each page runs in a folder of its own that holds `scenarios`, `docs` and `crates` and nothing else, so that its
/// commands may write, and read as if typed at the root of the repository.
#[test]
fn commands_give_what_the_book_shows() {
    let mut wrong = Vec::new();
    for page in pages() {
        let place = tempfile::tempdir().expect("there is room");
        #[cfg(unix)]
        for name in ["scenarios", "docs", "crates"] {
            let link = std::os::unix::fs::symlink(root().join(name), place.path().join(name));
            link.expect("links can be made");
        }
        // This is the only test of the file that looks at the working directory.
        env::set_current_dir(place.path()).expect("it is there");
        let cases = trycmd::TestCases::new();
        cases.register_bin("darsena", Path::new(DARSENA));
        for tool in ["cat", "head", "ls", "sed"] {
            for folder in ["/usr/bin", "/bin"] {
                let path = Path::new(folder).join(tool);
                if path.exists() {
                    cases.register_bin(tool, path);
                }
            }
        }
        cases.case(&page);
        if std::panic::catch_unwind(AssertUnwindSafe(|| cases.run())).is_err() {
            wrong.push(page);
        }
    }
    assert!(wrong.is_empty(), "not as shown: {wrong:#?}");
}

#[test]
fn the_tables_page_is_that_of_the_dictionaries() {
    let made = std::process::Command::new(DARSENA)
        .args(["manual", "--all"])
        .output()
        .expect("it can be run");
    let page = fs::read_to_string(root().join("docs/tables.md")).expect("the page is there");
    let fresh = String::from_utf8(made.stdout).expect("text");
    assert!(
        page == fresh,
        "docs/tables.md is old: refresh it with `darsena manual --all > docs/tables.md`"
    );
}

#[test]
fn links_lead_somewhere() {
    let mut dead = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("text");
        let folder = page.parent().expect("a page is in a folder");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
                dead.push(format!("{} -> {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// A built book holds what lies under `docs` and nothing else: of its pages those of the summary, of other files all.
#[test]
fn no_link_leaves_the_book() {
    let book = root().join("docs");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).expect("the summary is there");
    let mut outside = Vec::new();
    for page in pages().into_iter().filter(|page| page.starts_with(&book)) {
        let text = fs::read_to_string(&page).expect("text");
        let folder = page.parent().expect("a page is in a folder");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let inside = folder.join(file).canonicalize().is_ok_and(|place| {
                place.strip_prefix(&book).is_ok_and(|place| {
                    let place = place.to_str().expect("a plain path");
                    !place.ends_with(".md") || summary.contains(&format!("({place})"))
                })
            });
            if !inside {
                outside.push(format!("{} -> {link}", page.display()));
            }
        }
    }
    assert!(outside.is_empty(), "{outside:#?}");
}

/// What the page on files beside the book names is there.
#[test]
fn what_lies_beside_the_book_is_there() {
    let page = fs::read_to_string(root().join("docs/beside.md")).expect("the page is there");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let files: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    assert!(files.len() > 5);
    for file in files {
        assert!(root().join(file).is_file(), "{file} is not there");
    }
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the summary is there");
    let book = root().join("docs");
    for page in pages() {
        if let Ok(page) = page.strip_prefix(&book) {
            let page = page.to_str().expect("a plain path");
            assert!(
                page == "SUMMARY.md" || summary.contains(&format!("({page})")),
                "{page} is not in the summary"
            );
        }
    }
}
