//! Makes the archives that users download; `cargo xtask dist` starts it with the systems to make them for, by Rust's
//! names, or with none for all that are published.
//!
//! It does: build the release binary for each system, gather the licences of everything in it, pack both beside a
//! README, write the checksums, and try the archive of this system. It does not: publish anything, nor sign.
//!
//! **Invariant:** a system that could not be built for is named with its reason in `NOT-BUILT.txt`, and the exit code
//! tells; no archive stands in for it.
//!
//! **Invariant:** the same binary and licences make the same archive, byte for byte: order, times, owners and modes are
//! fixed.

mod archive;
mod binary;
mod licences;
mod readme;
mod smoke;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use xtask::console::{say, say_error};
use xtask::process::run;
use xtask::targets::{TARGETS, Target};
use xtask::{dashboard, workspace};

use archive::{Entry, Format};
use smoke::Starter;

/// What the archive's program is called.
const PROGRAM: &str = "dsmp";

/// What is in every name and in every README.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The largest binary we want to ship.
const BINARY_GOAL_BYTES: usize = 40 << 20;

fn main() -> ExitCode {
    match dist(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

fn dist(triples: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut targets = triples.map(|triple| Target::find(&triple)).collect::<Result<Vec<_>, _>>()?;
    if targets.is_empty() {
        targets.extend(&TARGETS);
    }
    let folder = workspace::target().join("dist");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing `{}`", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making `{}`", folder.display()))?;
    dashboard::build()?;
    let licences = licences::of_all()?;

    let (mut sums, mut missing) = (String::new(), Vec::new());
    for target in &targets {
        say("");
        say(&format!("==> {} ({})", target.name, target.triple));
        match make(target, &folder, &licences) {
            Ok(sum) => sums.push_str(&sum),
            Err(error) => {
                say(&format!("!!! NOT BUILT {}: {error:#}", target.name));
                missing.push(format!("{} ({}): {error:#}\n", target.name, target.triple));
            }
        }
    }
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("writing `{}`", file.display()))
    };
    write("SHA256SUMS", &sums)?;
    say("");
    say(sums.trim_end());
    if missing.is_empty() {
        return Ok(());
    }
    let reasons = missing.concat();
    write("NOT-BUILT.txt", &reasons)?;
    bail!("{} of {} systems were not built:\n{}", missing.len(), targets.len(), reasons.trim_end())
}

/// Builds and packs for one system; answers the archive's line of `SHA256SUMS`.
fn make(target: &Target, folder: &Path, licences: &str) -> anyhow::Result<String> {
    run(target.cargo("build")?.args(["--release", "--locked", "--package", "daemon"]))?;
    let is_windows = target.triple.contains("windows");
    let program = if is_windows { format!("{PROGRAM}.exe") } else { PROGRAM.to_owned() };
    let file = target.output().join("release").join(&program);
    let content = fs::read(&file).with_context(|| format!("reading `{}`", file.display()))?;
    binary::check(&content)?;
    let verdict = if content.len() <= BINARY_GOAL_BYTES { "within" } else { "OVER" };
    say(&format!(
        "{program}: {:.1} MiB, {verdict} the goal of {} MiB",
        mebibytes(content.len()),
        BINARY_GOAL_BYTES >> 20
    ));
    let needs = if target.triple.contains("linux") {
        let (major, minor) = binary::glibc(&content).context("the binary names no glibc version")?;
        say(&format!("{program}: needs glibc {major}.{minor} or newer"));
        readme::Needs::Glibc { major, minor }
    } else if is_windows {
        readme::Needs::Windows
    } else {
        let told = binary::mac_os(&content).context("the binary names no macOS version")?;
        let (major, minor) = told.version;
        say(&format!("{program}: needs macOS {major}.{minor} or newer"));
        ensure!(
            told.signed || !target.triple.starts_with("aarch64"),
            "the binary is not signed, and would not start"
        );
        readme::Needs::MacOs { major, minor }
    };

    let name = format!("{PROGRAM}-{VERSION}-{}", target.name.to_lowercase().replace(' ', "-"));
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading `{}`", path.display()));
    let entries = [
        Entry::program(&program, content),
        Entry::text("LICENSE", read(&workspace::root().join("LICENSE"))?),
        Entry::text("README.md", readme::readme(target.name, &program, &needs)?.into_bytes()),
        Entry::text("THIRD-PARTY.txt", licences.as_bytes().to_vec()),
        Entry::text("THIRD-PARTY-RUST.html", licences::of_standard_library()?),
    ];
    let format = if is_windows { Format::Zip } else { Format::TarGz };
    let packed = archive::pack(format, &name, entries)?;
    ensure!(!packed.is_empty(), "the archive is empty");
    match Starter::of(target) {
        Ok(starter) => smoke::check(&starter, format, &packed, &name, &program)?,
        Err(reason) => say(&format!("NOT TRIED: {reason:#}")),
    }
    let archive = folder.join(format!("{name}{}", format.extension()));
    fs::write(&archive, &packed).with_context(|| format!("writing `{}`", archive.display()))?;
    say(&format!("wrote {} ({:.1} MiB)", archive.display(), mebibytes(packed.len())));
    Ok(format!("{}  {name}{}\n", archive::sha256(&packed), format.extension()))
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
