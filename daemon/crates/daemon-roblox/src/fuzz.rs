//! Fuzzing of what reads bytes from outside: mutations of replies and requests as Roblox documents and sends them, from a
//! fixed seed (S-24, S-68).
//!
//! Each campaign runs in a process of its own, so that its memory can be told and a crash of any kind is seen. Mutations are
//! guided by what comes of them: an input with an outcome that was not seen before is mutated further. They are not guided
//! by coverage, for which libFuzzer has to be linked into a build of its own.
//!
//! **Invariant:** every input ends without a panic and within [`HANG`], and the process stays below [`MEMORY_LIMIT_BYTES`].

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// The environment variable that the nightly run sets to `nightly`.
const TIER_VARIABLE: &str = "DSMP_TEST_TIER";

/// The environment variable that makes a test the campaign itself.
const CHILD_VARIABLE: &str = "DSMP_FUZZ_CAMPAIGN";

/// What the line begins with that tells how far a campaign got.
const REPORT: &str = "fuzzed: ";

/// Executions in the nightly run, unless the time is up before.
const NIGHTLY_ROUNDS: u64 = 10_000_000;

/// How long one campaign may take in the nightly run.
const NIGHTLY_LIMIT: Duration = Duration::from_mins(5);

/// The longest that one input may take.
const HANG: Duration = Duration::from_secs(1);

/// How often an input that took longer is tried again: other programs may have had the processor.
const SECOND_LOOKS: usize = 2;

/// After this, an input is taken to go on for ever.
const ENDLESS: Duration = Duration::from_secs(30);

/// The most memory that a campaign's process may hold resident.
const MEMORY_LIMIT_BYTES: u64 = 256 << 20;

/// The longest input.
const INPUT_LIMIT_BYTES: usize = 256 << 10;

/// The most inputs that are kept to be mutated further, and how long they may be.
const KEPT: (usize, usize) = (4_096, 8 << 10);

/// What JSON, HTTP and Roblox's own forms are made of.
const WORDS: &[&str] = &[
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "\\u0000",
    "\\ud800",
    "\\",
    "\u{0}",
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "0",
    "-0",
    "-1",
    "1e999",
    "1.0",
    "0.5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "é",
    "😀",
    "%00",
    "%2F",
    "%ff",
    "..",
    "/",
    "?",
    "&",
    "=",
    "@",
    "@latest",
    ":increment",
    "users/",
    "users/0",
    "2024-07-22T19:46:42.453649200Z",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:60+99:99",
    "3s",
    "-3s",
    ";w=60",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "id.startsWith(\"",
    "entry >= ",
    " && ",
    "sortKey",
    "08DCAA8702D435AC.0000000003.",
];

/// One campaign; `module` is `module_path!()` and `test` the name of the test that calls [`Campaign::run`].
pub(crate) struct Campaign<'a> {
    pub(crate) module: &'a str,
    pub(crate) test: &'a str,
    /// What inputs are made of.
    pub(crate) corpus: &'a [&'a str],
    /// Executions with every change.
    pub(crate) rounds: u64,
}

