//! Faults injected into answers, so that a client can be tried against what goes wrong between it and Roblox.
//!
//! Rules are asked in the order they were added: the latencies of all that fire add up, and of the other faults the first
//! counts. They are not kept over a restart. What a connection is, is not known here: see [`Delivery`].
//!
//! **Invariant:** the same rules, seeds and requests in the same order give the same faults.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::emulator::refusal::{Family, Refusal};

/// The most rules.
const RULES_LIMIT: usize = 100;
/// The longest latency of a request, of all rules together.
const LATENCY_LIMIT: Duration = Duration::from_mins(1);
/// The longest time after which a client is told to come again.
const RETRY_LIMIT_SECONDS: u32 = 86_400;
/// The most bytes of a path's beginning.
const PATH_LIMIT: usize = 1_000;

/// What the server that mounts the emulator does with a response instead of sending it whole; an extension of the response.
///
/// A server that does not know it sends what the response says: for [`Delivery::Drop`] a status 502.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Sends nothing and closes the connection.
    Drop,
    /// Sends the head with the length of the whole body, of the body that many bytes at most, and closes the connection.
    Truncate {
        /// How many bytes of the body are sent.
        bytes: usize,
    },
}

/// A rule as it is added and shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RuleForm {
    /// Only this method; none for all.
    #[serde(default)]
    method: Option<String>,
    /// Only paths that begin so, as they are sent; none for all.
    #[serde(default)]
    path_prefix: Option<String>,
    /// How likely the rule fires for a request it is about, from 0 to 1; none for always.
    #[serde(default)]
    probability: Option<f64>,
    /// How many requests it is about pass before it fires first.
    #[serde(default)]
    skip: u64,
    /// How often it fires at most; none for any number.
    #[serde(default)]
    times: Option<u64>,
    /// What its probability is drawn from.
    #[serde(default)]
    seed: u64,
    fault: Fault,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(super) enum Fault {
    /// The answer comes late, by real time.
    Latency { milliseconds: u64 },
    /// The request is not executed and answered with 429 or 5xx.
    Status {
        code: u16,
        #[serde(default)]
        retry_after_seconds: Option<u32>,
    },
    /// The request is not executed and not answered.
    DropBefore,
    /// The request is executed and not answered.
    DropAfter,
    /// The request is executed and its answer cut off.
    Truncate { bytes: usize },
}

/// A rule with how often it fired.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ShownRule {
    rule: RuleForm,
    fired: u64,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) latency: Duration,
    /// Anything but latency.
    pub(super) fault: Option<Fault>,
}

/// The rules.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Rule>>);

#[derive(Debug)]
struct Rule {
    form: RuleForm,
    fired: u64,
    passed: u64,
    dice: u64,
}

impl RuleForm {
    fn check(&self) -> Result<(), String> {
        if let Some(method) = &self.method
            && !matches!(method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE")
        {
            return Err(format!("method `{method}` is not used; give GET, POST, PUT, PATCH or DELETE"));
        }
        if let Some(prefix) = &self.path_prefix
            && (!prefix.starts_with('/') || prefix.len() > PATH_LIMIT)
        {
            return Err(format!("`pathPrefix` must begin with `/` and have up to {PATH_LIMIT} bytes"));
        }
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err("`probability` must be from 0 to 1".to_owned());
        }
        match self.fault {
            Fault::Latency { milliseconds } if Duration::from_millis(milliseconds) > LATENCY_LIMIT => {
                Err(format!("`milliseconds` must be up to {}", LATENCY_LIMIT.as_millis()))
            }
            Fault::Status { code, .. } if code != 429 && !(500..=599).contains(&code) => {
                Err(format!("status {code} cannot be injected; give 429 or one from 500 to 599"))
            }
            Fault::Status { retry_after_seconds: Some(seconds), .. } if seconds > RETRY_LIMIT_SECONDS => {
                Err(format!("`retryAfterSeconds` must be up to {RETRY_LIMIT_SECONDS}"))
            }
            _ => Ok(()),
        }
    }
}

impl Rule {
    /// Whether it fires for a request, which counts.
    fn fires(&mut self, method: &Method, path: &str) -> bool {
        let form = &self.form;
        if form.method.as_deref().is_some_and(|wanted| wanted != method.as_str())
            || form.path_prefix.as_deref().is_some_and(|prefix| !path.starts_with(prefix))
            || form.times.is_some_and(|times| self.fired >= times)
        {
            return false;
        }
        if self.passed < form.skip {
            self.passed += 1;
            return false;
        }
        if let Some(probability) = form.probability
            && roll(&mut self.dice) >= probability
        {
            return false;
        }
        self.fired += 1;
        true
    }
}

impl Faults {
    /// Adds a rule after the others.
    pub(super) fn add(&self, form: RuleForm) -> Result<(), String> {
        form.check()?;
        let mut rules = self.rules();
        if rules.len() >= RULES_LIMIT {
            return Err(format!("there are {RULES_LIMIT} rules already; remove them to add others"));
        }
        rules.push(Rule { fired: 0, passed: 0, dice: form.seed, form });
        Ok(())
    }

    /// Removes all rules.
    pub(super) fn clear(&self) {
        self.rules().clear();
    }

    /// Shows the rules in their order.
    pub(super) fn shown(&self) -> Vec<ShownRule> {
        let rules = self.rules();
        rules.iter().map(|rule| ShownRule { rule: rule.form.clone(), fired: rule.fired }).collect()
    }

