//! Compiling for the systems users have, from the one this is.
//!
//! Rust's standard library for another system comes from `rustup target add`, or is compiled from its source where only
//! that is to be had. C for Windows is compiled by MinGW-w64, C for macOS by Zig, which links both.
//!
//! **Invariant:** a target that cannot be compiled for here is named with the reason; nothing is passed over.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::console::say;
use crate::process::{cargo, run};
use crate::tool::Tool;
use crate::{packages, workspace};

const ZIGBUILD: Tool = Tool { name: "cargo-zigbuild", version: "0.24.1", features: "" };

/// Zig as a package of Python's index, which is how it comes to machines that have no other way.
const ZIG_PACKAGE: &str = "ziglang==0.17.1";

/// The oldest macOS our programs are to start on: the oldest that there is for arm64.
const OLDEST_MACOS: &str = "11.0";

/// The Debian packages that make a compiler with the standard library's source, for machines where rustup cannot
/// download a target.
const SOURCE_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// A system we publish for.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// Rust's name for it.
    pub triple: &'static str,
    /// What people call it.
    pub name: &'static str,
    c_compiler: CCompiler,
}

#[derive(Debug, PartialEq, Eq)]
enum CCompiler {
    System,
    MinGw,
    Zig,
}

/// The systems the daemon is published for.
pub const TARGETS: [Target; 4] = [
    Target { triple: "x86_64-unknown-linux-gnu", name: "Linux x64", c_compiler: CCompiler::System },
    WINDOWS,
    Target { triple: "aarch64-apple-darwin", name: "macOS arm64", c_compiler: CCompiler::Zig },
    Target { triple: "x86_64-apple-darwin", name: "macOS x64", c_compiler: CCompiler::Zig },
];

/// Windows, as far as another system can build for it: with GNU's linker instead of Microsoft's.
pub const WINDOWS: Target =
    Target { triple: "x86_64-pc-windows-gnu", name: "Windows x64", c_compiler: CCompiler::MinGw };

/// How the standard library of a target is come by.
#[derive(Debug)]
enum Library {
    /// It is installed with the compiler that runs us.
    Installed,
    /// It is compiled by this compiler, which has its source.
    FromSource { rustc: PathBuf, cargo: PathBuf },
}

impl Target {
    /// Finds a target by Rust's name for it.
    pub fn find(triple: &str) -> anyhow::Result<&'static Self> {
        TARGETS.iter().find(|target| target.triple == triple).with_context(|| {
            let known: Vec<_> = TARGETS.iter().map(|target| target.triple).collect();
            format!("`{triple}` is not published; there are {}", known.join(", "))
        })
    }

    /// Whether programs for it run here as they are.
    pub fn is_host(&self) -> bool {
        let system = match env::consts::OS {
            "macos" => "apple-darwin",
            "windows" => "pc-windows",
            system => system,
        };
        self.triple.starts_with(env::consts::ARCH) && self.triple.contains(system)
    }

    /// Where cargo puts what [`Self::cargo`] builds: `release` or `debug` and the programs below.
    ///
    /// Other systems have a folder of their own, for their compiler may be another than ours, and each would throw the
    /// other's work away.
    pub fn output(&self) -> PathBuf {
        if self.is_host() { workspace::target() } else { Self::folder().join(self.triple) }
    }

    fn folder() -> PathBuf {
        workspace::target().join("targets")
    }

    /// Cargo's `subcommand`, such as `build`, for this target, to be given more arguments. Installs what it needs where
    /// that takes no asking; otherwise the error names what is missing.
    pub fn cargo(&self, subcommand: &str) -> anyhow::Result<Command> {
        if self.is_host() {
            let mut command = cargo();
            command.arg(subcommand);
            return Ok(command);
        }
        let library = self.library()?;
        let mut command = match self.c_compiler {
            CCompiler::System => bail!("{} programs are built on {} only", self.name, self.name),
            CCompiler::MinGw => {
                ensure_program("x86_64-w64-mingw32-gcc", &["mingw-w64"])?;
                match &library {
                    Library::Installed => cargo(),
                    Library::FromSource { cargo, .. } => Command::new(cargo),
                }
            }
            CCompiler::Zig => {
                let mut command = Command::new(ZIGBUILD.ensure()?);
                command.env("CARGO_ZIGBUILD_ZIG_PATH", zig()?);
                command.env("MACOSX_DEPLOYMENT_TARGET", OLDEST_MACOS);
                if let Library::FromSource { cargo, .. } = &library {
                    command.env("CARGO", cargo);
                }
                command
            }
        };
        let builds = self.c_compiler == CCompiler::Zig && subcommand == "build";
        command.arg(if builds { "zigbuild" } else { subcommand });
        command.args(["--target", self.triple]).env("CARGO_TARGET_DIR", Self::folder());
        if let Library::FromSource { rustc, .. } = &library {
            // Not for good: a feature of cargo that released versions offer only when asked so.
            command.arg("-Zbuild-std=std,panic_unwind").env("RUSTC_BOOTSTRAP", "1").env("RUSTC", rustc);
        }
        command.current_dir(workspace::root());
        Ok(command)
    }

    fn library(&self) -> anyhow::Result<Library> {
        let ours = env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
        if self.is_installed(&ours) {
            return Ok(Library::Installed);
        }
        if let Some(library) = with_source() {
            return Ok(library);
        }
        packages::install(&SOURCE_PACKAGES)?;
        with_source().with_context(|| {
            format!(
                "the standard library for {0} is missing: `rustup target add {0}`, or `rustup component add rust-src` to compile it (Debian: {1})",
                self.triple,
                SOURCE_PACKAGES.join(", ")
            )
        })
    }

    fn is_installed(&self, rustc: &Path) -> bool {
        let directory = printed(rustc, &["--print", "target-libdir", "--target", self.triple]);
        directory.is_some_and(|directory| {
            Path::new(&directory).read_dir().is_ok_and(|mut files| files.next().is_some())
        })
    }
}

