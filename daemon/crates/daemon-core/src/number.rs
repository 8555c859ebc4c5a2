//! Whether a number survives a decoder that reads every number as a 64-bit float, as Luau's does (`roblox-apis.md §4.7`).
//!
//! Judges the text of one number; never rewrites it.

/// The largest whole number up to which 64-bit floats hold every one.
const LARGEST_CONSECUTIVE: u64 = 1 << 53;
/// The most characters of a number that is exact whatever its digits are.
const SHORT_NUMBER_LIMIT: usize = 15;
/// The most significant digits any 64-bit float has when written out in full.
const FLOAT_DIGITS_LIMIT: usize = 767;

/// How a number survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFit {
    /// It can be read and written again with the same digits.
    Exact,
    /// Digits would change.
    LosesPrecision,
    /// It would become infinite.
    OutOfRange,
}

/// Judges a number; `text` is valid JSON.
pub(crate) fn fit(text: &str) -> NumberFit {
    let text = text.trim_start_matches('-');
    // Saves come mostly with short numbers, and floats hold every number of so few digits without an exponent.
    if text.len() <= SHORT_NUMBER_LIMIT && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return NumberFit::Exact;
    }
    let Ok(float) = text.parse::<f64>() else { return NumberFit::LosesPrecision };
    let exact = if float.is_infinite() {
        return NumberFit::OutOfRange;
    } else if text.contains(['.', 'e', 'E']) {
        prints_the_same(text, float)
    } else {
        text.parse().is_ok_and(|number: u64| number <= LARGEST_CONSECUTIVE)
    };
    if exact { NumberFit::Exact } else { NumberFit::LosesPrecision }
}

/// Compares the significant digits of the text with as many of the float's.
fn prints_the_same(text: &str, float: f64) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_matches('0');
    if digits.is_empty() {
        return true;
    }
    if digits.len() > FLOAT_DIGITS_LIMIT {
        return false;
    }
    let printed = format!("{float:.precision$e}", precision = digits.len() - 1);
    printed.split('e').next().unwrap_or_default().replace('.', "") == digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_numbers() {
        use NumberFit::{Exact, LosesPrecision, OutOfRange};
        let check = |expected: NumberFit, numbers: &[&str]| {
            for number in numbers {
                assert_eq!(fit(number), expected, "{number}");
                assert_eq!(fit(&format!("-{number}")), expected, "-{number}");
            }
        };
        check(Exact, &["0", "0.0", "0e999", "1", "1.0", "1.50", "1e5", "0.1", "3.14", "999999999999999"]);
        check(Exact, &["9007199254740991", "9007199254740992", "1e300", "1.7976931348623157e308", "5e-324"]);
        // As printed by %.17g, the form Luau's own encoder may use.
        check(Exact, &["0.10000000000000001", "0.30000000000000004", "1e23", "1000000000000000.5"]);
        check(LosesPrecision, &["9007199254740993", "9007199254740994", "12345678901234567890"]);
        check(
            LosesPrecision,
            &["0.1234567890123456789", "9007199254740993.0", "1e-400", "1.00000000000000000001"],
        );
        check(OutOfRange, &["1e309", "1e999", "1E+99999999999999999999", "1.8e308"]);
        check(OutOfRange, &["9".repeat(400).as_str()]);
        check(LosesPrecision, &[format!("0.{}", "1".repeat(1_000_000)).as_str()]);
    }
}