    /// Decides what goes wrong with a request.
    pub(super) fn plan(&self, method: &Method, path: &str) -> Plan {
        let mut plan = Plan::default();
        for rule in self.rules().iter_mut() {
            let fault = rule.form.fault;
            match fault {
                Fault::Latency { milliseconds } if rule.fires(method, path) => {
                    plan.latency =
                        plan.latency.saturating_add(Duration::from_millis(milliseconds)).min(LATENCY_LIMIT);
                }
                Fault::Latency { .. } => {}
                _ if plan.fault.is_none() && rule.fires(method, path) => plan.fault = Some(fault),
                _ => {}
            }
        }
        plan
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    /// The answer to a request that is not executed; none where it is.
    pub(super) fn instead(&self, family: Option<Family>) -> Option<Response<Bytes>> {
        match self.fault? {
            Fault::Status { code, retry_after_seconds } => {
                let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut reply = Refusal::injected(status, family).into_reply();
                if let Some(seconds) = retry_after_seconds {
                    reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                Some(reply)
            }
            Fault::DropBefore => Some(dropped()),
            Fault::Latency { .. } | Fault::DropAfter | Fault::Truncate { .. } => None,
        }
    }

    /// What becomes of the answer to a request that was executed.
    pub(super) fn deliver(&self, mut reply: Response<Bytes>) -> Response<Bytes> {
        match self.fault {
            Some(Fault::DropAfter) => dropped(),
            Some(Fault::Truncate { bytes }) => {
                reply.extensions_mut().insert(Delivery::Truncate { bytes });
                reply
            }
            _ => reply,
        }
    }
}

fn dropped() -> Response<Bytes> {
    let mut reply = Refusal::Gateway(StatusCode::BAD_GATEWAY, "Bad Gateway").into_reply();
    reply.extensions_mut().insert(Delivery::Drop);
    reply
}

/// Draws a number from 0 up to, not including, 1 (splitmix64).
fn roll(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    let high = u32::try_from(mixed >> 32).unwrap_or(u32::MAX);
    f64::from(high) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> RuleForm {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn rules_fire_for_their_requests_as_often_as_they_say() {
        let faults = Faults::default();
        faults.add(form(r#"{"method":"POST","pathPrefix":"/a","times":2,"fault":"dropBefore"}"#)).unwrap();
        faults.add(form(r#"{"fault":{"truncate":{"bytes":3}}}"#)).unwrap();
        let fault = |method: Method, path: &str| faults.plan(&method, path).fault;
        let other = Some(Fault::Truncate { bytes: 3 });
        assert_eq!(fault(Method::GET, "/a"), other);
        assert_eq!(fault(Method::POST, "/b/a"), other);
        assert_eq!(fault(Method::POST, "/a"), Some(Fault::DropBefore));
        assert_eq!(fault(Method::POST, "/ab"), Some(Fault::DropBefore));
        assert_eq!(fault(Method::POST, "/a"), other);
        let fired: Vec<u64> = faults.shown().iter().map(|shown| shown.fired).collect();
        assert_eq!(fired, [2, 3]);
        faults.clear();
        assert_eq!(faults.plan(&Method::POST, "/a"), Plan::default());
    }

    #[test]
    fn latencies_add_up_to_the_limit() {
        let faults = Faults::default();
        faults.add(form(r#"{"fault":{"latency":{"milliseconds":59999}}}"#)).unwrap();
        assert_eq!(faults.plan(&Method::GET, "/").latency, Duration::from_millis(59_999));
        faults.add(form(r#"{"fault":{"latency":{"milliseconds":2}}}"#)).unwrap();
        assert_eq!(faults.plan(&Method::GET, "/").latency, LATENCY_LIMIT);
    }

    #[test]
    fn a_seed_repeats_its_draws_and_a_probability_is_met() {
        let draws = |seed: u64| {
            let faults = Faults::default();
            let text = format!("{{\"probability\":0.25,\"seed\":{seed},\"fault\":\"dropAfter\"}}");
            faults.add(form(&text)).unwrap();
            let draw = |_| faults.plan(&Method::GET, "/").fault.is_some();
            (0..10_000).map(draw).collect::<Vec<bool>>()
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
        let fired = draws(7).into_iter().filter(|fired| *fired).count();
        assert!((2_300..2_700).contains(&fired), "{fired}");
    }

    #[test]
    fn rules_are_checked_at_their_limits() {
        let check = |text: &str, fits: bool| {
            assert_eq!(form(text).check().is_ok(), fits, "{text}");
        };
        check(r#"{"fault":{"latency":{"milliseconds":60000}}}"#, true);
        check(r#"{"fault":{"latency":{"milliseconds":60001}}}"#, false);
        for (code, fits) in [(429, true), (428, false), (499, false), (500, true), (599, true), (600, false)]
        {
            check(&format!("{{\"fault\":{{\"status\":{{\"code\":{code}}}}}}}"), fits);
        }
        check(r#"{"fault":{"status":{"code":429,"retryAfterSeconds":86400}}}"#, true);
        check(r#"{"fault":{"status":{"code":429,"retryAfterSeconds":86401}}}"#, false);
        check(r#"{"probability":1,"fault":"dropAfter"}"#, true);
        check(r#"{"probability":1.01,"fault":"dropAfter"}"#, false);
        check(r#"{"probability":-0.1,"fault":"dropAfter"}"#, false);
        check(r#"{"method":"get","fault":"dropAfter"}"#, false);
        check(r#"{"pathPrefix":"a","fault":"dropAfter"}"#, false);
        let path = |length: usize| {
            format!("{{\"pathPrefix\":\"/{}\",\"fault\":\"dropAfter\"}}", "a".repeat(length - 1))
        };
        check(&path(PATH_LIMIT), true);
        check(&path(PATH_LIMIT + 1), false);
        let faults = Faults::default();
        for _ in 0..RULES_LIMIT {
            faults.add(form(r#"{"fault":"dropAfter"}"#)).unwrap();
        }
        assert!(faults.add(form(r#"{"fault":"dropAfter"}"#)).is_err());
    }
}
