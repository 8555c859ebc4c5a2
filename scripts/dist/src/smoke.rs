//! An archive, tried as its user would: unpacked elsewhere and started.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use xtask::console::say;
use xtask::targets::{Target, WINDOWS};
use xtask::wine::Wine;
use xtask::workspace;

use crate::VERSION;
use crate::archive::{Format, unpack};

/// How long the daemon may take to listen, and to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A daemon that ends with us.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What starts a target's programs here.
pub(crate) enum Starter {
    /// This system.
    System,
    /// Wine, which is not Windows.
    Wine(Wine),
}

impl Starter {
    /// Finds what starts the target's programs; an error tells why nothing does.
    pub(crate) fn of(target: &Target) -> anyhow::Result<Self> {
        if target.is_host() {
            return Ok(Self::System);
        }
        ensure!(target == &WINDOWS && cfg!(target_os = "linux"), "this system cannot start it");
        Ok(Self::Wine(Wine::start()?))
    }

    fn command(&self, program: &Path) -> Command {
        match self {
            Self::System => Command::new(program),
            Self::Wine(wine) => {
                let mut command = Command::new("wine");
                wine.equip(command.arg(program));
                command
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::System => "here",
            Self::Wine(_) => "under Wine",
        }
    }
}

/// Unpacks the archive and uses the program in it.
pub(crate) fn check(
    starter: &Starter,
    format: Format,
    packed: &[u8],
    name: &str,
    program: &str,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    unpack(format, packed, folder.path())?;
    let program = folder.path().join(name).join(program);
    let data = folder.path().join("data");
    let version = output(starter.command(&program).arg("--version"))?;
    ensure!(version.trim() == format!("dsmp {VERSION}"), "`dsmp --version` says `{}`", version.trim());

    let plugin = folder.path().join("plugin.rbxm");
    output(
        starter
            .command(&program)
            .arg("--data-dir")
            .arg(&data)
            .args(["plugin", "build", "--output"])
            .arg(&plugin),
    )?;
    let head = fs::read(&plugin).context("the plugin was not written")?;
    ensure!(head.starts_with(b"<roblox!"), "the plugin is no Roblox model");

    let (daemon, address) = serve(starter.command(&program), &data)?;
    let healthy = get(&address, "/healthz")?;
    ensure!(
        healthy.starts_with("HTTP/1.1 204 "),
        "`/healthz` answers `{}`",
        healthy.lines().next().unwrap_or_default()
    );
    check_dashboard(&address)?;
    drop(daemon);
    say(&format!("tried {}: version, plugin, daemon, dashboard", starter.name()));
    Ok(())
}

/// The page is the one we built when the script it names is there, byte for byte.
fn check_dashboard(address: &str) -> anyhow::Result<()> {
    let folder = workspace::dashboard().join("dist");
    let ours = fs::read_to_string(folder.join("index.html"))?;
    let script = ours
        .split('"')
        .find_map(|text| text.strip_prefix("/assets/")?.strip_suffix(".js"))
        .map(|name| format!("{name}.js"))
        .context("the built dashboard names no script")?;
    let page = get(address, "/")?;
    ensure!(page.starts_with("HTTP/1.1 200 ") && page.contains(&script), "`/` is not the dashboard");
    let served = get(address, &format!("/assets/{script}"))?;
    let built = fs::read_to_string(folder.join("assets").join(&script))?;
    ensure!(served.ends_with(&built), "`/assets/{script}` is not the dashboard's script");
    Ok(())
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stdin(Stdio::null()).output().context("the program does not start")?;
    ensure!(
        output.status.success(),
        "the program failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Starts the daemon and answers where it listens.
fn serve(mut command: Command, data: &Path) -> anyhow::Result<(Daemon, String)> {
    command.arg("--data-dir").arg(data).args(["serve", "--port", "0"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().context("the daemon does not start")?;
    let output = child.stdout.take();
    let daemon = Daemon(child);
    let (first, line) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = output.map(|output| BufReader::new(output).read_line(&mut line));
        // Nobody waits any more when this took too long.
        let _ = first.send(read.map(|_| line));
    });
    let Ok(Some(line)) = line.recv_timeout(PATIENCE) else {
        bail!("the daemon said nothing in {PATIENCE:?}")
    };
    let address = line
        .trim()
        .strip_prefix("listening on http://")
        .with_context(|| format!("the daemon said `{line}`"))?;
    Ok((daemon, address.to_owned()))
}

/// A whole answer, head and body.
fn get(address: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).with_context(|| format!("reading `{path}`"))?;
    Ok(answer)
}
