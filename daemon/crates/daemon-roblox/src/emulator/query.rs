//! The query of a request: names and values, decoded.
//!
//! **Invariant:** names are compared without regard to case, because the documents spell them differently
//! (`roblox-apis.md §1.1` \[I\]).

use percent_encoding::percent_decode;

/// The parameters of a query, in their order.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what follows the question mark; none when it is not UTF-8.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let decode = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode_form(name)?.to_ascii_lowercase(), decode_form(value)?))
        };
        pairs.map(decode).collect::<Option<_>>().map(Self)
    }

    /// Returns the first value of a parameter; one that is empty counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Decodes `+` and percent signs, as forms have them.
fn decode_form(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_values_decoded() {
        let query = Query::parse("DatastoreName=a%2Fb+c%2B&&entrykey=%F0%9F%98%80&AllScopes=true&x").unwrap();
        assert_eq!(query.get("datastoreName"), Some("a/b c+"));
        assert_eq!(query.get("entryKey"), Some("😀"));
        assert_eq!(query.get("allScopes"), Some("true"));
        assert_eq!((query.get("x"), query.get("y")), (None, None));
        assert!(Query::parse("").unwrap().get("x").is_none());
    }

    #[test]
    fn the_first_of_equal_names_counts() {
        assert_eq!(Query::parse("a=1&A=2").unwrap().get("a"), Some("1"));
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        assert!(Query::parse("a=%ff").is_none());
        assert!(Query::parse("%C3=1").is_none());
    }
}
