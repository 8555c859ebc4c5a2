//! Writes the files derived from the `protocol` crate: the clients' types and the OpenAPI document.
//!
//! It does: read the schemas and tables of `protocol`, and print them in each client's language.
//! It does not: decide anything about the wire; what is wrong in a generated file is wrong in `protocol`.
//!
//! **Invariant:** the output depends on `protocol` alone, and is the same on every machine and with every feature set.

mod model;

mod luau;
mod openapi;
mod typescript;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::console::say;
use crate::workspace;

use model::Model;

/// Says to people and formatters that the file is not theirs.
const NOTICE: &str = "Generated from the `protocol` crate by `cargo xtask codegen`. Do not edit.";

/// A file and what it must contain.
struct Generated {
    path: PathBuf,
    contents: String,
}

/// Writes every generated file that is not up to date.
pub fn write() -> anyhow::Result<()> {
    for file in generate()? {
        if ensure_file_contents(&file)? {
            say(&format!("wrote {}", shown(&file.path)));
        }
    }
    Ok(())
}

/// Fails when a generated file is not up to date, and names the command that helps.
pub fn check() -> anyhow::Result<()> {
    let stale: Vec<_> =
        generate()?.into_iter().filter(|file| !is_current(file)).map(|file| shown(&file.path)).collect();
    if !stale.is_empty() {
        bail!("not up to date: {}; run `cargo xtask codegen` and commit the result", stale.join(", "));
    }
    Ok(())
}

/// The OpenAPI document, which the daemon serves as well.
pub fn openapi() -> anyhow::Result<String> {
    openapi::print(&protocol::schema::schemas())
}

fn generate() -> anyhow::Result<[Generated; 3]> {
    let model = Model::read(&protocol::schema::schemas())?;
    let root = workspace::root();
    Ok([
        Generated {
            path: workspace::dashboard().join("src").join("protocol.ts"),
            contents: typescript::print(&model),
        },
        Generated {
            path: workspace::plugin().join("src").join("Protocol.luau"),
            contents: luau::print(&model),
        },
        Generated { path: root.join("protocol").join("openapi.json"), contents: openapi()? },
    ])
}

/// Writes `file` if its contents differ, and says whether it did; an equal file keeps its time stamp.
fn ensure_file_contents(file: &Generated) -> anyhow::Result<bool> {
    if is_current(file) {
        return Ok(false);
    }
    let directory = file.path.parent().unwrap_or(&file.path);
    fs::create_dir_all(directory).with_context(|| format!("creating `{}`", directory.display()))?;
    fs::write(&file.path, &file.contents).with_context(|| format!("writing `{}`", file.path.display()))?;
    Ok(true)
}

/// Line ends do not count: Git may have changed them.
fn is_current(file: &Generated) -> bool {
    fs::read_to_string(&file.path).is_ok_and(|found| found.replace("\r\n", "\n") == file.contents)
}

fn shown(path: &Path) -> String {
    let relative = path.strip_prefix(workspace::root()).unwrap_or(path);
    relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_changed_file_is_written() {
        let directory = std::env::temp_dir().join(format!("dsmp-codegen-{}", std::process::id()));
        let path = directory.join("inner").join("file.txt");
        let file = |contents: &str| Generated { path: path.clone(), contents: contents.to_owned() };
        assert!(!is_current(&file("one\n")));
        assert!(ensure_file_contents(&file("one\n")).unwrap());
        assert!(!ensure_file_contents(&file("one\n")).unwrap());
        fs::write(&path, "one\r\n").unwrap();
        assert!(is_current(&file("one\n")));
        assert!(ensure_file_contents(&file("two\n")).unwrap());
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn printing_twice_gives_the_same_text() {
        let (first, second) = (generate().unwrap(), generate().unwrap());
        for (first, second) in first.iter().zip(&second) {
            assert_eq!(first.contents, second.contents);
        }
    }
}
