//! What Roblox's replies say about its limits (`roblox-apis.md §0.6`).
//!
//! **Invariant:** no header makes this module fail: what cannot be read counts as absent (S-24).

use std::time::Duration;

use daemon_core::time::Timestamp;
use http::HeaderMap;

/// The longest that a reply may make us wait.
pub const LONGEST_ADVICE: Duration = Duration::from_hours(1);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The advice in a reply's headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// How long to wait before the next request of the kind, at most [`LONGEST_ADVICE`].
    pub retry_after: Option<Duration>,
    /// How many requests a minute are allowed, the smallest that is named.
    pub limit: Option<u64>,
    /// How many requests are left.
    pub remaining: Option<u64>,
    /// How long until there are more, at most [`LONGEST_ADVICE`].
    pub reset: Option<Duration>,
}

impl Advice {
    /// Reads `retry-after` and `x-ratelimit-*`. Where a header stands several times, the strictest counts.
    pub fn read(headers: &HeaderMap) -> Self {
        let texts = |name: &'static str| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let date = texts("date").find_map(http_date);
        Self {
            retry_after: texts("retry-after").filter_map(|text| retry_after(text, date)).max(),
            limit: texts("x-ratelimit-limit").flat_map(|text| text.split(',')).filter_map(per_minute).min(),
            remaining: texts("x-ratelimit-remaining")
                .flat_map(|text| text.split(','))
                .filter_map(whole)
                .min(),
            reset: texts("x-ratelimit-reset").flat_map(|text| text.split(',')).filter_map(seconds).max(),
        }
    }

    /// How long to send nothing of the kind although the reply refused nothing: until the reset, when none is left.
    pub fn pause(&self) -> Option<Duration> {
        self.remaining.filter(|remaining| *remaining == 0).and(self.reset)
    }
}

/// Reads seconds or a date; a date counts from the reply's own, so that no clock of ours matters.
fn retry_after(text: &str, date: Option<Timestamp>) -> Option<Duration> {
    seconds(text).or_else(|| {
        let until = http_date(text)?;
        Some(until.saturating_since(date?).min(LONGEST_ADVICE))
    })
}

/// Reads a number of seconds, whole or not; a part of a second counts as a whole one.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim().trim_end_matches('s');
    let (number, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rounds_up = fraction.bytes().any(|byte| byte != b'0');
    let seconds = whole(number)?.saturating_add(u64::from(rounds_up));
    Some(Duration::from_secs(seconds).min(LONGEST_ADVICE))
}

/// Reads a whole number; one that is too large counts as the largest.
fn whole(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Reads one of `1000, 1000;w=60`; nothing when its window is another than a minute.
fn per_minute(text: &str) -> Option<u64> {
    let mut parts = text.split(';').map(str::trim);
    let limit = whole(parts.next()?)?;
    let window = parts.find_map(|part| part.strip_prefix("w="));
    window.is_none_or(|window| window.trim() == "60").then_some(limit)
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Timestamp::parse_rfc3339(&format!("{year}-{month:02}-{day}T{time}Z")).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::HeaderName;
    use proptest::prelude::*;

    use super::*;

    fn advice(headers: &[(&'static str, &str)]) -> Advice {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(name, value);
        }
        Advice::read(&map)
    }

    fn waits(text: &str) -> Option<u64> {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        advice(&[date, ("retry-after", text)]).retry_after.map(|wait| wait.as_secs())
    }

    #[test]
    fn reads_waits_of_every_shape() {
        for (text, expected) in [
            ("0", Some(0)),
            ("30", Some(30)),
            (" 30 ", Some(30)),
            ("1.0", Some(1)),
            ("1.2", Some(2)),
            ("30s", Some(30)),
            ("99999999999999999999999", Some(3_600)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("Sun, 06 Nov 2094 08:49:00 GMT", Some(3_600)),
            ("Sun, 99 Nov 1994 08:49:00 GMT", None),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("soon", None),
            ("1.x", None),
            ("1.2.3", None),
        ] {
            assert_eq!(waits(text), expected, "{text}");
        }
    }

    #[test]
    fn a_date_alone_says_nothing() {
        assert_eq!(advice(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]).retry_after, None);
    }

    #[test]
    fn reads_the_documented_headers() {
        let read = advice(&[
            ("x-ratelimit-limit", "1000, 1000;w=60, 50;w=1"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "12"),
        ]);
        assert_eq!((read.limit, read.remaining), (Some(1_000), Some(0)));
        assert_eq!(read.pause(), Some(Duration::from_secs(12)));
        assert_eq!(advice(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "12")]).pause(), None);
    }

    #[test]
    fn the_strictest_of_several_counts() {
        let read = advice(&[
            ("retry-after", "1"),
            ("retry-after", "7"),
            ("x-ratelimit-remaining", "5, 3"),
            ("x-ratelimit-remaining", "junk"),
        ]);
        assert_eq!((read.retry_after, read.remaining), (Some(Duration::from_secs(7)), Some(3)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn s_24_no_header_breaks_the_reader(
            values in proptest::collection::vec((0_usize..5, proptest::collection::vec(any::<u8>(), 0..40)), 0..6)
        ) {
            const NAMES: [&str; 5] =
                ["retry-after", "date", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
            let mut headers = HeaderMap::new();
            for (name, value) in values {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    headers.append(HeaderName::from_static(NAMES[name]), value);
                }
            }
            let read = Advice::read(&headers);
            prop_assert!(read.retry_after.is_none_or(|wait| wait <= LONGEST_ADVICE));
            prop_assert!(read.reset.is_none_or(|wait| wait <= LONGEST_ADVICE));
        }

        #[test]
        fn s_24_no_text_breaks_the_reader(text in "[0-9 ,;.=ws:+-]{0,24}|[A-Z][a-z]{2}, [0-9 A-Za-z:]{0,30}") {
            prop_assert!(waits(&text).is_none_or(|wait| wait <= LONGEST_ADVICE.as_secs()));
        }
    }
}
