//! Units of figures, and how a person reads them.

use serde::{Deserialize, Serialize};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// How many in a second; the one unit of which more is better.
    PerSecond,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// Whether a higher figure is the better one.
    pub(crate) fn more_is_better(self) -> bool {
        self == Self::PerSecond
    }

    /// Writes a figure of this unit.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Seconds if value < 1.0 => format!("{:.0} ms", value * 1_000.0),
            Self::Seconds => format!("{} s", digits(value)),
            Self::Milliseconds if value < 0.1 => format!("{} µs", digits(value * 1_000.0)),
            Self::Milliseconds => format!("{} ms", digits(value)),
            Self::PerSecond => format!("{}/s", whole(value)),
            Self::Bytes if value < 1_000_000.0 => format!("{} KB", digits(value / 1_000.0)),
            Self::Bytes => format!("{} MB", digits(value / 1_000_000.0)),
        }
    }
}

/// Writes a factor.
pub(crate) fn factor(value: f64) -> String {
    format!("{value:.2} ×")
}

/// Writes a whole number with its thousands apart.
pub(crate) fn whole(value: f64) -> String {
    let plain = format!("{value:.0}");
    let mut text = String::with_capacity(plain.len() + plain.len() / 3);
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a number with about three digits that count.
fn digits(value: f64) -> String {
    match value {
        value if value >= 100.0 => whole(value),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_show_about_three_digits() {
        assert_eq!(Unit::Seconds.show(0.0421), "42 ms");
        assert_eq!(Unit::Seconds.show(12.345), "12.3 s");
        assert_eq!(Unit::Milliseconds.show(0.1234), "0.12 ms");
        assert_eq!(Unit::Milliseconds.show(0.0123), "12.3 µs");
        assert_eq!(Unit::Milliseconds.show(1_234.5), "1,234 ms");
        assert_eq!(Unit::PerSecond.show(1_234_567.8), "1,234,568/s");
        assert_eq!(Unit::PerSecond.show(7.0), "7/s");
        assert_eq!(Unit::Bytes.show(48_300_000.0), "48.3 MB");
        assert_eq!(Unit::Bytes.show(1_500.0), "1.50 KB");
        assert_eq!(factor(1.996), "2.00 ×");
    }
}
