//! The report as a person reads it.

use comfy_table::{CellAlignment, Table, presets};

use crate::comparison::{Change, compare};
use crate::report::{Figure, Goal, Growth, Report};
use crate::statistics::{Summary, float};
use crate::subject::Subject;
use crate::units::{Unit, factor, whole};
use crate::verdict::Verdict;

/// Writes the report as lines of text, beside an earlier one if there is one.
pub(crate) fn render(report: &Report, earlier: Option<&Report>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut header = vec!["what", "entries", "median ±spread", "goal", "verdict", "peer", "growth"];
    if earlier.is_some() {
        header.push("against earlier");
    }
    table.set_header(header);
    for column in [1, 2, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    // Rows are lines: nothing in them is broken.
    let mut headings = Vec::new();
    let (mut subject, mut label, mut line) = ("", "", 0);
    for figure in in_order(report) {
        if figure.subject != subject {
            subject = &figure.subject;
            label = "";
            line += 1;
            headings.push(line);
            table.add_row([title(subject).to_uppercase()]);
        }
        line += 1;
        let mut row = row(figure, &report.growth);
        if figure.label == label {
            row[0].clear();
        }
        label = &figure.label;
        if let Some(earlier) = earlier {
            row.push(against(figure, earlier));
        }
        table.add_row(row);
    }
    let mut text = facts(report);
    for (number, line) in table.lines().enumerate() {
        if number == 0 || headings.contains(&number) {
            text.push('\n');
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&foot(report, earlier));
    text
}

/// The figures by subject and name, so that one quantity's sizes stand below each other.
fn in_order(report: &Report) -> Vec<&Figure> {
    let mut names: Vec<(usize, &str)> = Vec::new();
    let place = |figure: &Figure| {
        Subject::ALL.iter().position(|subject| subject.name() == figure.subject).unwrap_or(Subject::ALL.len())
    };
    for figure in &report.figures {
        if !names.iter().any(|(_, name)| *name == figure.name) {
            names.push((place(figure), &figure.name));
        }
    }
    names.sort_by_key(|(place, _)| *place);
    names
        .into_iter()
        .flat_map(|(_, name)| report.figures.iter().filter(move |figure| figure.name == name))
        .collect()
}

fn title(subject: &str) -> &str {
    let known = Subject::ALL.iter().find(|known| known.name() == subject);
    known.map_or(subject, |known| known.title())
}

fn row(figure: &Figure, growth: &[Growth]) -> Vec<String> {
    vec![
        format!("  {}", figure.label),
        figure.entries.map(|entries| whole(float(entries))).unwrap_or_default(),
        measured(figure.unit, &figure.runs, figure.absent.as_deref()),
        figure.goal.map(|goal| self::goal(figure.unit, goal)).unwrap_or_default(),
        figure.verdict.as_ref().map(verdict).unwrap_or_default(),
        peer(figure),
        growth
            .iter()
            .find(|growth| growth.name == figure.name && Some(growth.to) == figure.entries)
            .map(grown)
            .unwrap_or_default(),
    ]
}

fn measured(unit: Unit, runs: &[f64], absent: Option<&str>) -> String {
    match Summary::of(runs) {
        Some(summary) if runs.len() > 1 => {
            format!("{} ±{:.0} %", unit.show(summary.median), summary.spread() * 100.0)
        }
        Some(summary) => unit.show(summary.median),
        None => absent.unwrap_or("not measured").to_owned(),
    }
}

fn goal(unit: Unit, goal: Goal) -> String {
    match goal {
        Goal::AtMost(most) => format!("≤ {}", unit.show(most)),
        Goal::AtLeast(least) => format!("≥ {}", unit.show(least)),
        Goal::PeerAtMost(most) => format!("≤ {} peer", factor(most)),
        Goal::PeerAtLeast(least) => format!("≥ {} peer", factor(least)),
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Met => "met".into(),
        Verdict::Missed => "MISSED".into(),
        Verdict::Open(reason) => format!("no verdict: {reason}"),
    }
}

fn peer(figure: &Figure) -> String {
    let Some(peer) = &figure.peer else { return String::new() };
    match Summary::of(&figure.ratios()) {
        Some(ratio) => format!(
            "{} {} ({})",
            factor(ratio.median),
            peer.label,
            measured(figure.unit, &peer.runs, peer.absent.as_deref())
        ),
        None => format!("{}: {}", peer.label, peer.absent.as_deref().unwrap_or("not measured")),
    }
}

fn grown(growth: &Growth) -> String {
    let [_, median, _] = growth.factors;
    match (growth.goal, &growth.verdict) {
        (Some(goal), Some(judged)) => {
            format!("{} (≤ {goal} ×: {})", factor(median), verdict(judged))
        }
        _ => factor(median),
    }
}

fn against(figure: &Figure, earlier: &Report) -> String {
    compare(figure, earlier).map_or_else(String::new, |comparison| {
        let change = match comparison.change {
            Change::Within => "",
            Change::Better => " better",
            Change::Worse => " WORSE",
            Change::Open => " loaded",
        };
        format!("{}{change}", factor(comparison.ratio))
    })
}

fn facts(report: &Report) -> String {
    let machine = &report.machine;
    let memory = machine
        .memory_bytes
        .map_or_else(|| "memory not known".into(), |bytes| format!("{:.1} GB", float(bytes) / 1e9));
    format!(
        "{}: {} of {}{}\n{} cores ({}), {memory}, {}\n",
        report.date,
        report.build.profile,
        report.build.commit.as_deref().unwrap_or("no commit"),
        if report.build.dirty { ", changed since" } else { "" },
        machine.cores,
        machine.processor.as_deref().unwrap_or("processor not known"),
        machine.system,
    )
}

fn foot(report: &Report, earlier: Option<&Report>) -> String {
    let has = |subject: &str| report.figures.iter().any(|figure| figure.subject == subject);
    let mut lines = vec![
        "spread   half the distance between the best and the worst run; MB are 1,000,000 bytes; memory is resident, at its peak".to_owned(),
        "verdict  none where the runs do not tell on which side of the goal the median lies (the best and the worst fifth do not".into(),
        "         count; of many runs those do that hold the median 19 times in 20), where it is within 5 % of the goal, or where".into(),
        "         others used more than 10 % of the CPU; memory is judged all the same. More runs are made until it is clear".into(),
        "load     clients run in one thread on the same cores as the daemon; all files that are read are in the page cache".into(),
    ];
    let others = report.figures.iter().filter_map(|figure| figure.others).reduce(f64::max);
    lines.push(match others {
        Some(others) => format!("others   other programs used up to {:.0} % of the CPU", others * 100.0),
        None => "others   what other programs used of the CPU cannot be read on this system".into(),
    });
    if !report.growth.is_empty() {
        lines.push("growth   the cost at the largest size as a multiple of that at the smallest; where it is of all entries, per entry".into());
    }
    if has("import") || has("export") {
        lines.extend([
            "import   whole processes, start to exit, with the same JSONL file; the peer is a process that parses each line and".into(),
            "         inserts (store, key, value) in one transaction: WAL, synchronous=FULL, SQLite's own cache size, rowid table".into(),
            "         with a unique index. dsmp also keeps times, counts and revisions".into(),
            "export   the peer selects the same rows in key order, writes them as JSONL and syncs the file".into(),
        ]);
    }
    if has("keys") || has("get") || has("edit") {
        lines.push("reads    the peer is the same query in the bench's own process: no network, no rights; edit: one transaction each".into());
    }
    if has("set") {
        lines.push("set      the peer appends 4 KB to a file and syncs it (fdatasync), on the same disk before each run".into());
    }
    if has("emulator") {
        lines.extend([
            "emulator `dsmp emulate --limits off`; the peer writes the same rows (the entry, and the value before as a version) in a".into(),
            "         transaction of its own each (WAL, synchronous=FULL), and reads by the same key, in the bench's own process".into(),
        ]);
    }
    if has("client") {
        lines.push("client   a process with nothing but our Open Cloud client, 8 values at a time; the emulator it reads is another process".into());
    }
    if !has(Subject::Dashboard.name()) {
        lines.push("browser  not measured; `--dashboard` does".into());
    }
    if let Some(earlier) = earlier {
        lines.push(format!(
            "against  {} of {}; better or worse where no run of one bench lies among the other's",
            earlier.build.commit.as_deref().unwrap_or("no commit"),
            earlier.date
        ));
        if earlier.machine != report.machine {
            lines.push("         THAT WAS ANOTHER MACHINE".into());
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Peer;
    use crate::report::tests::{figure, report};

    #[test]
    fn sizes_of_one_quantity_stand_below_each_other_with_growth_on_the_last() {
        let first = |entries, run| Figure {
            verdict: Some(Verdict::Met),
            ..figure("get.a", entries, Unit::Milliseconds, &[run, run * 3.0]).goal(Goal::AtMost(5.0))
        };
        let peer = Peer { label: "jq".into(), runs: Vec::new(), absent: Some("not installed".into()) };
        let second = figure("get.b", 10, Unit::Seconds, &[2.0]).peer(peer);
        let mut report = report(vec![first(10, 1.0), second, first(40, 1.5)]);
        report.growth = crate::growth::growth(&report.figures);
        let text = render(&report, None);
        let lines: Vec<_> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let start = lines.iter().position(|line| line == "ENTRIES.GET").unwrap();
        assert_eq!(lines[start + 1], "get.a 10 2.00 ms ±50 % ≤ 5.00 ms met");
        assert_eq!(lines[start + 2], "40 3.00 ms ±50 % ≤ 5.00 ms met 1.50 ×");
        assert_eq!(lines[start + 3], "get.b 10 2.00 s jq: not installed");
        assert!(text.contains("`--dashboard` does"), "{text}");
    }

    #[test]
    fn an_earlier_bench_stands_beside() {
        let earlier = report(vec![figure("get.a", 10, Unit::PerSecond, &[100.0, 101.0])]);
        let now = report(vec![figure("get.a", 10, Unit::PerSecond, &[50.0, 51.0])]);
        let text = render(&now, Some(&earlier));
        assert!(text.contains("0.50 × WORSE"), "{text}");
    }
}
