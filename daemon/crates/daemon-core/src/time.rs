//! Points in time, counted the way Roblox counts them.
//!
//! Roblox stamps versions in .NET ticks: 100 ns steps since 0001-01-01T00:00:00Z (`roblox-apis.md §0.3`). We keep that
//! unit, so that nothing is rounded on its way through. This module reads no clock; callers pass the time in.
//!
//! **Invariant:** a [`Timestamp`] lies between 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.9999999Z, so formatting it
//! cannot fail and its ticks fit an `i64`.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

const TICKS_PER_SECOND: u64 = 10_000_000;
const TICKS_PER_MILLISECOND: u64 = 10_000;
const TICKS_PER_HOUR: u64 = 3_600 * TICKS_PER_SECOND;
const TICKS_PER_DAY: u64 = 24 * TICKS_PER_HOUR;
const NANOSECONDS_PER_TICK: u32 = 100;
/// Days from 0000-03-01 (where the civil calendar's 400-year cycle is easiest to count) to 0001-01-01.
const DAYS_FROM_MARCH_ERA: u64 = 306;
const DAYS_PER_ERA: u64 = 146_097;

/// A point in time in .NET ticks: 100 ns since 0001-01-01T00:00:00Z (`roblox-apis.md §0.3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// Tells why a text is not a time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not a time; write it as `2024-07-22T19:46:42.4536492Z`")]
pub struct TimestampError {
    /// The start of the text as it was given.
    pub text: String,
}

impl Timestamp {
    /// 0001-01-01T00:00:00Z, the first time that can be written.
    pub const MIN: Self = Self(0);
    /// 9999-12-31T23:59:59.9999999Z, the last time that can be written with a four-digit year.
    pub const MAX: Self = Self(3_155_378_975_999_999_999);
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(621_355_968_000_000_000);

    /// Makes a time from ticks; ticks past the year 9999 count as [`Timestamp::MAX`].
    pub const fn from_ticks(ticks: u64) -> Self {
        if ticks > Self::MAX.0 { Self::MAX } else { Self(ticks) }
    }

    /// Returns the ticks (100 ns) since 0001-01-01T00:00:00Z.
    pub const fn ticks(self) -> u64 {
        self.0
    }

    /// Makes a time from milliseconds since 1970, the unit of `DataStoreKeyInfo` (`roblox-apis.md §4.4`).
    ///
    /// Times outside the years 1 to 9999 become the nearest one inside.
    pub fn from_unix_millis(milliseconds: i64) -> Self {
        Self::from_unix_ticks(i128::from(milliseconds) * i128::from(TICKS_PER_MILLISECOND))
    }

    /// Returns the whole milliseconds since 1970, rounded down; negative before 1970.
    pub fn unix_millis(self) -> i64 {
        let ticks = self.0.cast_signed() - Self::UNIX_EPOCH.0.cast_signed();
        ticks.div_euclid(TICKS_PER_MILLISECOND.cast_signed())
    }

    /// Makes a time from nanoseconds since 1970, rounded down to 100 ns.
    ///
    /// Times outside the years 1 to 9999 become the nearest one inside.
    pub fn from_unix_nanos(nanoseconds: i128) -> Self {
        Self::from_unix_ticks(nanoseconds.div_euclid(i128::from(NANOSECONDS_PER_TICK)))
    }

    /// Returns the number of the UTC hour this time lies in, which decides what a write replaces (`roblox-apis.md §4.5`).
    pub const fn utc_hour(self) -> u64 {
        self.0 / TICKS_PER_HOUR
    }

    /// Returns the time `duration` later, rounded down to 100 ns, at most [`Timestamp::MAX`].
    pub fn saturating_add(self, duration: Duration) -> Self {
        let ticks = duration
            .as_secs()
            .saturating_mul(TICKS_PER_SECOND)
            .saturating_add(u64::from(duration.subsec_nanos() / NANOSECONDS_PER_TICK));
        Self::from_ticks(self.0.saturating_add(ticks))
    }

    /// Returns the time `duration` earlier, rounded up to 100 ns, at least [`Timestamp::MIN`].
    pub fn saturating_sub(self, duration: Duration) -> Self {
        let ticks = duration
            .as_secs()
            .saturating_mul(TICKS_PER_SECOND)
            .saturating_add(u64::from(duration.subsec_nanos() / NANOSECONDS_PER_TICK));
        Self::from_ticks(self.0.saturating_sub(ticks))
    }

