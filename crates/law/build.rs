//! Puts the law files of the repository into the program, in order of their paths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// From the folder of this crate, where a build script runs. Nothing of where the repository lies is kept:
/// several clones may share one folder of compiled pieces.
const LAWS: &str = "../../laws";

fn main() -> io::Result<()> {
    let laws = Path::new(LAWS);
    let mut files = Vec::new();
    collect(laws, &mut files)?;
    files.sort();
    let mut code = String::from("[\n");
    for path in &files {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.strip_prefix(laws).expect("it lies under the laws");
        let name = name.to_str().expect("law files have plain names");
        let text = fs::read_to_string(path)?;
        writeln!(code, "    ({name:?}, {text:?}),").expect("text takes text");
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder"));
    fs::write(out.join("laws.rs"), code)
}

/// Adds every policy and table below `folder`; cases and pages stay out of the program.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|end| end == "cedar" || end == "csv")
        {
            files.push(path);
        }
    }
    Ok(())
}