impl Campaign<'_> {
    /// Executes every text of the corpus and many mutations; what is answered tells outcomes apart ([`outcome`]).
    pub(crate) fn run(&self, execute: impl FnMut(&[u8]) -> u64) {
        if std::env::var_os(CHILD_VARIABLE).is_some() {
            self.fuzz(execute);
        } else {
            self.start();
        }
    }

    /// Runs the campaign in a process of its own.
    fn start(&self) {
        let module = self.module.split_once("::").map_or(self.module, |(_, inside)| inside);
        let path = format!("{module}::{}", self.test);
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args([path.as_str(), "--exact", "--nocapture"]).env(CHILD_VARIABLE, "1");
        let output = child.output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{path}: {}\n{said}", output.status);
        // Without it no campaign ran: the name of the test may be another.
        let report = said.lines().find_map(|line| line.split_once(REPORT)).unwrap().1;
        if is_nightly() {
            // Past the test runner, which keeps back what passing tests say.
            let _ = writeln!(std::io::stderr(), "fuzz {}: {report}", self.test);
        } else {
            println!("fuzz {}: {report}", self.test);
        }
    }

    fn fuzz(&self, mut execute: impl FnMut(&[u8]) -> u64) {
        let current = Arc::new(Mutex::new(Vec::new()));
        let alive = watch(Arc::clone(&current));
        let began = Instant::now();
        let mut corpus: Vec<Vec<u8>> = self.corpus.iter().map(|text| text.as_bytes().to_vec()).collect();
        let mut outcomes = HashSet::new();
        let (rounds, limit) =
            if is_nightly() { (NIGHTLY_ROUNDS, NIGHTLY_LIMIT) } else { (self.rounds, Duration::MAX) };
        let mut numbers = Numbers(0x5EED);
        let (mut done, mut slowest) = (0, Duration::ZERO);
        while done < rounds && began.elapsed() < limit {
            let as_it_is = usize::try_from(done).ok().and_then(|position| self.corpus.get(position));
            let input =
                as_it_is.map_or_else(|| mutation(&mut numbers, &corpus), |text| text.as_bytes().to_vec());
            current.lock().unwrap().clone_from(&input);
            let (outcome, took) = self.execute(&mut execute, &input, done);
            slowest = slowest.max(took);
            if outcomes.insert(outcome) && corpus.len() < KEPT.0 && input.len() <= KEPT.1 {
                corpus.push(input);
            }
            alive.send(()).unwrap();
            done += 1;
        }
        let memory = match peak_bytes() {
            Some(peak) => {
                assert!(peak < MEMORY_LIMIT_BYTES, "the campaign took {peak} bytes of memory");
                format!("{} MB at most", peak >> 20)
            }
            None => "memory not checked on this system".to_owned(),
        };
        println!(
            "{REPORT}{done} executions, {} outcomes in {:.1?}, slowest {slowest:.1?}, {memory}",
            outcomes.len(),
            began.elapsed()
        );
    }

    /// Executes one input, and tells what came of it and how long that took.
    fn execute(&self, execute: &mut impl FnMut(&[u8]) -> u64, input: &[u8], round: u64) -> (u64, Duration) {
        let mut took = Duration::MAX;
        for _ in 0..=SECOND_LOOKS {
            let started = Instant::now();
            let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| execute(input))) else {
                panic!("{}, round {round}: this input fails: {}", self.test, shown(input));
            };
            took = took.min(started.elapsed());
            if took <= HANG {
                return (outcome, took);
            }
        }
        panic!("{}, round {round}: this input takes {took:?}: {}", self.test, shown(input));
    }
}

/// Tells outcomes apart by their words, whatever numbers and names stand in them.
pub(crate) fn outcome(kind: usize, words: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    for word in words.split(|character: char| !character.is_ascii_alphabetic()).take(24) {
        word.hash(&mut hasher);
    }
    hasher.finish()
}

/// Ends the process when an input goes on for ever.
fn watch(current: Arc<Mutex<Vec<u8>>>) -> mpsc::Sender<()> {
    let (alive, heartbeat) = mpsc::channel();
    std::thread::spawn(move || {
        loop {
            match heartbeat.recv_timeout(ENDLESS) {
                Ok(()) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let input = current.lock().unwrap();
                    println!("this input does not end: {}", shown(&input));
                    std::process::exit(1);
                }
            }
        }
    });
    alive
}

fn shown(input: &[u8]) -> String {
    format!("{} ({} bytes)", input[..input.len().min(2_000)].escape_ascii(), input.len())
}

fn is_nightly() -> bool {
    std::env::var(TIER_VARIABLE).is_ok_and(|tier| tier == "nightly")
}

/// The most memory this process held resident, where the system tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1_024)
}

