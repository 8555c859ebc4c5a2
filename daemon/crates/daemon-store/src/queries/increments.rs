//! Adding to the value of a standard entry, in the transaction that reads it (`roblox-apis.md §1.3`, `§2.2`).

use daemon_core::names::EntryAddress;
use daemon_core::value::JsonText;
use rusqlite::Connection;

use crate::database::failure::Failure;
use crate::error::StoreError;
use crate::queries::entries::{self, Written};
use crate::universe::records::{Expectation, Increment, Write};

/// The largest distance from 0 up to which 64-bit floats hold every whole number.
const FLOAT_WHOLE_LIMIT: f64 = 9_007_199_254_740_992.0;

/// Adds to an entry, which counts from 0 when it does not exist, and answers the sum.
pub(crate) fn increment(
    connection: &Connection,
    increment: &Increment,
    local_copies: bool,
) -> Result<(Written, JsonText), Failure> {
    let address = &increment.address;
    let amount = increment.amount;
    let sum = match entries::get(connection, address)? {
        Some(entry) => {
            let value = whole_number(address, entry.value.as_str())?;
            value.checked_add(amount).ok_or(StoreError::IncrementOverflow { value, amount })?
        }
        None => amount,
    };
    let value = JsonText::parse(sum.to_string()).map_err(|_| Failure::unreadable("number"))?;
    let write = Write {
        address: address.clone(),
        value: value.clone(),
        user_ids: increment.user_ids.clone(),
        attributes: increment.attributes.clone(),
        expected: Expectation::Any,
        now: increment.now,
    };
    Ok((entries::write(connection, &write, local_copies)?, value))
}

/// Reads a whole number, also in a form such as `5.0` or `1e3`; further digits than floats have are kept.
fn whole_number(address: &EntryAddress, text: &str) -> Result<i64, Failure> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let float = text.parse::<f64>().ok().filter(|float| {
        is_number && float.fract() == 0.0 && (-FLOAT_WHOLE_LIMIT..=FLOAT_WHOLE_LIMIT).contains(float)
    });
    // Printed without an exponent, a whole float of that size is an integer's text.
    float
        .and_then(|float| format!("{float:.0}").parse().ok())
        .ok_or_else(|| Failure::Rule(StoreError::NotNumeric { address: Box::new(address.clone()) }))
}

#[cfg(test)]
mod tests {
    use daemon_core::names::{Key, Scope, StoreName};

    use super::*;

    #[test]
    fn whole_numbers_are_read_in_every_form() {
        let address = EntryAddress {
            store: StoreName::parse("s").unwrap(),
            scope: Scope::global(),
            key: Key::parse("k").unwrap(),
        };
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(whole_number(&address, text).ok(), expected, "{text}");
        };
        check("9223372036854775807", Some(i64::MAX));
        check(" -5\n", Some(-5));
        check("5.0", Some(5));
        check("-0", Some(0));
        check("-0.0", Some(0));
        check("1e3", Some(1_000));
        check("9007199254740992.0", Some(9_007_199_254_740_992));
        check("9223372036854775808", None);
        check("1.5", None);
        check("\"5\"", None);
        check("null", None);
        check("[5]", None);
        check("true", None);
    }
}
