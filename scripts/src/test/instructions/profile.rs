//! Callgrind's file format, as far as sums need it.

use std::collections::HashMap;
use std::io::BufRead;

use anyhow::Context;

/// The functions by which memory is asked for.
const ALLOCATORS: [&str; 5] = ["aligned_alloc", "calloc", "malloc", "posix_memalign", "realloc"];

/// Sums over a whole run, on all threads, of one object file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Instructions of the object's own functions.
    pub(super) instructions: u64,
    /// Calls from them to the C library for memory.
    pub(super) allocations: u64,
}

/// Names stand in full once, as `(7) name`, and as `(7)` from then on.
#[derive(Debug, Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn resolve(&mut self, text: &str) -> String {
        let Some((number, name)) = text.strip_prefix('(').and_then(|text| text.split_once(')')) else {
            return text.to_owned();
        };
        match name.strip_prefix(' ') {
            Some(name) => {
                self.0.insert(number.to_owned(), name.to_owned());
                name.to_owned()
            }
            None => self.0.get(number).cloned().unwrap_or_default(),
        }
    }
}

impl Totals {
    /// Adds up the lines that belong to `object`, the path of a binary.
    pub(super) fn read(profile: impl BufRead, object: &str) -> anyhow::Result<Self> {
        let (mut objects, mut functions) = (Names::default(), Names::default());
        let (mut is_ours, mut is_allocator, mut is_of_callee) = (false, false, false);
        let mut totals = Self::default();
        for line in profile.lines() {
            let line = line?;
            let number = |text: Option<&str>| {
                text.and_then(|text| text.parse::<u64>().ok()).with_context(|| format!("`{line}`"))
            };
            if let Some(name) = line.strip_prefix("ob=") {
                is_ours = objects.resolve(name) == object;
            } else if let Some(name) = line.strip_prefix("cob=") {
                objects.resolve(name);
            } else if let Some(name) = line.strip_prefix("fn=") {
                functions.resolve(name);
            } else if let Some(name) = line.strip_prefix("cfn=") {
                is_allocator = ALLOCATORS.contains(&functions.resolve(name).as_str());
            } else if let Some(calls) = line.strip_prefix("calls=") {
                // The next line has what the callee took, which is counted at the callee.
                is_of_callee = true;
                if is_ours && is_allocator {
                    totals.allocations += number(calls.split_whitespace().next())?;
                }
            } else if line.starts_with(|character: char| character.is_ascii_digit()) {
                if is_ours && !is_of_callee {
                    totals.instructions += number(line.split_whitespace().nth(1))?;
                }
                is_of_callee = false;
            }
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_object_s_own_lines_are_added_up() {
        let profile = "\
version: 1
positions: line
events: Ir

ob=(1) /target/instructions
fl=(1) ???
fn=(1) main
0 100
cob=(2) /lib/libc.so.6
cfi=(2) malloc.c
cfn=(2) malloc
calls=3 3294
0 5000
cfn=(3) main'2
calls=2 0
0 7000
0 11

ob=(2)
fl=(2)
fn=(2)
3294 5000
cob=(1)
cfn=(2)
calls=1 0
0 9

ob=(1)
fn=(3)
0 1000

totals: 6111
";
        let totals = Totals::read(profile.as_bytes(), "/target/instructions").unwrap();
        assert_eq!(totals, Totals { instructions: 1_111, allocations: 3 });
    }
}