/// One or several changes to one of the texts.
fn mutation(numbers: &mut Numbers, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = corpus[numbers.below(corpus.len())].clone();
    let changes = if numbers.below(4) == 0 { 1 + numbers.below(24) } else { 1 + numbers.below(4) };
    for _ in 0..changes {
        change(numbers, corpus, &mut input);
        input.truncate(INPUT_LIMIT_BYTES);
    }
    input
}

fn change(numbers: &mut Numbers, corpus: &[Vec<u8>], input: &mut Vec<u8>) {
    let at = numbers.below(input.len() + 1);
    let end = (at + 1 + numbers.below(16)).min(input.len());
    match numbers.below(12) {
        0 => flip(numbers, input, at),
        1 => input.insert(at, numbers.byte()),
        2 => drop(input.drain(at..end)),
        3 => drop(input.drain(at..)),
        4 | 5 => {
            let word = numbers.pick(WORDS);
            input.splice(at..at, word.bytes());
        }
        6 => {
            let word = numbers.pick(WORDS);
            input.splice(at..end, word.bytes());
        }
        7 => {
            let run = input[at..end].repeat(1 + numbers.below(32));
            input.splice(at..at, run);
        }
        8 => {
            let other = &corpus[numbers.below(corpus.len())];
            let from = numbers.below(other.len() + 1);
            let until = (from + 1 + numbers.below(64)).min(other.len());
            input.splice(at..at, other[from..until].iter().copied());
        }
        9 => nest(numbers, input, at),
        10 => replace_number(numbers, input, at),
        _ => {
            let bytes: Vec<u8> = (0..=numbers.below(8)).map(|_| numbers.byte()).collect();
            input.splice(at..at, bytes);
        }
    }
}

fn flip(numbers: &mut Numbers, input: &mut [u8], at: usize) {
    let bit = numbers.below(8);
    if let Some(byte) = input.get_mut(at) {
        *byte ^= 1 << bit;
    }
}

/// Opens brackets, or repeats one byte, many times.
fn nest(numbers: &mut Numbers, input: &mut Vec<u8>, at: usize) {
    let deep: &[u8] =
        numbers.pick(&[b"[".as_slice(), b"{\"a\":", b"\"", b"a", b"9", b"\xF0\x9F\x98\x80", b" ", b"\n"]);
    let times = 1 << numbers.below(15);
    input.splice(at..at, deep.repeat(times));
}

/// Replaces the digits from a place on by another number.
fn replace_number(numbers: &mut Numbers, input: &mut Vec<u8>, at: usize) {
    let Some(start) = input[at..].iter().position(u8::is_ascii_digit).map(|start| at + start) else { return };
    let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = match numbers.below(3) {
        0 => (*numbers.pick(&["0", "-1", "9223372036854775808", "1e308", "1e999", "0.1"])).to_owned(),
        1 => numbers.next().to_string(),
        _ => numbers.below(300).to_string(),
    };
    input.splice(start..start + length, number.bytes());
}

/// A small generator of numbers that are the same in every run (splitmix64).
pub(crate) struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// The next number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// The parts of a text with a first line, headers, an empty line, and a body: a reply's or a request's.
pub(crate) struct Parts<'a> {
    pub(crate) first: &'a str,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Takes any bytes for such a text; lines that are no headers are passed over.
    pub(crate) fn of(input: &'a [u8]) -> Self {
        let (mut rest, mut lines) = (input, Vec::new());
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let line = rest[..end].trim_ascii();
            rest = rest.get(end + 1..).unwrap_or_default();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let mut headers = http::HeaderMap::new();
        for line in lines.iter().skip(1) {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            let name = http::HeaderName::from_bytes(line[..colon].trim_ascii());
            let value = http::HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
            if let (Ok(name), Ok(value)) = (name, value) {
                // As many as a server may send.
                if headers.len() < 100 {
                    headers.append(name, value);
                }
            }
        }
        let first = lines.first().and_then(|line| str::from_utf8(line).ok()).unwrap_or_default();
        Self { first, headers, body: rest.strip_suffix(b"\n").unwrap_or(rest) }
    }
}
