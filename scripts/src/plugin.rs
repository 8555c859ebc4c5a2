//! Builds the Studio plugin by the daemon, as `dsmp plugin build` does for everybody.

use crate::console::say;
use crate::process::{cargo, run};
use crate::workspace;

/// Writes `target/plugin.rbxm`, which pairs by a code.
pub fn build() -> anyhow::Result<()> {
    let file = workspace::target().join("plugin.rbxm");
    let mut command = cargo();
    command.args(["run", "--package", "daemon", "--", "plugin", "build", "--output"]).arg(&file);
    run(&mut command)?;
    say(&format!("wrote {}", file.display()));
    Ok(())
}
