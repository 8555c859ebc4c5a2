//! The figures in the repository, and when new ones agree with them.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::{Value, json};

/// How far a figure may be from the recorded one, in percent of it, up or down.
///
/// One binary repeats within 0.3; a change elsewhere in the workspace may move what the compiler inlines by up to 3.
const TOLERANCE_PERCENT: u64 = 5;

/// The same where the compiler or the counter is another one than the figures were recorded with.
const ROUGH_TOLERANCE_PERCENT: u64 = 15;

/// What one pass over a path costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) instructions: u64,
    pub(super) allocations: u64,
}

/// The cost of every path, and what it was found with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    /// What `rustc --version` says.
    pub(super) compiler: String,
    /// What `valgrind --version` says.
    pub(super) counter: String,
    /// By the path's name.
    pub(super) costs: BTreeMap<String, Cost>,
}

/// What is to be said about counted figures, and whether they are as recorded.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) lines: Vec<String>,
    pub(super) passed: bool,
}

impl Figures {
    /// The file's text: members in alphabetical order.
    pub(super) fn to_json(&self) -> anyhow::Result<String> {
        let cost =
            |cost: &Cost| json!({ "allocations": cost.allocations, "instructions": cost.instructions });
        let costs: serde_json::Map<_, _> =
            self.costs.iter().map(|(path, figures)| (path.clone(), cost(figures))).collect();
        let value = json!({ "compiler": self.compiler, "counter": self.counter, "paths": costs });
        Ok(serde_json::to_string_pretty(&value)? + "\n")
    }

    pub(super) fn from_json(text: &str) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_str(text)?;
        let word =
            |name: &str| value[name].as_str().map(str::to_owned).with_context(|| format!("no `{name}`"));
        let paths = value["paths"].as_object().context("no `paths`")?;
        let cost = |(path, figures): (&String, &Value)| {
            let figure =
                |name: &str| figures[name].as_u64().with_context(|| format!("no `{name}` of `{path}`"));
            let cost = Cost { instructions: figure("instructions")?, allocations: figure("allocations")? };
            Ok((path.clone(), cost))
        };
        Ok(Self {
            compiler: word("compiler")?,
            counter: word("counter")?,
            costs: paths.iter().map(cost).collect::<anyhow::Result<_>>()?,
        })
    }

    /// Holds new figures against these.
    ///
    /// Less is not passed over: unless the better figure is recorded, the next change may lose it again unseen.
    pub(super) fn compare(&self, counted: &Self) -> Comparison {
        let mut lines = Vec::new();
        let mut tolerance = TOLERANCE_PERCENT;
        let tools = [(&self.compiler, &counted.compiler), (&self.counter, &counted.counter)];
        for (recorded, here) in tools.into_iter().filter(|(recorded, here)| recorded != here) {
            tolerance = ROUGH_TOLERANCE_PERCENT;
            lines.push(format!(
                "!!! recorded with {recorded}, counted with {here}: {tolerance} % instead of {TOLERANCE_PERCENT} % \
                 count as equal; record the figures anew"
            ));
        }
        let mut passed = true;
        for path in
            self.costs.keys().chain(counted.costs.keys().filter(|path| !self.costs.contains_key(*path)))
        {
            match (self.costs.get(path), counted.costs.get(path)) {
                (Some(recorded), Some(here)) => {
                    for (what, recorded, here) in [
                        ("instructions", recorded.instructions, here.instructions),
                        ("allocations", recorded.allocations, here.allocations),
                    ] {
                        let verdict = verdict(recorded, here, tolerance);
                        passed &= verdict.is_none();
                        let shown = verdict.unwrap_or("as recorded");
                        let change = change_percent(recorded, here);
                        lines.push(format!("{path:14} {here:>10} {what:12} {change:>+7.2} %  {shown}"));
                    }
                }
                (recorded, _) => {
                    passed = false;
                    let shown = if recorded.is_some() { "recorded, but no path" } else { "NEW: record it" };
                    lines.push(format!("{path:14} {shown}"));
                }
            }
        }
        Comparison { lines, passed }
    }
}

/// What is wrong with a figure; `None` when it is as recorded.
fn verdict(recorded: u64, here: u64, tolerance_percent: u64) -> Option<&'static str> {
    let allowed = recorded * tolerance_percent / 100;
    if here > recorded + allowed {
        Some("MORE THAN RECORDED")
    } else if here < recorded - allowed {
        Some("LESS: record it")
    } else {
        None
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn change_percent(recorded: u64, here: u64) -> f64 {
    (here as f64 / recorded.max(1) as f64 - 1.0) * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(instructions: u64, allocations: u64) -> Figures {
        Figures {
            compiler: "rustc 1".into(),
            counter: "valgrind-3".into(),
            costs: BTreeMap::from([("get".into(), Cost { instructions, allocations })]),
        }
    }

    #[track_caller]
    fn check(counted: &Figures, passes: bool, said: &str) {
        let comparison = figures(10_000, 100).compare(counted);
        assert_eq!(comparison.passed, passes, "{comparison:?}");
        assert!(comparison.lines.iter().any(|line| line.contains(said)), "{comparison:?}");
    }

    #[test]
    fn five_percent_count_as_equal_and_no_more() {
        check(&figures(10_500, 105), true, "+5.00 %  as recorded");
        check(&figures(9_500, 95), true, "-5.00 %  as recorded");
        check(&figures(10_501, 100), false, "MORE THAN RECORDED");
        check(&figures(10_000, 106), false, "MORE THAN RECORDED");
        check(&figures(9_499, 100), false, "LESS: record it");
    }

    #[test]
    fn figures_of_another_compiler_are_compared_roughly_and_loudly() {
        let other = |instructions| Figures { compiler: "rustc 2".into(), ..figures(instructions, 100) };
        check(&other(11_500), true, "!!! recorded with rustc 1, counted with rustc 2");
        check(&other(11_501), false, "MORE THAN RECORDED");
    }

    #[test]
    fn a_path_without_a_figure_and_a_figure_without_a_path_are_found() {
        let mut counted = figures(10_000, 100);
        counted.costs.insert("set".into(), Cost { instructions: 1, allocations: 1 });
        check(&counted, false, "NEW: record it");
        counted.costs.clear();
        check(&counted, false, "recorded, but no path");
    }

    #[test]
    fn the_file_reads_back_as_it_was_written() {
        let written = figures(10_000, 100);
        assert_eq!(Figures::from_json(&written.to_json().unwrap()).unwrap(), written);
    }
}
