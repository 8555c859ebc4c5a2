//! The licence texts of everything in the binary.
//!
//! Crates by cargo-about, whose `about.toml` is the list of licences we accept; a crate under another one fails. The
//! dashboard's packages by what npm installed, held to the same list.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use xtask::process::{cargo, run};
use xtask::targets::TARGETS;
use xtask::tool::Tool;
use xtask::workspace;

const ABOUT: Tool = Tool { name: "cargo-about", version: "0.9.3", features: "cli" };

/// Licences of npm packages that we accept; those of crates are in `about.toml`.
const ACCEPTED: [&str; 4] = ["Apache-2.0", "BSD-3-Clause", "ISC", "MIT"];

const RULE: &str = "--------------------------------------------------------------------------------";

/// The texts for the binaries of all systems: which crates they contain differs by few.
pub(crate) fn of_all() -> anyhow::Result<String> {
    let crates = of_crates()?;
    let lock = read(&workspace::dashboard().join("package-lock.json"))?;
    let mut text = format!("What is in dsmp besides our own code, and under which licences.\n\n{crates}");
    for package in production_packages(&lock)? {
        let folder = workspace::dashboard().join(&package.path);
        let licence = licence_text(&folder)
            .with_context(|| format!("`{}` {} has no licence text", package.path, package.version))?;
        let name = package.path.rsplit_once("node_modules/").map_or("", |(_, name)| name);
        writeln!(
            text,
            "{RULE}\n{name} {} (npm): {}\n{RULE}\n\n{}\n",
            package.version,
            package.licence,
            licence.trim()
        )?;
    }
    Ok(text)
}

/// What the Rust project says about its standard library, which every Rust program contains.
pub(crate) fn of_standard_library() -> anyhow::Result<Vec<u8>> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let output = rustc
        .args(["--print", "sysroot"])
        .current_dir(workspace::root())
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "`rustc --print sysroot` failed ({})", output.status);
    let sysroot = String::from_utf8(output.stdout)?;
    let file = Path::new(sysroot.trim()).join("share/doc/rust/COPYRIGHT-library.html");
    fs::read(&file)
        .with_context(|| format!("reading `{}`, which comes with rustup's compilers", file.display()))
}

/// The crates' texts, which take minutes to gather: kept until what they are made of changes.
fn of_crates() -> anyhow::Result<String> {
    let folder = workspace::target().join("licences");
    fs::create_dir_all(&folder).with_context(|| format!("making `{}`", folder.display()))?;
    let gathered = folder.join("crates.txt");
    let template = workspace::root().join("scripts").join("dist").join("licences.hbs");
    let sources =
        [workspace::root().join("Cargo.lock"), workspace::root().join("about.toml"), template.clone()];
    if is_newer(&gathered, &sources)? {
        return read(&gathered);
    }
    let about = ABOUT.ensure()?;
    // Cargo fetches what is missing; cargo-about must ask nobody, and reads what is here.
    run(cargo().args(["fetch", "--locked"]))?;
    let mut command = Command::new(about);
    command.current_dir(workspace::root()).args(["generate", "--offline", "--locked", "--fail"]);
    command.arg("--manifest-path").arg(workspace::root().join("daemon").join("Cargo.toml"));
    command.args(TARGETS.iter().flat_map(|target| ["--target", target.triple]));
    let unfinished = folder.join("unfinished.txt");
    run(command.arg("--output-file").arg(&unfinished).arg(template))?;
    fs::rename(&unfinished, &gathered).with_context(|| format!("writing `{}`", gathered.display()))?;
    read(&gathered)
}

/// Whether `made` is there and newer than all of `sources`.
fn is_newer(made: &Path, sources: &[PathBuf]) -> anyhow::Result<bool> {
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified());
    let Ok(made) = modified(made) else { return Ok(false) };
    for source in sources {
        if modified(source).with_context(|| format!("reading `{}`", source.display()))? >= made {
            return Ok(false);
        }
    }
    Ok(true)
}

#[derive(Debug, PartialEq, Eq)]
struct Package {
    /// Below the dashboard's folder.
    path: String,
    version: String,
    licence: String,
}

/// What the dashboard is made of, by path: what npm installs for other reasons than development.
fn production_packages(lock: &str) -> anyhow::Result<Vec<Package>> {
    let lock: Value = serde_json::from_str(lock)?;
    let packages = lock["packages"].as_object().context("the lock file lists no packages")?;
    let mut found = Vec::new();
    for (path, package) in packages {
        let is_ours = path.is_empty();
        if is_ours || [&package["dev"], &package["devOptional"]].into_iter().any(|flag| flag == true) {
            continue;
        }
        let word = |name: &str| package[name].as_str().with_context(|| format!("`{path}` has no `{name}`"));
        let licence = word("license")?;
        if !ACCEPTED.contains(&licence) {
            bail!("`{path}` is under {licence}, which is none of {}", ACCEPTED.join(", "));
        }
        found.push(Package {
            path: path.clone(),
            version: word("version")?.to_owned(),
            licence: licence.to_owned(),
        });
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    ensure!(!found.is_empty(), "the lock file lists no packages that are shipped");
    Ok(found)
}

fn licence_text(folder: &Path) -> anyhow::Result<String> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading `{}`", folder.display()))?;
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            let name = name.to_lowercase();
            ["license", "licence", "copying", "notice"].iter().any(|start| name.starts_with(start))
        })
        .collect();
    names.sort();
    ensure!(!names.is_empty(), "`{}` holds no licence file", folder.display());
    let texts = names.iter().map(|name| read(&folder.join(name))).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(texts.join("\n\n"))
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("reading `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(licence: &str) -> String {
        serde_json::json!({
            "packages": {
                "": { "license": "MIT" },
                "node_modules/react": { "version": "19.0.0", "license": licence },
                "node_modules/vite": { "version": "8.0.0", "license": "WTFPL", "dev": true },
            }
        })
        .to_string()
    }

    #[test]
    fn tools_are_not_shipped_and_packages_are() {
        let packages = production_packages(&lock("MIT")).unwrap();
        let expected =
            Package { path: "node_modules/react".into(), version: "19.0.0".into(), licence: "MIT".into() };
        assert_eq!(packages, [expected]);
    }

    #[test]
    fn a_licence_that_is_not_on_the_list_is_refused() {
        let error = production_packages(&lock("AGPL-3.0")).unwrap_err().to_string();
        assert!(error.contains("`node_modules/react` is under AGPL-3.0"), "{error}");
    }

    #[test]
    fn the_dashboard_s_packages_are_all_under_accepted_licences() {
        let lock = read(&workspace::dashboard().join("package-lock.json")).unwrap();
        let packages = production_packages(&lock).unwrap();
        assert!(packages.iter().any(|package| package.path == "node_modules/react"));
    }
}
