//! The instructions of the hot paths, counted by Callgrind and compared with those kept in the repository.
//!
//! It does: build `tests/instructions` optimised, walk each path a few times and many times, and compare what one pass
//! costs with `tests/instructions/counts.json`. It does not: measure time, which says little on a busy machine.
//!
//! Only instructions of our own binary count, SQLite and all crates included, and apart from them how often it asks the
//! C library for memory. What that library does itself is left out: its copies and its heap take up to 2 % more or less
//! depending on where memory happens to lie.
//!
//! **Invariant:** figures of another processor are not compared; those of another compiler or counter only roughly, and
//! the output says so.

mod figures;
mod profile;

use std::collections::BTreeMap;
use std::env;
use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};

use crate::console::say;
use crate::process::{cargo, run as run_to_end};
use crate::{packages, workspace};

use super::{Done, Run};

use figures::{Cost, Figures};
use profile::Totals;

/// With this variable set, the figures are written anew instead of compared.
const UPDATE_VARIABLE: &str = "DSMP_UPDATE_COUNTS";

/// How often a path is walked in the shorter of its two runs: until every cache is filled.
const WARM_UP: u64 = 20;

/// The paths, and how often each is walked beyond the warm-up: the less one pass costs, the oftener, so that what
/// differs between two runs on the way there does not count.
const PATHS: [(&str, u64); 5] =
    [("decode", 200), ("entries.edit", 300), ("entries.get", 300), ("entries.rows", 50), ("gate", 2_000)];

pub(super) fn run(_: &mut Run) -> anyhow::Result<Done> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(Done::Skipped(format!("instructions are counted on Linux x86_64, this is {OS} {ARCH}")));
    }
    let Some(counter) = find_or_install()? else {
        return Ok(Done::Skipped("no `valgrind` found; install it".into()));
    };
    let binary = build()?;
    let folder = workspace::target().join("instructions");
    fs::create_dir_all(&folder).with_context(|| format!("making `{}`", folder.display()))?;
    let mut counted = Figures { compiler: version(compiler())?, counter, costs: BTreeMap::new() };
    for (path, repeats) in PATHS {
        counted.costs.insert(path.to_owned(), cost(&binary, &folder, path, repeats)?);
    }
    let file = workspace::root().join("tests").join("instructions").join("counts.json");
    if env::var_os(UPDATE_VARIABLE).is_some_and(|value| !value.is_empty()) {
        fs::write(&file, counted.to_json()?).with_context(|| format!("writing `{}`", file.display()))?;
        say(&format!("wrote {}", file.display()));
        return Ok(Done::Passed);
    }
    let text = fs::read_to_string(&file).with_context(|| format!("reading `{}`", file.display()))?;
    let recorded = Figures::from_json(&text).with_context(|| format!("reading `{}`", file.display()))?;
    let comparison = recorded.compare(&counted);
    comparison.lines.iter().for_each(|line| say(line));
    if comparison.passed {
        return Ok(Done::Passed);
    }
    bail!(
        "the counts differ from `tests/instructions/counts.json`; if that is meant, record them with \
         `{UPDATE_VARIABLE}=1 cargo xtask test --only \"instruction counts\"` and say why in the commit"
    )
}

/// What Valgrind calls itself; `None` when there is none and none can be installed.
fn find_or_install() -> anyhow::Result<Option<String>> {
    let valgrind = || version(Command::new("valgrind")).ok();
    if let Some(found) = valgrind() {
        return Ok(Some(found));
    }
    packages::install(&["valgrind"])?;
    Ok(valgrind())
}

/// The compiler that cargo uses.
fn compiler() -> Command {
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.current_dir(workspace::root());
    command
}

fn version(mut command: Command) -> anyhow::Result<String> {
    let program = command.get_program().display().to_string();
    let answer = command.arg("--version").stderr(Stdio::null()).output();
    let answer = answer.with_context(|| format!("could not start `{program}`"))?;
    ensure!(answer.status.success(), "`{program} --version` failed ({})", answer.status);
    Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
}

fn build() -> anyhow::Result<PathBuf> {
    let arguments = ["build", "--profile", "counted", "--package", "daemon", "--example", "instructions"];
    run_to_end(cargo().args(arguments))?;
    let folder = workspace::target().join("counted").join("examples");
    Ok(folder.join(format!("instructions{EXE_SUFFIX}")))
}

/// What one pass over `path` costs once everything is warm.
fn cost(binary: &Path, folder: &Path, path: &str, repeats: u64) -> anyhow::Result<Cost> {
    let few = count(binary, folder, path, WARM_UP)?;
    let many = count(binary, folder, path, WARM_UP + repeats)?;
    let each = |few: u64, many: u64| (many.saturating_sub(few) + repeats / 2) / repeats;
    let cost = Cost {
        instructions: each(few.instructions, many.instructions),
        allocations: each(few.allocations, many.allocations),
    };
    ensure!(cost.instructions > 0, "`{path}` took no instructions: the count does not see the binary");
    Ok(cost)
}

fn count(binary: &Path, folder: &Path, path: &str, repeats: u64) -> anyhow::Result<Totals> {
    let profile = folder.join(format!("{path}-{repeats}.out"));
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet", "--compress-pos=no"]);
    command.arg(format!("--callgrind-out-file={}", profile.display()));
    run_to_end(command.arg(binary).args([path, &repeats.to_string()]))?;
    let file = File::open(&profile).with_context(|| format!("opening `{}`", profile.display()))?;
    Totals::read(BufReader::new(file), &binary.display().to_string())
        .with_context(|| format!("reading `{}`", profile.display()))
}
