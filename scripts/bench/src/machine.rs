//! Facts about the machine and the work tree.

use std::fs;
use std::process::Command;

use crate::report::{Build, Machine};

/// Looks at the machine.
pub(crate) fn machine() -> Machine {
    let field = |file: &str, name: &str, separator: char| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?.to_owned();
        Some(line.split_once(separator)?.1.trim().trim_matches('"').to_owned())
    };
    let system =
        field("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(|| std::env::consts::OS.to_owned());
    let memory_kibibytes = field("/proc/meminfo", "MemTotal", ':')
        .and_then(|text| text.strip_suffix(" kB")?.trim().parse::<u64>().ok());
    Machine {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        processor: field("/proc/cpuinfo", "model name", ':'),
        memory_bytes: memory_kibibytes.map(|kibibytes| kibibytes * 1_024),
        system: format!("{system}, {}", std::env::consts::ARCH),
    }
}

/// Looks at the work tree the binary was built from.
pub(crate) fn build(binary_bytes: u64) -> Build {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    Build {
        commit: git(&["rev-parse", "--short=12", "HEAD"]),
        dirty: git(&["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty()),
        profile: "release".into(),
        binary_bytes,
    }
}
