//! Host and Origin, before anything else (S-02, S-03): the wall against DNS rebinding and foreign pages.
//!
//! A page from anywhere can make a browser send requests to 127.0.0.1, and a hostile name can resolve to it. Neither
//! gets past here: the Host must be one of ours with our port, and an Origin, when there is one, must be our own.
//!
//! **Invariant:** names are compared as wholes with a fixed list. There is no pattern, no suffix, no comparison of
//! Host with Origin, and nothing is reflected.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, StatusCode, Uri, header};

use crate::edge::headers;

/// The names this daemon answers to.
const HOST_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The names its own pages are loaded from.
const ORIGIN_NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

/// Why a request does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not well-formed: 400.
    Malformed,
    /// It is for somebody else, or from somebody else: 403.
    Foreign,
}

/// Lets a request through, or answers it bare: no body, no hint.
pub async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    match check(request.uri(), request.headers(), port) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = match refusal {
                Refusal::Malformed => StatusCode::BAD_REQUEST,
                Refusal::Foreign => StatusCode::FORBIDDEN,
            };
            headers::protect(response.headers_mut());
            response
        }
    }
}

/// Whether a request is for this daemon, and from nowhere else.
pub fn check(uri: &Uri, headers: &HeaderMap, port: u16) -> Result<(), Refusal> {
    let host = single(headers, &header::HOST)?.ok_or(Refusal::Malformed)?;
    check_host(host, port)?;
    if let Some(authority) = uri.authority()
        && authority.as_str() != host
    {
        return Err(Refusal::Malformed);
    }
    match single(headers, &header::ORIGIN)? {
        None => Ok(()),
        Some(origin) => check_origin(origin, port),
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::Malformed);
    }
    value.to_str().map(Some).map_err(|_| Refusal::Malformed)
}

fn check_host(host: &str, port: u16) -> Result<(), Refusal> {
    if host.is_empty() || host.contains(['@', '/', '?', '#', '\\', ' ']) {
        return Err(Refusal::Malformed);
    }
    let is_ours = HOST_NAMES.iter().any(|name| host.strip_prefix(name) == Some(&format!(":{port}")));
    if is_ours { Ok(()) } else { Err(Refusal::Foreign) }
}

fn check_origin(origin: &str, port: u16) -> Result<(), Refusal> {
    let is_ours = ORIGIN_NAMES.iter().any(|name| origin == format!("http://{name}:{port}"));
    if is_ours { Ok(()) } else { Err(Refusal::Foreign) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: u16 = 23767;

    fn verdict(host: &[&str], origin: &[&str]) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        for value in host {
            headers.append(header::HOST, value.parse().unwrap());
        }
        for value in origin {
            headers.append(header::ORIGIN, value.parse().unwrap());
        }
        check(&Uri::from_static("/api/v1/status"), &headers, PORT)
    }

    const GOOD_HOSTS: [&str; 3] = ["127.0.0.1:23767", "localhost:23767", "[::1]:23767"];
    const GOOD_ORIGINS: [&str; 2] = ["http://127.0.0.1:23767", "http://localhost:23767"];

    const BAD_HOSTS: [&str; 40] = [
        "",
        "127.0.0.1",
        "localhost",
        "[::1]",
        "127.0.0.1:",
        "127.0.0.1:80",
        "127.0.0.1:23768",
        "127.0.0.1:023767",
        "127.0.0.1:+23767",
        "127.0.0.1:23767:23767",
        "127.0.0.1.:23767",
        "localhost.:23767",
        "LOCALHOST:23767",
        "localhost.evil.example:23767",
        "evil.example:23767",
        "evil.example",
        "127.0.0.1.evil.example:23767",
        "evil-127.0.0.1:23767",
        "user@127.0.0.1:23767",
        "127.0.0.1:23767@evil.example",
        "evil.example@127.0.0.1:23767",
        "0.0.0.0:23767",
        "0:23767",
        "127.1:23767",
        "127.0.0.2:23767",
        "2130706433:23767",
        "0x7f000001:23767",
        "0177.0.0.1:23767",
        "[::]:23767",
        "[::ffff:127.0.0.1]:23767",
        "[0:0:0:0:0:0:0:1]:23767",
        "::1:23767",
        "[::1%lo]:23767",
        "127.0.0.1:23767/",
        "127.0.0.1:23767?x",
        "127.0.0.1:23767#x",
        "127.0.0.1 :23767",
        "127.0.0.1: 23767",
        "http://127.0.0.1:23767",
        "localtest.me:23767",
    ];

    const BAD_ORIGINS: [&str; 20] = [
        "",
        "null",
        "http://127.0.0.1",
        "http://localhost",
        "http://127.0.0.1:80",
        "http://127.0.0.1:23768",
        "https://127.0.0.1:23767",
        "https://localhost:23767",
        "http://[::1]:23767",
        "http://0.0.0.0:23767",
        "http://127.0.0.2:23767",
        "http://evil.example",
        "http://evil.example:23767",
        "http://localhost.evil.example:23767",
        "http://127.0.0.1:23767.evil.example",
        "http://127.0.0.1:23767/",
        "http://user@127.0.0.1:23767",
        "chrome-extension://abcdefgh",
        "file://",
        "HTTP://127.0.0.1:23767",
    ];

    #[test]
    fn s_02_s_03_own_names_pass_with_and_without_origin() {
        for host in GOOD_HOSTS {
            assert_eq!(verdict(&[host], &[]), Ok(()), "{host}");
            for origin in GOOD_ORIGINS {
                assert_eq!(verdict(&[host], &[origin]), Ok(()), "{host} {origin}");
            }
        }
    }

    #[test]
    fn s_02_s_03_no_foreign_pair_passes() {
        let mut pairs = 0;
        let origins: Vec<Option<&str>> =
            GOOD_ORIGINS.iter().chain(&BAD_ORIGINS).copied().map(Some).chain([None]).collect();
        for host in BAD_HOSTS {
            for origin in &origins {
                assert!(verdict(&[host], origin.as_slice()).is_err(), "{host} {origin:?}");
                pairs += 1;
            }
        }
        for host in GOOD_HOSTS {
            for origin in BAD_ORIGINS {
                assert!(verdict(&[host], &[origin]).is_err(), "{host} {origin}");
                pairs += 1;
            }
        }
        assert!(pairs >= 500, "{pairs}");
    }

    #[test]
    fn s_02_absent_and_repeated_hosts_are_malformed() {
        assert_eq!(verdict(&[], &[]), Err(Refusal::Malformed));
        assert_eq!(verdict(&[GOOD_HOSTS[0], GOOD_HOSTS[0]], &[]), Err(Refusal::Malformed));
        assert_eq!(verdict(&[GOOD_HOSTS[0]], &[GOOD_ORIGINS[0], GOOD_ORIGINS[0]]), Err(Refusal::Malformed));
    }

    #[test]
    fn s_02_an_absolute_target_must_name_the_same_host() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, GOOD_HOSTS[0].parse().unwrap());
        assert_eq!(check(&Uri::from_static("http://127.0.0.1:23767/"), &headers, PORT), Ok(()));
        for target in ["http://evil.example/", "http://localhost:23767/", "http://u@127.0.0.1:23767/"] {
            assert_eq!(check(&Uri::from_static(target), &headers, PORT), Err(Refusal::Malformed), "{target}");
        }
    }
}