    /// Returns the time elapsed since `earlier`, or nothing elapsed when `earlier` is in fact later.
    pub fn saturating_since(self, earlier: Self) -> Duration {
        let ticks = self.0.saturating_sub(earlier.0);
        let nanoseconds = ticks % TICKS_PER_SECOND * u64::from(NANOSECONDS_PER_TICK);
        Duration::from_secs(ticks / TICKS_PER_SECOND) + Duration::from_nanos(nanoseconds)
    }

    /// Returns this time, or the tick after `previous` when this time is not later than it.
    ///
    /// Revisions of one key use it to keep their order while the clock stands still or goes back.
    pub fn strictly_after(self, previous: Self) -> Self {
        if self > previous { self } else { Self::from_ticks(previous.0.saturating_add(1)) }
    }

    /// Writes the time as RFC 3339 in UTC with seven fractional digits, as v1 bodies have it (`roblox-apis.md §0.2`).
    pub fn format_rfc3339(&self) -> String {
        let (year, month, day) = civil_date(self.0 / TICKS_PER_DAY);
        let seconds = self.0 % TICKS_PER_DAY / TICKS_PER_SECOND;
        let fraction = self.0 % TICKS_PER_SECOND;
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z")
    }

    /// Reads an RFC 3339 time with any offset (`roblox-apis.md §0.2`).
    ///
    /// Fractional digits past the seventh are dropped, so the time is rounded down. A leap second (`:60`) is refused:
    /// ticks cannot say it.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimestampError> {
        parse_rfc3339_ticks(text.as_bytes())
            .and_then(|ticks| u64::try_from(ticks).ok())
            .filter(|&ticks| ticks <= Self::MAX.0)
            .map(Self)
            .ok_or_else(|| TimestampError { text: text.chars().take(64).collect() })
    }

    fn from_unix_ticks(ticks: i128) -> Self {
        let ticks = ticks + i128::from(Self::UNIX_EPOCH.0);
        // Negative is before the first year; too large for u64 is clamped by `from_ticks`.
        Self::from_ticks(u64::try_from(ticks.max(0)).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.format_rfc3339())
    }
}

/// Turns days since 0001-01-01 into year, month and day of the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_FROM_MARCH_ERA;
    let era = days / DAYS_PER_ERA;
    let day_of_era = days % DAYS_PER_ERA;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / (DAYS_PER_ERA - 1)) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// Turns a date of the Gregorian calendar into days since 0001-01-01, the inverse of [`civil_date`].
fn days_since_first_year(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let year_of_era = year % 400;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    year / 400 * DAYS_PER_ERA + day_of_era - DAYS_FROM_MARCH_ERA
}