/// Type-checks everything, tests included, for every system; says which could not be and why.
pub fn check() -> anyhow::Result<()> {
    let mut failed = Vec::new();
    for target in &TARGETS {
        say("");
        say(&format!("==> {} ({})", target.name, target.triple));
        let checked =
            target.cargo("check").and_then(|mut command| run(command.args(["--workspace", "--all-targets"])));
        if let Err(error) = checked {
            failed.push(format!("{}: {error:#}", target.name));
        }
    }
    if failed.is_empty() {
        say("");
        say(&format!("type-checked for {} systems", TARGETS.len()));
        return Ok(());
    }
    bail!("not type-checked for every system\n  {}", failed.join("\n  "))
}

/// The first compiler on the `PATH` that is new enough and has the standard library's source.
fn with_source() -> Option<Library> {
    let program = |name: &str| format!("{name}{}", env::consts::EXE_SUFFIX);
    packages::on_path(&program("rustc")).into_iter().find_map(|rustc| {
        let cargo = rustc.with_file_name(program("cargo"));
        let sysroot = printed(&rustc, &["--print", "sysroot"])?;
        let source = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml");
        let version = printed(&rustc, &["--version"])?;
        (source.is_file() && cargo.is_file() && is_new_enough(&version))
            .then_some(Library::FromSource { rustc, cargo })
    })
}

/// Whether `rustc --version` tells at least the version the workspace asks for.
fn is_new_enough(version: &str) -> bool {
    let number = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    let needed = number(env!("CARGO_PKG_RUST_VERSION"));
    version.split_whitespace().nth(1).and_then(number) >= needed
}

/// Zig's program: the system's, or one of our own.
fn zig() -> anyhow::Result<PathBuf> {
    let program = format!("zig{}", env::consts::EXE_SUFFIX);
    if let Some(found) = packages::on_path(&program).into_iter().find(|zig| zig.is_file()) {
        return Ok(found);
    }
    let folder = workspace::target().join("tools").join("zig");
    let ours = folder.join("ziglang").join(program);
    if !ours.is_file() {
        let python = if cfg!(windows) { "python" } else { "python3" };
        let mut install = Command::new(python);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
        run(install.arg(&folder).arg(ZIG_PACKAGE))
            .context("Zig compiles C for macOS; install it so that `zig` is on the PATH")?;
    }
    Ok(ours)
}

/// Finds a program on the `PATH`, after installing its Debian packages where that takes no asking.
pub fn ensure_program(program: &str, debian: &[&str]) -> anyhow::Result<()> {
    let is_there = || packages::on_path(program).iter().any(|path| path.is_file());
    if is_there() {
        return Ok(());
    }
    packages::install(debian)?;
    if !is_there() {
        bail!("`{program}` is missing; install {}", debian.join(" and "));
    }
    Ok(())
}

fn printed(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_published_system_is_this_one_at_most() {
        assert!(TARGETS.iter().filter(|target| target.is_host()).count() <= 1);
        assert_eq!(WINDOWS.is_host(), cfg!(windows));
    }

    #[test]
    fn an_unknown_target_is_answered_with_the_known_ones() {
        let error = Target::find("riscv64").unwrap_err().to_string();
        assert!(error.contains("`riscv64`") && error.contains(WINDOWS.triple), "{error}");
        assert_eq!(Target::find(WINDOWS.triple).unwrap(), &WINDOWS);
    }

    #[test]
    fn compilers_older_than_the_workspace_asks_for_are_passed_over() {
        for (version, expected) in [
            ("rustc 1.63.0 (4b91a6ea7 2022-08-08)", false),
            ("rustc 1.94.1", false),
            (concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"), ".0 (Debian)"), true),
            ("rustc 2.0.0-nightly", true),
            ("no compiler", false),
        ] {
            assert_eq!(is_new_enough(version), expected, "{version}");
        }
    }
}
