//! Where requests go.
//!
//! **Invariant:** an [`Endpoint`] is an https host, or an http address of this machine (S-20); every URL made from it
//! stays on it.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use thiserror::Error;

/// Roblox's own Open Cloud.
pub const ROBLOX: &str = "https://apis.roblox.com";

/// Roblox's host for looking users up by name, to which no key is ever sent (`roblox-apis.md §3.6`).
pub const ROBLOX_USERS: &str = "https://users.roblox.com";

/// What stays as it is in a path segment or a query; RFC 3986's unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A host to which requests may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

/// Tells why a text is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// It cannot be read as a URL.
    #[error("the base URL cannot be read; write it as `https://apis.roblox.com` or `http://127.0.0.1:8080`")]
    Malformed,
    /// It is plain http to another machine, or no http at all.
    #[error("the base URL is not safe for a key: use https, or plain http to `127.0.0.1` for an emulator")]
    Insecure,
    /// It carries a user name, a path, a query or a fragment.
    #[error("the base URL has more than a host and a port; leave out user name, path and everything after")]
    MoreThanAHost,
}

impl Endpoint {
    /// Accepts `https://host[:port]` and `http://loopback[:port]`.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(text.trim()).map_err(|_| EndpointError::Malformed)?;
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
            return Err(EndpointError::Insecure);
        }
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if is_bare { Ok(Self { url }) } else { Err(EndpointError::MoreThanAHost) }
    }

    /// The host, and the port where it is not the usual one.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// The endpoint as it is written, without a slash at its end; equal endpoints are written alike.
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Whether this is an emulator on this machine rather than Roblox.
    pub fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// The URL of a path and query made by [`Target`].
    pub(super) fn url(&self, target: &Target) -> Option<Url> {
        let url = self.url.join(&target.0).ok()?;
        // What URL rules fold away, such as `..`, would address something else.
        let is_kept = url.as_str().strip_prefix(self.as_str()) == Some(&target.0);
        is_kept.then_some(url)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

/// The path and query of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target(String);

impl Target {
    /// A fixed path.
    pub(super) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// Adds `/` and a segment, escaped.
    pub(super) fn segment(mut self, text: &str) -> Self {
        self.0.push('/');
        self.0.extend(utf8_percent_encode(text, ESCAPED));
        self
    }

    /// Adds text that needs no escaping.
    pub(super) fn literal(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self
    }

    /// Adds a parameter.
    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        let mark = if self.0.contains('?') { '&' } else { '?' };
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{mark}{name}={}", utf8_percent_encode(value, ESCAPED));
        self
    }

    /// Adds a parameter that is not empty.
    pub(super) fn query_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) if !value.is_empty() => self.query(name, value),
            _ => self,
        }
    }
}

/// Whether a name may stand in a v2 path; all others go the v1 way, where names are query parameters.
///
/// Unproven in v2 paths are `/`, `@` and text that is not ASCII (`roblox-apis.md §2.2`, `§8` item 5); that `%` and `:` are,
/// too, is `[I]`. `.` and `..` cannot be written in a path at all.
pub(super) fn fits_path(name: &str) -> bool {
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'@' | b'%' | b':' | b'?' | b'#')
    };
    can_be_written(name) && name.bytes().all(is_plain)
}

/// Whether a name can be written into a path at all: all names but those that URL rules fold away.
pub(super) fn can_be_written(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn s_20_only_https_and_this_machine_are_endpoints() {
        for good in [
            ROBLOX,
            ROBLOX_USERS,
            "https://proxy.example:8443/",
            "http://127.0.0.1:80",
            "http://localhost:8080",
            "http://[::1]:9",
            "http://127.255.0.1",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for (bad, error) in [
            ("", EndpointError::Malformed),
            ("apis.roblox.com", EndpointError::Malformed),
            ("http://apis.roblox.com", EndpointError::Insecure),
            ("http://10.0.0.1", EndpointError::Insecure),
            ("http://0.0.0.0", EndpointError::Insecure),
            ("http://[::ffff:127.0.0.1]", EndpointError::Insecure),
            ("http://localhost.example", EndpointError::Insecure),
            ("http://127.0.0.1.example", EndpointError::Insecure),
            ("ftp://127.0.0.1", EndpointError::Insecure),
            ("file:///etc/passwd", EndpointError::Insecure),
            ("https://user@apis.roblox.com", EndpointError::MoreThanAHost),
            ("https://apis.roblox.com/x", EndpointError::MoreThanAHost),
            ("https://apis.roblox.com/?a", EndpointError::MoreThanAHost),
            ("https://apis.roblox.com/#a", EndpointError::MoreThanAHost),
        ] {
            assert_eq!(Endpoint::parse(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn endpoints_are_written_in_one_way() {
        for (text, written) in [
            (ROBLOX, ROBLOX),
            (" HTTPS://apis.ROBLOX.com:443/ ", ROBLOX),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://localhost:8080/", "http://localhost:8080"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().as_str(), written);
        }
    }

    #[test]
    fn targets_are_escaped() {
        let target =
            Target::new("/a").segment("b/c d").literal(":x").query("k", "&=é").query_some("none", Some(""));
        assert_eq!(target.0, "/a/b%2Fc%20d:x?k=%26%3D%C3%A9");
    }

    #[test]
    fn odd_names_do_not_fit_a_path() {
        for name in ["", ".", "..", "a/b", "a@b", "é", "a:increment", "%2F", "a b", "a\\b"] {
            assert!(!fits_path(name), "{name}");
        }
        for name in ["a", "Player_1", "a.b", "x+y", "...", "a&b"] {
            assert!(fits_path(name), "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn s_20_no_name_leaves_the_host(segment in "\\PC{0,20}", value in "\\PC{0,20}") {
            let endpoint = Endpoint::parse("http://127.0.0.1:1").unwrap();
            let target = Target::new("/a").segment(&segment).literal("/b").query("v", &value);
            match endpoint.url(&target) {
                Some(url) => {
                    prop_assert_eq!(url.authority(), "127.0.0.1:1");
                    prop_assert!(url.path().starts_with("/a/") && url.path().ends_with("/b"));
                }
                None => prop_assert!(matches!(segment.as_str(), "." | "..")),
            }
        }
    }
}