fn days_in_month(year: u64, month: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn parse_rfc3339_ticks(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let punctuation = date[4] == b'-'
        && date[7] == b'-'
        && matches!(time[0], b'T' | b't' | b' ')
        && time[3] == b':'
        && time[6] == b':';
    let (year, month, day) = (digits(&date[0..4])?, digits(&date[5..7])?, digits(&date[8..10])?);
    let (hour, minute, second) = (digits(&time[1..3])?, digits(&time[4..6])?, digits(&time[7..9])?);
    let in_range = year >= 1
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !punctuation || !in_range {
        return None;
    }
    let (fraction, offset) = parse_fraction(rest)?;
    let seconds = (days_since_first_year(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second;
    let ticks = (seconds * TICKS_PER_SECOND + fraction).cast_signed();
    Some(ticks - parse_offset_seconds(offset)? * TICKS_PER_SECOND.cast_signed())
}

/// Splits `.digits` (optional) from what follows and returns it in ticks.
fn parse_fraction(text: &[u8]) -> Option<(u64, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else { return Some((0, text)) };
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, rest) = text.split_at(count);
    if fraction.is_empty() {
        return None;
    }
    let ticks = (0..7).fold(0, |ticks, position| {
        ticks * 10 + fraction.get(position).map_or(0, |digit| u64::from(digit - b'0'))
    });
    Some((ticks, rest))
}

fn parse_offset_seconds(text: &[u8]) -> Option<i64> {
    match text {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), hours @ .., b':', ten, one] if hours.len() == 2 => {
            let (hours, minutes) = (digits(hours)?, digits(&[*ten, *one])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 3_600 + minutes * 60).cast_signed();
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// Reads at most four ASCII digits.
fn digits(text: &[u8]) -> Option<u64> {
    text.iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_ticks_of_the_documented_revision() {
        let created = Timestamp::from_ticks(0x08DC_AA87_02D4_35AC);
        let written = Timestamp::from_ticks(0x08DC_AA87_7D77_6995);
        assert_eq!(created.format_rfc3339(), "2024-07-22T19:46:42.4536492Z");
        assert_eq!(written.format_rfc3339(), "2024-07-22T19:50:08.2052501Z");
    }

    #[test]
    fn formats_the_ends_and_the_epoch() {
        assert_eq!(Timestamp::MIN.format_rfc3339(), "0001-01-01T00:00:00.0000000Z");
        assert_eq!(Timestamp::UNIX_EPOCH.to_string(), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(Timestamp::MAX.format_rfc3339(), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(Timestamp::from_ticks(Timestamp::MAX.ticks() + 1), Timestamp::MAX);
    }

    #[test]
    fn reads_what_rfc_3339_allows() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Timestamp::parse_rfc3339(text).map(|time| time.to_string()), Ok(expected.to_owned()));
        };
        check("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.0000000Z");
        check("2000-02-29t01:02:03.5z", "2000-02-29T01:02:03.5000000Z");
        check("2022-02-02T23:30:06.5388799+00:00", "2022-02-02T23:30:06.5388799Z");
        check("2024-07-22 19:46:42.453649299Z", "2024-07-22T19:46:42.4536492Z");
        check("2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00.0000000Z");
        check("2023-12-31T23:30:00-05:45", "2024-01-01T05:15:00.0000000Z");
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "2024-07-22",
            "2024-07-22T19:46:42",
            "2024-07-22T19:46:42.Z",
            "2024-07-22T19:46:42+0100",
            "2024-07-22T19:46:42+24:00",
            "2024-07-22T24:00:00Z",
            "2024-07-22T23:60:00Z",
            "2024-07-22T23:59:60Z",
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
            "2024-04-31T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "2024-07-22T19:46:42Zjunk",
            "２０２４-07-22T19:46:42Z",
            "+024-07-22T19:46:42Z",
        ] {
            assert!(Timestamp::parse_rfc3339(text).is_err(), "{text}");
        }
    }

    #[test]
    fn converts_unix_times_and_keeps_to_the_range() {
        assert_eq!(Timestamp::from_unix_millis(0), Timestamp::UNIX_EPOCH);
        assert_eq!(Timestamp::from_unix_millis(-1).to_string(), "1969-12-31T23:59:59.9990000Z");
        assert_eq!(Timestamp::from_unix_millis(i64::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::from_unix_millis(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_unix_nanos(i128::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::from_unix_nanos(i128::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_unix_nanos(199).ticks() - Timestamp::UNIX_EPOCH.ticks(), 1);
        assert_eq!(Timestamp::from_unix_nanos(-1).unix_millis(), -1);
    }

    #[test]
    fn adds_and_compares() {
        let time = Timestamp::UNIX_EPOCH;
        assert_eq!(time.saturating_add(Duration::from_millis(1)).unix_millis(), 1);
        assert_eq!(time.saturating_add(Duration::MAX), Timestamp::MAX);
        let later = time.saturating_add(Duration::from_nanos(1_500_000_100));
        assert_eq!(later.saturating_since(time), Duration::from_nanos(1_500_000_100));
        assert_eq!(time.saturating_since(later), Duration::ZERO);
    }

    #[test]
    fn stays_in_order_when_the_clock_does_not() {
        let time = Timestamp::UNIX_EPOCH;
        let next = Timestamp::from_ticks(time.ticks() + 1);
        assert_eq!(time.strictly_after(time), next);
        assert_eq!(Timestamp::MIN.strictly_after(time), next);
        assert_eq!(next.strictly_after(time), next);
    }

    #[test]
    fn counts_utc_hours() {
        let check = |text: &str| Timestamp::parse_rfc3339(text).unwrap().utc_hour();
        assert_eq!(check("2024-07-22T19:00:00Z"), check("2024-07-22T19:59:59.9999999Z"));
        assert_eq!(check("2024-07-22T19:59:59.9999999Z") + 1, check("2024-07-22T20:00:00Z"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

        #[test]
        fn written_times_read_back(ticks in 0..=Timestamp::MAX.ticks()) {
            let time = Timestamp::from_ticks(ticks);
            prop_assert_eq!(Timestamp::parse_rfc3339(&time.format_rfc3339()), Ok(time));
        }

        #[test]
        fn later_times_are_written_later(a in 0..=Timestamp::MAX.ticks(), b in 0..=Timestamp::MAX.ticks()) {
            let (a, b) = (Timestamp::from_ticks(a), Timestamp::from_ticks(b));
            prop_assert_eq!(a.cmp(&b), a.format_rfc3339().cmp(&b.format_rfc3339()));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = Timestamp::parse_rfc3339(&text);
        }

        #[test]
        fn milliseconds_read_back(milliseconds in -62_135_596_800_000_i64..=253_402_300_799_999) {
            prop_assert_eq!(Timestamp::from_unix_millis(milliseconds).unix_millis(), milliseconds);
        }
    }
}
