//! A data directory of one's own, commands on it, and a daemon.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How long anything may take before the test gives up on it.
pub(crate) const DEADLINE: Duration = Duration::from_mins(2);

/// A data directory that is removed with everything in it.
pub(crate) struct Home {
    directory: tempfile::TempDir,
}

/// A command that ended.
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A file beside the data directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The binary, with nothing of this process's settings.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dsmp"));
        command
            .args(arguments)
            .env("DSMP_DATA_DIR", self.data())
            .env_remove("DSMP_PORT")
            .env_remove("DSMP_LOG")
            .env_remove("DSMP_VAULT_KEY_FILE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Finished {
        finish(self.command(arguments), None)
    }

    /// Runs a command to its end, with `input` on its standard input.
    pub(crate) fn run_with_input<A: AsRef<OsStr>>(&self, arguments: &[A], input: &[u8]) -> Finished {
        finish(self.command(arguments), Some(input))
    }

    /// Runs a command that must succeed, and answers its standard output.
    #[track_caller]
    pub(crate) fn ok<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        self.run(arguments).expect(0)
    }

    /// Runs a command with `--json` that must succeed, and answers its last line.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let text = self.ok(&[&["--json"], arguments].concat());
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }
}

impl Finished {
    /// Fails unless the command ended with `code`; answers its standard output.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> String {
        assert_eq!(self.code, code, "stderr: {}", self.stderr);
        String::from_utf8(self.stdout).unwrap()
    }

    /// Fails unless the command ended with `code` and told all of `words` on standard error.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "stderr: {}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        }
    }
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, input: Option<&[u8]>) -> Finished {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = Killed(command.spawn().unwrap());
    if let (Some(input), Some(mut stdin)) = (input, child.0.stdin.take()) {
        let input = input.to_owned();
        // A command that refuses early does not read all of it.
        thread::spawn(move || _ = stdin.write_all(&input));
    }
    let stdout = child.0.stdout.take().map(read_all);
    let stderr = child.0.stderr.take().map(read_all);
    let received = |pipe: Option<Receiver<Vec<u8>>>| {
        pipe.map(|pipe| pipe.recv_timeout(DEADLINE).expect("the command ends within the deadline"))
            .unwrap_or_default()
    };
    let (stdout, stderr) = (received(stdout), received(stderr));
    let code = child.0.wait().unwrap().code().unwrap_or(-1);
    Finished { code, stdout, stderr: String::from_utf8(stderr).unwrap() }
}

fn read_all(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        // A test that gave up does not listen any more.
        let _ = sender.send(bytes);
    });
    receiver
}

/// The lines of a pipe as they come.
pub(crate) fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// A process that does not outlive the test.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running daemon.
pub(crate) struct Daemon {
    process: Killed,
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "what the daemon logs is read when it is asked to stop")
    )]
    stderr: Option<Receiver<Vec<u8>>>,
    pub(crate) port: u16,
    /// The sign-in link it printed.
    pub(crate) open_url: String,
}

impl Daemon {
    /// Starts a daemon on a free port and waits until it says that it listens.
    pub(crate) fn start(home: &Home) -> Self {
        Self::start_with(home, &[])
    }

    /// As [`Self::start`], with more options.
    pub(crate) fn start_with(home: &Home, options: &[&str]) -> Self {
        let mut process =
            Killed(home.command(&[&["serve", "--port", "0"], options].concat()).spawn().unwrap());
        let output = lines(process.0.stdout.take().unwrap());
        let stderr = process.0.stderr.take().map(read_all);
        let next = |start: &str| {
            let line = output.recv_timeout(DEADLINE).expect("the daemon says that it listens");
            line.strip_prefix(start)
                .unwrap_or_else(|| panic!("`{line}` does not begin with `{start}`"))
                .to_owned()
        };
        let port = next("listening on http://127.0.0.1:").parse().unwrap();
        let open_url = next("open ");
        Self { process, stderr, port, open_url }
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.0.id()
    }

    /// Ends the daemon at once, as `kill -9` and a power cut do.
    pub(crate) fn kill(mut self) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
    }

    /// Asks the daemon to stop, and answers how it ended and what it logged.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> (std::process::ExitStatus, String) {
        use rustix::process::{Pid, Signal, kill_process};

        kill_process(Pid::from_child(&self.process.0), Signal::TERM).unwrap();
        let log =
            self.stderr.take().unwrap().recv_timeout(DEADLINE).expect("the daemon stops within the deadline");
        (self.process.0.wait().unwrap(), String::from_utf8(log).unwrap())
    }

    /// Sends an HTTP request without a body, and answers all that comes back.
    pub(crate) fn http(&self, request_line: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let request =
            format!("{request_line} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", self.port);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

/// The entries of a JSONL file by key, each as the exact text of its value.
pub(crate) fn values(jsonl: &[u8]) -> Vec<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Line<'a> {
        key: String,
        #[serde(borrow)]
        value: &'a serde_json::value::RawValue,
    }
    let text = std::str::from_utf8(jsonl).unwrap();
    let parse = |line: &str| {
        let line: Line = serde_json::from_str(line).unwrap();
        (line.key, line.value.get().to_owned())
    };
    text.lines().map(parse).collect()
}

/// Writes a file and answers its name as an argument.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> String {
    fs::write(path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}
